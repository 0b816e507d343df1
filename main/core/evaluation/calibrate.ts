/** Thresholds and weights from measured distances: nothing is guessed. */
import type { Embeddings, Evidence, FaceEvidence } from '../../contract/evidence.ts';
import { galleryDistance, type Part } from '../judge/match.ts';

/** Distances of single comparisons, sorted. */
export interface Distances {
  readonly genuine: number[];
  readonly impostor: number[];
}

export interface CalibrationTrial {
  readonly templates: readonly Embeddings[];
  readonly visits: readonly { readonly evidence: readonly Evidence[] }[];
}

/** One live frame against one gallery: the distance in each kind that was asked for. */
export interface ComparedFrame {
  readonly genuine: boolean;
  readonly fusedFrames: number;
  readonly distances: readonly number[];
}

/**
 * Every live frame of every visit against every gallery; frames or galleries that lack a kind are left out.
 * @param keep only frames like these
 */
export function compareFrames(
  trials: readonly CalibrationTrial[],
  kinds: readonly Omit<Part, 'weight'>[],
  keep: (face: FaceEvidence) => boolean,
): ComparedFrame[] {
  const compared: ComparedFrame[] = [];
  for (const owner of trials) {
    if (owner.templates.length === 0) continue;
    for (const other of trials)
      for (const { evidence } of other.visits)
        for (const face of evidence) {
          if (face.kind !== 'face' || face.embeddings.size === 0 || !keep(face)) continue;
          const distances = kinds.map(({ kind, pooling }) =>
            galleryDistance(face.embeddings, owner.templates, kind, pooling),
          );
          if (distances.every((distance) => distance !== undefined))
            compared.push({ genuine: owner === other, fusedFrames: face.fusedFrames, distances });
        }
  }
  return compared;
}

/** The weighted distances of frames with so many frames fused: from (inclusive) … to (exclusive). */
export function weigh(
  compared: readonly ComparedFrame[],
  weights: readonly number[],
  from: number,
  to: number,
): Distances {
  const genuine: number[] = [];
  const impostor: number[] = [];
  for (const frame of compared) {
    if (frame.fusedFrames < from || frame.fusedFrames >= to) continue;
    const distance = frame.distances.reduce((sum, each, i) => sum + weights[i] * each, 0);
    (frame.genuine ? genuine : impostor).push(distance);
  }
  const ascending = (a: number, b: number) => a - b;
  return { genuine: genuine.sort(ascending), impostor: impostor.sort(ascending) };
}

/** Pull of the coefficients towards zero, in units of one comparison of each kind: people who are apart would let them grow for ever. */
const RIDGE = 1e-3;

/**
 * Weights of the distances by logistic regression: their weighted sum is the log-likelihood ratio of being the owner, but for its sign
 * and scale. Each set of people, and in it genuine and impostor comparisons, count alike as wholes. No weight is negative, and they add
 * up to 1.
 */
export function fuseWeights(sets: readonly (readonly ComparedFrame[])[]): number[] {
  const compared = sets.flatMap((set) => {
    const share = [false, true].map((genuine) => 1 / set.filter((c) => c.genuine === genuine).length);
    return set.map((frame) => ({ ...frame, share: share[frame.genuine ? 1 : 0] / (2 * sets.length) }));
  });
  const count = compared[0]?.distances.length ?? 0;
  let kept = Array.from({ length: count }, (_, i) => i);
  for (;;) {
    const coefficients = regress(compared, kept);
    const negative = kept.filter((_, k) => coefficients[k] < 0);
    if (negative.length > 0 && kept.length > 1) {
      kept = kept.filter((i) => !negative.includes(i));
      continue;
    }
    const sum = coefficients.reduce((a, b) => a + b, 0);
    return Array.from({ length: count }, (_, i) =>
      kept.includes(i) ? coefficients[kept.indexOf(i)] / sum : 0,
    );
  }
}

/** Newton's method on the weighted log-likelihood of being an impostor. @returns a coefficient for each kept distance */
function regress(
  compared: readonly (ComparedFrame & { readonly share: number })[],
  kept: readonly number[],
): number[] {
  const n = kept.length + 1;
  const beta = new Float64Array(n);
  const x = new Float64Array(n).fill(1);
  for (let round = 0; round < 25; round++) {
    const gradient = new Float64Array(n);
    const hessian = Array.from({ length: n }, () => new Float64Array(n));
    for (const { genuine, distances, share: weight } of compared) {
      kept.forEach((i, k) => (x[k + 1] = distances[i]));
      const z = x.reduce((sum, value, i) => sum + beta[i] * value, 0);
      const p = 1 / (1 + Math.exp(-z));
      for (let i = 0; i < n; i++) {
        gradient[i] += weight * ((genuine ? 0 : 1) - p) * x[i];
        for (let j = 0; j < n; j++) hessian[i][j] += weight * p * (1 - p) * x[i] * x[j];
      }
    }
    for (let i = 0; i < n; i++) {
      gradient[i] -= RIDGE * beta[i];
      hessian[i][i] += RIDGE;
    }
    const step = solve(hessian, gradient);
    for (let i = 0; i < n; i++) beta[i] += step[i];
    if (Math.max(...step.map(Math.abs)) < 1e-9) break;
  }
  return [...beta.subarray(1)];
}

/** Gaussian elimination of a small positive definite system. */
function solve(matrix: readonly Float64Array[], right: Float64Array): number[] {
  const n = right.length;
  const rows = matrix.map((row, i) => [...row, right[i]]);
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      const factor = rows[j][i] / rows[i][i];
      for (let k = i; k <= n; k++) rows[j][k] -= factor * rows[i][k];
    }
  const out = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let sum = rows[i][n];
    for (let k = i + 1; k < n; k++) sum -= rows[i][k] * out[k];
    out[i] = sum / rows[i][i];
  }
  return out;
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
