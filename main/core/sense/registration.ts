/**
 * Brings depth and colour together: the one place where two cameras become one picture, for every sensor.
 *
 * Both cameras are pinholes without distortion (frames.ts): K = (fx, fy, cx, cy) of the depth camera, K' of the colour camera.
 * A measured depth pixel (u, v) with z millimetres along the optical axis is the point P, seen by the colour camera as Q:
 *
 *     P = ((u − cx)·z / fx, (v − cy)·z / fy, z)           unproject
 *     Q = R·P + t                                         depthToColour
 *     (u', v') = (fx'·Qx / Qz + cx', fy'·Qy / Qz + cy')   project; nothing where Qz ≤ 0 or (u', v') is outside the picture
 *
 * The colour camera sees Q unless something nearer stands in between. A z-buffer on the colour picture tells: its cells are
 * s × s pixels, s = ⌈fx' / fx⌉, so that depth pixels of one surface leave none of them empty; each holds the least Qz of the
 * points that fall into it. A point more than OCCLUSION_MM behind that is hidden and gets no colour. The least of all does not
 * depend on the order of the points, and rounding to 32 bits happens before cells are chosen and distances compared, so neither
 * does anything else. The loops over the pixels are registration.wat.
 *
 * The same z-buffer answers the opposite question, what a colour pixel shows: the median z' of the 3 × 3 cells around it, put
 * back as R⁻¹·(K'⁻¹·(u', v', 1)·z' − t).
 */
import type { DepthImage, Intrinsics, Rigid, SensorFrame } from './frames.ts';
import { project } from '../geometry/camera.ts';
import { apply, invert, type Vec3 } from '../geometry/rigid.ts';
import { RegistrationLoops, type Layout } from './registration-loops.ts';

/** Half-open rectangle in depth pixels. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A picture's pixel to the point that it shows, in depth-camera coordinates; undefined where no depth was measured. */
export type Lift = (u: number, v: number) => [number, number, number] | undefined;

/**
 * Depth pixels of one region as points, and where colour saw them. Row by row, index = (v − top)·(right − left) + (u − left).
 * One that a Registrar gave holds until its next.
 */
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
 * Registers one frame after the other in the same memory, since fresh memory costs as much as the sums: what it gave for a frame
 * holds until the next.
 */
export class Registrar {
  private readonly loops = new RegistrationLoops();

  /**
   * Registers one region of a frame: what follows costs only what the region holds.
   * @param farthest points beyond are given no colour, millimetres; nothing there is looked at
   */
  register(frame: SensorFrame, region?: Region, farthest?: number): RegisteredFrame {
    return registerBy(this.loops, (array) => array, frame, region, farthest);
  }
}

const shared = new RegistrationLoops();

/** Registers one frame in memory of its own: what it gives may be kept. See Registrar.register. */
export const register: Registrar['register'] = (...given) =>
  registerBy(shared, (array) => array.slice(), ...given);

/** @param keep what is given of an array in the loops' memory */
function registerBy(
  loops: RegistrationLoops,
  keep: (array: Float32Array) => Float32Array,
  frame: SensorFrame,
  region: Region = wholeRegion(frame.depth),
  farthest = Infinity,
): RegisteredFrame {
  const { depth, colour, depthToColour } = frame;
  const { fx, fy, cx, cy } = depth.intrinsics;
  const seen = colour && seenByColour(depth, region, colour.intrinsics, depthToColour, farthest, loops, keep);
  return {
    frame,
    region,
    points: seen?.points ?? keep(pointsOf(depth, region, loops)),
    colourAt: seen?.colourAt ?? NO_COLOUR,
    liftColour: seen?.lift ?? (() => undefined),
    liftDepth: (u, v) => {
      const z = medianDepth(depth, Math.round(u), Math.round(v));
      return z > 0 ? [((u - cx) * z) / fx, ((v - cy) * z) / fy, z] : undefined;
    },
  };
}

const NO_COLOUR = new Float32Array(0);

const pixelsOf = ({ left, top, right, bottom }: Region): number => (right - left) * (bottom - top);

