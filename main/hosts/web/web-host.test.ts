import fc from 'fast-check';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { apiSchemas, decodePreview, type Channel, type Preview } from '../../contract/api.ts';
import type { Result } from '../../contract/result.ts';
import type { AppState } from '../../contract/states/app.ts';
import { CLOSED_BY_POLICY, MAX_REQUEST } from '../../contract/wire.ts';
import { ADA, PIN, settled, stagedDesk, watching, type StagedDesk } from '../../core/shell/desk.fixture.ts';
import { PageFiles } from '../shared/page-files.ts';
import { startWebHost, type WebHost } from './web-host.ts';

let staged: StagedDesk;
let host: WebHost;
let folder: string;
let port: number;
let token: string;
const sockets: WebSocket[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'facet-page-'));
  mkdirSync(join(folder, 'page', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'page', 'index.html'), '<!doctype html><title>Facet</title>');
  writeFileSync(join(folder, 'page', 'assets', 'index-1a2b.js'), 'export {};');
  writeFileSync(join(folder, 'page', 'notes.txt'), 'no part of the page');
  writeFileSync(join(folder, 'secret.js'), 'outside');
  staged = await stagedDesk();
  host = await startWebHost(staged.desk, new PageFiles(join(folder, 'page')), 0);
  const address = new URL(host.address);
  port = Number(address.port);
  token = address.searchParams.get('token')!;
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await host.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The path exactly as given: fetch would tidy it up. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += String(chunk)));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

async function enter(): Promise<string> {
  const { headers } = await get(`/?token=${token}`);
  return headers['set-cookie']![0].split(';')[0];
}

const containing = (text: string) => expect.stringContaining(text) as string;
const origin = () => `http://127.0.0.1:${port}`;

/** How an upgrade ends: 101, or the status of its refusal. */
function upgrade(
  headers: Record<string, string>,
  path = '/api',
): Promise<{ status: number; socket: WebSocket }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
  sockets.push(socket);
  return new Promise((resolve) => {
    socket.on('open', () => resolve({ status: 101, socket }));
    socket.on('error', () => undefined);
    socket.on('unexpected-response', (_request, response) =>
      resolve({ status: response.statusCode!, socket }),
    );
  });
}

interface Page {
  readonly socket: WebSocket;
  readonly states: AppState[];
  readonly previews: Preview[];
  call(channel: string, argument?: unknown): Promise<Result<void>>;
}

