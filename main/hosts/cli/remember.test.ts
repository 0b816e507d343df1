/** A look that was refused, remembered after the PIN: a simulated sensor, real models, and the sealed store. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { facet } from './facet.fixture.ts';
import { openApp } from './open-app.ts';
import { unwrap } from './output.ts';

const PIN = '491783';
let data: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'facet-remember-'));
});
afterAll(() => rm(data, { recursive: true }));

it('knows who was refused in sunglasses, a hat and a scarf over the mouth, and offers nothing to who only has the PIN', async () => {
  const enrolling = ['enroll', '--user', 'ada', '--data', data, '--pin-stdin'];
  expect((await facet(enrolling, { input: `${PIN}\n` })).code).toBe(0);
  const { app, close } = await openApp(data);
  const comes = async (scene: string) => {
    await (await app.lock('ada')).dispatch({ kind: 'lock' });
    return app.unlock(
      {
        user: 'ada',
        sensor: `simulated:${scene}`,
        pace: 'virtual',
        attentionRequired: true,
        adapt: true,
      },
      new AbortController().signal,
      () => undefined,
    );
  };
  const refused = { ok: true, value: { kind: 'refused', code: 'not-recognised' } };
  expect(await comes('stranger')).toMatchObject(refused);
  unwrap(await app.enterPin('ada', PIN));
  expect(await app.mayRemember('ada')).toBe(false);

  expect(await comes('you+sunglasses+muffler+hat@1')).toMatchObject(refused);
  unwrap(await app.enterPin('ada', PIN));
  expect(await app.mayRemember('ada')).toBe(true);
  unwrap(await app.remember('ada', { look: 'with a scarf', reason: 'scarf' }));
  expect(await comes('you+sunglasses+muffler+hat@2')).toMatchObject({
    ok: true,
    value: { kind: 'unlocked', by: 'face' },
  });
  await close();
}, 600_000);
