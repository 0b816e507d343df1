/** What Electron's main process refuses, with an Electron that only remembers what it is told. */
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync, existsSync, readFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Preview } from '../../contract/api.ts';
import type { AppState } from '../../contract/states/app.ts';
import { PIN, settled, stagedDesk, type StagedDesk } from '../../core/shell/desk.fixture.ts';
import { PageFiles } from '../shared/page-files.ts';
import { bridge, type Bridge, type BridgeIpc, type BridgePage } from './bridge.ts';
import { MESSAGES } from './channels.ts';
import { answerPage } from './page-protocol.ts';
import { confine, refuseEverything } from './refusals.ts';
import { startAtLogin } from './start-at-login.ts';
import { utilityPipeline, type UtilityFork } from './utility-pipeline.ts';

class FakeIpc extends EventEmitter {
  readonly handlers = new Map<string, (...args: unknown[]) => unknown>();
  handle(channel: string, handler: (...args: unknown[]) => unknown) {
    this.handlers.set(channel, handler);
  }
  removeHandler(channel: string) {
    this.handlers.delete(channel);
  }
}

class FakePage extends EventEmitter {
  readonly mainFrame = { origin: 'app://facet' };
  readonly sent: [string, unknown][] = [];
  destroyed = false;
  send(channel: string, message: unknown) {
    if (this.destroyed) throw new Error('Object has been destroyed');
    this.sent.push([channel, message]);
  }
  isDestroyed() {
    return this.destroyed;
  }
  of<T>(channel: string): T[] {
    return this.sent.filter(([name]) => name === channel).map(([, message]) => message as T);
  }
}

describe('the bridge', () => {
  let staged: StagedDesk;
  let ipc: FakeIpc;
  let page: FakePage;
  let connected: Bridge;
  const call = (event: unknown, channel: unknown, argument: unknown) =>
    ipc.handlers.get(MESSAGES.call)!(event, channel, argument);
  const own = () => ({ senderFrame: page.mainFrame });
  const preview = (value: number): Preview => ({
    kind: 'mirror',
    width: 1,
    height: 1,
    data: Uint8Array.of(value),
  });

  beforeEach(async () => {
    staged = await stagedDesk();
    ipc = new FakeIpc();
    page = new FakePage();
    connected = bridge(staged.desk, page as unknown as BridgePage, ipc as unknown as BridgeIpc);
  });

  it('answers the page, and sends it the state', async () => {
    ipc.emit(MESSAGES.attend, own());
    expect(page.of<AppState>(MESSAGES.state)).toHaveLength(1);
    expect(await call(own(), 'lock.pin', { pin: PIN })).toMatchObject({ ok: true });
    expect(page.of<AppState>(MESSAGES.state).at(-1)).toMatchObject({ lock: { kind: 'unlocked' } });
  });

  it.each([
    ['a frame inside the page', () => ({ senderFrame: { origin: 'app://facet' } })],
    ['a frame that is gone', () => ({ senderFrame: null })],
    [
      'the page after it was navigated away',
      () => {
        page.mainFrame.origin = 'https://evil.example';
        return own();
      },
    ],
    [
      'a page of a like-named scheme',
      () => {
        page.mainFrame.origin = 'app://facet.evil';
        return own();
      },
    ],
  ])('gives nothing to %s', async (_who, sender) => {
    const event = sender();
    expect(await call(event, 'lock.pin', { pin: PIN })).toMatchObject({ ok: false, code: 'bad-argument' });
    ipc.emit(MESSAGES.attend, event);
    staged.pipeline.view(preview(1));
    expect(page.sent).toEqual([]);
    expect(staged.desk.state.lock.kind).toBe('locked');
  });

  it.each([undefined, null, 7, {}, ['lock.now'], '__proto__', 'toString', 'unlock'])(
    'refuses %j as a channel',
    async (channel) => {
      expect(await call(own(), channel, {})).toMatchObject({ ok: false, code: 'bad-argument' });
    },
  );

  it('does not watch behind a hidden window, and does again when it is shown', async () => {
    ipc.emit(MESSAGES.attend, own());
    await settled();
    expect(staged.pipeline.isWatched).toBe(true);
    connected.see(false);
    await staged.desk.lockNow();
    await settled();
    expect(staged.pipeline.isWatched).toBe(false);
    expect(page.of<AppState>(MESSAGES.state).at(-1)).toMatchObject({ face: { kind: 'off' } });
    connected.see(true);
    await settled();
    expect(staged.pipeline.isWatched).toBe(true);
  });

  it('sends one preview of a kind at a time, and then the latest', () => {
    ipc.emit(MESSAGES.attend, own());
    for (let i = 1; i <= 5; i++) staged.pipeline.view(preview(i));
    expect(page.of<Preview>(MESSAGES.preview).map(({ data }) => data[0])).toEqual([1]);
    ipc.emit(MESSAGES.previewTaken, own(), 'nonsense');
    ipc.emit(MESSAGES.previewTaken, { senderFrame: null }, 'mirror');
    expect(page.of(MESSAGES.preview)).toHaveLength(1);
    ipc.emit(MESSAGES.previewTaken, own(), 'mirror');
    expect(page.of<Preview>(MESSAGES.preview).map(({ data }) => data[0])).toEqual([1, 5]);
  });

  it('lets go of a page that is destroyed, and begins anew with one that loads again', async () => {
    ipc.emit(MESSAGES.attend, own());
    ipc.emit(MESSAGES.attend, own());
    await settled();
    page.sent.length = 0;
    await staged.desk.call('settings.change', { pin: PIN, change: { theme: 'dark' } });
    const states = page.of<AppState>(MESSAGES.state);
    expect(new Set(states.map((state) => JSON.stringify(state))).size).toBe(states.length);
    page.destroyed = true;
    page.emit('destroyed');
    await staged.desk.call('lock.now', {});
    expect(ipc.handlers.size).toBe(0);
    await staged.pass(6000);
    expect(staged.pipeline.isWatched).toBe(false);
    connected.disconnect();
  });
});

