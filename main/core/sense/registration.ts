/**
 * Brings depth and colour together. Each measured depth pixel (u, v, z) becomes the camera point
 *
 *     P = ((u − cx)·z / fx, (v − cy)·z / fy, z),     Q = R·P + t,     (u', v') = (fx'·Qx / Qz + cx', fy'·Qy / Qz + cy')
 *
 * and (u', v') is where the colour camera saw it, unless something nearer stands in between: a z-buffer on the colour
 * picture, in cells as large as a depth pixel's footprint, tells. The same z-buffer answers the opposite question: how far
 * away is what a colour pixel shows.
 */
import type { DepthImage, Intrinsics, Rigid, SensorFrame } from './frames.ts';
import { project } from '../geometry/camera.ts';
import { apply, invert, type Vec3 } from '../geometry/rigid.ts';

/** Half-open rectangle in depth pixels. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A picture's pixel to the point that it shows, in depth-camera coordinates; undefined where no depth was measured. */
export type Lift = (u: number, v: number) => [number, number, number] | undefined;

/** Depth pixels of one region as points, and where colour saw them. Row by row, index = (v − top)·(right − left) + (u − left). */
export interface RegisteredFrame {
  readonly frame: SensorFrame;
  readonly region: Region;
  /** n × 3: depth-camera coordinates in millimetres; z = 0 where nothing was measured. */
  readonly points: Float32Array;
  /** n × 2: colour pixel of each point, (−1, −1) where colour did not see it. Empty without colour. */
  readonly colourAt: Float32Array;
  /**
   * The point that the given pixel of the colour picture shows, in depth-camera coordinates, from the measured depth around
   * it; undefined where none was measured or the frame has no colour.
   */
  readonly liftColour: Lift;
  /** The same for a pixel of the depth (and infrared) picture. */
  readonly liftDepth: Lift;
}

/** A depth pixel further than this behind what colour sees in the same place is hidden from the colour camera. */
const OCCLUSION_MM = 25;

const wholeRegion = (depth: DepthImage): Region => ({
  left: 0,
  top: 0,
  right: depth.width,
  bottom: depth.height,
});

/**
 * Registers one region of a frame: what follows costs only what the region holds.
 * @param farthest points beyond are given no colour, millimetres; nothing there is looked at
 */
export function register(
  frame: SensorFrame,
  region: Region = wholeRegion(frame.depth),
  farthest = Infinity,
): RegisteredFrame {
  const { depth } = frame;
  const { fx, fy, cx, cy } = depth.intrinsics;
  const width = region.right - region.left;
  const height = region.bottom - region.top;
  const points = new Float32Array(width * height * 3);
  for (let row = 0, i = 0; row < height; row++) {
    const v = region.top + row;
    const y = (v - cy) / fy;
    let source = v * depth.width + region.left;
    for (let column = 0; column < width; column++, source++, i += 3) {
      const z = depth.data[source];
      if (z === 0) continue;
      points[i] = ((region.left + column - cx) / fx) * z;
      points[i + 1] = y * z;
      points[i + 2] = z;
    }
  }
  const { colourAt, lift } = frame.colour
    ? projectIntoColour(points, frame.colour.intrinsics, frame.depthToColour, depth.intrinsics, farthest)
    : { colourAt: new Float32Array(0), lift: () => undefined };
  return {
    frame,
    region,
    points,
    colourAt,
    liftColour: lift,
    liftDepth: (u, v) => {
      const z = medianDepth(depth, Math.round(u), Math.round(v));
      return z > 0 ? [((u - cx) * z) / fx, ((v - cy) * z) / fy, z] : undefined;
    },
  };
}

