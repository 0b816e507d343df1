/** Recordings as fakenect plays them, made of the simulated people before a simulated Kinect v1. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SensorFrame } from '../../../core/sense/frames.ts';
import { INDEX } from './fakenect-folder.ts';
import { DRAWN_TRIANGLE, millimetresOf } from './kinect-v1.ts';

const PLACES = [
  '/usr/lib/x86_64-linux-gnu/fakenect/libfreenect.so.0.5',
  '/usr/lib/aarch64-linux-gnu/fakenect/libfreenect.so.0.5',
];
/** Debian's fakenect; undefined where libfreenect0.5 is not installed. */
export const FAKENECT = PLACES.find((path) => existsSync(path));

/** Raw depth that comes closest to each millimetre; 2047 where nothing was measured. */
const RAW = inverse(millimetresOf(DRAWN_TRIANGLE));

function inverse(table: Uint16Array): Uint16Array {
  const raw = new Uint16Array(10_001).fill(2047);
  // Millimetres grow with raw values: between two of them the nearer one is taken.
  const known = [...table.keys()].filter((value) => table[value] > 0);
  for (let mm = table[known[0]], i = 0; mm <= table[known[known.length - 1]]; mm++) {
    while (i + 1 < known.length && table[known[i + 1]] - mm < mm - table[known[i]]) i++;
    raw[mm] = known[i];
  }
  return raw;
}

const HEADER = { d: 'P5 640 480 65535\n', r: 'P6 640 480 255\n' } as const;

/** Writes colour, then depth of each frame; times count in seconds from 1. Frames without colour have depth alone. */
export async function writeFakenectFolder(folder: string, frames: AsyncIterable<SensorFrame>): Promise<void> {
  await mkdir(folder, { recursive: true });
  const index: string[] = [];
  const write = async (kind: 'd' | 'r', frame: SensorFrame, pixels: Uint8Array): Promise<void> => {
    const ticks = Math.round(frame.capturedAt * 60_000) >>> 0;
    const seconds = (1 + frame.capturedAt / 1000).toFixed(6);
    const name = `${kind}-${seconds}-${ticks}.${kind === 'd' ? 'pgm' : 'ppm'}`;
    await writeFile(join(folder, name), Buffer.concat([Buffer.from(HEADER[kind]), pixels]));
    index.push(name);
  };
  for await (const frame of frames) {
    const { depth, colour } = frame;
    if (colour) await write('r', frame, rgb(colour));
    const raw = Uint16Array.from(depth.data, (mm) => RAW[mm] ?? 2047);
    await write('d', frame, new Uint8Array(raw.buffer));
  }
  await writeFile(join(folder, INDEX), `${index.join('\n')}\n`);
}

function rgb({ data, channels }: NonNullable<SensorFrame['colour']>): Uint8Array {
  if (channels === 3) return Uint8Array.from(data);
  const three = new Uint8Array((data.length / 4) * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    three[to] = data[from];
    three[to + 1] = data[from + 1];
    three[to + 2] = data[from + 2];
  }
  return three;
}
