/** With TensorFlow's native library, a simulated sensor, real models, and the sealed store. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tensorflowPackage } from '../../adapters/program-files.ts';
import { ms } from '../../contract/units.ts';
import { ok } from '../../contract/result.ts';
import { facet, type Calling } from './facet.fixture.ts';
import { openApp } from './open-app.ts';
import { unwrap } from './output.ts';

const PIN = '491783\n';
let data: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'facet-deeper-'));
});
afterAll(() => rm(data, { recursive: true }));

const call = (args: readonly string[], calling: Calling = {}) =>
  facet([...args, '--data', data, '--json'], { input: PIN, ...calling });
const versions = async () =>
  JSON.parse((await call(['retrain', '--versions', '--pin-stdin'])).stdout) as Record<string, unknown>;
const inFolder = async () => Promise.all((await readdir(data)).map((name) => readFile(join(data, name))));

// Skipped without TensorFlow: node scripts/tensorflow.mjs installs it.
describe.skipIf(!existsSync(tensorflowPackage()))('a deeper retraining', () => {
  it('learns from what it sees again, keeps none of it, and decides until it is undone', async () => {
    expect((await call(['enroll', '--user', 'ada', '--pin-stdin'])).code).toBe(0);
    const signal = new AbortController().signal;
    const { app, close } = await openApp(data);
    const sensor = {
      user: 'ada',
      sensor: 'simulated:you+turn',
      pace: 'virtual',
      patience: ms(60_000),
    } as const;
    const seen = unwrap(await app.lookAgain(sensor, signal, () => undefined));
    const stages = new Set<string>();
    const report = unwrap(
      await app.retraining.run('ada', { see: async () => ok(seen) }, signal, ({ stage }) =>
        stages.add(stage),
      ),
    );
    await close();
    expect([...stages]).toEqual(['loading', 'tuning', 'fitting', 'judging', 'saving']);
    expect(report).toMatchObject({ promoted: true, version: 1, backend: 'tfjs-node' });
    expect(report.after.falseAccepts.errors).toBeLessThanOrEqual(report.before.falseAccepts.errors);
    expect(report.after.falseRejects.errors).toBeLessThanOrEqual(report.before.falseRejects.errors);

    const files = await inFolder();
    const secrets = seen.flatMap(({ relief }) => {
      const middle = Buffer.from(relief.buffer, relief.byteOffset + relief.byteLength / 2, 64);
      return [middle, Buffer.from(middle.toString('base64').slice(8, 40))];
    });
    for (const secret of [...secrets, Buffer.from('LpNormalization')])
      expect(files.some((bytes) => bytes.includes(secret))).toBe(false);

    const unlocked = await call(['unlock']);
    expect(JSON.parse(unlocked.stdout)).toMatchObject({ ok: true, unlocked: true, by: 'face' });
    expect(unlocked.stderr).not.toContain('as Facet came');
  }, 900_000);

  it('that is damaged decides nothing, says so, and leaves Facet as it came', async () => {
    const { vault, close } = await openApp(data);
    const gallery = unwrap(await vault.load('ada'))!;
    const [head] = gallery.heads!.versions;
    const onnx = head.network!.onnx.slice();
    onnx[onnx.length >> 1] ^= 1;
    const damaged = {
      ...gallery,
      heads: { inUse: 1, versions: [{ ...head, network: { ...head.network!, onnx } }] },
    };
    unwrap(await vault.save(damaged));
    await close();
    const attempt = await call(['unlock']);
    expect(JSON.parse(attempt.stdout)).toMatchObject({ ok: true, unlocked: true, by: 'face' });
    expect(attempt.stderr).toContain('is damaged, so you are recognised as Facet came');
    const again = await openApp(data);
    const now = unwrap(await again.vault.load('ada'))!;
    unwrap(await again.vault.save({ ...now, heads: gallery.heads! }));
    await again.close();
  }, 300_000);

  it('that is killed leaves the old version', async () => {
    const killed = await call(['retrain', '--scope', 'deeper', '--pin-stdin'], {
      meanwhile: (child) =>
        child.stderr!.on('data', (text: string) => text.includes('epoch 10 of 20') && child.kill('SIGKILL')),
    });
    expect(killed).toMatchObject({ code: null, stdout: '' });
    expect(await versions()).toMatchObject({ versions: [{ version: 1, deeper: true, inUse: true }] });
  }, 900_000);

  it('is undone like any other', async () => {
    const head = await call(['retrain', '--pin-stdin']);
    expect(JSON.parse(head.stdout)).toMatchObject({ ok: false, code: 'bad-argument' });
    const undone = await call(['retrain', '--undo', '--pin-stdin']);
    expect(JSON.parse(undone.stdout)).toEqual({ ok: true, version: 0 });
    expect(await versions()).toMatchObject({ versions: [{ version: 1, deeper: true, inUse: false }] });
  }, 300_000);
});

it('says what is wrong with a call before it reads anything', async () => {
  expect((await call(['retrain', '--scope', 'deepest', '--pin-stdin'])).code).toBe(64);
});
