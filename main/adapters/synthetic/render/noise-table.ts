/**
 * Long tables of random numbers, drawn once; a frame's noise is read from them at a random offset for each
 * row. That costs a tenth of drawing every sample and is as equal on every machine as core/random.ts.
 */
import { Random } from '../../../core/random.ts';

const NOISE_LENGTH = 65536;
export const NOISE_MASK = NOISE_LENGTH - 1;

/** Longest row (in samples) that may be read from any offset below NOISE_LENGTH without wrapping round. */
const LONGEST_ROW = 8192;

/** One standard deviation in NORMALS. */
export const NORMAL_ONE = 1024;

function standardised(): Int16Array {
  const random = new Random('noise table: normal');
  const raw = Float64Array.from({ length: NOISE_LENGTH }, () => random.normal());
  let mean = 0;
  for (const v of raw) mean += v / NOISE_LENGTH;
  let variance = 0;
  for (const v of raw) variance += ((v - mean) * (v - mean)) / NOISE_LENGTH;
  const scale = NORMAL_ONE / Math.sqrt(variance);
  return Int16Array.from(raw, (v) => Math.floor((v - mean) * scale + 0.5));
}

/** The table with its beginning repeated behind its end. */
function extended<T extends Int16Array | Uint16Array>(table: T): T {
  const longer = new (table.constructor as new (length: number) => T)(NOISE_LENGTH + LONGEST_ROW);
  longer.set(table);
  longer.set(table.subarray(0, LONGEST_ROW), NOISE_LENGTH);
  return longer;
}

function uniform(): Uint16Array {
  const random = new Random('noise table: uniform');
  return Uint16Array.from({ length: NOISE_LENGTH }, () => random.uint32() >>> 16);
}

/** Standard normal numbers times NORMAL_ONE, with mean 0 and variance 1 over the table. */
export const NORMALS = extended(standardised());

/** Uniform 0 … 65535. */
export const UNIFORMS = extended(uniform());
