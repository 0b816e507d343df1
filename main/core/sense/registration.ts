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
 * does anything else.
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
  private readonly memory: Memory = {
    points: new Float32Array(0),
    colourAt: new Float32Array(0),
    cells: new Int32Array(0),
    distances: new Float32Array(0),
    nearest: new Float32Array(0),
  };

  /**
   * Registers one region of a frame: what follows costs only what the region holds.
   * @param farthest points beyond are given no colour, millimetres; nothing there is looked at
   */
  register(
    frame: SensorFrame,
    region: Region = wholeRegion(frame.depth),
    farthest = Infinity,
  ): RegisteredFrame {
    const { depth } = frame;
    const { fx, fy, cx, cy } = depth.intrinsics;
    const { points, colourAt, lift } = frame.colour
      ? seenByColour(depth, region, frame.colour.intrinsics, frame.depthToColour, farthest, this.memory)
      : { points: pointsOf(depth, region, this.memory), colourAt: NO_COLOUR, lift: () => undefined };
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
}

const NO_COLOUR = new Float32Array(0);

/** Registers one frame in memory of its own: what it gives may be kept. See Registrar.register. */
export const register = (...given: Parameters<Registrar['register']>): RegisteredFrame =>
  new Registrar().register(...given);

/** What a registrar uses again: answers, and cell and Qz of each point for a moment. Grows to the largest region. */
interface Memory {
  points: Float32Array;
  colourAt: Float32Array;
  cells: Int32Array;
  distances: Float32Array;
  nearest: Float32Array;
}

/** The first `length` elements of a part of the memory, with whatever they held. */
function take<K extends keyof Memory>(memory: Memory, part: K, length: number): Memory[K] {
  if (memory[part].length < length)
    memory[part] = (part === 'cells' ? new Int32Array(length) : new Float32Array(length)) as Memory[K];
  return memory[part].subarray(0, length) as Memory[K];
}

const pixelsOf = ({ left, top, right, bottom }: Region): number => (right - left) * (bottom - top);

/** P of each pixel of the region. */
function pointsOf(
  { data, width: stride, intrinsics }: DepthImage,
  region: Region,
  memory: Memory,
): Float32Array {
  const { fx, fy, cx, cy } = intrinsics;
  const points = take(memory, 'points', 3 * pixelsOf(region));
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
  memory: Memory,
): Pick<RegisteredFrame, 'points' | 'colourAt'> & { readonly lift: Lift } {
  const size = Math.max(1, Math.ceil(colour.fx / depth.intrinsics.fx));
  const columns = Math.ceil(colour.width / size);
  const rows = Math.ceil(colour.height / size);
  const distances = take(memory, 'nearest', columns * rows).fill(Infinity);
  const nearest: NearestCells = { size, columns, rows, distances };
  const seen = projectRegion(depth, region, colour, depthToColour, farthest, nearest, memory);
  const toDepth = invert(depthToColour);
  const lift: Lift = (u, v) => {
    const z = medianCell(nearest, Math.floor(u / size), Math.floor(v / size));
    if (z === 0) return undefined;
    const inColour: Vec3 = [((u - colour.cx) * z) / colour.fx, ((v - colour.cy) * z) / colour.fy, z];
    return apply(toDepth, inColour);
  };
  return { ...seen, lift };
}

/**
 * P of each pixel and its (u', v'), (−1, −1) where it is hidden or outside; fills `nearest`. The hot loop: no allocation, no
 * closure, one division, and no table, for each costs more to look up than to compute. With (x, y, 1)·z the pixel's point,
 * K'·(R·P + t) is z·(a·x + b) + K'·t, with a of the cameras and b of the row.
 */
function projectRegion(
  { data, width: stride, intrinsics }: DepthImage,
  region: Region,
  colour: Intrinsics,
  { rotation, translation }: Rigid,
  farthest: number,
  { size, columns, distances: nearest }: NearestCells,
  memory: Memory,
): Pick<RegisteredFrame, 'points' | 'colourAt'> {
  const { fx, fy, cx, cy } = intrinsics;
  const n = pixelsOf(region);
  const points = take(memory, 'points', 3 * n);
  const colourAt = take(memory, 'colourAt', 2 * n);
  const cells = take(memory, 'cells', n);
  const distances = take(memory, 'distances', n);
  const bits = bitsOf(distances);
  const least = bitsOf(nearest);
  const [r0, r1, r2, r3, r4, r5, r6, r7, r8] = rotation;
  const [t0, t1, t2] = translation;
  const tu = colour.fx * t0 + colour.cx * t2;
  const tv = colour.fy * t1 + colour.cy * t2;
  const au = colour.fx * r0 + colour.cx * r6;
  const av = colour.fy * r3 + colour.cy * r6;
  const step = 1 / fx;
  const right = colour.width - 1;
  const bottom = colour.height - 1;
  const shrink = 1 / size;
  for (let v = region.top, i = 0; v < region.bottom; v++) {
    const y = (v - cy) / fy;
    const bu = (colour.fx * r1 + colour.cx * r7) * y + colour.fx * r2 + colour.cx * r8;
    const bv = (colour.fy * r4 + colour.cy * r7) * y + colour.fy * r5 + colour.cy * r8;
    const bq = r7 * y + r8;
    const begin = i;
    for (let u = region.left; u < region.right; u++, i++) {
      const z = data[v * stride + u];
      const x = (u - cx) * step;
      points[3 * i] = x * z;
      points[3 * i + 1] = y * z;
      points[3 * i + 2] = z;
      if (z !== 0 && z <= farthest) {
        const q = z * (r6 * x + bq) + t2;
        if (q > 0) {
          const each = 1 / q;
          const s = Math.fround((z * (au * x + bu) + tu) * each);
          const t = Math.fround((z * (av * x + bv) + tv) * each);
          if (s >= 0 && t >= 0 && s <= right && t <= bottom) {
            colourAt[2 * i] = s;
            colourAt[2 * i + 1] = t;
            cells[i] = ((t * shrink) | 0) * columns + ((s * shrink) | 0);
            distances[i] = q;
            continue;
          }
        }
      }
      colourAt[2 * i] = colourAt[2 * i + 1] = -1;
      cells[i] = -1;
    }
    keepNearest(cells, bits, least, begin, i);
  }
  for (let i = 0; i < n; i++) {
    const cell = cells[i];
    if (cell >= 0 && distances[i] > nearest[cell] + OCCLUSION_MM) colourAt[2 * i] = colourAt[2 * i + 1] = -1;
  }
  return { points, colourAt };
}

/**
 * Lowers each cell to the least of its points, from index `begin` to before `end`. Which of two is nearer no processor can guess,
 * so nothing branches on it: positive floats lie in the order of their bits, and the sign of a difference of whole numbers
 * selects.
 */
function keepNearest(
  cells: Int32Array,
  bits: Int32Array,
  least: Int32Array,
  begin: number,
  end: number,
): void {
  for (let i = begin; i < end; i++) {
    const cell = cells[i];
    if (cell < 0) continue;
    const before = least[cell];
    const less = (bits[i] - before) | 0;
    least[cell] = before + (less & (less >> 31));
  }
}

const bitsOf = ({ buffer, byteOffset, length }: Float32Array): Int32Array =>
  new Int32Array(buffer, byteOffset, length);

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
