import { describe, expect, it } from 'vitest';
import { Random } from '../../core/random.ts';
import { RELIEF, RELIEF_CELLS } from '../../core/shape/relief.ts';
import type { Dataset } from '../corpus/dataset/open-dataset.ts';
import { ReliefBatches } from './relief-batches.ts';

const SIZE = 4 * RELIEF_CELLS;
const UNSEEN = 2 * RELIEF.columns;

/** People whose faces lie 1 cm above the mean face everywhere but in the first two rows, which nothing saw. */
const flat = (people: number): Dataset =>
  ({
    people: Array.from({ length: people }, (_, index) => ({
      index,
      sessions: [0, 1].map(() => ({ spectrum: 'infrared', frames: [{}, {}] })),
    })),
    mean: { height: new Float32Array(RELIEF_CELLS) },
    tensor: (_frames: unknown, _mean: unknown, out: Float32Array) =>
      out.fill(1, 3 * RELIEF_CELLS + UNSEEN, SIZE),
  }) as unknown as Dataset;

const batchOf = (bent: number, people = 6, strayed = 0) => {
  const recipe = { people, alike: 2, samples: 3, fused: 2, colourless: 0, patched: 0 };
  const source = new ReliefBatches(flat(20), {
    ...recipe,
    bent: { share: bent, rms: 1.5, width: [20, 60] },
    strayed: {
      fields: [{ rms: [0, strayed], width: [8, 35] }],
      shift: [strayed, strayed, strayed],
      turn: [strayed, strayed, strayed],
    },
  });
  const { input, labels } = source.batch(new Random('batch'));
  return [...labels].map((label, i) => ({
    label,
    heights: input.slice(i * SIZE + 3 * RELIEF_CELLS, (i + 1) * SIZE),
  }));
};

describe('a batch of reliefs', () => {
  it('has each person as often, and nobody beside their own mirror image', () => {
    const labels = batchOf(0, 15).map(({ label }) => label);
    const people = [...new Set(labels)];
    expect(people).toHaveLength(15);
    expect(new Set(people.map((label) => label >> 1)).size).toBe(15);
    for (const person of people) expect(labels.filter((label) => label === person)).toHaveLength(3);
  });

  it('bends a face alike in all samples of one person, differently for each, and only where it was seen', () => {
    const samples = batchOf(1);
    samples.forEach(({ heights }, i) => expect(heights).toEqual(samples[i - (i % 3)].heights));
    const firsts = samples.filter((_, i) => i % 3 === 0).map(({ heights }) => heights);
    expect(new Set(firsts.map((heights) => heights[1000])).size).toBe(firsts.length);
    for (const heights of firsts) {
      expect(heights.subarray(0, UNSEEN).every((height) => height === 0)).toBe(true);
      expect(Math.max(...heights.map((height) => Math.abs(height - 1)).slice(UNSEEN))).toBeLessThan(0.8);
    }
  });

  it('lets every sample of a person stray by itself', () => {
    const samples = batchOf(0, 6, 0.5).map(({ heights }) => heights.slice(UNSEEN));
    expect(new Set(samples.map((heights) => heights[1000])).size).toBe(samples.length);
    for (const heights of samples)
      expect(Math.max(...heights.map((height) => Math.abs(height - 1)))).toBeLessThan(0.6);
  });

  it('leaves faces as they are where none are bent', () => {
    for (const { heights } of batchOf(0)) expect(new Set(heights)).toEqual(new Set([0, 1]));
  });
});
