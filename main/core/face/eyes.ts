/** How far the eyes are open, from a close look at each. The landmark mesh alone hardly follows the lids. */
import { compose, squareToPicture } from './affine.ts';
import { LANDMARK } from './mesh.ts';
import { sample, type Normalisation } from './sample.ts';
import type { FaceMesh, PixelSource } from './types.ts';

/** Of each of the person's own eyes. */
export interface EyeOpenness {
  readonly right: number;
  readonly left: number;
}

/**
 * Outlines the lids in the picture. In colour the mean of open eyes is 0.15 … 0.29 for synthetic people, 0.13 … 0.30 for real ones,
 * and 0.03 … 0.20 for shut ones: people differ as much as lids do. In infrared open and shut overlap wholly (0.09 … 0.20 and
 * 0.05 … 0.16), so there it decides nothing.
 */
export interface EyelidModel {
  readonly modelId: string;
  openness(picture: PixelSource, mesh: FaceMesh): Promise<EyeOpenness>;
}

/** The mean over both eyes: somebody who winks looks, and whoever has one eye is judged by it (judge/attention.ts). */
export const meanOpenness = ({ right, left }: EyeOpenness): number => (right + left) / 2;

/**
 * Mean openness (of the eyelid model, in colour) below which anybody's eyes are shut, whose own are not known: of 2,771 open pairs of
 * real people 29 lie below, of 540 shut ones of synthetic people 443.
 */
export const SHUT_EYES = 0.13;

/** Above this hardly anybody's eyes are shut, and need not be looked at again at once. */
export const OPEN_EYES = 0.18;

export const EYE_SIZE = 64;
/** Side of the square that the eyelid model looks at, in widths of the eye. */
const EYE_MARGIN = 2.3;

/** Cuts the model's input [2, 3, 64, 64]: the right eye, then the left one mirrored, each level. */
export function eyeInputs(
  picture: PixelSource,
  { landmarks }: FaceMesh,
  normalisation: Normalisation,
): Float32Array {
  const inputs = new Float32Array(2 * 3 * EYE_SIZE * EYE_SIZE);
  const at = (index: number) => [landmarks[3 * index], landmarks[3 * index + 1]];
  const cut = (pictureLeft: number, pictureRight: number, mirrored: boolean, offset: number) => {
    const [x0, y0] = at(pictureLeft);
    const [x1, y1] = at(pictureRight);
    const side = Math.hypot(x1 - x0, y1 - y0) * EYE_MARGIN;
    const angle = Math.atan2(y1 - y0, x1 - x0);
    const square = squareToPicture(EYE_SIZE, (x0 + x1) / 2, (y0 + y1) / 2, side, angle);
    const toPicture = mirrored ? compose(square, [-1, 0, EYE_SIZE - 1, 0, 1, 0]) : square;
    sample(picture, toPicture, EYE_SIZE, EYE_SIZE, normalisation, inputs, offset);
  };
  cut(LANDMARK.rightEyeOuter, LANDMARK.rightEyeInner, false, 0);
  cut(LANDMARK.leftEyeInner, LANDMARK.leftEyeOuter, true, inputs.length / 2);
  return inputs;
}

/** Values of one contour: 71 × (x, y, z). */
const CONTOUR = 213;

/**
 * Mean height of the opening over its width, from the model's contours of the right and the left eye. Points
 * 0 … 8 run along the lower lid from corner to corner, 9 … 15 along the upper one above 1 … 7.
 */
export function opennessOfContours(contours: Float32Array): EyeOpenness {
  const ratio = (contour: Float32Array): number => {
    const distance = (p: number, q: number): number =>
      Math.hypot(contour[3 * p] - contour[3 * q], contour[3 * p + 1] - contour[3 * q + 1]);
    let height = 0;
    for (let k = 1; k <= 7; k++) height += distance(k, k + 8) / 7;
    return height / distance(0, 8);
  };
  return {
    right: ratio(contours.subarray(0, CONTOUR)),
    left: ratio(contours.subarray(CONTOUR, 2 * CONTOUR)),
  };
}