function projectIntoColour(
  points: Float32Array,
  colour: Intrinsics,
  depthToColour: Rigid,
  depth: Intrinsics,
  farthest: number,
) {
  const n = points.length / 3;
  const colourAt = new Float32Array(n * 2).fill(-1);
  const distance = new Float32Array(n);
  const cell = Math.max(1, Math.ceil(colour.fx / depth.fx));
  const columns = Math.ceil(colour.width / cell);
  const rows = Math.ceil(colour.height / cell);
  const nearest = new Float32Array(columns * rows);
  // From the numbers as they are kept: before they were rounded they may lie in the cell beside.
  const cellOf = (i: number) =>
    Math.floor(colourAt[i * 2 + 1] / cell) * columns + Math.floor(colourAt[i * 2] / cell);
  const [r0, r1, r2, r3, r4, r5, r6, r7, r8] = depthToColour.rotation as number[] as [
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
  const [t0, t1, t2] = depthToColour.translation;
  for (let i = 0, p = 0; i < n; i++, p += 3) {
    const z = points[p + 2];
    if (z === 0 || z > farthest) continue;
    const x = points[p];
    const y = points[p + 1];
    const qz = r6 * x + r7 * y + r8 * z + t2;
    if (qz <= 0) continue;
    const u = (colour.fx * (r0 * x + r1 * y + r2 * z + t0)) / qz + colour.cx;
    const v = (colour.fy * (r3 * x + r4 * y + r5 * z + t1)) / qz + colour.cy;
    if (u < 0 || v < 0 || u > colour.width - 1 || v > colour.height - 1) continue;
    colourAt[i * 2] = u;
    colourAt[i * 2 + 1] = v;
    distance[i] = qz;
    const index = cellOf(i);
    const seen = nearest[index];
    if (seen === 0 || qz < seen) nearest[index] = qz;
  }
  for (let i = 0; i < n; i++) {
    if (colourAt[i * 2] < 0) continue;
    if (distance[i] > nearest[cellOf(i)] + OCCLUSION_MM) colourAt[i * 2] = colourAt[i * 2 + 1] = -1;
  }
  const toDepth = invert(depthToColour);
  const lift = (u: number, v: number): [number, number, number] | undefined => {
    const z = medianCell(nearest, columns, rows, Math.floor(u / cell), Math.floor(v / cell));
    if (z === 0) return undefined;
    const inColour: Vec3 = [((u - colour.cx) * z) / colour.fx, ((v - colour.cy) * z) / colour.fy, z];
    return apply(toDepth, inColour);
  };
  return { colourAt, lift };
}

/**
 * Index ranges of the region's pixels that may show a box in some frame of its own: what looks at the face alone need not
 * visit the rest. Half-open, relative to the region.
 * @param corners 8 camera points
 */
export function windowOf({ frame, region }: RegisteredFrame, corners: readonly Vec3[]): Region {
  const camera = frame.depth.intrinsics;
  const pixels = corners.map((corner) => project(camera, corner));
  const within = (value: number, low: number, high: number) =>
    Math.min(high, Math.max(low, Math.round(value)));
  const us = pixels.map(([u]) => u - region.left);
  const vs = pixels.map(([, v]) => v - region.top);
  const width = region.right - region.left;
  const height = region.bottom - region.top;
  return {
    left: within(Math.min(...us), 0, width),
    right: within(Math.max(...us) + 1, 0, width),
    top: within(Math.min(...vs), 0, height),
    bottom: within(Math.max(...vs) + 1, 0, height),
  };
}

const around = new Float32Array(9);

/** Median of the measured values among the 3 × 3 neighbours, 0 where fewer than two were measured. */
function medianOf(count: number): number {
  if (count < 2) return 0;
  const values = around.subarray(0, count).sort();
  return values[count >> 1];
}

function medianCell(cells: Float32Array, columns: number, rows: number, x: number, y: number): number {
  let count = 0;
  for (let j = Math.max(0, y - 1); j <= Math.min(rows - 1, y + 1); j++)
    for (let i = Math.max(0, x - 1); i <= Math.min(columns - 1, x + 1); i++) {
      const z = cells[j * columns + i];
      if (z > 0) around[count++] = z;
    }
  return medianOf(count);
}

function medianDepth(depth: DepthImage, x: number, y: number): number {
  let count = 0;
  for (let j = Math.max(0, y - 1); j <= Math.min(depth.height - 1, y + 1); j++)
    for (let i = Math.max(0, x - 1); i <= Math.min(depth.width - 1, x + 1); i++) {
      const z = depth.data[j * depth.width + i];
      if (z > 0) around[count++] = z;
    }
  return medianOf(count);
}
