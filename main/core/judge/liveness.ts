/**
 * Presentation attack detection from depth and infrared: is there a face of flesh-and-blood shape and size, where the
 * picture shows one? Every cue is measured in physical units, so that a print or a screen of any size fails at least one.
 */
import type { LivenessReason } from '../../contract/codes.ts';
import { mm, type Millimetres } from '../../contract/units.ts';
import { LANDMARK_COUNT, type FaceMesh } from '../face/types.ts';
import { leastSquares } from '../geometry/least-squares.ts';
import type { MeanFace } from '../shape/mean-face.ts';
import { OBSERVED, RELIEF, RELIEF_CELLS, type Relief } from '../shape/relief.ts';

export interface LivenessCues {
  /** Root mean square of the inner face's height from its best plane, millimetres. Zero for a flat print. */
  readonly plane: Millimetres;
  /** The same from its best quadratic surface: a print that is bent or worn follows one, a nose does not. */
  readonly quadric: Millimetres;
  /** Measured depth of the landmarks per depth that the landmark model sees in the picture: ≈ 1 for a face, ≈ 0 for a picture of one. */
  readonly reliefRatio: number;
  /** Partial correlation of the two, position in the picture taken out. */
  readonly agreement: number;
  /** Distance between the eyes' centres, in space. */
  readonly interocular: Millimetres;
  /** How far the surface is from the mean face after settling (settle.ts). */
  readonly residual: Millimetres;
  /** Share of the inner face with measured depth. */
  readonly completeness: number;
  /** Median infrared brightness of the face at one metre's distance (raw · z², z in metres); undefined without infrared. */
  readonly infrared?: number;
}

/** Measured on synthetic people of the validation pool and their prints, screens and masks (docs/accuracy.md). */
const LIVENESS_LIMITS = {
  plane: 4,
  quadric: 2.2,
  reliefRatio: [0.3, 2.2],
  agreement: 0.4,
  interocular: [48, 78],
  residual: 6,
  completeness: 0.55,
  infrared: 1500,
} as const;

/** @returns what speaks against a live face; empty for a live one */
export function judgeLiveness(cues: LivenessCues): LivenessReason[] {
  const limits = LIVENESS_LIMITS;
  const reasons: LivenessReason[] = [];
  if (!(cues.completeness >= limits.completeness)) reasons.push('depth-missing');
  if (!(cues.plane >= limits.plane)) reasons.push('flat');
  if (!(cues.quadric >= limits.quadric)) reasons.push('bent-print');
  if (!(
    cues.reliefRatio >= limits.reliefRatio[0] &&
    cues.reliefRatio <= limits.reliefRatio[1] &&
    cues.agreement >= limits.agreement
  ))
    reasons.push('depth-disagrees');
  if (!(cues.interocular >= limits.interocular[0] && cues.interocular <= limits.interocular[1]))
    reasons.push('wrong-size');
  if (!(cues.residual <= limits.residual)) reasons.push('not-a-face-shape');
  if (cues.infrared !== undefined && !(cues.infrared >= limits.infrared)) reasons.push('dark-in-infrared');
  return reasons;
}

/** Departure of the inner face from its best plane and its best quadratic surface. */
export function surfaceDeparture(
  relief: Relief,
  mean: MeanFace,
): { plane: Millimetres; quadric: Millimetres } {
  const { columns, cell, left, top } = RELIEF;
  const rows: number[] = [];
  const targets: number[] = [];
  for (let i = 0; i < RELIEF_CELLS; i++) {
    if (!mean.inner[i] || relief.weight[i] < OBSERVED) continue;
    const x = (left + ((i % columns) + 0.5) * cell) / 50;
    const y = (top - (Math.floor(i / columns) + 0.5) * cell) / 50;
    rows.push(1, x, y, x * x, x * y, y * y);
    targets.push(relief.height[i] / relief.weight[i]);
  }
  const flat = Float64Array.from(rows.filter((_, i) => i % 6 < 3));
  const heights = Float64Array.from(targets);
  return {
    plane: mm(leastSquares(flat, heights, 3)?.rms ?? 0),
    quadric: mm(leastSquares(Float64Array.from(rows), heights, 6)?.rms ?? 0),
  };
}

/**
 * Compares measured landmark depth with the relief that the landmark model sees in the picture alone:
 * z(measured) = a + b·x + c·y + ratio · z(mesh), everything in millimetres.
 * @param lifted 468 × 3 camera points, z = 0 where no depth was measured
 * @param millimetresPerPixel at the face's distance
 */
export function depthAgreement(
  mesh: FaceMesh,
  lifted: Float32Array,
  millimetresPerPixel: number,
): { reliefRatio: number; agreement: number } {
  const rows: number[] = [];
  const targets: number[] = [];
  let middle = 0;
  for (let i = 0; i < LANDMARK_COUNT; i++) middle += lifted[i * 3 + 2] / LANDMARK_COUNT;
  for (let i = 0; i < LANDMARK_COUNT; i++) {
    const z = lifted[i * 3 + 2];
    // Landmarks on the outline often lift to what is behind the head.
    if (z === 0 || Math.abs(z - middle) > 120) continue;
    rows.push(
      1,
      lifted[i * 3] / 50,
      lifted[i * 3 + 1] / 50,
      (mesh.landmarks[i * 3 + 2] * millimetresPerPixel) / 50,
    );
    targets.push(z);
  }
  const n = targets.length;
  if (n < 100) return { reliefRatio: 0, agreement: 0 };
  const z = Float64Array.from(targets);
  const all = leastSquares(Float64Array.from(rows), z, 4);
  const without = leastSquares(Float64Array.from(rows.filter((_, i) => i % 4 < 3)), z, 3);
  if (!all || !without || without.rms === 0) return { reliefRatio: 0, agreement: 0 };
  const ratio = all.coefficients[3] / 50;
  const explained = Math.max(0, 1 - (all.rms * all.rms) / (without.rms * without.rms));
  return { reliefRatio: ratio, agreement: Math.sign(ratio) * Math.sqrt(explained) };
}