describe('a page', () => {
  it('cannot leave, open windows or embed anything', () => {
    const contents = new EventEmitter() as EventEmitter & {
      setWindowOpenHandler(handler: () => unknown): void;
    };
    let open: (() => unknown) | undefined;
    contents.setWindowOpenHandler = (handler) => (open = handler);
    confine(contents as unknown as Parameters<typeof confine>[0]);
    for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview']) {
      const event = { preventDefault: vi.fn() };
      expect(contents.emit(name, event)).toBe(true);
      expect(event.preventDefault).toHaveBeenCalled();
    }
    expect(open!()).toEqual({ action: 'deny' });
  });

  it('gets no permission, no device, no download but of its own drawing, no screen, and reaches nothing but itself', () => {
    const asked: Record<string, (...args: never[]) => unknown> = {};
    const keep = (name: string) => (handler: (...args: never[]) => unknown) => void (asked[name] = handler);
    const session = Object.assign(new EventEmitter(), {
      setPermissionRequestHandler: keep('request'),
      setPermissionCheckHandler: keep('check'),
      setDevicePermissionHandler: keep('device'),
      setDisplayMediaRequestHandler: keep('screen'),
      webRequest: { onBeforeRequest: keep('network') },
    });
    refuseEverything(session as unknown as Parameters<typeof refuseEverything>[0]);
    const call = (name: string, ...args: unknown[]) =>
      (asked[name] as (...given: unknown[]) => unknown)(...args);
    for (const permission of ['media', 'geolocation', 'notifications', 'usb', 'openExternal']) {
      const decide = vi.fn();
      call('request', {}, permission, decide);
      expect(decide).toHaveBeenCalledWith(false);
      expect(call('check', {}, permission)).toBe(false);
    }
    expect(call('device', {})).toBe(false);
    const give = vi.fn();
    call('screen', {}, give);
    expect(give).toHaveBeenCalledWith({});
    const refused = (url: string) => {
      const event = { preventDefault: vi.fn() };
      session.emit('will-download', event, { getURL: () => url });
      return event.preventDefault.mock.calls.length > 0;
    };
    expect(
      ['https://evil.example/a', 'app://facet/', 'blob:null/1', 'blob:app://facet.evil/1'].map(refused),
    ).toEqual([true, true, true, true]);
    expect(refused('blob:app://facet/1')).toBe(false);
    const cancelled = (url: string) => {
      const decide = vi.fn();
      call('network', { url }, decide);
      return (decide.mock.calls[0][0] as { cancel: boolean }).cancel;
    };
    expect(['app://facet/', 'app://facet/assets/a.js', 'blob:app://facet/1'].map(cancelled)).toEqual([
      false,
      false,
      false,
    ]);
    for (const url of [
      'https://example.org/',
      'http://127.0.0.1/',
      'file:///etc/passwd',
      'app://facet.evil/',
      'app://other/',
      'data:text/html,x',
      'ws://127.0.0.1/',
    ])
      expect(cancelled(url)).toBe(true);
  });
});

