/** The crop ("chip") that face recognition networks of ArcFace's kind are trained on, cut by five points. */
import { fitSimilarity, invert, type Affine } from './affine.ts';
import { LANDMARK } from './mesh.ts';
import { sample, type Normalisation } from './sample.ts';
import type { FaceMesh, PixelSource } from './types.ts';

export const CHIP_SIZE = 112;

/**
 * Where five points lie in the chip (J. Deng et al., "ArcFace", 2019, and the code published with it; OpenCV's FaceRecognizerSF aligns
 * to the same), and the mesh landmarks whose mean each of them is. The first eye is the person's right one, at picture-left.
 */
const TEMPLATE = [
  { x: 38.2946, y: 51.6963, landmarks: [LANDMARK.rightEyeOuter, LANDMARK.rightEyeInner] },
  { x: 73.5318, y: 51.5014, landmarks: [LANDMARK.leftEyeOuter, LANDMARK.leftEyeInner] },
  { x: 56.0252, y: 71.7366, landmarks: [LANDMARK.noseTip] },
  { x: 41.5493, y: 92.3655, landmarks: [LANDMARK.mouthRight] },
  { x: 70.7299, y: 92.2041, landmarks: [LANDMARK.mouthLeft] },
] as const;

/** The five points in pixels of the chip: x, y each. */
export const CHIP_POINTS: readonly number[] = TEMPLATE.flatMap(({ x, y }) => [x, y]);

/** Maps pixels of the chip to pixels of the picture. */
export function chipToPicture({ landmarks }: FaceMesh): Affine {
  const points = TEMPLATE.flatMap(({ landmarks: indices }) =>
    [0, 1].map((axis) => indices.reduce((sum, i) => sum + landmarks[3 * i + axis], 0) / indices.length),
  );
  return invert(fitSimilarity(points, CHIP_POINTS));
}

/**
 * How far apart the eyes are in the picture, in its pixels, by the scale of the whole crop: what a head that is turned away
 * foreshortens is not held against it.
 */
export function eyePixels(mesh: FaceMesh): number {
  const [a, , , d] = chipToPicture(mesh);
  const [right, left] = TEMPLATE;
  return Math.hypot(a, d) * Math.hypot(left.x - right.x, left.y - right.y);
}

/** Cuts the chip of one face, [3, 112, 112]: one crop a face, as all thresholds are measured. */
export function faceChip(picture: PixelSource, mesh: FaceMesh, normalisation: Normalisation): Float32Array {
  const chip = new Float32Array(3 * CHIP_SIZE * CHIP_SIZE);
  sample(picture, chipToPicture(mesh), CHIP_SIZE, CHIP_SIZE, normalisation, chip);
  return chip;
}
