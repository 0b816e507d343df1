/** Simulated frames as the folders of pictures that other people's tools write. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { ordinaryCast } from '../../adapters/sensors/simulated/cast.ts';
import { Stage } from '../../adapters/sensors/simulated/stage.ts';
import type { Intrinsics, SensorFrame } from '../../core/sense/frames.ts';
import { project, unproject } from '../../core/geometry/camera.ts';
import { apply } from '../../core/geometry/rigid.ts';

/** Depth and colour on one grid, as if one camera had measured both. */
interface Registered {
  readonly colour: Uint8Array;
  readonly depth: Uint16Array;
}

/** Depth splatted into the colour camera, the nearer surface in front; colour resampled to the camera `k`. */
function registeredTo(k: Intrinsics, { depth, colour, depthToColour }: SensorFrame): Registered {
  const { width, height } = k;
  const result = { colour: new Uint8Array(width * height * 3), depth: new Uint16Array(width * height) };
  for (let i = 0; i < depth.data.length; i++) {
    if (depth.data[i] === 0) continue;
    const v = Math.floor(i / depth.width);
    const point = apply(depthToColour, unproject(depth.intrinsics, i - v * depth.width, v, depth.data[i]));
    const [x, y] = project(k, point).map(Math.floor);
    // Two by two pixels, so that a slightly coarser grid leaves no holes.
    for (const [px, py] of [
      [x, y],
      [x + 1, y],
      [x, y + 1],
      [x + 1, y + 1],
    ]) {
      if (px < 0 || py < 0 || px >= width || py >= height) continue;
      const before = result.depth[py * width + px];
      if (before === 0 || point[2] < before) result.depth[py * width + px] = Math.round(point[2]);
    }
  }
  const { data, channels, intrinsics } = colour!;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const u = Math.round(((x - k.cx) / k.fx) * intrinsics.fx + intrinsics.cx);
      const v = Math.round(((y - k.cy) / k.fy) * intrinsics.fy + intrinsics.cy);
      if (u < 0 || v < 0 || u >= intrinsics.width || v >= intrinsics.height) continue;
      const from = (v * intrinsics.width + u) * channels;
      for (let c = 0; c < 3; c++) result.colour[(y * width + x) * 3 + c] = data[from + c];
    }
  return result;
}

/** Every `step`-th frame of a scene before a Kinect v1. */
function* shots(scene: string, count: number, step: number): Generator<SensorFrame> {
  const stage = new Stage(scene, ordinaryCast());
  for (let i = 0; i < count; i++) yield stage.frame(i * step);
}

const OPEN3D: Intrinsics = { width: 640, height: 480, fx: 525, fy: 525, cx: 319.5, cy: 239.5 };

/** `color/`, `depth/` and `intrinsic.json` as Open3D writes them: `count` frames at 30/step a second. */
export async function writeOpen3dFolder(
  folder: string,
  scene: string,
  count: number,
  step: number,
): Promise<void> {
  for (const name of ['color', 'depth']) mkdirSync(join(folder, name), { recursive: true });
  const { width, height, fx, fy, cx, cy } = OPEN3D;
  const matrix = [fx, 0, 0, 0, fy, 0, cx, cy, 1];
  writeFileSync(join(folder, 'intrinsic.json'), JSON.stringify({ width, height, intrinsic_matrix: matrix }));
  let i = 0;
  for (const frame of shots(scene, count, step)) {
    const { colour, depth } = registeredTo(OPEN3D, frame);
    const name = String(i++).padStart(6, '0');
    await sharp(colour, { raw: { width, height, channels: 3 } })
      .jpeg({ quality: 95 })
      .toFile(join(folder, 'color', `${name}.jpg`));
    await sharp(depth, { raw: { width, height, channels: 1 } })
      .toColourspace('grey16')
      .png({ compressionLevel: 1 })
      .toFile(join(folder, 'depth', `${name}.png`));
  }
}

/** The camera that VAP sessions are taken to have (vap-session.ts). */
const VAP: Intrinsics = { width: 640, height: 480, fx: 575, fy: 575, cx: 319.5, cy: 239.5 };

/** `0001d.dat`, `0001c.bmp`, … as the VAP RGB-D face database has them. */
export function writeVapSession(folder: string, scene: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  let i = 1;
  for (const frame of shots(scene, count, 1)) {
    const { colour, depth } = registeredTo(VAP, frame);
    const name = join(folder, String(i++).padStart(4, '0'));
    const rows = Array.from({ length: VAP.height }, (_, y) =>
      depth.subarray(y * VAP.width, (y + 1) * VAP.width).join('\t'),
    );
    writeFileSync(`${name}d.dat`, rows.join('\r\n'));
    writeFileSync(`${name}c.bmp`, bitmap(colour, VAP.width, VAP.height));
  }
}

/** A 24-bit Windows bitmap: rows from the bottom up, blue first; a width of 640 needs no padding. */
function bitmap(rgb: Uint8Array, width: number, height: number): Uint8Array {
  const bytes = Buffer.alloc(54 + rgb.length);
  bytes.write('BM');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++)
        bytes[54 + ((height - 1 - y) * width + x) * 3 + c] = rgb[(y * width + x) * 3 + 2 - c];
  return bytes;
}
