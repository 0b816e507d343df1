/** Where to cut the landmark model's input, and what its landmarks tell without depth. */
import { poseFromRotation, type Pose } from '../geometry/pose.ts';
import { apply, squareToPicture, type Affine } from './affine.ts';
import type { FaceBox, FaceMesh } from './types.ts';

export const FACEMESH_SIZE = 192;

/** Indices of mesh landmarks, by what they sit on. "Right" and "left" are the person's own. */
export const LANDMARK = {
  rightCheek: 234,
  leftCheek: 454,
  rightEyeOuter: 33,
  rightEyeInner: 133,
  leftEyeInner: 362,
  leftEyeOuter: 263,
  noseTip: 1,
  mouthRight: 61,
  mouthLeft: 291,
} as const;

/** Six landmarks where the detector's six points are: right eye, left eye, nose, mouth, right ear, left ear. */
const DETECTOR_POINTS = [[33, 133], [263, 362], [1], [13, 14], [234], [454]] as const;

/** Input of the mesh model: the box with a 25 % margin on each side, square, turned so that the eyes are level. */
export function meshInput(box: FaceBox, margin = 0.25): Affine {
  const [rightX, rightY, leftX, leftY] = box.points as unknown as [number, number, number, number];
  const angle = Math.atan2(leftY - rightY, leftX - rightX);
  const side = Math.max(box.width, box.height) * (1 + 2 * margin);
  return squareToPicture(FACEMESH_SIZE, box.x + box.width / 2, box.y + box.height / 2, side, angle);
}

/** Brings the model's landmarks (468 × (x, y, z) in input pixels) into the picture; z takes the same scale. */
export function meshInPicture(raw: Float32Array, toPicture: Affine): Float32Array {
  const scale = Math.hypot(toPicture[0], toPicture[3]);
  const landmarks = new Float32Array(raw.length);
  for (let i = 0; i < raw.length; i += 3) {
    // The network measures from the corner of its first pixel, our maps from that pixel's centre.
    const [x, y] = apply(toPicture, raw[i] - 0.5, raw[i + 1] - 0.5);
    landmarks[i] = x;
    landmarks[i + 1] = y;
    landmarks[i + 2] = raw[i + 2] * scale;
  }
  return landmarks;
}

/**
 * The box that a detector would draw around this mesh, so that the next frame (or a second fit) needs none.
 * Upright extent of the face's outline; `score` is the mesh's own.
 */
export function boxOfMesh({ landmarks, score }: FaceMesh): FaceBox {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < landmarks.length; i += 3) {
    left = Math.min(left, landmarks[i]);
    right = Math.max(right, landmarks[i]);
    top = Math.min(top, landmarks[i + 1]);
    bottom = Math.max(bottom, landmarks[i + 1]);
  }
  const points = new Float32Array(12);
  DETECTOR_POINTS.forEach((indices, k) => {
    for (const i of indices) {
      points[2 * k] += landmarks[3 * i] / indices.length;
      points[2 * k + 1] += landmarks[3 * i + 1] / indices.length;
    }
  });
  return { x: left, y: top, width: right - left, height: bottom - top, score, points };
}

/**
 * Pose from the mesh alone, for pictures without depth, relative to the line of sight: the head's axes from
 * cheek to cheek (and eye to eye) and from the eyes to the mouth. Rougher than a pose from measured depth, since
 * the mesh's z is the network's guess: on synthetic people half of the pitches are within 3° and 95 % within 8°,
 * yaw 1° and 4°. (Forehead to chin instead of eyes to mouth reads 11° too low.)
 */
export function poseOfMesh({ landmarks }: FaceMesh): Pose {
  const between = (from: number, to: number): Vector => [
    landmarks[3 * to] - landmarks[3 * from],
    landmarks[3 * to + 1] - landmarks[3 * from + 1],
    landmarks[3 * to + 2] - landmarks[3 * from + 2],
  ];
  const cheeks = between(LANDMARK.rightCheek, LANDMARK.leftCheek);
  const eyes = between(LANDMARK.rightEyeOuter, LANDMARK.leftEyeOuter);
  const x = unit(add(cheeks, eyes));
  // Twice the way from the middle of the eyes to the middle of the mouth.
  const down = add(
    between(LANDMARK.rightEyeOuter, LANDMARK.mouthRight),
    between(LANDMARK.leftEyeOuter, LANDMARK.mouthLeft),
  );
  const z = unit(cross(down, x));
  const y = cross(z, x);
  return poseFromRotation([x[0], y[0], z[0], x[1], y[1], z[1], x[2], y[2], z[2]]);
}

type Vector = readonly [number, number, number];
const add = (p: Vector, q: Vector): Vector => [p[0] + q[0], p[1] + q[1], p[2] + q[2]];
const cross = (p: Vector, q: Vector): Vector => [
  p[1] * q[2] - p[2] * q[1],
  p[2] * q[0] - p[0] * q[2],
  p[0] * q[1] - p[1] * q[0],
];
function unit(p: Vector): Vector {
  const length = Math.hypot(...p);
  return [p[0] / length, p[1] / length, p[2] / length];
}
