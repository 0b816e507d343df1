/**
 * Long tables of random numbers, drawn once; a frame's noise is read from them at a random offset for each
 * row. That costs a tenth of drawing every sample and is as equal on every machine as core/random.ts.
 */
import { Random } from '../../../core/random.ts';

export const NOISE_LENGTH = 65536;
export const NOISE_MASK = NOISE_LENGTH - 1;

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

function uniform(): Uint16Array {
  const random = new Random('noise table: uniform');
  return Uint16Array.from({ length: NOISE_LENGTH }, () => random.uint32() >>> 16);
}

/** Standard normal numbers times NORMAL_ONE, with mean 0 and variance 1 over the table. */
export const NORMALS = standardised();

/** Uniform 0 … 65535. */
export const UNIFORMS = uniform();
