/** Which triangles of a mesh show in a window of a camera's picture, before anything is drawn. */
import type { Region } from './cameras.ts';
import { SUBPIXELS, type PosedMesh, type Projected } from './posed.ts';

type Part = PosedMesh['mesh']['parts'][number];

/**
 * Numbers a face takes in the list: its corners a, b, c, clockwise on the screen, the pixels x0 … x1, y0 … y1 of its box, and how
 * far its corners are apart, in 1/256 pixel, along the axis where that is more.
 */
export const FACE = 8;

/** Twice the signed area of a face on the screen, in squared 1/256 pixels: positive where its corners run clockwise. */
export const areaOf = (screen: Int32Array, a: number, b: number, c: number): number => {
  const xa = screen[2 * a];
  const ya = screen[2 * a + 1];
  return (screen[2 * b] - xa) * (screen[2 * c + 1] - ya) - (screen[2 * c] - xa) * (screen[2 * b + 1] - ya);
};

/** A list of faces, FACE numbers each. */
export interface Faces {
  readonly faces: Int32Array;
  readonly count: number;
}

const SHIFT = Math.log2(SUBPIXELS);
const ROUND_UP = SUBPIXELS - 1;
let list = new Int32Array(FACE * 4096);

/**
 * The faces of a part that look at the camera (or have two sides), wholly before it, with a box that holds the centre of a
 * pixel. Small triangles mostly hold none: they cost no more than this.
 * @returns the next call writes over it
 */
export function facesInView(
  { screen, inverseDepth }: Projected,
  triangles: Uint32Array,
  { from, to, twoSided }: Part,
  view: Region,
): Faces {
  if (list.length < FACE * (to - from)) list = new Int32Array(FACE * (to - from));
  const faces = list;
  const firstX = view.x * SUBPIXELS;
  const firstY = view.y * SUBPIXELS;
  const lastX = (view.x + view.width - 1) * SUBPIXELS;
  const lastY = (view.y + view.height - 1) * SUBPIXELS;
  let o = 0;
  for (let t = 3 * from; t < 3 * to; t += 3) {
    const a = triangles[t];
    const b = triangles[t + 1];
    const c = triangles[t + 2];
    const xa = screen[2 * a];
    const ya = screen[2 * a + 1];
    const xb = screen[2 * b];
    const yb = screen[2 * b + 1];
    const xc = screen[2 * c];
    const yc = screen[2 * c + 1];
    // Anticlockwise from outside is clockwise on a screen whose y runs down: the front has a negative area there.
    const area = (xb - xa) * (yc - ya) - (xc - xa) * (yb - ya);
    if (area === 0 || (area > 0 && !twoSided)) continue;
    let lowX = xa < xb ? xa : xb;
    if (xc < lowX) lowX = xc;
    let highX = xa > xb ? xa : xb;
    if (xc > highX) highX = xc;
    if (highX < firstX || lowX > lastX) continue;
    const x0 = lowX > firstX ? (lowX + ROUND_UP) >> SHIFT : view.x;
    const x1 = (highX < lastX ? highX : lastX) >> SHIFT;
    if (x0 > x1) continue;
    let lowY = ya < yb ? ya : yb;
    if (yc < lowY) lowY = yc;
    let highY = ya > yb ? ya : yb;
    if (yc > highY) highY = yc;
    if (highY < firstY || lowY > lastY) continue;
    const y0 = lowY > firstY ? (lowY + ROUND_UP) >> SHIFT : view.y;
    const y1 = (highY < lastY ? highY : lastY) >> SHIFT;
    if (y0 > y1) continue;
    if (inverseDepth[a] === 0 || inverseDepth[b] === 0 || inverseDepth[c] === 0) continue;
    faces[o] = area > 0 ? a : b;
    faces[o + 1] = area > 0 ? b : a;
    faces[o + 2] = c;
    faces[o + 3] = x0;
    faces[o + 4] = x1;
    faces[o + 5] = y0;
    faces[o + 6] = y1;
    faces[o + 7] = highX - lowX > highY - lowY ? highX - lowX : highY - lowY;
    o += FACE;
  }
  return { faces, count: o / FACE };
}