async function openPage(cookie: string): Promise<Page> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api`, { headers: { cookie, origin: origin() } });
  sockets.push(socket);
  const states: AppState[] = [];
  const previews: Preview[] = [];
  const waiting = new Map<number, (result: Result<void>) => void>();
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) return void previews.push(decodePreview(data)!);
    const push = JSON.parse(data.toString('utf8')) as { state?: AppState; id: number; result: Result<void> };
    if (push.state) states.push(push.state);
    else waiting.get(push.id)?.(push.result);
  });
  await new Promise((resolve) => socket.on('open', resolve));
  let id = 0;
  return {
    socket,
    states,
    previews,
    call: (channel, argument = {}) =>
      new Promise((resolve) => {
        waiting.set(++id, resolve);
        socket.send(JSON.stringify({ id, channel, argument }));
      }),
  };
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(condition()).toBe(true);
}

const closed = (socket: WebSocket): Promise<number> =>
  new Promise((resolve) => socket.on('close', (code) => resolve(code)));

describe('the way in', () => {
  it('is the printed address, once: the token becomes a strict cookie and leaves the address', async () => {
    const first = await get(`/?token=${token}`);
    expect(first).toMatchObject({ status: 303, headers: { location: '/' } });
    expect(first.headers['set-cookie']![0]).toMatch(
      new RegExp(`^facet-${port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`),
    );
    const cookie = first.headers['set-cookie']![0].split(';')[0];
    expect(await get('/', { cookie })).toMatchObject({ status: 200, body: containing('Facet') });
    // The same browser may open the address again; another one may not.
    expect(await get(`/?token=${token}`, { cookie })).toMatchObject({ status: 303 });
    expect(await get(`/?token=${token}`)).toMatchObject({ status: 403 });
  });

  it('is closed to wrong tokens and wrong cookies', async () => {
    const wrong = token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    for (const guess of ['', wrong, `${token}x`, 'x'.repeat(8000)])
      expect((await get(`/?token=${guess}`)).status).toBe(403);
    expect((await get('/')).status).toBe(403);
    for (const cookie of [`facet-${port}=`, `facet-${port}=x`, 'facet-1=x', '=;=;;', `facet-${port}`])
      expect((await get('/assets/index-1a2b.js', { cookie })).status).toBe(403);
    // The right one still works after all that.
    expect((await get(`/?token=${token}`)).status).toBe(303);
  });

  it('gives the page a strict policy', async () => {
    const { headers } = await get('/', { cookie: await enter() });
    const policy = headers['content-security-policy'] as string;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-store',
    });
  });
});

describe('a request', () => {
  it.each(['evil.example', 'localhost', '127.0.0.1', '127.0.0.1:1', 'evil.example:80', '[::1]'])(
    'for the host %s is refused, also with the cookie',
    async (name) => {
      const cookie = await enter();
      expect((await get('/', { host: name, cookie })).status).toBe(421);
      expect((await upgrade({ host: name, cookie, origin: origin() })).status).toBe(421);
    },
  );

  it.each(['http://evil.example', 'null', 'https://127.0.0.1', 'http://localhost', 'file://'])(
    'from the origin %s is refused, also with the cookie',
    async (foreign) => {
      const cookie = await enter();
      expect((await get('/', { origin: foreign, cookie })).status).toBe(403);
      expect((await upgrade({ origin: foreign, cookie })).status).toBe(403);
    },
  );

  it('that a browser says comes from another site is refused', async () => {
    const cookie = await enter();
    for (const site of ['cross-site', 'same-site'])
      expect((await get('/', { 'sec-fetch-site': site, cookie })).status).toBe(403);
    expect((await get('/', { 'sec-fetch-site': 'none', cookie })).status).toBe(200);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'])('with %s is refused', async (method) => {
    expect((await get('/', { cookie: await enter() }, method)).status).toBe(405);
  });

  it.each([
    '/../secret.js',
    '/..%2fsecret.js',
    '/%2e%2e/secret.js',
    '/assets/../../secret.js',
    '/assets/..\\..\\secret.js',
    '//secret.js',
    '/./index.html/../../secret.js',
    '/notes.txt',
    '/index.html%00.js',
    '/assets',
    '/assets/',
    '/etc/passwd',
    'http://evil.example/',
  ])('for %s finds no file', async (path) => {
    const { status, body } = await get(path, { cookie: await enter() });
    expect(status).toBe(404);
    expect(body).not.toContain('outside');
  });

  it('for a file of the page gets it, with its type', async () => {
    const script = await get('/assets/index-1a2b.js', { cookie: await enter() });
    expect(script).toMatchObject({ status: 200, body: 'export {};' });
    expect(script.headers['content-type']).toContain('javascript');
    expect(script.headers['cache-control']).toContain('immutable');
  });
});

describe('a socket', () => {
  it('opens only with the cookie, from the page, at its place', async () => {
    const cookie = await enter();
    expect((await upgrade({ origin: origin() })).status).toBe(403);
    expect((await upgrade({ cookie })).status).toBe(403);
    expect((await upgrade({ cookie: `${cookie}x`, origin: origin() })).status).toBe(403);
    expect((await upgrade({ cookie, origin: origin() }, '/')).status).toBe(400);
    expect((await upgrade({ cookie, origin: origin() }, '/api?again')).status).toBe(400);
    expect((await upgrade({ cookie, origin: origin() })).status).toBe(101);
  });

  it('gets the state, answers requests, and shows both tabs the same', async () => {
    const cookie = await enter();
    const [one, two] = [await openPage(cookie), await openPage(cookie)];
    await until(() => one.states.length > 0 && two.states.length > 0);
    expect(await one.call('lock.pin', { pin: '000000' })).toMatchObject({ ok: false, code: 'pin-wrong' });
    expect(await one.call('lock.pin', { pin: PIN })).toEqual({ ok: true });
    await until(() => two.states.at(-1)?.lock.kind === 'unlocked');
    expect(await two.call('lock.now')).toEqual({ ok: true });
    await until(() => one.states.at(-1)?.lock.kind === 'locked');
    // Nothing of the person or the lock's secrets is in what was sent.
    expect(JSON.stringify(one.states)).not.toMatch(/embedding|hash|salt|key"/);
  });

  it('reloaded in the middle of an attempt finds it going on', async () => {
    const cookie = await enter();
    const page = await openPage(cookie);
    await settled();
    await staged.pipeline.emit(watching, staged.face(ADA));
    page.socket.terminate();
    await settled();
    const again = await openPage(cookie);
    await until(() => again.states.length > 0);
    expect(staged.pipeline.requests).toHaveLength(1);
    await staged.stand(ADA, 2);
    await until(() => again.states.at(-1)?.lock.kind === 'unlocked');
  });

  it('carries previews, and drops those that a busy page cannot take', async () => {
    const page = await openPage(await enter());
    await settled();
    const data = new Uint8Array(160 * 160).fill(7);
    staged.pipeline.view({ kind: 'mirror', width: 160, height: 160, data });
    await until(() => page.previews.length === 1);
    expect(page.previews[0]).toMatchObject({ kind: 'mirror', width: 160, height: 160 });
    // A page that does not read.
    page.socket.pause();
    for (let i = 0; i < 3000; i++) {
      staged.pipeline.view({ kind: 'mirror', width: 160, height: 160, data: data.fill(i % 251) });
      if (i % 100 === 0) await settled();
    }
    page.socket.resume();
    await until(() => page.previews.at(-1)?.data[0] === 2999 % 251);
    expect(page.previews.length).toBeLessThan(1500);
  });

  it.each([
    ['text that is no JSON', 'hello'],
    ['another shape', '{"id":1}'],
    ['an id that is no count', '{"id":-1,"channel":"lock.now","argument":{}}'],
    ['more than it should', '{"id":1,"channel":"lock.now","argument":{},"state":{}}'],
    ['bytes', Buffer.from([0, 1, 2])],
  ])('that sends %s is closed', async (_what, message) => {
    const page = await openPage(await enter());
    page.socket.send(message);
    expect(await closed(page.socket)).toBe(CLOSED_BY_POLICY);
  });

  it('that sends too much is closed before it is read', async () => {
    const page = await openPage(await enter());
    page.socket.send('x'.repeat(MAX_REQUEST + 1));
    expect(await closed(page.socket)).toBe(1009);
    expect((await upgrade({ cookie: 'x', origin: origin() })).status).toBe(403);
  });

  it('hears in a sentence that 10,000 pasted characters or emoji are no PIN', async () => {
    const page = await openPage(await enter());
    for (const pin of ['7'.repeat(10_000), '7'.repeat(10_001), '😀'.repeat(5000), '🔑🔑🔑'])
      expect(await page.call('lock.pin', { pin })).toMatchObject({
        ok: false,
        message: expect.stringMatching(/PIN/) as string,
      });
    expect(staged.desk.state.lock.kind).toBe('locked');
  });

  it('that asks for everything at once is told to wait, and still answered', async () => {
    const page = await openPage(await enter());
    let check = () => {};
    staged.pins.gate = new Promise((resolve) => (check = resolve));
    const asked = Array.from({ length: 40 }, () => page.call('lock.pin', { pin: '000000' }));
    await settled();
    setTimeout(() => check(), 50);
    const answers = await Promise.all(asked);
    expect(answers.every(({ ok }) => !ok)).toBe(true);
    expect(staged.desk.state.lock.kind).toBe('locked');
  });

  it('gets an answer on every channel, whatever it sends, and opens nothing', async () => {
    const page = await openPage(await enter());
    const channels = Object.keys(apiSchemas) as Channel[];
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.constantFrom<string>(...channels), fc.string({ maxLength: 60 })),
        fc.oneof(
          fc.json().map((text) => JSON.parse(text) as unknown),
          fc.dictionary(
            fc.constantFrom('pin', 'look', 'user', 'change', 'to', 'next', 'who', '__proto__'),
            fc.jsonValue(),
          ),
        ),
        async (channel, argument) => {
          const result = await page.call(channel, argument);
          expect(result).toHaveProperty('ok');
          if (!result.ok) expect(result.message).toMatch(/^[A-Z].*[.]$/s);
          expect(staged.desk.state.lock.kind).toBe('locked');
        },
      ),
      { numRuns: 300 },
    );
    expect(staged.faults).toEqual([]);
    expect(page.socket.readyState).toBe(WebSocket.OPEN);
  });
});

describe('a port', () => {
  it('in use is said to be so', async () => {
    await expect(startWebHost(staged.desk, new PageFiles(folder), port)).rejects.toMatchObject({
      code: 'busy',
      message: containing(`Port ${port} is in use`),
    });
  });

  it('without a built page says what to do', async () => {
    const bare = await startWebHost(staged.desk, new PageFiles(join(folder, 'absent')), 0);
    const address = new URL(bare.address);
    port = Number(address.port);
    token = address.searchParams.get('token')!;
    const { status, body } = await get('/', { cookie: await enter() });
    await bare.close();
    expect([status, body]).toEqual([404, containing('npm run build')]);
  });
});
