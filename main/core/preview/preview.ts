/** Pictures of what the sensor sees, small enough for the page: shape as a lit surface, and for diagnostics everything else. */
import type { Preview } from '../../contract/api.ts';
import type { DepthImage, InfraredImage, ColourImage, SensorFrame } from '../sense/frames.ts';
import { project } from '../geometry/camera.ts';
import { apply } from '../geometry/rigid.ts';
import { enlarge, hillShade, mirrored, smoothHeights } from './hill-shade.ts';
import type { MeanFace } from '../shape/mean-face.ts';
import { FAR_MM, findPresence, NEAR_MM, type Presence } from '../sense/presence.ts';
import { heights, RELIEF, RELIEF_CELLS, type Relief } from '../shape/relief.ts';
import { reliefTensor } from '../shape/tensor.ts';

/** Side of the mirror in pixels, and of the square that it shows in millimetres. */
const MIRROR = { side: 160, shows: 360 } as const;
/** What lies further behind the head than this is not shown. */
const BEHIND_MM = 260;
/** Neighbours further apart than this belong to different surfaces. */
const EDGE_MM = 22;
/** How far the mirror follows the head in one frame, so that it does not shake with it. */
const FOLLOW = 0.25;
const ENLARGED = 3;

/** Where the mirror looks: depth pixels and millimetres. */
export interface MirrorView {
  readonly u: number;
  readonly v: number;
  readonly distance: number;
}

/** The view follows the nearest head calmly; undefined when nobody is there. */
export function followHead(before: MirrorView | undefined, depth: DepthImage): MirrorView | undefined {
  const presence: Presence | undefined = findPresence(depth)[0];
  if (!presence) return undefined;
  const { left, right, top, bottom } = presence.region;
  const now = { u: (left + right) / 2, v: (top + bottom) / 2, distance: presence.distance };
  const reach = (MIRROR.shows / 2) * (depth.intrinsics.fx / now.distance);
  if (!before || Math.hypot(now.u - before.u, now.v - before.v) > reach) return now;
  const ease = (from: number, to: number) => from + FOLLOW * (to - from);
  return {
    u: ease(before.u, now.u),
    v: ease(before.v, now.v),
    distance: ease(before.distance, now.distance),
  };
}

/** The shape before the sensor, mirrored; black where the view is undefined. */
export function mirrorPreview(depth: DepthImage, view: MirrorView | undefined): Preview {
  const { side, shows } = MIRROR;
  if (!view) return { kind: 'mirror', width: side, height: side, data: new Uint8Array(side * side) };
  const cell = shows / side;
  const field = new Float32Array(side * side).fill(NaN);
  const step = (cell * depth.intrinsics.fx) / view.distance;
  const far = view.distance + BEHIND_MM;
  for (let row = 0, i = 0; row < side; row++) {
    const v = view.v + (row - side / 2) * step;
    for (let column = 0; column < side; column++, i++) {
      const z = sampleDepth(depth, view.u + (column - side / 2) * step, v);
      if (z >= NEAR_MM && z <= far) field[i] = -z;
    }
  }
  const smooth = smoothHeights(field, side, side, EDGE_MM, 3);
  const data = hillShade(mirrored(smooth, side), side, side, cell);
  return { kind: 'mirror', width: side, height: side, data };
}

/** Bilinear among the four pixels around, where they belong together; 0 outside and in holes. */
function sampleDepth({ data, width, height }: DepthImage, u: number, v: number): number {
  const x = Math.floor(u);
  const y = Math.floor(v);
  if (x < 0 || y < 0 || x >= width - 1 || y >= height - 1) return 0;
  const i = y * width + x;
  const nearest = data[i + (u - x >= 0.5 ? 1 : 0) + (v - y >= 0.5 ? width : 0)];
  if (nearest === 0) return 0;
  let sum = 0;
  let weight = 0;
  const add = (z: number, share: number) => {
    if (z === 0 || Math.abs(z - nearest) > EDGE_MM) return;
    sum += z * share;
    weight += share;
  };
  add(data[i], (1 - (u - x)) * (1 - (v - y)));
  add(data[i + 1], (u - x) * (1 - (v - y)));
  add(data[i + width], (1 - (u - x)) * (v - y));
  add(data[i + width + 1], (u - x) * (v - y));
  return weight > 0 ? sum / weight : nearest;
}

/** A relief as the person's own face in a mirror, looking straight out of it. */
export function reliefPreview(relief: Relief): Preview {
  const { columns, rows, cell } = RELIEF;
  const width = columns * ENLARGED;
  const height = rows * ENLARGED;
  const field = smoothHeights(heights(relief), columns, rows, EDGE_MM, 1);
  const large = mirrored(enlarge(field, columns, rows, ENLARGED), width);
  const smooth = smoothHeights(large, width, height, EDGE_MM, 2);
  return { kind: 'relief', width, height, data: hillShade(smooth, width, height, cell / ENLARGED) };
}

/** Adds a frame's relief to what was seen so far, in which older frames count less and less: a face that grows clearer. */
export function gather(sofar: Relief | undefined, relief: Relief): Relief {
  if (!sofar) return relief;
  const add = (a: Float32Array, b: Float32Array) => a.map((value, i) => KEPT * value + b[i]);
  return {
    weight: add(sofar.weight, relief.weight),
    height: add(sofar.height, relief.height),
    seen: sofar.seen,
    colour: sofar.colour,
    frames: sofar.frames + relief.frames,
  };
}
const KEPT = 0.97;

