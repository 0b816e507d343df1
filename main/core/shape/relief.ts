/**
 * The relief: the face as a height field in the head's own frame, seen straight on whatever the pose was. Reliefs of one
 * person's consecutive frames add up, so that noise and holes go away.
 */
import type { Rigid } from '../sense/frames.ts';
import { apply, invert, type Vec3 } from '../geometry/rigid.ts';
import type { MeanFace } from './mean-face.ts';
import { windowOf, type RegisteredFrame, type Region } from '../sense/registration.ts';
import type { PixelSource } from '../face/types.ts';

/** The grid of all reliefs: x from −65 to 65 mm (columns, picture-right), y from 60 down to −90 mm (rows). */
export const RELIEF = { columns: 52, rows: 60, cell: 2.5, left: -65, top: 60 } as const;
export const RELIEF_CELLS = RELIEF.columns * RELIEF.rows;

/** Points further than this from the mean face are not face: hair, glasses' rims, hands, flying pixels. */
const BAND_MM = 28;
/** No cell of a face, the band above and below it included, lies further than this before or behind the point between the eyes. */
const FACE_DEPTH = 110;
/** A depth step to a neighbour that a face seen at a slant can still make; more is an edge, where sensors invent depths. */
const EDGE_MM = 25;

/** Weighted sums per cell; adding two of them fuses the frames that they came from. */
export interface Relief {
  /** Σ weight. */
  readonly weight: Float32Array;
  /** Σ weight · height in millimetres (z of the head frame). */
  readonly height: Float32Array;
  /** Σ weight of observations that colour or infrared saw too. */
  readonly seen: Float32Array;
  /** 3 planes: Σ weight · red, green, blue (0 … 255); from infrared all three are equal. */
  readonly colour: Float32Array;
  /** How many frames are in it. */
  readonly frames: number;
}

const emptyRelief = (): Relief => ({
  weight: new Float32Array(RELIEF_CELLS),
  height: new Float32Array(RELIEF_CELLS),
  seen: new Float32Array(RELIEF_CELLS),
  colour: new Float32Array(3 * RELIEF_CELLS),
  frames: 0,
});

/** Where a point's brightness comes from: the colour picture by registration, or a grey picture on the depth grid. */
export interface Paint {
  readonly picture: PixelSource;
  readonly grid: 'colour' | 'depth';
}

/**
 * One frame's relief, from the points of its region and the head's place.
 * @param headToCamera as settled (settle.ts)
 */
export function reliefOf(
  registered: RegisteredFrame,
  headToCamera: Rigid,
  mean: MeanFace,
  paint?: Paint,
): Relief {
  const relief: Relief = { ...emptyRelief(), frames: 1 };
  const { points, colourAt, region } = registered;
  const width = region.right - region.left;
  const window = faceWindow(registered, headToCamera);
  const toHead = invert(headToCamera);
  const [r0, r1, r2, r3, r4, r5, r6, r7, r8] = toHead.rotation as number[] as Nine;
  const [t0, t1, t2] = toHead.translation;
  const { columns, rows, cell, left, top } = RELIEF;
  const picture = paint?.picture;
  for (let row = window.top; row < window.bottom; row++)
    for (let i = row * width + window.left, end = i + window.right - window.left; i < end; i++) {
      const p = i * 3;
      const z = points[p + 2];
      if (z === 0) continue;
      const px = points[p];
      const py = points[p + 1];
      const hx = r0 * px + r1 * py + r2 * z + t0;
      const gx = (hx - left) / cell - 0.5;
      if (gx < 0 || gx >= columns - 1) continue;
      const hy = r3 * px + r4 * py + r5 * z + t1;
      const gy = (top - hy) / cell - 0.5;
      if (gy < 0 || gy >= rows - 1) continue;
      const hz = r6 * px + r7 * py + r8 * z + t2;
      const x = gx | 0;
      const y = gy | 0;
      const base = y * columns + x;
      if (Math.abs(hz - mean.height[base]) > BAND_MM) continue;
      if (isEdge(points, p, width * 3, z)) continue;
      const ax = gx - x;
      const ay = gy - y;
      const w00 = (1 - ax) * (1 - ay);
      const w01 = ax * (1 - ay);
      const w10 = (1 - ax) * ay;
      const w11 = ax * ay;
      splat(relief.weight, base, columns, w00, w01, w10, w11, 1);
      splat(relief.height, base, columns, w00, w01, w10, w11, hz);
      if (!picture) continue;
      let u: number;
      let v: number;
      if (paint.grid === 'colour') {
        u = colourAt[i * 2]!;
        v = colourAt[i * 2 + 1]!;
        if (u < 0) continue;
      } else {
        u = region.left + i - row * width;
        v = region.top + row;
      }
      const at = (((v + 0.5) | 0) * picture.width + ((u + 0.5) | 0)) * picture.channels;
      const red = picture.data[at];
      const green = picture.channels === 1 ? red : picture.data[at + 1];
      const blue = picture.channels === 1 ? red : picture.data[at + 2];
      splat(relief.seen, base, columns, w00, w01, w10, w11, 1);
      splat(relief.colour, base, columns, w00, w01, w10, w11, red);
      splat(relief.colour, base + RELIEF_CELLS, columns, w00, w01, w10, w11, green);
      splat(relief.colour, base + 2 * RELIEF_CELLS, columns, w00, w01, w10, w11, blue);
    }
  return relief;
}

