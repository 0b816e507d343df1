/**
 * Brings depth and colour together: the one place where two cameras become one picture, for every sensor.
 *
 * Both cameras are pinholes without distortion (frames.ts): K = (fx, fy, cx, cy) of the depth camera, K' of the colour camera.
 * A measured depth pixel (u, v) with z millimetres along the optical axis is the point P, seen by the colour camera as Q:
 *
 *     P = ((u − cx)·z / fx, (v − cy)·z / fy, z)           unproject; (u − cx) / fx is a table, the same for every row
 *     Q = R·P + t                                         depthToColour
 *     (u', v') = (fx'·Qx / Qz + cx', fy'·Qy / Qz + cy')   project; nothing where Qz ≤ 0 or (u', v') is outside the picture
 *
 * The colour camera sees Q unless something nearer stands in between. A z-buffer on the colour picture tells: its cells are
 * s × s pixels, s = ⌈fx' / fx⌉, so that depth pixels of one surface leave none of them empty; each holds the least Qz of the
 * points that fall into it. A point more than OCCLUSION_MM behind that is hidden and gets no colour. The least of all does not
 * depend on the order of the points, and rounding to 32 bits happens before cells are chosen, so neither does anything else.
 *
 * The same z-buffer answers the opposite question, what a colour pixel shows: the median z' of the 3 × 3 cells around it, put
 * back as R⁻¹·(K'⁻¹·(u', v', 1)·z' − t).
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

/** Cell and Qz of each point for a moment; kept from frame to frame, since fresh memory costs as much as the sums. */
let scratch = { cells: new Int32Array(0), distances: new Float32Array(0) };
function scratchFor(n: number): typeof scratch {
  if (scratch.cells.length < n) scratch = { cells: new Int32Array(n), distances: new Float32Array(n) };
  return scratch;
}

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
  const { points, colourAt, lift } = frame.colour
    ? seenByColour(depth, region, frame.colour.intrinsics, frame.depthToColour, farthest)
    : { points: pointsOf(depth, region), colourAt: new Float32Array(0), lift: () => undefined };
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

/** P of each pixel of the region. */
function pointsOf({ data, width: stride, intrinsics }: DepthImage, region: Region): Float32Array {
  const { fx, fy, cx, cy } = intrinsics;
  const width = region.right - region.left;
  const points = new Float32Array(width * (region.bottom - region.top) * 3);
  const across = Float64Array.from({ length: width }, (_, column) => (region.left + column - cx) / fx);
  for (let v = region.top, i = 0; v < region.bottom; v++) {
    const y = (v - cy) / fy;
    let source = v * stride + region.left;
    for (let column = 0; column < width; column++, source++, i += 3) {
      const z = data[source];
      if (z === 0) continue;
      points[i] = across[column] * z;
      points[i + 1] = y * z;
      points[i + 2] = z;
    }
  }
  return points;
}

/** What colour sees in each cell of its picture: the least Qz, Infinity where it sees none of the points. */
interface NearestCells {
  readonly size: number;
  readonly columns: number;
  readonly rows: number;
  readonly distances: Float32Array;
}

function seenByColour(
  depth: DepthImage,
  region: Region,
  colour: Intrinsics,
  depthToColour: Rigid,
  farthest: number,
): Pick<RegisteredFrame, 'points' | 'colourAt'> & { readonly lift: Lift } {
  const size = Math.max(1, Math.ceil(colour.fx / depth.intrinsics.fx));
  const columns = Math.ceil(colour.width / size);
  const rows = Math.ceil(colour.height / size);
  const distances = new Float32Array(columns * rows).fill(Infinity);
  const nearest: NearestCells = { size, columns, rows, distances };
  const { points, colourAt } = projectRegion(depth, region, colour, depthToColour, farthest, nearest);
  const toDepth = invert(depthToColour);
  const lift: Lift = (u, v) => {
    const z = medianCell(nearest, Math.floor(u / size), Math.floor(v / size));
    if (z === 0) return undefined;
    const inColour: Vec3 = [((u - colour.cx) * z) / colour.fx, ((v - colour.cy) * z) / colour.fy, z];
    return apply(toDepth, inColour);
  };
  return { points, colourAt, lift };
}

