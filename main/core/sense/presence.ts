/**
 * Is somebody there? Looks at every fourth depth pixel for head-sized things at arm's length. Runs on every frame, also when
 * nobody is near, so it must cost next to nothing; the models start only when it says yes.
 */
import { mm, type Millimetres } from '../../contract/units.ts';
import type { DepthImage } from './frames.ts';
import type { Region } from './registration.ts';

/** Nearest and furthest distance at which a face is looked for. */
export const NEAR_MM = mm(350);
export const FAR_MM = mm(1300);

const STEP = 4;
/** Neighbours that differ by more than this belong to different things. */
const JUMP_MM = 60;
/** Smallest frontal area of a head that is partly out of the picture or turned away. */
const HEAD_AREA_MM2 = 90 * 130;
/** From the crown: how far down a head and its neck reach, and to either side of the head's middle. */
const HEAD_HEIGHT_MM = 330;
const HEAD_REACH_MM = 190;

export interface Presence {
  /** Where a head may be, in depth pixels. */
  readonly region: Region;
  /** Median distance of the head region. */
  readonly distance: Millimetres;
  /** How wide the thing is there. */
  readonly width: Millimetres;
}

/** Things that may be heads within these distances, nearest first; empty when nobody is there. */
export function findPresence(
  depth: DepthImage,
  nearest: number = NEAR_MM,
  farthest: number = FAR_MM,
): Presence[] {
  const { width, height, data, intrinsics } = depth;
  const columns = Math.floor(width / STEP);
  const rows = Math.floor(height / STEP);
  const label = new Int32Array(columns * rows);
  const queue = new Int32Array(columns * rows);
  const at = (cell: number) => data[Math.floor(cell / columns) * STEP * width + (cell % columns) * STEP];
  const near = (z: number) => z >= nearest && z <= farthest;
  const found: Presence[] = [];
  let labels = 0;
  for (let y = 0, seed = 0; y < rows; y++) {
    let source = y * STEP * width;
    for (let x = 0; x < columns; x++, seed++, source += STEP) {
      if (label[seed] !== 0 || !near(data[source])) continue;
      labels++;
      let head = 0;
      let tail = 0;
      queue[tail++] = seed;
      label[seed] = labels;
      let area = 0;
      while (head < tail) {
        const cell = queue[head++];
        const z = at(cell);
        area += ((z * STEP) / intrinsics.fx) * ((z * STEP) / intrinsics.fy);
        const cx = cell % columns;
        const spread = (next: number) => {
          if (label[next] !== 0) return;
          const zn = at(next);
          if (!near(zn) || Math.abs(zn - z) > JUMP_MM) return;
          label[next] = labels;
          queue[tail++] = next;
        };
        if (cx > 0) spread(cell - 1);
        if (cx < columns - 1) spread(cell + 1);
        if (cell >= columns) spread(cell - columns);
        if (cell < columns * (rows - 1)) spread(cell + columns);
      }
      if (area >= HEAD_AREA_MM2) found.push(headOf(queue.subarray(0, tail), at, columns, depth));
    }
  }
  return found.sort((a, b) => a.distance - b.distance);
}

/** The upper part of a connected thing: a head if it is a person. */
function headOf(
  cells: Int32Array,
  at: (cell: number) => number,
  columns: number,
  depth: DepthImage,
): Presence {
  const { fx, fy } = depth.intrinsics;
  let top = Infinity;
  for (const cell of cells) top = Math.min(top, Math.floor(cell / columns));
  const rowsOf = (millimetres: number, z: number) => (millimetres * fy) / (z * STEP);
  const upper: number[] = [];
  let sumX = 0;
  let [left, right] = [Infinity, 0];
  for (const cell of cells) {
    const z = at(cell);
    if (Math.floor(cell / columns) - top > rowsOf(HEAD_HEIGHT_MM * 0.6, z)) continue;
    upper.push(z);
    const column = cell % columns;
    sumX += column;
    if (column < left) left = column;
    if (column > right) right = column;
  }
  const distance = upper.sort((a, b) => a - b)[upper.length >> 1];
  const middle = (sumX / upper.length) * STEP;
  const reach = (HEAD_REACH_MM * fx) / distance;
  const margin = (60 * fy) / distance;
  return {
    distance: mm(distance),
    width: mm(((right - left + 1) * STEP * distance) / fx),
    region: {
      left: Math.max(0, Math.floor(middle - reach)),
      top: Math.max(0, Math.floor(top * STEP - margin)),
      right: Math.min(depth.width, Math.ceil(middle + reach)),
      bottom: Math.min(depth.height, Math.ceil(top * STEP + (HEAD_HEIGHT_MM * fy) / distance)),
    },
  };
}
