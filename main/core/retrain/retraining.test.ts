import { beforeEach, describe, expect, it } from 'vitest';
import { fail, ok } from '../../contract/result.ts';
import { ManualClock } from '../manual-clock.ts';
import { MemoryVault, StagedTrainer, trained } from '../memory.fixture.ts';
import { removeLook } from '../people/looks.ts';
import { PREPROCESSING } from '../people/gallery.ts';
import type { MatchPolicy } from '../judge/policy.ts';
import { galleryOf } from '../people/gallery.fixture.ts';
import { POLICY, views } from './gallery.fixture.ts';
import { Retraining } from './retraining.ts';
import { keepHead } from './versions.ts';

/** The policy of a level, told by its limit in the dark. */
const at = (level: number): MatchPolicy => ({
  ...POLICY,
  infrared: [{ parts: [], limits: [{ fusedFrames: 1, distance: level }] }],
});

let vault: MemoryVault;
let trainer: StagedTrainer;
let retraining: Retraining;
const never = (): AbortSignal => new AbortController().signal;
const quiet = () => undefined;

beforeEach(() => {
  vault = new MemoryVault();
  vault.galleries.set('ada', galleryOf(views(16)));
  trainer = new StagedTrainer();
  retraining = new Retraining({
    vault,
    trainer,
    clock: new ManualClock(1000),
    loadPolicy: async (level = 1e-5) => ok(at(level)),
    change: async (user, change) => {
      const changed = change(vault.galleries.get(user)!);
      if (!changed.ok) return changed;
      const saved = await vault.save(changed.value);
      return saved.ok ? ok(undefined) : saved;
    },
  });
});

const started = async (signal = never()) => {
  const running = retraining.run('ada', { sensitivity: 1e-6 }, signal, quiet);
  await new Promise((resolve) => setImmediate(resolve));
  return { running };
};
const heads = () => vault.galleries.get('ada')!.heads;

