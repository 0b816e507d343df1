/** The way back from export-network.ts: the weights of a network of ours, out of the ONNX file that was written of it. */
import { readWeights } from '../onnx/read-weights.ts';
import type { Layer, NetworkSpec } from './network-spec.ts';
import { EPSILON, type WeightArray, type Weights } from './tf-network.ts';

/**
 * Batch norms were folded into the kernels: here they only add the bias.
 * @param onnx as exportNetwork wrote it
 * @throws RangeError where the file is of another network
 */
export function importNetwork(spec: NetworkSpec, onnx: Uint8Array): Weights {
  const written = readWeights(onnx);
  const weights = new Map<string, WeightArray>();
  let at = 0;
  const next = (): WeightArray => {
    if (at === written.length) throw new RangeError(`the file has too few weights for ${spec.id}`);
    return written[at++];
  };
  for (const tower of spec.towers) {
    for (const name of tower.layers.flatMap((layer, i) => kernelsOf(`${tower.name}/${i}`, layer))) {
      const kernel = next();
      const bias = next();
      weights.set(`${name}/kernel`, kernel.shape.length === 4 ? turned(kernel) : kernel);
      const channels = bias.data.length;
      const all = (value: number): WeightArray => ({
        shape: [channels],
        data: new Float32Array(channels).fill(value),
      });
      weights.set(`${name}/gamma`, all(1));
      weights.set(`${name}/beta`, bias);
      weights.set(`${name}/mean`, all(0));
      weights.set(`${name}/variance`, all(1 - EPSILON));
    }
    next(); // the tower's share
  }
  if (at !== written.length) throw new RangeError(`the file has more weights than ${spec.id}`);
  return weights;
}

/** Names of a layer's kernels, in the order in which they are exported. */
function kernelsOf(name: string, layer: Layer): string[] {
  switch (layer.kind) {
    case 'conv':
    case 'dense':
      return [name];
    case 'fire':
      return ['squeeze', 'expand1', 'expand3'].map((part) => `${name}/${part}`);
    default:
      return [];
  }
}

/** Filters, inputs, height, width → height, width, inputs, filters. */
function turned({ shape: [filters, inputs, height, width], data }: WeightArray): WeightArray {
  const kernel = new Float32Array(data.length);
  for (let f = 0; f < filters; f++)
    for (let c = 0; c < inputs; c++)
      for (let h = 0; h < height; h++)
        for (let w = 0; w < width; w++)
          kernel[((h * width + w) * inputs + c) * filters + f] =
            data[((f * inputs + c) * height + h) * width + w];
  return { shape: [height, width, inputs, filters], data: kernel };
}
