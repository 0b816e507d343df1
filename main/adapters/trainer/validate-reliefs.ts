/** How well a network tells the people of a dataset apart by their shape: what early stopping looks at. */
import { embeddingDistance, meanEmbedding } from '../../core/face/embedding.ts';
import { RELIEF_CELLS } from '../../core/shape/relief.ts';
import type { Dataset } from '../corpus/dataset/open-dataset.ts';
import { withoutColour } from '../../core/shape/tensor.ts';

/** Unit vectors of n tensors laid end to end. */
export type Embed = (
  input: Float32Array,
  n: number,
) => readonly Float32Array[] | Promise<readonly Float32Array[]>;

export interface Separation {
  /** Share of genuine comparisons that pass at a false-match rate of 1e-4. */
  readonly trueAccept: number;
  /** Where false matches and false non-matches are equally frequent. */
  readonly equalError: number;
}

const BLOCK = 64;
/** Frames of a session that are probes, each by itself. */
const PROBES = [0, 3, 6];

/**
 * The hardest that is asked of a network: the first session of each person enrols, all frames fused, and of every other one a
 * single frame is the probe; colour is taken away, so that everybody has the same skin.
 */
export async function separation(dataset: Dataset, embed: Embed): Promise<Separation> {
  const size = 4 * RELIEF_CELLS;
  const samples: { person: number; enrols: boolean; vector: Float32Array }[] = [];
  const pending: { person: number; enrols: boolean }[] = [];
  const block = new Float32Array(BLOCK * size);
  const flush = async () => {
    const vectors = await embed(block.subarray(0, pending.length * size), pending.length);
    pending.splice(0).forEach((label, i) => samples.push({ ...label, vector: vectors[i] }));
  };
  for (const [person, { sessions }] of dataset.people.entries())
    for (const [i, { frames }] of sessions.entries()) {
      if (frames.length === 0) continue;
      const enrols = i === 0;
      for (const seen of enrols ? [frames] : PROBES.flatMap((f) => (frames[f] ? [[frames[f]]] : []))) {
        const sample = block.subarray(pending.length * size, (pending.length + 1) * size);
        dataset.tensor(seen, dataset.mean, sample);
        withoutColour(sample);
        pending.push({ person, enrols });
        if (pending.length === BLOCK) await flush();
      }
    }
  if (pending.length > 0) await flush();

  const galleries = dataset.people.map((_, person) => {
    const own = samples.filter((sample) => sample.enrols && sample.person === person);
    return own.length > 0 ? meanEmbedding(own.map(({ vector }) => vector)) : undefined;
  });
  const genuine: number[] = [];
  const impostor: number[] = [];
  for (const { enrols, person, vector } of samples) {
    if (enrols) continue;
    galleries.forEach((gallery, owner) => {
      if (gallery) (owner === person ? genuine : impostor).push(embeddingDistance(gallery, vector));
    });
  }
  return separationOf(genuine, impostor);
}

export function separationOf(genuine: readonly number[], impostor: readonly number[]): Separation {
  const same = [...genuine].sort((a, b) => a - b);
  const other = Float64Array.from(impostor).sort();
  const limit = other[Math.floor(other.length / 10_000)] ?? Infinity;
  const trueAccept = same.filter((distance) => distance < limit).length / same.length;
  // Between two genuine distances the share that is missed stays, and that of strangers who pass grows; at one it is the other way round.
  let below = 0;
  for (let i = 0; i < same.length; i++) {
    while (below < other.length && other[below] <= same[i]) below++;
    const passed = below / other.length;
    const missedBefore = (same.length - i) / same.length;
    if (passed >= missedBefore) return { trueAccept, equalError: missedBefore };
    if (passed >= missedBefore - 1 / same.length) return { trueAccept, equalError: passed };
  }
  return { trueAccept, equalError: 0 };
}
