import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { facet } from './facet.fixture.ts';

const PIN = '491783\n';
let data: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'facet-retrain-'));
});
afterAll(() => rm(data, { recursive: true }));

const call = (...args: string[]) =>
  facet([...args, '--data', data, '--pin-stdin', '--json'], { input: PIN, env: { FACET_BACKEND: 'wasm' } });

it('retrains from what was enrolled, keeps it sealed, and undoes it', async () => {
  expect((await call('retrain', '--user', 'ada')).code).not.toBe(0);
  expect((await call('enroll', '--user', 'ada')).code).toBe(0);
  const { code, stdout } = await call('retrain');
  expect(code).toBe(0);
  const report = JSON.parse(stdout) as Record<string, unknown>;
  expect(report).toMatchObject({ ok: true, promoted: true, backend: 'wasm', views: { heldOut: 4 } });
  const sealed = await readFile(join(data, 'gallery-ada.sealed'));
  expect(sealed.includes('distances')).toBe(false);
  for (const _ of ['back', 'no further'])
    expect(JSON.parse((await call('retrain', '--undo')).stdout)).toEqual({ ok: true, version: 0 });
  expect((await call('retrain', '--undo', '7')).code).toBe(64);
  expect((await call('retrain', '--backend', 'abacus')).code).toBe(64);
}, 240_000);
