/** Rigid motions x ↦ R·x + t; rotations are row-major 3×3, translations in millimetres. */
import type { Rigid } from '../sense/frames.ts';

export const identity: Rigid = { rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], translation: [0, 0, 0] };

export type Vec3 = readonly [number, number, number];

/** R·p + t. */
export function apply(m: Rigid, p: Vec3): [number, number, number] {
  const r = m.rotation;
  return [
    r[0] * p[0] + r[1] * p[1] + r[2] * p[2] + m.translation[0],
    r[3] * p[0] + r[4] * p[1] + r[5] * p[2] + m.translation[1],
    r[6] * p[0] + r[7] * p[1] + r[8] * p[2] + m.translation[2],
  ];
}

/** First `b`, then `a`. */
export function compose(a: Rigid, b: Rigid): Rigid {
  return { rotation: multiply(a.rotation, b.rotation), translation: apply(a, b.translation) };
}

export function invert(m: Rigid): Rigid {
  const r = m.rotation;
  const rotation = [r[0], r[3], r[6], r[1], r[4], r[7], r[2], r[5], r[8]];
  const t = apply({ rotation, translation: [0, 0, 0] }, m.translation);
  return { rotation, translation: [-t[0], -t[1], -t[2]] };
}

/** Product of two row-major 3×3 matrices. */
export function multiply(a: readonly number[], b: readonly number[]): number[] {
  const out = new Array<number>(9);
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < 3; j++)
      out[i * 3 + j] = a[i * 3] * b[j] + a[i * 3 + 1] * b[3 + j] + a[i * 3 + 2] * b[6 + j];
  return out;
}

/** The rotation by |ω| radians about ω (Rodrigues' formula). */
export function rotationFromVector(x: number, y: number, z: number): number[] {
  const angle = Math.sqrt(x * x + y * y + z * z);
  if (angle < 1e-12) return [1, -z, y, z, 1, -x, -y, x, 1];
  const s = Math.sin(angle) / angle;
  const c = (1 - Math.cos(angle)) / (angle * angle);
  return [
    1 - c * (y * y + z * z),
    c * x * y - s * z,
    c * x * z + s * y,
    c * x * y + s * z,
    1 - c * (x * x + z * z),
    c * y * z - s * x,
    c * x * z - s * y,
    c * y * z + s * x,
    1 - c * (x * x + y * y),
  ];
}

/** Angle between two rotations, in radians. */
export function angleBetween(a: readonly number[], b: readonly number[]): number {
  let trace = 0;
  for (let i = 0; i < 9; i++) trace += a[i] * b[i];
  return Math.acos(Math.min(1, Math.max(-1, (trace - 1) / 2)));
}

/**
 * The rigid motion that takes `from` to `to` with the least weighted squared error (Horn 1987, closed form with
 * unit quaternions; the largest eigenvector by Jacobi rotations).
 * @param from n × 3
 * @param to n × 3
 * @param weights n values ≥ 0
 * @returns undefined where fewer than three points carry weight
 */
export function fitRigid(
  from: ArrayLike<number>,
  to: ArrayLike<number>,
  weights: ArrayLike<number>,
): Rigid | undefined {
  const n = weights.length;
  let total = 0;
  let used = 0;
  const a = [0, 0, 0];
  const b = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const w = weights[i];
    if (!(w > 0)) continue;
    used++;
    total += w;
    for (let k = 0; k < 3; k++) {
      a[k] += w * from[i * 3 + k];
      b[k] += w * to[i * 3 + k];
    }
  }
  if (used < 3) return undefined;
  for (let k = 0; k < 3; k++) {
    a[k] /= total;
    b[k] /= total;
  }
  const s = new Array<number>(9).fill(0);
  for (let i = 0; i < n; i++) {
    const w = weights[i];
    if (!(w > 0)) continue;
    for (let j = 0; j < 3; j++)
      for (let k = 0; k < 3; k++) s[j * 3 + k] += w * (from[i * 3 + j] - a[j]) * (to[i * 3 + k] - b[k]);
  }
  const [xx, xy, xz, yx, yy, yz, zx, zy, zz] = s as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  // prettier-ignore
  const q = largestEigenvector([
    xx + yy + zz, yz - zy, zx - xz, xy - yx,
    yz - zy, xx - yy - zz, xy + yx, zx + xz,
    zx - xz, xy + yx, yy - xx - zz, yz + zy,
    xy - yx, zx + xz, yz + zy, zz - xx - yy,
  ]);
  const [w, x, y, z] = q as [number, number, number, number];
  const rotation = [
    1 - 2 * (y * y + z * z),
    2 * (x * y - w * z),
    2 * (x * z + w * y),
    2 * (x * y + w * z),
    1 - 2 * (x * x + z * z),
    2 * (y * z - w * x),
    2 * (x * z - w * y),
    2 * (y * z + w * x),
    1 - 2 * (x * x + y * y),
  ];
  const moved = apply({ rotation, translation: [0, 0, 0] }, [a[0], a[1], a[2]]);
  return { rotation, translation: [b[0] - moved[0], b[1] - moved[1], b[2] - moved[2]] };
}

/** Unit eigenvector of the largest eigenvalue of a symmetric 4×4 matrix (cyclic Jacobi). */
function largestEigenvector(m: number[]): number[] {
  const v = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0;
    for (let p = 0; p < 3; p++)
      for (let q = p + 1; q < 4; q++) {
        const apq = m[p * 4 + q];
        off += apq * apq;
        if (Math.abs(apq) < 1e-300) continue;
        const theta = (m[q * 4 + q] - m[p * 4 + p]) / (2 * apq);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        for (let k = 0; k < 4; k++) {
          const kp = m[k * 4 + p];
          const kq = m[k * 4 + q];
          m[k * 4 + p] = c * kp - s * kq;
          m[k * 4 + q] = s * kp + c * kq;
        }
        for (let k = 0; k < 4; k++) {
          const pk = m[p * 4 + k];
          const qk = m[q * 4 + k];
          m[p * 4 + k] = c * pk - s * qk;
          m[q * 4 + k] = s * pk + c * qk;
          const vp = v[k * 4 + p];
          const vq = v[k * 4 + q];
          v[k * 4 + p] = c * vp - s * vq;
          v[k * 4 + q] = s * vp + c * vq;
        }
      }
    if (off < 1e-24) break;
  }
  let best = 0;
  for (let i = 1; i < 4; i++) if (m[i * 5] > m[best * 5]) best = i;
  return [v[best], v[4 + best], v[8 + best], v[12 + best]];
}