describe('the page’s scheme', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'facet-page-'));
    mkdirSync(join(folder, 'page'));
    writeFileSync(join(folder, 'page', 'index.html'), '<title>Facet</title>');
    writeFileSync(join(folder, 'secret.js'), 'outside');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const ask = (url: string, method = 'GET') =>
    answerPage(new PageFiles(join(folder, 'page')), { url, method });

  it('serves the page under a strict policy', async () => {
    const response = await ask('app://facet/?x#y');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'.*connect-src 'none'/);
    expect(await response.text()).toContain('Facet');
  });

  it.each([
    ['app://facet/../secret.js', 404],
    ['app://facet/%2e%2e/secret.js', 404],
    ['app://facet//secret.js', 404],
    ['app://other/', 403],
    ['app://facet.evil/', 403],
    ['https://facet/', 403],
  ])('refuses %s', async (url, status) => {
    const response = await ask(url);
    expect(response.status).toBe(status);
    expect(await response.text()).not.toContain('outside');
  });

  it('only reads', async () => {
    expect((await ask('app://facet/', 'POST')).status).toBe(405);
  });
});

describe('the pipeline as a utility process', () => {
  it('is told, heard, and never written to after its end', () => {
    const child = Object.assign(new EventEmitter(), {
      pid: undefined as number | undefined,
      postMessage: vi.fn(),
      kill: vi.fn(),
    });
    const fork = vi.fn(() => child);
    const pipeline = utilityPipeline({ fork } as unknown as UtilityFork)('pipeline.js', []);
    const heard = vi.fn();
    const gone = vi.fn();
    const off = pipeline.onMessage(heard);
    pipeline.onExit(gone);
    pipeline.send({ kind: 'rest' });
    child.emit('message', { kind: 'ready' });
    off();
    child.emit('message', { kind: 'ready' });
    expect(heard.mock.calls).toEqual([[{ kind: 'ready' }]]);
    pipeline.kill();
    pipeline.disconnect();
    expect(child.kill).toHaveBeenCalledTimes(2);
    child.emit('exit', 0);
    pipeline.send({ kind: 'rest' });
    expect(child.postMessage).toHaveBeenCalledTimes(1);
    expect(gone).toHaveBeenCalledTimes(1);
  });
});

describe('starting at login', () => {
  it('is an autostart entry on Linux, and the system’s own setting elsewhere', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'facet-login-'));
    const app = { setLoginItemSettings: vi.fn() };
    const linux = {
      platform: 'linux',
      env: { XDG_CONFIG_HOME: folder },
      execPath: '/opt/a "b"/facet',
    } as const;
    const file = join(folder, 'autostart', 'facet.desktop');
    await startAtLogin(app, true, linux);
    expect(readFileSync(file, 'utf8')).toContain('Exec="/opt/a \\"b\\"/facet"');
    await startAtLogin(app, false, linux);
    await startAtLogin(app, false, linux);
    expect(existsSync(file)).toBe(false);
    expect(app.setLoginItemSettings).not.toHaveBeenCalled();
    await startAtLogin(app, true, { ...linux, platform: 'darwin' });
    expect(app.setLoginItemSettings).toHaveBeenCalledWith({ openAtLogin: true });
    rmSync(folder, { recursive: true, force: true });
  });
});
