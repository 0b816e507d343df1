/** Reads TensorFlow.js weight files: tensors laid end to end, some of them quantised. */

/** One entry of a weights manifest, as tfjs-converter writes it. */
export interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
  readonly quantization?: {
    readonly dtype: 'uint8' | 'uint16' | 'float16';
    readonly scale?: number;
    readonly min?: number;
  };
}

export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const BYTES = { float32: 4, int32: 4, uint16: 2, float16: 2, uint8: 1 } as const;

/**
 * Decodes every tensor to float32 (integers are small: shapes and paddings). Quantised values are
 * value·scale + min, as tfjs-core's io/io_utils does.
 * @throws RangeError if the file is shorter or longer than its manifest says.
 */
export function readWeights(entries: readonly WeightEntry[], file: Uint8Array): Map<string, Weight> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const weights = new Map<string, Weight>();
  let at = 0;
  for (const { name, shape, dtype, quantization } of entries) {
    const stored = quantization?.dtype ?? dtype;
    const { scale = 1, min = 0 } = quantization ?? {};
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    for (let i = 0; i < data.length; i++, at += BYTES[stored]) {
      if (stored === 'float32') data[i] = view.getFloat32(at, true);
      else if (stored === 'int32') data[i] = view.getInt32(at, true);
      else if (stored === 'float16') data[i] = halfToFloat(view.getUint16(at, true));
      else data[i] = (stored === 'uint8' ? view.getUint8(at) : view.getUint16(at, true)) * scale + min;
    }
    weights.set(name, { shape, data });
  }
  if (at !== file.byteLength) throw new RangeError(`weights end at byte ${at} of ${file.byteLength}`);
  return weights;
}

/** IEEE 754 binary16 → number. */
function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
