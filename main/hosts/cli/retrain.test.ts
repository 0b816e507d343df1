import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { facet, type Calling } from './facet.fixture.ts';
import { openApp } from './open-app.ts';
import { unwrap } from './output.ts';

const PIN = '491783\n';
let data: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'facet-retrain-'));
});
afterAll(() => rm(data, { recursive: true }));

const call = (args: readonly string[], calling: Calling = {}) =>
  facet([...args, '--data', data, '--pin-stdin', '--json'], {
    input: PIN,
    env: { FACET_BACKEND: 'wasm' },
    ...calling,
  });
const answer = async (...args: string[]) =>
  JSON.parse((await call(['retrain', ...args])).stdout) as Record<string, unknown>;

/** What is there after the networks changed. */
async function outdate(): Promise<void> {
  const { vault, close } = await openApp(data);
  const gallery = unwrap(await vault.load('ada'))!;
  const versions = gallery.heads!.versions.map((head) => ({ ...head, networks: 'earlier' }));
  unwrap(await vault.save({ ...gallery, heads: { ...gallery.heads!, versions } }));
  await close();
}

it('retrains from what was enrolled, keeps it sealed, and undoes it', async () => {
  expect((await call(['enroll', '--user', 'ada'])).code).toBe(0);
  const { code, stdout, stderr } = await call(['retrain']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    ok: true,
    promoted: true,
    version: 1,
    backend: 'wasm',
    views: { heldOut: 4 },
  });
  expect(stderr).toMatch(/epoch 90 of 100, loss 0\.\d{3}, about \d+ seconds? left/);
  const sealed = await readFile(join(data, 'gallery-ada.sealed'));
  expect(sealed.includes('distances')).toBe(false);

  const killed = await call(['retrain'], {
    meanwhile: (child) =>
      child.stderr!.on('data', (text: string) => text.includes('epoch 50 of') && child.kill('SIGKILL')),
  });
  expect(killed).toMatchObject({ code: null, stdout: '' });
  expect(await answer('--versions')).toMatchObject({
    ok: true,
    versions: [{ version: 1, looks: ['plain'], inUse: true, outdated: false }],
  });

  for (const _ of ['back', 'no further']) expect(await answer('--undo')).toEqual({ ok: true, version: 0 });
  expect((await call(['retrain', '--undo', '7'])).code).toBe(64);
  await outdate();
  expect(await answer('--undo', '1')).toMatchObject({
    ok: false,
    message: expect.stringContaining('made for other networks') as string,
  });
}, 240_000);

it('says what is wrong with a call before it reads anything', async () => {
  expect((await call(['retrain', '--backend', 'abacus'])).code).toBe(64);
  expect((await call(['retrain', '--undo', 'latest'])).code).toBe(64);
});
