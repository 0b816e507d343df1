/** What a person's own network, as a file, makes of reliefs. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { RELIEF_CELLS } from '../../core/shape/relief.ts';
import { FACET_PERSONAL } from './network-spec.ts';
import { rows } from './parity.ts';

/** Reliefs that the network is given at once. */
const BLOCK = 64;
const SIZE = 4 * RELIEF_CELLS;

/**
 * [n, 4, 60, 52] end to end, with nothing but heights: the shape's tower sees no other plane.
 * @param reliefs heights above the mean face in centimetres
 */
export function reliefTensors(reliefs: readonly Float32Array[]): Float32Array {
  const input = new Float32Array(reliefs.length * SIZE);
  reliefs.forEach((relief, i) => input.set(relief, (i + 1) * SIZE - RELIEF_CELLS));
  return input;
}

/** @returns a unit vector of each relief */
export async function embedReliefs(
  onnx: Uint8Array,
  reliefs: readonly Float32Array[],
): Promise<Float32Array[]> {
  const session = await InferenceSession.create(onnx);
  const vectors: Float32Array[] = [];
  for (let at = 0; at < reliefs.length; at += BLOCK) {
    const block = reliefs.slice(at, at + BLOCK);
    const tensor = new Tensor('float32', reliefTensors(block), [block.length, ...FACET_PERSONAL.input]);
    const { embedding } = await session.run({ tensor });
    vectors.push(...rows(embedding.data as Float32Array, block.length));
  }
  await session.release();
  return vectors;
}
