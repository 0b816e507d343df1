/**
 * BlazeFace's output (Bazarevsky et al. 2019): 896 anchors, each with a score and a box with six points, as
 * found in a 256 × 256 input. Here they become faces in the pixels of the picture.
 */
import { apply, type Affine } from './affine.ts';
import type { FaceBox } from './types.ts';

export const BLAZEFACE_SIZE = 256;
/** Values per anchor: centre, size and six points, each x then y. */
const VALUES = 16;

/**
 * Centres of the anchors, n × (x, y) in input pixels, in the order in which the model emits them: two per cell
 * of the 16 × 16 grid, then six per cell of the 8 × 8 grid.
 */
export function blazefaceAnchors(size = BLAZEFACE_SIZE): Float32Array {
  const centres: number[] = [];
  for (const [stride, perCell] of [
    [size / 16, 2],
    [size / 8, 6],
  ] as const)
    for (let y = stride / 2; y < size; y += stride)
      for (let x = stride / 2; x < size; x += stride) for (let i = 0; i < perCell; i++) centres.push(x, y);
  return Float32Array.from(centres);
}

/** One anchor's opinion: corners and points in input pixels. */
export interface Candidate {
  readonly score: number;
  /** left, top, right, bottom, then six points x, y. */
  readonly values: Float64Array;
}

/**
 * @param scores logits, one per anchor. @param boxes 16 values per anchor, relative to its centre.
 * @returns the candidates with a score (after the sigmoid) of at least `least`, best first.
 */
export function decodeCandidates(
  scores: Float32Array,
  boxes: Float32Array,
  anchors: Float32Array,
  least: number,
): Candidate[] {
  const candidates: Candidate[] = [];
  const leastLogit = Math.log(least / (1 - least));
  for (let i = 0; i < scores.length; i++) {
    if (!(scores[i] >= leastLogit)) continue;
    const values = new Float64Array(VALUES);
    const raw = boxes.subarray(i * VALUES, (i + 1) * VALUES);
    const [x, y] = [anchors[2 * i], anchors[2 * i + 1]];
    const [width, height] = [raw[2], raw[3]];
    values.set([
      raw[0] + x - width / 2,
      raw[1] + y - height / 2,
      raw[0] + x + width / 2,
      raw[1] + y + height / 2,
    ]);
    for (let k = 4; k < VALUES; k++) values[k] = raw[k] + (k % 2 ? y : x);
    if (width > 0 && height > 0) candidates.push({ score: 1 / (1 + Math.exp(-scores[i])), values });
  }
  return candidates.sort((p, q) => q.score - p.score);
}

/**
 * Weighted non-maximum suppression: each best candidate becomes the mean, weighted by score, of all that
 * overlap it by at least `overlap` (intersection over union). Blending steadies the box between frames.
 * @param candidates best first.
 */
export function mergeOverlapping(candidates: readonly Candidate[], overlap = 0.3): Candidate[] {
  const merged: Candidate[] = [];
  let rest = candidates;
  while (rest.length > 0) {
    const best = rest[0];
    const group = rest.filter((c) => c === best || intersectionOverUnion(best.values, c.values) >= overlap);
    rest = rest.filter((c) => !group.includes(c));
    const total = group.reduce((sum, c) => sum + c.score, 0);
    const values = best.values.map((_, k) =>
      group.reduce((sum, c) => sum + c.values[k] * (c.score / total), 0),
    );
    merged.push({ score: best.score, values });
  }
  return merged;
}

/** Of two boxes given by left, top, right, bottom; 0 … 1. */
export function intersectionOverUnion(p: ArrayLike<number>, q: ArrayLike<number>): number {
  const width = Math.min(p[2], q[2]) - Math.max(p[0], q[0]);
  const height = Math.min(p[3], q[3]) - Math.max(p[1], q[1]);
  if (width <= 0 || height <= 0) return 0;
  const area = (b: ArrayLike<number>): number => (b[2] - b[0]) * (b[3] - b[1]);
  return (width * height) / (area(p) + area(q) - width * height);
}

/** Brings a candidate into the picture. @param toPicture the map (scale and shift) that the input was cut with. */
export function toFaceBox({ score, values }: Candidate, toPicture: Affine): FaceBox {
  // The network measures from the corner of its first pixel, our maps from that pixel's centre.
  const point = (k: number) => apply(toPicture, values[k] - 0.5, values[k + 1] - 0.5);
  const [x, y] = point(0);
  const [right, bottom] = point(2);
  const points = new Float32Array(12);
  for (let k = 4; k < VALUES; k += 2) points.set(point(k), k - 4);
  return { x, y, width: right - x, height: bottom - y, score, points };
}
