/** Films for fakenect, libfreenect's stand-in that plays a folder: made of the simulated people before a simulated Kinect v1. */
import { existsSync } from 'node:fs';
import { link, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ms } from '../../../contract/units.ts';
import type { SensorFrame } from '../../../core/sense/frames.ts';
import { ordinaryCast } from '../simulated/cast.ts';
import { FRAME_TIME, Stage } from '../simulated/stage.ts';
import { INDEX } from './fakenect-folder.ts';
import { DRAWN_TRIANGLE, millimetresOf } from './kinect-v1.ts';

/** Where Debian and its kin have it, with libfreenect0.5. */
const PLACES = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map(
  (system) => `/usr/lib/${system}/fakenect/libfreenect.so.0.5`,
);
export const fakenectLibrary = (): string | undefined => PLACES.find((path) => existsSync(path));

export interface Film {
  /** Of a Kinect v1, such as `you+v1+turn`. */
  readonly scene: string;
  readonly seconds: number;
  /** Every so many of the simulated sensor's 30 frames a second are filmed. */
  readonly step?: number;
  /** How often it is played, one time after the other. */
  readonly times?: number;
  /** As fast as it is looked at: the host's times stand still, the device's go on. */
  readonly fast?: boolean;
}

const HEADER = { d: 'P5 640 480 65535\n', r: 'P6 640 480 255\n' } as const;
const KIND = { d: 'pgm', r: 'ppm' } as const;

/** Films a scene into a new folder. @returns the frames, as the simulated sensor saw them */
export async function filmForFakenect(
  folder: string,
  { scene, seconds, step = 1, times = 1, fast = false }: Film,
): Promise<SensorFrame[]> {
  await mkdir(folder);
  const stage = new Stage(scene, ordinaryCast());
  const frames: SensorFrame[] = [];
  for (let i = 0; i * FRAME_TIME < seconds * 1000; i += step) frames.push(stage.frame(i, ms(i * FRAME_TIME)));
  const index: string[] = [];
  /** Kind, the host's seconds, and the device's ticks of 60 MHz. */
  const nameOf = (kind: 'd' | 'r', { capturedAt }: SensorFrame, after: number): string => {
    const time = after + capturedAt / 1000;
    const ticks = Math.round(time * 60e6) % 2 ** 32;
    return `${kind}-${(fast ? 1 : 1 + time).toFixed(6)}-${ticks}.${KIND[kind]}`;
  };
  for (let time = 0; time < times; time++)
    for (const frame of frames) {
      // Colour first: each depth picture goes with the colour before it.
      for (const kind of ['r', 'd'] as const) {
        const at = join(folder, nameOf(kind, frame, time * seconds));
        // The same pictures once more take no room.
        if (time > 0) await link(join(folder, nameOf(kind, frame, 0)), at);
        else await writeFile(at, Buffer.concat([Buffer.from(HEADER[kind]), pixelsOf(kind, frame)]));
        index.push(nameOf(kind, frame, time * seconds));
      }
    }
  await writeFile(join(folder, INDEX), `${index.join('\n')}\n`);
  return frames;
}

function pixelsOf(kind: 'd' | 'r', { depth, colour }: SensorFrame): Uint8Array {
  if (kind === 'd') return new Uint8Array(rawDepth(depth.data).buffer);
  if (colour?.channels !== 3) throw new Error('fakenect plays RGB: film a Kinect v1 in the light');
  return colour.data as Uint8Array;
}

let inverse: Uint16Array | undefined;

/** Raw values that come closest to the millimetres; 2047 where nothing was measured. */
export function rawDepth(millimetres: Uint16Array): Uint16Array {
  inverse ??= inverted(millimetresOf(DRAWN_TRIANGLE));
  const table = inverse;
  return millimetres.map((value) => table[value] ?? 2047);
}

function inverted(table: Uint16Array): Uint16Array {
  const raw = new Uint16Array(10_001).fill(2047);
  const known = [...table.keys()].filter((value) => table[value] > 0);
  const last = known[known.length - 1];
  // Millimetres grow with raw values: between two of them the nearer one is taken.
  for (let mm = table[known[0]], i = 0; mm <= table[last]; mm++) {
    while (i + 1 < known.length && table[known[i + 1]] - mm < mm - table[known[i]]) i++;
    raw[mm] = known[i];
  }
  return raw;
}
