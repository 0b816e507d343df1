/** Thresholds from measured distances: nothing is guessed. */
import type { Embeddings, Evidence } from '../../contract/evidence.ts';
import { galleryDistance, type Pooling } from '../judge/match.ts';

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
export function distanceAt(impostor: readonly number[], falseAcceptRate: number): number {
  // Just below the first one that must stay out.
  const next = impostor[Math.floor(falseAcceptRate * impostor.length)] ?? NaN;
  return Math.fround(next * (1 - 1e-6));
}

/** Genuine comparisons that a threshold may lose before the false-accept rate decides alone. */
const LOST = 0.002;

/**
 * The threshold for a false-accept rate. Where people are so far apart that the rate is met with room to spare, the room is
 * divided: `share` of the gap between the farthest genuine and the nearest impostor comparisons goes to comfort (real
 * sensors err more than simulated ones), the rest to security.
 */
export function thresholdFor(distances: Distances, falseAcceptRate: number, share: number): number {
  const { genuine, impostor } = distances;
  const farthest = distanceAt(impostor, falseAcceptRate);
  const nearest = genuine[Math.min(genuine.length - 1, Math.ceil((1 - LOST) * genuine.length))];
  return nearest < farthest ? Math.fround(nearest + share * (farthest - nearest)) : farthest;
}

/** Share of the values above the threshold. */
export const shareAbove = (values: readonly number[], threshold: number): number =>
  values.filter((value) => value > threshold).length / values.length;
