/** The crop ("chip") that dlib's face recognition network was trained on, cut by five landmarks. */
import { compose, fitSimilarity, invert, type Affine } from './affine.ts';
import { LANDMARK } from './mesh.ts';
import { sample, type Normalisation } from './sample.ts';
import type { FaceMesh, PixelSource } from './types.ts';

export const CHIP_SIZE = 150;
const PADDING = 0.25;

/**
 * Mean positions of dlib's five landmarks in the unit square (dlib/image_transforms/interpolation.h,
 * get_face_chip_details): outer and inner corner of the eye at picture-right, of the one at picture-left, base
 * of the nose; and the mesh landmarks that sit there.
 */
const TEMPLATE = [
  { x: 0.8595674595992, y: 0.2134981538014, landmark: LANDMARK.leftEyeOuter },
  { x: 0.6460604764104, y: 0.2289674387677, landmark: LANDMARK.leftEyeInner },
  { x: 0.1205750620789, y: 0.2137274526848, landmark: LANDMARK.rightEyeOuter },
  { x: 0.3340850613712, y: 0.2290642403242, landmark: LANDMARK.rightEyeInner },
  { x: 0.4901123135679, y: 0.6277975316475, landmark: LANDMARK.noseBase },
] as const;

/** The five points in pixels of the chip: x, y each. */
export const CHIP_POINTS: readonly number[] = TEMPLATE.flatMap(({ x, y }) =>
  [x, y].map((value) => ((value + PADDING) / (1 + 2 * PADDING)) * CHIP_SIZE),
);

/** Maps pixels of the chip to pixels of the picture. */
export function chipToPicture({ landmarks }: FaceMesh): Affine {
  const points = TEMPLATE.flatMap(({ landmark }) => [landmarks[3 * landmark], landmarks[3 * landmark + 1]]);
  return invert(fitSimilarity(points, CHIP_POINTS));
}

/** Turns, scales and shifts about the middle of the chip. */
const jitter = (scale: number, shiftX: number, shiftY: number, mirrored: boolean): Affine => {
  const middle = (CHIP_SIZE - 1) / 2;
  const x = mirrored ? -scale : scale;
  return [x, 0, middle - x * middle + shiftX, 0, scale, middle - scale * middle + shiftY];
};

/** Plain; mirrored; a little closer; mirrored, a little farther and shifted by a pixel or two. */
const CROPS: readonly Affine[] = [
  jitter(1, 0, 0, false),
  jitter(1, 0, 0, true),
  jitter(0.95, 1, 1, false),
  jitter(1.05, -1, -1, true),
];

/**
 * Cuts the chips of one face, [crops, 3, 150, 150]. Four crops, whose embeddings are to be averaged, make the
 * descriptor steadier than one; the manifest's thresholds were measured with four.
 */
export function faceChips(
  picture: PixelSource,
  mesh: FaceMesh,
  normalisation: Normalisation,
  crops: 1 | 2 | 4 = 4,
): Float32Array {
  const toPicture = chipToPicture(mesh);
  const length = 3 * CHIP_SIZE * CHIP_SIZE;
  const chips = new Float32Array(crops * length);
  for (let i = 0; i < crops; i++)
    sample(picture, compose(toPicture, CROPS[i]), CHIP_SIZE, CHIP_SIZE, normalisation, chips, i * length);
  return chips;
}
