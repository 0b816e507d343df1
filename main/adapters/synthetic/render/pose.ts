/** Where a head is and how it is turned. */
import { deg, type Degrees } from '../../../contract/units.ts';
import type { Rigid } from '../../../core/sense/frames.ts';
import { cosine, radians, sine } from './exact.ts';

/**
 * yaw > 0: the nose moves to the right of the picture; pitch > 0: nose up; roll > 0: the top of the head
 * tilts to the right of the picture.
 */
export interface Pose {
  readonly yaw: Degrees;
  readonly pitch: Degrees;
  readonly roll: Degrees;
  /** Where the point between the eyes is while the head looks straight ahead: depth camera coordinates, mm. */
  readonly at: readonly [number, number, number];
}

/** A head that faces the camera squarely, `distance` mm before it. */
export const straightAt = (distance: number, x = 0, y = 0): Pose => ({
  yaw: deg(0),
  pitch: deg(0),
  roll: deg(0),
  at: [x, y, distance],
});

/** Ry(yaw)·Rx(−pitch)·Rz(−roll), row-major: how the head turns in its own rest axes. */
export function headRotation(yaw: number, pitch: number, roll: number): number[] {
  const [cy, sy] = [cosine(radians(yaw)), sine(radians(yaw))];
  const [cp, sp] = [cosine(radians(-pitch)), sine(radians(-pitch))];
  const [cr, sr] = [cosine(radians(-roll)), sine(radians(-roll))];
  return [
    cy * cr + sy * sp * sr,
    -cy * sr + sy * sp * cr,
    sy * cp,
    cp * sr,
    cp * cr,
    -sp,
    -sy * cr + cy * sp * sr,
    sy * sr + cy * sp * cr,
    cy * cp,
  ];
}

/** The rigid motion from the head's frame to the depth camera of a head that turns about `pivot`. */
export function headToCamera(pose: Pose, pivot: readonly [number, number, number]): Rigid {
  const r = headRotation(pose.yaw, pose.pitch, pose.roll);
  const [px, py, pz] = pivot;
  const moved = [0, 1, 2].map((i) => pivot[i] - (r[3 * i] * px + r[3 * i + 1] * py + r[3 * i + 2] * pz)) as [
    number,
    number,
    number,
  ];
  return {
    rotation: r.map((v, i) => (i < 3 ? v : -v)),
    translation: [pose.at[0] + moved[0], pose.at[1] - moved[1], pose.at[2] - moved[2]],
  };
}
