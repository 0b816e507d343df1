/**
 * Contact sheets of the simulated sensor: `npx tsx scripts/scene-sheet.ts [SCENE…]` writes out/scenes/SCENE.png with
 * colour, infrared and depth of one frame side by side.
 */
import { mkdirSync } from 'node:fs';
import sharp from 'sharp';
import { ordinaryCast } from '../main/adapters/sensors/simulated/cast.ts';
import { FRAME_TIME, Stage } from '../main/adapters/sensors/simulated/stage.ts';
import type { SensorFrame } from '../main/core/sense/frames.ts';

const HEIGHT = 424;

/** Near is warm, far is cold; nothing measured is black. */
function falseColour(depth: Uint16Array): Uint8Array {
  const rgb = new Uint8Array(3 * depth.length);
  depth.forEach((d, i) => {
    if (d === 0) return;
    const t = Math.min(1, Math.max(0, (d - 450) / 2000));
    const band = d % 20 < 10 ? 1 : 0.9;
    rgb.set([255 * (1 - t) * band, 255 * (1 - Math.abs(2 * t - 1)) * band, 255 * t * band], 3 * i);
  });
  return rgb;
}

/** The streams of a frame as PNGs of equal height. */
async function panels({ colour, infrared, depth }: SensorFrame): Promise<Buffer[]> {
  const panel = (data: Uint8Array, width: number, height: number, channels: 1 | 3) =>
    sharp(data, { raw: { width, height, channels } }).resize({ height: HEIGHT }).png().toBuffer();
  const pictures = [];
  if (colour) pictures.push(panel(Uint8Array.from(colour.data), colour.width, colour.height, 3));
  if (infrared) {
    const grey = Uint8Array.from(infrared.data, (v) => Math.min(255, 1.6 * Math.sqrt(v)));
    pictures.push(panel(grey, infrared.width, infrared.height, 1));
  }
  pictures.push(panel(falseColour(depth.data), depth.width, depth.height, 3));
  return Promise.all(pictures);
}

const scenes = process.argv.slice(2);
mkdirSync('out/scenes', { recursive: true });
for (const scene of scenes.length > 0
  ? scenes
  : ['you', 'stranger', 'photo', 'tablet', 'mask', 'two', 'empty', 'you+dark']) {
  const [name, seconds] = scene.split(':');
  const stage = new Stage(name, ordinaryCast());
  const pictures = await panels(stage.frame(Math.floor((Number(seconds ?? 1) * 1000) / FRAME_TIME)));
  const widths = await Promise.all(pictures.map(async (p) => (await sharp(p).metadata()).width));
  let left = 0;
  const composed = pictures.map((input, i) => {
    const place = { input, left, top: 0 };
    left += widths[i];
    return place;
  });
  const file = `out/scenes/${scene.replace(/[^\w+@-]/g, '_')}.png`;
  await sharp({ create: { width: left, height: HEIGHT, channels: 3, background: 'black' } })
    .composite(composed)
    .png()
    .toFile(file);
  process.stderr.write(`${file}\n`);
}
