/**
 * A frame's relief in 7 bytes a cell, little-endian like every machine that Node runs on: height above the mean face as
 * int16 in 1/100 mm (0 where nothing was observed), then planes of one byte: weight and seen weight in steps of 1/8 up to
 * 31.875, mean red, green and blue.
 */
import type { MeanFace } from '../../../core/shape/mean-face.ts';
import { OBSERVED, RELIEF_CELLS, type Relief } from '../../../core/shape/relief.ts';

/** Bytes of one relief; even, so that heights stay aligned where reliefs lie end to end. */
export const RELIEF_BYTES = 7 * RELIEF_CELLS;

const WEIGHT_STEPS = 8;
const HEIGHT_STEPS = 100;
/** Where each plane of bytes begins. */
const WEIGHT = 2 * RELIEF_CELLS;
const SEEN = 3 * RELIEF_CELLS;
const COLOUR = 4 * RELIEF_CELLS;

/** Rounds, but never across the line from which a cell counts as observed. */
const weightCode = (weight: number): number =>
  Math.min(255, weight < OBSERVED ? Math.floor(weight * WEIGHT_STEPS) : Math.round(weight * WEIGHT_STEPS));

/** @param relief of one frame */
export function encodeRelief(relief: Relief, mean: Pick<MeanFace, 'height'>): Uint8Array {
  const bytes = new Uint8Array(RELIEF_BYTES);
  const heights = new Int16Array(bytes.buffer, 0, RELIEF_CELLS);
  const { weight, height, seen, colour } = relief;
  for (let i = 0; i < RELIEF_CELLS; i++) {
    bytes[WEIGHT + i] = weightCode(weight[i]);
    if (bytes[WEIGHT + i] === 0) continue;
    heights[i] = Math.round((height[i] / weight[i] - mean.height[i]) * HEIGHT_STEPS);
    bytes[SEEN + i] = weightCode(seen[i]);
    if (bytes[SEEN + i] === 0) continue;
    for (let c = 0; c < 3 * RELIEF_CELLS; c += RELIEF_CELLS)
      bytes[COLOUR + c + i] = Math.round(colour[c + i] / seen[i]);
  }
  return bytes;
}

/** Reliefs end to end, as bytes and as the int16 numbers that the same memory holds. */
export interface ReliefBytes {
  readonly bytes: Uint8Array;
  readonly heights: Int16Array;
}

/**
 * Adds the n-th encoded relief to a sum, to the last bit what `fuse` makes of the decoded ones.
 * @param mean the one that it was encoded with
 */
export function addRelief(
  { bytes, heights }: ReliefBytes,
  n: number,
  mean: Pick<MeanFace, 'height'>,
  into: Relief,
): void {
  const base = n * RELIEF_BYTES;
  const half = base / 2;
  const middle = mean.height;
  const { weight, height, seen, colour } = into;
  for (let i = 0; i < RELIEF_CELLS; i++) {
    const w = bytes[base + WEIGHT + i] / WEIGHT_STEPS;
    if (w === 0) continue;
    weight[i] += w;
    height[i] += Math.fround(w * (middle[i] + heights[half + i] / HEIGHT_STEPS));
    const s = bytes[base + SEEN + i] / WEIGHT_STEPS;
    if (s === 0) continue;
    seen[i] += s;
    const c = base + COLOUR + i;
    colour[i] += s * bytes[c];
    colour[i + RELIEF_CELLS] += s * bytes[c + RELIEF_CELLS];
    colour[i + 2 * RELIEF_CELLS] += s * bytes[c + 2 * RELIEF_CELLS];
  }
}
