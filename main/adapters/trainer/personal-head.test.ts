import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Embeddings } from '../../contract/evidence.ts';
import { normalised } from '../../core/face/embedding.ts';
import type { MatchPolicy } from '../../core/judge/policy.ts';
import { PREPROCESSING } from '../../core/people/gallery.ts';
import { Random } from '../../core/random.ts';
import type { ImpostorPool } from '../../core/retrain/pool.ts';
import { retrain, type RetrainTask } from '../../core/retrain/retrain.ts';
import { fitHead, openBackend, type OpenBackend } from './fit-head.ts';
import { decodePool, encodePool, loadImpostorPool } from './impostor-pool.ts';

const KINDS = ['shape', 'picture'];
const SIZE = 12;

const draw = (random: Random): Float32Array => Float32Array.from({ length: SIZE }, () => random.normal());
/** A person's face on some day: noise where everybody's faces change, none where they do not. */
function face(who: string, day: string): Embeddings {
  return new Map(
    KINDS.map((kind) => {
      const [person, change] = [
        draw(new Random(`${who} ${kind}`)),
        draw(new Random(`${who} ${kind} ${day}`)),
      ];
      return [kind, normalised(person.map((value, i) => value + (i < SIZE / 2 ? 1.2 : 0.1) * change[i]))];
    }),
  );
}
/** @param limit of the fused distance */
const policyOf = (limit: number): MatchPolicy => ({
  colour: [
    {
      parts: [{ kind: 'picture', pooling: { nearest: 1 }, weight: 1 }],
      limits: [{ fusedFrames: 1, distance: 1.2 }],
    },
    {
      parts: [
        { kind: 'shape', pooling: { nearest: 3 }, weight: 0.8 },
        { kind: 'picture', pooling: { nearest: 1 }, weight: 0.2 },
      ],
      limits: [{ fusedFrames: 1, distance: limit }],
    },
  ],
  infrared: [],
  networks: 'now',
});
const pool: ImpostorPool = {
  networks: 'now',
  preprocessing: PREPROCESSING,
  people: Array.from({ length: 120 }, (_, i) => [face(`p${i}`, 'a'), face(`p${i}`, 'b')]),
};
const task = (seed = '1', policies: RetrainTask['policies'] = [policyOf(0.6)]): RetrainTask => ({
  training: Array.from({ length: 9 }, (_, i) => face('ada', `${i}`)),
  heldOut: Array.from({ length: 3 }, (_, i) => face('ada', `held out ${i}`)),
  policies,
  current: {},
  seed,
});

describe('a personal head', () => {
  let opened: OpenBackend;
  beforeAll(async () => {
    opened = await openBackend('wasm');
  });
  const losses: number[] = [];
  const train = (given = task(), people = pool, current = opened) =>
    retrain(
      given,
      people,
      (problem) => fitHead(current.tf, problem, (_, loss) => losses.push(loss)),
      () => undefined,
    );

  it('knows its owner on days that it was not shown, and lets in no more strangers', async () => {
    const outcome = await train();
    if (!outcome.ok) return expect.fail(outcome.message);
    const { report, terms } = outcome.value;
    expect(report).toMatchObject({ promoted: true, verdict: 'better' });
    expect(report.after.falseRejects.errors).toBeLessThan(0.7 * report.before.falseRejects.errors);
    expect(report.after.falseAccepts.errors).toBeLessThanOrEqual(report.before.falseAccepts.errors);
    expect(report.people).toEqual({ learned: 60, heldOut: 60 });
    expect(Object.keys(terms)).toEqual(['colour']);
    expect(losses.at(-1)).toBeLessThan(losses[0]);
  });

  it('is the same for the same seed, and another for another', async () => {
    expect(await train()).toEqual(await train());
    expect(await train(task('2'))).not.toEqual(await train());
  });

  it('comes out alike on every backend', async () => {
    const [wasm, cpu] = [await train(), await train(task(), pool, await openBackend('cpu'))];
    opened = await openBackend('wasm');
    if (!wasm.ok || !cpu.ok) return expect.fail();
    expect(cpu.value.terms.colour!.offset).toBeCloseTo(wasm.value.terms.colour!.offset, 3);
  });

  it('is kept only where every sensitivity would keep it; the counts are of the one in force', async () => {
    const strict = await train(task('1', [policyOf(0.6), policyOf(0.5)]));
    const both = await train(task('1', [policyOf(0.6), policyOf(0.7)]));
    if (!strict.ok || !both.ok) return expect.fail();
    expect(strict.value.report).toMatchObject({ promoted: true, verdict: 'better' });
    expect(strict.value.report).not.toHaveProperty('elsewhere');
    const { before, after } = strict.value.report;
    expect(both.value).toMatchObject({
      terms: {},
      report: { promoted: false, verdict: 'more-false-accepts', elsewhere: true, before, after },
    });
  });

  it('has nothing to do with people that other networks saw', async () => {
    expect(await train(task(), { ...pool, networks: 'earlier' })).toMatchObject({
      ok: false,
      code: 'model-altered',
      message: expect.stringContaining('other networks') as string,
    });
  });
});

describe('the impostor pool', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'facet-pool-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('comes back nearly as it was, all of unit length', () => {
    const { people, ...rest } = decodePool(encodePool(pool));
    expect(rest).toEqual({ networks: 'now', preprocessing: PREPROCESSING });
    expect(people).toHaveLength(120);
    const [was, is] = [pool.people[7][1].get('shape')!, people[7][1].get('shape')!];
    expect(Math.hypot(...is.map((value, i) => value - was[i]))).toBeLessThan(0.02);
    expect(Math.hypot(...is)).toBeCloseTo(1, 5);
  });

  it('is refused where it was cut short, prolonged, or is something else', () => {
    const bytes = encodePool(pool);
    for (const broken of [
      bytes.subarray(0, bytes.length - 1),
      Buffer.concat([bytes, Buffer.of(0)]),
      bytes.subarray(1),
      Buffer.of(1),
    ])
      expect(() => decodePool(broken)).toThrow('npm run facet -- pool');
  });

  it('is refused where it is missing, or another than the manifest names', async () => {
    const manifest = JSON.parse(await readFile('models/manifest.json', 'utf8')) as Record<string, unknown>;
    const impostors = {
      file: 'p.bin',
      sha256: '0'.repeat(64),
      networks: 'n',
      people: 1,
      licence: 'l',
      made: 'm',
    };
    const write = (change: object) =>
      writeFile(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, ...change }));
    await write({ impostors: undefined });
    await expect(loadImpostorPool(folder)).rejects.toMatchObject({ code: 'model-missing' });
    await write({ impostors });
    await expect(loadImpostorPool(folder)).rejects.toMatchObject({ code: 'model-missing' });
    await writeFile(join(folder, 'p.bin'), encodePool(pool));
    await expect(loadImpostorPool(folder)).rejects.toMatchObject({
      code: 'model-altered',
      message: expect.stringContaining('npm run facet -- pool') as string,
    });
  });
});
