/** Thresholds from measured distances: nothing is guessed. */
import type { Embeddings, Evidence } from '../../contract/evidence.ts';
import { galleryDistance, type Pooling } from '../match.ts';

/** Distances of single comparisons of one kind, by how many frames were fused in the probe. */
export interface Distances {
  readonly genuine: number[];
  readonly impostor: number[];
}

export interface CalibrationTrial {
  readonly templates: readonly Embeddings[];
  readonly visits: readonly { readonly evidence: readonly Evidence[] }[];
}

/**
 * Every live frame of every visit against every gallery.
 * @param fused keeps probes with this many fused frames only
 */
export function collectDistances(
  trials: readonly CalibrationTrial[],
  kind: string,
  pooling: Pooling,
  fused: (frames: number) => boolean,
): Distances {
  const genuine: number[] = [];
  const impostor: number[] = [];
  for (const owner of trials) {
    if (owner.templates.length === 0) continue;
    for (const other of trials)
      for (const { evidence } of other.visits)
        for (const each of evidence) {
          if (each.kind !== 'face' || !fused(each.fusedFrames)) continue;
          const distance = galleryDistance(each.embeddings, owner.templates, kind, pooling);
          if (distance !== undefined) (owner === other ? genuine : impostor).push(distance);
        }
  }
  return { genuine: genuine.sort((a, b) => a - b), impostor: impostor.sort((a, b) => a - b) };
}

/** The largest distance that lets in at most this share of the impostor comparisons. */
export function thresholdAt(distances: Distances, falseAcceptRate: number): number {
  const allowed = Math.floor(falseAcceptRate * distances.impostor.length);
  const next = distances.impostor[allowed];
  if (next === undefined) return NaN;
  // Just below the first one that must stay out.
  return Math.fround(next * (1 - 1e-6));
}

/** Share of the sorted values above the threshold. */
export const shareAbove = (sorted: readonly number[], threshold: number): number =>
  sorted.filter((value) => value > threshold).length / sorted.length;
