/** Whether an exported network is the one that was trained. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { NetworkSpec } from './network-spec.ts';

/** An exported network may depart from TensorFlow's by this much, in any component of a unit vector. */
export const PARITY = 1e-4;

/** Equal parts of an array, copied. */
export const rows = (all: Float32Array, n: number): Float32Array[] =>
  Array.from({ length: n }, (_, i) => all.slice((i * all.length) / n, ((i + 1) * all.length) / n));

/**
 * The largest difference between what the file makes of some inputs and what TensorFlow made of them.
 * @param own TensorFlow's vector of each input
 * @param input the inputs, end to end
 */
export async function departure(
  spec: NetworkSpec,
  onnx: Uint8Array,
  own: readonly Float32Array[],
  input: Float32Array,
): Promise<number> {
  const n = own.length;
  const session = await InferenceSession.create(onnx);
  const { embedding } = await session.run({ tensor: new Tensor('float32', input, [n, ...spec.input]) });
  const theirs = rows(embedding.data as Float32Array, n);
  await session.release();
  return Math.max(
    ...own.flatMap((vector, i) => [...vector].map((value, j) => Math.abs(value - theirs[i][j]))),
  );
}