/** The part of the colour picture that `reliefOf` reads at most, in its pixels. */
export function paintedWindow(registered: RegisteredFrame, headToCamera: Rigid): Region {
  const { points, colourAt, region } = registered;
  const width = region.right - region.left;
  const face = faceWindow(registered, headToCamera);
  const { rotation, translation } = invert(headToCamera);
  const [r0, r1, r2, r3, r4, r5, r6, r7, r8] = rotation as number[] as Nine;
  const [t0, t1, t2] = translation;
  const [[x0, x1], [y0, y1]] = HEAD_BOX;
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  for (let row = face.top; row < face.bottom; row++)
    for (let i = row * width + face.left, end = i + face.right - face.left; i < end; i++) {
      const u = colourAt[2 * i];
      if (u < 0) continue;
      const px = points[3 * i];
      const py = points[3 * i + 1];
      const pz = points[3 * i + 2];
      const x = r0 * px + r1 * py + r2 * pz + t0;
      const y = r3 * px + r4 * py + r5 * pz + t1;
      if (x < x0 || x > x1 || y < y0 || y > y1) continue;
      if (Math.abs(r6 * px + r7 * py + r8 * pz + t2) > FACE_DEPTH) continue;
      const v = colourAt[2 * i + 1];
      left = Math.min(left, u);
      right = Math.max(right, u);
      top = Math.min(top, v);
      bottom = Math.max(bottom, v);
    }
  if (right < 0) return { left: 0, top: 0, right: 0, bottom: 0 };
  return {
    left: Math.floor(left + 0.5),
    top: Math.floor(top + 0.5),
    right: Math.floor(right + 1.5),
    bottom: Math.floor(bottom + 1.5),
  };
}

type Nine = [number, number, number, number, number, number, number, number, number];

function splat(
  plane: Float32Array,
  base: number,
  columns: number,
  w00: number,
  w01: number,
  w10: number,
  w11: number,
  value: number,
): void {
  plane[base] += w00 * value;
  plane[base + 1] += w01 * value;
  plane[base + columns] += w10 * value;
  plane[base + columns + 1] += w11 * value;
}

/** True where a neighbour was measured at a very different depth. `p` indexes points, `row` is one row of them. */
export function isEdge(points: Float32Array, p: number, row: number, z: number): boolean {
  return (
    jumps(points[p + 5], z) ||
    jumps(points[p - 1], z) ||
    jumps(points[p + row + 2], z) ||
    jumps(points[p - row + 2], z)
  );
}

/** Comparisons with what lies outside of the region (undefined) are false: no edge. */
const jumps = (other: number, z: number): boolean =>
  other > 0 && (other - z > EDGE_MM || z - other > EDGE_MM);

/** Adds reliefs of one person cell by cell. */
export function fuse(reliefs: readonly Relief[]): Relief {
  const sum = emptyRelief();
  let frames = 0;
  for (const relief of reliefs) {
    frames += relief.frames;
    add(sum.weight, relief.weight);
    add(sum.height, relief.height);
    add(sum.seen, relief.seen);
    add(sum.colour, relief.colour);
  }
  return { ...sum, frames };
}

function add(into: Float32Array, plane: Float32Array): void {
  for (let i = 0; i < into.length; i++) into[i] += plane[i];
}

/** The box of the head's frame that holds every face: x, y, z from … to, millimetres. */
const HEAD_BOX: Box3 = [
  [RELIEF.left, -RELIEF.left],
  [RELIEF.top - RELIEF.rows * RELIEF.cell, RELIEF.top],
  [-70, 65],
];
/** The foremost half of every nose. */
const NOSE_BOX: Box3 = [
  [-8, 8],
  [-46, -18],
  [5, 30],
];

type Range = readonly [from: number, to: number];
type Box3 = readonly [Range, Range, Range];

/** Where the face is among the region's pixels. */
export const faceWindow = (registered: RegisteredFrame, headToCamera: Rigid): Region =>
  windowOfBox(registered, headToCamera, HEAD_BOX);

function windowOfBox(registered: RegisteredFrame, headToCamera: Rigid, [xs, ys, zs]: Box3): Region {
  const corners: Vec3[] = [];
  for (const x of xs) for (const y of ys) for (const z of zs) corners.push(apply(headToCamera, [x, y, z]));
  return windowOf(registered, corners);
}

/**
 * Share of the pixels before which the nose should be that measured anything, 0 … 1. The nose is what a sensor loses first
 * of a face that comes too near.
 */
export function noseMeasured(registered: RegisteredFrame, headToCamera: Rigid): number {
  const { points, region } = registered;
  const { left, right, top, bottom } = windowOfBox(registered, headToCamera, NOSE_BOX);
  const width = region.right - region.left;
  let measured = 0;
  for (let v = top; v < bottom; v++)
    for (let u = left, p = 3 * (v * width + left) + 2; u < right; u++, p += 3) if (points[p] > 0) measured++;
  return measured / Math.max(1, (right - left) * (bottom - top));
}

/** A cell counts as observed from this weight on. */
export const OBSERVED = 0.25;

/** Heights in millimetres, NaN where the relief has a hole. */
export function heights(relief: Relief): Float32Array {
  const out = new Float32Array(RELIEF_CELLS).fill(NaN);
  for (let i = 0; i < RELIEF_CELLS; i++)
    if (relief.weight[i] >= OBSERVED) out[i] = relief.height[i] / relief.weight[i];
  return out;
}

/** Share of the mean face's inner cells that were observed, 0 … 1. */
export function completeness(relief: Relief, mean: MeanFace): number {
  let inner = 0;
  let observed = 0;
  for (let i = 0; i < RELIEF_CELLS; i++) {
    if (!mean.inner[i]) continue;
    inner++;
    if (relief.weight[i] >= OBSERVED) observed++;
  }
  return observed / inner;
}