/** P of each pixel of the region. */
function pointsOf(
  { data, width: stride, intrinsics }: DepthImage,
  region: Region,
  loops: RegistrationLoops,
): Float32Array {
  const { fx, fy, cx, cy } = intrinsics;
  const { points } = loops.layOut(pixelsOf(region), 0);
  const step = 1 / fx;
  for (let v = region.top, i = 0; v < region.bottom; v++) {
    const y = (v - cy) / fy;
    for (let u = region.left; u < region.right; u++, i += 3) {
      const z = data[v * stride + u];
      points[i] = (u - cx) * step * z;
      points[i + 1] = y * z;
      points[i + 2] = z;
    }
  }
  return points;
}

/** Of the colour picture: size × size pixels each. */
interface Cells {
  readonly size: number;
  readonly columns: number;
  readonly rows: number;
}

/** What colour sees in each cell: the least Qz, Infinity where it sees none of the points. */
interface NearestCells extends Cells {
  readonly distances: Float32Array;
}

function seenByColour(
  depth: DepthImage,
  region: Region,
  colour: Intrinsics,
  depthToColour: Rigid,
  farthest: number,
  loops: RegistrationLoops,
  keep: (array: Float32Array) => Float32Array,
): Pick<RegisteredFrame, 'points' | 'colourAt'> & { readonly lift: Lift } {
  const size = Math.max(1, Math.ceil(colour.fx / depth.intrinsics.fx));
  const columns = Math.ceil(colour.width / size);
  const rows = Math.ceil(colour.height / size);
  const layout = loops.layOut(pixelsOf(region), columns * rows + 1);
  projectRegion(depth, region, colour, depthToColour, farthest, { size, columns, rows }, loops, layout);
  const nearest: NearestCells = { size, columns, rows, distances: keep(layout.nearest) };
  const toDepth = invert(depthToColour);
  const lift: Lift = (u, v) => {
    const z = medianCell(nearest, Math.floor(u / size), Math.floor(v / size));
    if (z === 0) return undefined;
    const inColour: Vec3 = [((u - colour.cx) * z) / colour.fx, ((v - colour.cy) * z) / colour.fy, z];
    return apply(toDepth, inColour);
  };
  return { points: keep(layout.points), colourAt: keep(layout.colourAt), lift };
}

/**
 * Lays into the layout P of each pixel, its (u', v'), (−1, −1) where it is hidden or outside, and the nearest Qz of each cell. With
 * (x, y, 1)·z the pixel's point, K'·(R·P + t) is z·(a·x + b) + K'·t, with a of the cameras and b of the row.
 */
function projectRegion(
  { data, width: stride, intrinsics }: DepthImage,
  { left, top, right, bottom }: Region,
  colour: Intrinsics,
  { rotation, translation }: Rigid,
  farthest: number,
  { size, columns, rows }: Cells,
  loops: RegistrationLoops,
  layout: Layout,
): void {
  const { fx, fy, cx, cy } = intrinsics;
  const [r0, r1, r2, r3, r4, r5, r6, r7, r8] = rotation;
  const [t0, t1, t2] = translation;
  const a = [colour.fx * r0 + colour.cx * r6, colour.fy * r3 + colour.cy * r6, r6];
  const t = [colour.fx * t0 + colour.cx * t2, colour.fy * t1 + colour.cy * t2, t2];
  const last = [colour.width - 1, colour.height - 1];
  loops.terms = [cx, 1 / fx, ...a, ...t, farthest, ...last, 1 / size, columns, columns * rows];
  layout.nearest.fill(Infinity);
  const width = right - left;
  for (let v = top, begin = 0; v < bottom; v++, begin += width) {
    layout.depth.set(data.subarray(v * stride + left, v * stride + right), begin);
    const y = (v - cy) / fy;
    loops.projectRow(layout, begin, left, width, {
      y,
      bu: (colour.fx * r1 + colour.cx * r7) * y + colour.fx * r2 + colour.cx * r8,
      bv: (colour.fy * r4 + colour.cy * r7) * y + colour.fy * r5 + colour.cy * r8,
      bq: r7 * y + r8,
    });
  }
  loops.occlude(layout, OCCLUSION_MM);
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