/** The colour picture, as the camera sees it, at most 320 wide. */
export function colourPreview(image: ColourImage): Preview {
  const step = Math.ceil(image.width / 320);
  return picture('colour', image, step, (i) => {
    const at = i * image.channels;
    return [image.data[at], image.data[at + 1], image.data[at + 2]];
  });
}

const STOPS = [
  [255, 214, 140],
  [240, 140, 60],
  [190, 60, 90],
  [90, 50, 140],
  [30, 40, 90],
] as const;

/** Depth in false colour from warm and near to blue and far; holes are transparent. */
export function depthPreview(depth: DepthImage): Preview {
  const near = 400;
  const far = 3000;
  return picture('depth', depth, 2, (i) => {
    const z = depth.data[i];
    if (z === 0) return undefined;
    // Equal steps of 1/z, as disparity has them: near things show more.
    const t = Math.min(1, Math.max(0, (1 / near - 1 / z) / (1 / near - 1 / far))) * (STOPS.length - 1);
    const k = Math.min(STOPS.length - 2, Math.floor(t));
    return [0, 1, 2].map((c) => STOPS[k][c] + (t - k) * (STOPS[k + 1][c] - STOPS[k][c]));
  });
}

/** Infrared with the square root of its range, so that both near and far show. */
export function infraredPreview({ data, width, height }: InfraredImage): Preview {
  const [across, down] = [width >> 1, height >> 1];
  const out = new Uint8Array(across * down);
  const sample = Float32Array.from({ length: 2000 }, (_, k) => data[Math.floor((k * data.length) / 2000)]);
  const bright = Math.max(1, sample.sort()[1960]);
  for (let y = 0, o = 0; y < down; y++)
    for (let x = 0; x < across; x++, o++)
      out[o] = Math.min(255, 255 * Math.sqrt(data[2 * y * width + 2 * x] / bright));
  return { kind: 'infrared', width: across, height: down, data: out };
}

/** The network's input: frontal colour on the left, height above the mean face on the right. */
export function tensorPreview(relief: Relief, mean: MeanFace): Preview {
  const { columns, rows } = RELIEF;
  const tensor = reliefTensor(relief, mean);
  const data = new Uint8Array(2 * RELIEF_CELLS * 4);
  for (let y = 0, i = 0; y < rows; y++)
    for (let x = 0; x < columns; x++, i++) {
      const left = (y * 2 * columns + x) * 4;
      const right = left + columns * 4;
      for (let c = 0; c < 3; c++) {
        if (relief.seen[i] > 0) data[left + c] = 255 * (tensor[c * RELIEF_CELLS + i] + 0.5);
        // ±1.2 cm around the mean face.
        data[right + c] = Math.min(255, Math.max(0, 128 + 106 * tensor[3 * RELIEF_CELLS + i]));
      }
      data[left + 3] = data[right + 3] = 255;
    }
  return { kind: 'tensor', width: 2 * columns, height: rows, data };
}

/** Every third measured point in depth-camera axes, coloured where colour saw it; undefined where there is none. */
export function pointsPreview({ depth, colour, depthToColour }: SensorFrame): Preview | undefined {
  const { fx, fy, cx, cy } = depth.intrinsics;
  const values: number[] = [];
  for (let v = 1; v < depth.height; v += 3)
    for (let u = 1; u < depth.width; u += 3) {
      const z = depth.data[v * depth.width + u];
      if (z < NEAR_MM || z > FAR_MM + 700) continue;
      const point = [((u - cx) * z) / fx, ((v - cy) * z) / fy, z] as const;
      values.push(...point.map(Math.round), ...colourOf(point));
    }
  const width = values.length / 6;
  if (width === 0) return undefined;
  const data = new Uint8Array(values.length * 2);
  const view = new DataView(data.buffer);
  values.forEach((value, i) => view.setInt16(i * 2, value, true));
  return { kind: 'points', width, height: 1, data };

  function colourOf(point: readonly [number, number, number]): readonly number[] {
    if (!colour) return [200, 200, 200];
    const [x, y] = project(colour.intrinsics, apply(depthToColour, point)).map(Math.round);
    if (!(x >= 0 && y >= 0 && x < colour.width && y < colour.height)) return [90, 90, 90];
    const at = (y * colour.width + x) * colour.channels;
    return [colour.data[at], colour.data[at + 1], colour.data[at + 2]];
  }
}

/** RGBA of every `step`th pixel; undefined is transparent. */
function picture(
  kind: 'colour' | 'depth',
  image: { readonly width: number; readonly height: number },
  step: number,
  colourAt: (index: number) => readonly number[] | undefined,
): Preview {
  const width = Math.floor(image.width / step);
  const height = Math.floor(image.height / step);
  const data = new Uint8Array(width * height * 4);
  for (let y = 0, o = 0; y < height; y++)
    for (let x = 0; x < width; x++, o += 4) {
      const colour = colourAt(y * step * image.width + x * step);
      if (!colour) continue;
      data.set(colour, o);
      data[o + 3] = 255;
    }
  return { kind, width, height, data };
}
