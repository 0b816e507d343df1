/**
 * A second camera from points that it sees: its pinhole and its place, by damped Gauss–Newton on the reprojection error
 * (Huber's weights, so that wrong pairs count little). How far a factory may stray from the drawing keeps in place what the
 * points do not tell: points of one distance cannot tell a shifted camera from a shifted picture.
 */
import type { Intrinsics, Rigid } from '../sense/frames.ts';
import { solveSymmetric } from './least-squares.ts';
import { apply, multiply, rotationFromVector, type Vec3 } from './rigid.ts';

/** A point in the first camera's coordinates (millimetres), and the pixel of the second one that shows it. */
export interface Sighting {
  readonly point: Vec3;
  readonly pixel: readonly [number, number];
}

export interface PlacedCamera {
  readonly camera: Intrinsics;
  /** From the first camera's coordinates to this one's. */
  readonly motion: Rigid;
}

/** Standard deviations around the drawing: rotation (radians), translation (mm), focal lengths and principal point (pixels). */
const SPREAD = [0.02, 0.02, 0.02, 2, 2, 2, 20, 20, 20, 20];
/** A pair further off than this counts as wrong, pixels. */
const INLIER = 1.5;
/** Rounding to whole pixels, pixels. */
const NOISE = 0.3;
const STEPS = 20;

/** @returns undefined where the pairs contradict each other so much that no camera comes out of them */
export function fitCamera(
  drawing: PlacedCamera,
  sightings: readonly Sighting[],
):
  | (PlacedCamera & {
      /** Share of the pairs within 1.5 pixels. */ inliers: number;
      /** Of those, pixels. */ rms: number;
    })
  | undefined {
  let placed = drawing;
  /** Sum of all steps, for the pull back to the drawing. */
  const gone = new Float64Array(10);
  for (let step = 0; step < STEPS; step++) {
    const a = new Float64Array(100);
    const b = new Float64Array(10);
    for (let i = 0; i < 10; i++) {
      a[i * 11] = 1 / SPREAD[i] ** 2;
      b[i] = -gone[i] / SPREAD[i] ** 2;
    }
    for (const sighting of sightings) addTo(a, b, placed, sighting);
    const delta = solveSymmetric(a, b);
    if (!delta?.every(Number.isFinite)) return undefined;
    for (let i = 0; i < 10; i++) gone[i] += delta[i];
    placed = moved(placed, delta);
    if (delta.every((value, i) => Math.abs(value) < 1e-6 * SPREAD[i])) break;
  }
  let inliers = 0;
  let sum = 0;
  for (const sighting of sightings) {
    const [du, dv] = miss(placed, sighting);
    const squared = du * du + dv * dv;
    if (!(squared <= INLIER * INLIER)) continue;
    inliers++;
    sum += squared;
  }
  return { ...placed, inliers: inliers / sightings.length, rms: Math.sqrt(sum / Math.max(1, inliers)) };
}

function miss({ camera, motion }: PlacedCamera, { point, pixel }: Sighting): [number, number] {
  const [x, y, z] = apply(motion, point);
  return [pixel[0] - (camera.fx * x) / z - camera.cx, pixel[1] - (camera.fy * y) / z - camera.cy];
}

/** Adds one pair's normal equations; the order of the unknowns is that of SPREAD, the rotation turns about the new axes. */
function addTo(a: Float64Array, b: Float64Array, placed: PlacedCamera, sighting: Sighting): void {
  const { camera, motion } = placed;
  const [x, y, z] = apply(motion, sighting.point);
  if (!(z > 0)) return;
  const [du, dv] = miss(placed, sighting);
  const [tx, ty, tz] = motion.translation;
  // The part that turns: R·p.
  const [rx, ry, rz] = [x - tx, y - ty, z - tz];
  const [ux, uz] = [camera.fx / z, (-camera.fx * x) / (z * z)];
  const [vy, vz] = [camera.fy / z, (-camera.fy * y) / (z * z)];
  const rows = [
    [uz * ry, ux * rz - uz * rx, -ux * ry, ux, 0, uz, x / z, 0, 1, 0],
    [-vy * rz + vz * ry, -vz * rx, vy * rx, 0, vy, vz, 0, y / z, 0, 1],
  ];
  const off = Math.hypot(du, dv);
  const weight = (off <= INLIER ? 1 : INLIER / off) / NOISE ** 2;
  for (const [row, left] of [
    [rows[0], du],
    [rows[1], dv],
  ] as const)
    for (let i = 0; i < 10; i++) {
      b[i] += weight * row[i] * left;
      for (let j = i; j < 10; j++) a[i * 10 + j] += weight * row[i] * row[j];
    }
}

function moved({ camera, motion }: PlacedCamera, d: Float64Array): PlacedCamera {
  const [tx, ty, tz] = motion.translation;
  return {
    camera: {
      ...camera,
      fx: camera.fx + d[6],
      fy: camera.fy + d[7],
      cx: camera.cx + d[8],
      cy: camera.cy + d[9],
    },
    motion: {
      rotation: multiply(rotationFromVector(d[0], d[1], d[2]), motion.rotation),
      translation: [tx + d[3], ty + d[4], tz + d[5]],
    },
  };
}
