/**
 * Head pose as three angles. The head's frame: origin between the eyes, x towards picture-right when the person faces
 * the camera, y up, z out of the face. The camera's frame: x right, y down, z forward.
 *
 *     R(head → camera) = diag(1, −1, −1) · Ry(yaw) · Rx(−pitch) · Rz(−roll)
 *
 * so that yaw > 0 moves the nose to picture-right, pitch > 0 lifts it, roll > 0 tilts the top of the head to picture-right.
 */
import { deg, type Degrees } from '../../contract/units.ts';

export interface Pose {
  readonly yaw: Degrees;
  readonly pitch: Degrees;
  readonly roll: Degrees;
}

const radians = Math.PI / 180;

/** Row-major head → camera rotation. */
export function rotationFromPose(pose: Pose): number[] {
  const cy = Math.cos(pose.yaw * radians);
  const sy = Math.sin(pose.yaw * radians);
  const cp = Math.cos(pose.pitch * radians);
  const sp = Math.sin(pose.pitch * radians);
  const cr = Math.cos(pose.roll * radians);
  const sr = Math.sin(pose.roll * radians);
  // Ry·Rx(−pitch) = [[cy, −sy·sp, sy·cp], [0, cp, sp], [−sy, −cy·sp, cy·cp]], then Rz(−roll), then the flip of y and z.
  return [
    cy * cr + sy * sp * sr,
    cy * sr - sy * sp * cr,
    sy * cp,
    cp * sr,
    -cp * cr,
    -sp,
    sy * cr - cy * sp * sr,
    sy * sr + cy * sp * cr,
    -cy * cp,
  ];
}

/** Inverse of rotationFromPose for |pitch| < 90°. */
export function poseFromRotation(rotation: readonly number[]): Pose {
  const pitch = Math.asin(Math.min(1, Math.max(-1, -rotation[5])));
  const yaw = Math.atan2(rotation[2], -rotation[8]);
  const roll = Math.atan2(rotation[3], -rotation[4]);
  return { yaw: deg(yaw / radians), pitch: deg(pitch / radians), roll: deg(roll / radians) };
}