describe('retraining', () => {
  it('keeps a head that passed, and says by what it did', async () => {
    const { running } = await started();
    expect(trainer.tasks[0].training).toHaveLength(12);
    expect(trainer.tasks[0].policies).toEqual([1e-6, 1e-4, 1e-5].map(at));
    trainer.end(trained(true));
    expect(await running).toMatchObject({ ok: true, value: { promoted: true, version: 1, backend: 'wasm' } });
    expect(heads()?.inUse).toBe(1);
    expect(await retraining.versions('ada')).toMatchObject({
      ok: true,
      value: [{ version: 1, inUse: true }],
    });
  });

  it('leaves everything as it was where the head did not pass', async () => {
    const { running } = await started();
    trainer.end(trained(false));
    const report = await running;
    expect(report).toMatchObject({ ok: true, value: { promoted: false } });
    expect(report.ok && report.value).not.toHaveProperty('version');
    expect(heads()).toBeUndefined();
  });

  it('judges the next head against the one in use', async () => {
    const first = await started();
    trainer.end(trained(true));
    await first.running;
    await started();
    expect(trainer.tasks[1].current.colour?.offset).toBe(-0.05);
  });

  it('changes nothing when it is cancelled, at whatever moment', async () => {
    const controller = new AbortController();
    const { running } = await started(controller.signal);
    controller.abort();
    expect(await running).toMatchObject({ ok: false, code: 'cancelled' });
    const late = new AbortController();
    const second = await started(late.signal);
    trainer.end(trained(true));
    late.abort();
    expect(await second.running).toMatchObject({ ok: false, code: 'cancelled' });
    expect(heads()).toBeUndefined();
  });

  it('changes nothing where the disk is full, a look was deleted, or the trainer fails', async () => {
    vault.saving = fail('store-unwritable', 'The disk is full.');
    const { running } = await started();
    trainer.end(trained(true));
    expect(await running).toMatchObject({ ok: false, code: 'store-unwritable' });
    vault.saving = undefined;

    vault.galleries.set('ada', galleryOf([...views(16), ...views(8, { look: 'hat' })]));
    const second = await started();
    const without = removeLook(vault.galleries.get('ada')!, 'hat');
    vault.galleries.set('ada', without.ok ? without.value : expect.fail());
    trainer.end(trained(true));
    expect(await second.running).toMatchObject({
      ok: false,
      message: expect.stringContaining('deleted') as string,
    });

    const third = await started();
    trainer.end(fail('model-missing', 'No pool.'));
    expect(await third.running).toMatchObject({ ok: false, code: 'model-missing' });
    expect(heads()).toBeUndefined();
  });

  it('keeps no head of a look that was enrolled again under its name meanwhile', async () => {
    const { running } = await started();
    vault.galleries.set('ada', galleryOf(views(16, { capturedAt: 999 })));
    trainer.end(trained(true));
    expect(await running).toMatchObject({
      ok: false,
      code: 'busy',
      message: expect.stringMatching(/enrolled again.*nothing was changed. Retrain again/) as string,
    });
    expect(heads()).toBeUndefined();
  });

  it('does not overrule the version that was chosen meanwhile', async () => {
    const first = await started();
    trainer.end(trained(true));
    await first.running;
    const second = await started();
    await retraining.use('ada', 0);
    trainer.end(trained(true));
    expect(await second.running).toMatchObject({
      ok: false,
      code: 'busy',
      message: expect.stringMatching(/Another version.*nothing was changed. Retrain again/) as string,
    });
    expect(heads()).toMatchObject({ inUse: 0, versions: [{ version: 1 }] });
  });

  it('keeps the looks of the head in use beside those that were learned from: its terms may go on', async () => {
    // No view of this look is compared any more.
    const gallery = galleryOf([...views(16), ...views(2, { look: 'hat', networks: 'earlier' })]);
    const head = { fittedAt: 1, networks: 'now', preprocessing: PREPROCESSING, looks: ['hat'], terms: {} };
    vault.galleries.set('ada', keepHead(gallery, head));
    const { running } = await started();
    trainer.end(trained(true));
    await running;
    expect(heads()?.versions.at(-1)?.looks.toSorted()).toEqual(['hat', 'plain']);
  });

  it('carries nothing on of a look that expired', async () => {
    const gallery = galleryOf([...views(16), ...views(2, { look: 'hat', source: 'adaptation' })]);
    const expired = { ...gallery, remembered: [{ look: 'hat', reason: 'hat', usedAt: -1e12 }] as const };
    const terms = { infrared: { offset: 0.1, distances: new Map(), weights: new Map() } };
    const head = {
      fittedAt: 1,
      networks: 'now',
      preprocessing: PREPROCESSING,
      looks: ['plain', 'hat'],
      terms,
    };
    vault.galleries.set('ada', keepHead(expired, head));
    const { running } = await started();
    expect(trainer.tasks[0].current).toEqual({});
    trainer.end(trained(true));
    expect(await running).toMatchObject({ ok: true });
    expect(heads()?.versions.map(({ looks }) => looks)).toEqual([['plain']]);
  });

  it('is done by one at a time', async () => {
    const { running } = await started();
    expect(await retraining.run('ada', {}, never(), quiet)).toMatchObject({ ok: false, code: 'busy' });
    trainer.end(trained(false));
    await running;
    const next = await started();
    trainer.end(trained(true));
    expect(await next.running).toMatchObject({ ok: true });
  });

  it('goes back to no head, and on again', async () => {
    const { running } = await started();
    trainer.end(trained(true));
    await running;
    expect(await retraining.use('ada', 0)).toEqual(ok(undefined));
    expect(heads()?.inUse).toBe(0);
    expect(await retraining.use('ada', 1)).toEqual(ok(undefined));
    expect(heads()?.inUse).toBe(1);
    expect(await retraining.use('ada', 9)).toMatchObject({ ok: false, code: 'bad-argument' });
  });

  describe('deeper', () => {
    const SEEN = [{ embeddings: new Map(), relief: new Float32Array(4) }];
    const NETWORK = {
      kind: 'facet-personal 5e5e5e5e5e5e5e5e',
      onnx: Uint8Array.of(1),
      sha256: '5e'.repeat(32),
      templates: [Float32Array.of(1, 0)],
    };
    const deepened = () => {
      const outcome = trained(true);
      return ok({ ...outcome.value, network: NETWORK });
    };
    const goesDeeper = async (see = async () => ok(SEEN)) => {
      const running = retraining.run('ada', { see }, never(), quiet);
      await new Promise((resolve) => setImmediate(resolve));
      return { running };
    };

    it('hands on what was seen, keeps the network with its version, and nothing of what was seen', async () => {
      const { running } = await goesDeeper();
      expect(trainer.tasks[0].deeper).toEqual({ seen: SEEN });
      trainer.end(deepened());
      expect(await running).toMatchObject({ ok: true, value: { promoted: true, version: 1 } });
      expect(heads()?.versions[0].network).toEqual(NETWORK);
      expect(await retraining.versions('ada')).toMatchObject({ ok: true, value: [{ deeper: true }] });
      await goesDeeper();
      expect(trainer.tasks[1].deeper).toEqual({ seen: SEEN, network: NETWORK });
    });

    it('looks at nobody where it cannot be done, or there is nothing to learn from', async () => {
      const see = () => expect.fail('looked');
      trainer.deeper = fail('model-missing', 'No TensorFlow.');
      expect(await retraining.run('ada', { see }, never(), quiet)).toMatchObject({
        message: 'No TensorFlow.',
      });
      trainer.deeper = ok(undefined);
      vault.galleries.set('ada', galleryOf(views(3)));
      expect(await retraining.run('ada', { see }, never(), quiet)).toMatchObject({ code: 'not-enrolled' });
    });

    it('changes nothing where nobody was seen', async () => {
      const { running } = await goesDeeper(async () => fail('timed-out', 'Nobody came.') as never);
      expect(await running).toMatchObject({ ok: false, message: 'Nobody came.' });
      expect(trainer.tasks).toEqual([]);
      expect(heads()).toBeUndefined();
    });

    it('is what comes after a deeper version: the stored looks cannot be compared with it', async () => {
      const { running } = await goesDeeper();
      trainer.end(deepened());
      await running;
      expect(await retraining.run('ada', {}, never(), quiet)).toMatchObject({
        ok: false,
        message: expect.stringContaining('Retrain deeper, or go back') as string,
      });
      await retraining.use('ada', 0);
      const next = await started();
      trainer.end(trained(true));
      expect(await next.running).toMatchObject({ ok: true });
    });
  });
});
