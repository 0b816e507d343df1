/** How far the eyes are open, from the landmark mesh. */
import type { FaceMesh } from './types.ts';

/** Outer corner, two points of the upper lid, inner corner, the two points below them. */
const RIGHT_EYE = [33, 160, 158, 133, 153, 144] as const;
const LEFT_EYE = [263, 387, 385, 362, 380, 373] as const;

/** Of each of the person's own eyes. */
export interface EyeOpenness {
  readonly right: number;
  readonly left: number;
}

/**
 * Eye aspect ratio (Soukupová and Čech 2016): height of the lid opening over the width of the eye, about 0.3
 * open and below 0.15 shut. Measured in three dimensions, so that a turned head does not narrow the eye.
 */
export function eyeOpenness({ landmarks }: FaceMesh): EyeOpenness {
  const distance = (p: number, q: number): number =>
    Math.hypot(
      landmarks[3 * p] - landmarks[3 * q],
      landmarks[3 * p + 1] - landmarks[3 * q + 1],
      landmarks[3 * p + 2] - landmarks[3 * q + 2],
    );
  const ratio = ([outer, upper1, upper2, inner, lower2, lower1]:
    typeof RIGHT_EYE | typeof LEFT_EYE): number =>
    (distance(upper1, lower1) + distance(upper2, lower2)) / (2 * distance(outer, inner));
  return { right: ratio(RIGHT_EYE), left: ratio(LEFT_EYE) };
}
