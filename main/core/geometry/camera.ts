/** The pinhole camera: z forward, pixel centres at whole numbers. */
import type { Intrinsics } from '../frames.ts';
import type { Vec3 } from './rigid.ts';

/** Pixel of a camera point; meaningful for z > 0. */
export function project(camera: Intrinsics, p: Vec3): [number, number] {
  return [(camera.fx * p[0]) / p[2] + camera.cx, (camera.fy * p[1]) / p[2] + camera.cy];
}

/** Camera point at depth z (millimetres along the optical axis) behind pixel (u, v). */
export function unproject(camera: Intrinsics, u: number, v: number, z: number): [number, number, number] {
  return [((u - camera.cx) * z) / camera.fx, ((v - camera.cy) * z) / camera.fy, z];
}

/** Why these intrinsics cannot belong to a real camera, or undefined where they can. */
export function absurdIntrinsics(c: Intrinsics): string | undefined {
  if (!(Number.isInteger(c.width) && Number.isInteger(c.height) && c.width >= 2 && c.height >= 2))
    return `the picture size ${c.width}×${c.height} is not usable`;
  if (!(c.fx > 0.2 * c.width && c.fx < 20 * c.width && c.fy > 0.2 * c.height && c.fy < 20 * c.height))
    return `the focal length (${c.fx}, ${c.fy}) px is impossible for a picture of ${c.width}×${c.height}`;
  if (!(c.cx > 0 && c.cx < c.width && c.cy > 0 && c.cy < c.height))
    return `the principal point (${c.cx}, ${c.cy}) lies outside the picture of ${c.width}×${c.height}`;
  return undefined;
}
