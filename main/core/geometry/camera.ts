/** The pinhole camera: z forward, pixel centres at whole numbers. */
import type { Intrinsics } from '../sense/frames.ts';
import type { Vec3 } from './rigid.ts';

/** Pixel of a camera point; meaningful for z > 0. */
export function project(camera: Intrinsics, p: Vec3): [number, number] {
  return [(camera.fx * p[0]) / p[2] + camera.cx, (camera.fy * p[1]) / p[2] + camera.cy];
}

/** Camera point at depth z (millimetres along the optical axis) behind pixel (u, v). */
export function unproject(camera: Intrinsics, u: number, v: number, z: number): [number, number, number] {
  return [((u - camera.cx) * z) / camera.fx, ((v - camera.cy) * z) / camera.fy, z];
}

/** The camera of a picture with half as many pixels each way, each the mean of four. */
export const halved = (full: Intrinsics): Intrinsics => ({
  width: full.width / 2,
  height: full.height / 2,
  fx: full.fx / 2,
  fy: full.fy / 2,
  cx: (full.cx + 0.5) / 2 - 0.5,
  cy: (full.cy + 0.5) / 2 - 0.5,
});
