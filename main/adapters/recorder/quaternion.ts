/** Rotation matrix ↔ unit quaternion, for formats that want quaternions. */
export interface Quaternion {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly w: number;
}

/** @param m row-major 3×3 rotation. The largest component is computed first (Shepperd 1978), so none divides by ~0. */
export function quaternionFromRotation(m: readonly number[]): Quaternion {
  const [xx = 1, xy = 0, xz = 0, yx = 0, yy = 1, yz = 0, zx = 0, zy = 0, zz = 1] = m;
  const fourTimesSquares = [1 + xx - yy - zz, 1 - xx + yy - zz, 1 - xx - yy + zz, 1 + xx + yy + zz];
  const largest = fourTimesSquares.indexOf(Math.max(...fourTimesSquares));
  const rows = [
    [fourTimesSquares[0], xy + yx, xz + zx, zy - yz],
    [xy + yx, fourTimesSquares[1], yz + zy, xz - zx],
    [xz + zx, yz + zy, fourTimesSquares[2], yx - xy],
    [zy - yz, xz - zx, yx - xy, fourTimesSquares[3]],
  ];
  const [x, y, z, w] = rows[largest] as [number, number, number, number];
  const scale = 1 / Math.hypot(x, y, z, w);
  return { x: x * scale, y: y * scale, z: z * scale, w: w * scale };
}

/** @returns row-major 3×3 rotation of the quaternion scaled to unit length. */
export function rotationFromQuaternion(q: Quaternion): number[] {
  const norm = Math.hypot(q.x, q.y, q.z, q.w);
  const [x, y, z, w] = [q.x / norm, q.y / norm, q.z / norm, q.w / norm];
  return [
    1 - 2 * (y * y + z * z),
    2 * (x * y - z * w),
    2 * (x * z + y * w),
    2 * (x * y + z * w),
    1 - 2 * (x * x + z * z),
    2 * (y * z - x * w),
    2 * (x * z - y * w),
    2 * (y * z + x * w),
    1 - 2 * (x * x + y * y),
  ];
}
