/**
 * Faces that no expression unit makes: the jaw turns about its joints, and what lies over mouth and brow is pulled about by smooth
 * fields. Nothing trains or calibrates on them: they say what a network is worth on faces of another kind.
 */
import { Random } from '../../../core/random.ts';
import { cosine, radians, sine } from '../render/exact.ts';
import { deform } from './deformation.ts';

/** Plain data. */
export interface Grimace {
  readonly seed: string;
  /** How far the jaw hangs, degrees. */
  readonly jaw: number;
  /** Root mean square, along each axis, of what the mouth's surroundings and the brow move, millimetres. */
  readonly mouth: number;
  readonly brow: number;
}

/** The joints of the jaw: height and depth in the head's frame, millimetres. */
const JOINT = { y: -25, z: -85 } as const;
/** Millimetres over which the fields vary. */
const WIDTH = { mouth: 28, brow: 22 } as const;
/** Half of the line between the lips at rest: the jaw's skin lies below it at the front and rises to the joints. */
const LIPS = { y: -66, z: 15 } as const;

/** As broad as people pull faces. */
export function drawGrimace(seed: string): Grimace {
  const random = new Random(`grimace ${seed}`);
  const jaw = random.uniform() < 0.5 ? random.between(0, 4) : random.between(6, 20);
  return { seed, jaw, mouth: random.between(0.8, 3), brow: random.between(0, 1.5) };
}

/** Moves points (p × 3, millimetres, head frame) in place. */
export function pull(points: Float64Array, { seed, jaw, mouth, brow }: Grimace): void {
  const [s, c] = [sine(radians(jaw)), cosine(radians(jaw))];
  for (let i = 0; i < points.length; i += 3) {
    const [y, z] = [points[i + 1] - JOINT.y, points[i + 2] - JOINT.z];
    const share = jawShare(points[i + 1], points[i + 2]);
    points[i + 1] += share * (y * c - z * s - y);
    points[i + 2] += share * (y * s + z * c - z);
  }
  move(points, `${seed} mouth`, mouth, WIDTH.mouth, (y) => ramp(y, -22, -48) * ramp(y, -140, -105));
  move(points, `${seed} brow`, brow, WIDTH.brow, (y) => ramp(y, 8, 20) * ramp(y, 60, 42));
}

/** 0 above the line from the joints to the lips, 1 well below it. */
function jawShare(y: number, z: number): number {
  if (z < JOINT.z) return 0;
  const line = JOINT.y + ((LIPS.y - JOINT.y) * (z - JOINT.z)) / (LIPS.z - JOINT.z);
  return ramp(y, line, line - 12) * ramp(y, -190, -150);
}

/** 0 at `from`, 1 at `to`, smooth between. */
function ramp(value: number, from: number, to: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

function move(
  points: Float64Array,
  seed: string,
  rms: number,
  width: number,
  share: (y: number) => number,
): void {
  const moved = points.slice();
  deform(moved, { seed, rms, width });
  for (let i = 0; i < points.length; i += 3) {
    const weight = points[i + 2] < -60 ? 0 : share(points[i + 1]);
    for (let k = i; k < i + 3; k++) points[k] += weight * (moved[k] - points[k]);
  }
}