/**
 * P of each pixel and its (u', v'), (−1, −1) where it is hidden or outside; fills `nearest`. The hot loop: no allocation, no
 * closure and one division in it. K'·(R·P + t) is z·(a + b) + K'·t, with a of the column alone (a table) and b of the row.
 */
function projectRegion(
  { data, width: stride, intrinsics }: DepthImage,
  region: Region,
  colour: Intrinsics,
  { rotation, translation }: Rigid,
  farthest: number,
  { size, columns, distances: nearest }: NearestCells,
): Pick<RegisteredFrame, 'points' | 'colourAt'> {
  const { fx, fy, cx, cy } = intrinsics;
  const width = region.right - region.left;
  const n = width * (region.bottom - region.top);
  const points = new Float32Array(3 * n);
  const colourAt = new Float32Array(2 * n);
  const { cells, distances } = scratchFor(n);
  const [r0, r1, r2, r3, r4, r5, r6, r7, r8] = rotation;
  const [t0, t1, t2] = translation;
  const tu = colour.fx * t0 + colour.cx * t2;
  const tv = colour.fy * t1 + colour.cy * t2;
  // x / z, and its share of the three rows of K'·R.
  const across = new Float64Array(4 * width);
  for (let column = 0; column < width; column++) {
    const x = (region.left + column - cx) / fx;
    across[4 * column] = x;
    across[4 * column + 1] = (colour.fx * r0 + colour.cx * r6) * x;
    across[4 * column + 2] = (colour.fy * r3 + colour.cy * r6) * x;
    across[4 * column + 3] = r6 * x;
  }
  const right = colour.width - 1;
  const bottom = colour.height - 1;
  // Tables, since a division for each point would cost as much as its projection.
  const columnOf = new Int32Array(colour.width);
  for (let u = 0; u < colour.width; u++) columnOf[u] = Math.floor(u / size);
  const rowStart = new Int32Array(colour.height);
  for (let w = 0; w < colour.height; w++) rowStart[w] = Math.floor(w / size) * columns;
  for (let v = region.top, i = 0; v < region.bottom; v++) {
    const y = (v - cy) / fy;
    const bu = (colour.fx * r1 + colour.cx * r7) * y + colour.fx * r2 + colour.cx * r8;
    const bv = (colour.fy * r4 + colour.cy * r7) * y + colour.fy * r5 + colour.cy * r8;
    const bq = r7 * y + r8;
    let source = v * stride + region.left;
    for (let a = 0; a < 4 * width; a += 4, source++, i++) {
      cells[i] = -1;
      const z = data[source];
      if (z !== 0) {
        points[3 * i] = across[a] * z;
        points[3 * i + 1] = y * z;
        points[3 * i + 2] = z;
        const q = z * (across[a + 3] + bq) + t2;
        if (z <= farthest && q > 0) {
          const each = 1 / q;
          const u = Math.fround((z * (across[a + 1] + bu) + tu) * each);
          const w = Math.fround((z * (across[a + 2] + bv) + tv) * each);
          if (u >= 0 && w >= 0 && u <= right && w <= bottom) {
            colourAt[2 * i] = u;
            colourAt[2 * i + 1] = w;
            const cell = rowStart[w | 0] + columnOf[u | 0];
            cells[i] = cell;
            distances[i] = q;
            if (q < nearest[cell]) nearest[cell] = q;
            continue;
          }
        }
      }
      colourAt[2 * i] = colourAt[2 * i + 1] = -1;
    }
  }
  for (let i = 0; i < n; i++) {
    const cell = cells[i];
    if (cell >= 0 && distances[i] > nearest[cell] + OCCLUSION_MM) colourAt[2 * i] = colourAt[2 * i + 1] = -1;
  }
  return { points, colourAt };
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

function medianCell({ columns, rows, distances }: NearestCells, x: number, y: number): number {
  let count = 0;
  for (let j = Math.max(0, y - 1); j <= Math.min(rows - 1, y + 1); j++)
    for (let i = Math.max(0, x - 1); i <= Math.min(columns - 1, x + 1); i++) {
      const z = distances[j * columns + i];
      if (z < Infinity) around[count++] = z;
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
