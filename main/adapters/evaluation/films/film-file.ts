/** Films on disk: rendering them takes a quarter of an hour, and what they show does not depend on the networks that look at it. */
import { readFile } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import { RELIEF_CELLS } from '../../../core/shape/relief.ts';
import { writeWhole } from '../../corpus/write-models.ts';

/** Colour in steps of 1/254, height in steps of 0.01 mm: far below any sensor's noise. 0 stays 0. */
const COLOUR = 254;
const HEIGHT = 1000;
const CELLS = 3 * RELIEF_CELLS;

interface Packed {
  readonly packed: { readonly colour: Int8Array; readonly height: Int16Array };
}

const pack = (tensor: Float32Array): Packed => ({
  packed: {
    colour: Int8Array.from(tensor.subarray(0, CELLS), (value) => Math.round(value * COLOUR)),
    height: Int16Array.from(tensor.subarray(CELLS), (value) => Math.round(value * HEIGHT)),
  },
});

function unpack({ packed: { colour, height } }: Packed): Float32Array {
  const tensor = new Float32Array(colour.length + height.length);
  for (let i = 0; i < colour.length; i++) tensor[i] = colour[i] / COLOUR;
  for (let i = 0; i < height.length; i++) tensor[colour.length + i] = height[i] / HEIGHT;
  return tensor;
}

/** Every tensor of relief size, wherever it is, packed or unpacked. */
function walk(value: unknown, change: (value: unknown) => unknown): unknown {
  const changed = change(value);
  if (changed !== value) return changed;
  if (Array.isArray(value)) return value.map((each) => walk(each, change));
  if (value instanceof Map) return new Map([...value].map(([key, each]) => [key, walk(each, change)]));
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, walk(each, change)]));
}

export const writeFilm = (path: string, film: unknown): Promise<void> =>
  writeWhole(
    path,
    serialize(walk(film, (v) => (v instanceof Float32Array && v.length === 4 * RELIEF_CELLS ? pack(v) : v))),
  );

/** @returns undefined where there is none, or it cannot be read */
export async function readFilm<Film>(path: string): Promise<Film | undefined> {
  try {
    const raw: unknown = deserialize(await readFile(path));
    return walk(raw, (v) =>
      typeof v === 'object' && v !== null && 'packed' in v ? unpack(v as Packed) : v,
    ) as Film;
  } catch {
    return undefined;
  }
}
