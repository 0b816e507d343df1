/** TensorFlow.js graph models (NHWC) → ONNX (NCHW). */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { OnnxGraph } from '../../main/adapters/onnx/onnx-writer.ts';
import { readWeights, type Weight, type WeightEntry } from './weights.ts';

interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, { s?: string; list?: { s?: string[]; i?: string[] } }>>;
}

/** A graph model as read from disk. */
export interface GraphModel {
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly weights: ReadonlyMap<string, Weight>;
}

/** A value of the ONNX graph; pictures know their size, since TensorFlow's SAME padding depends on it. */
interface Value {
  readonly name: string;
  readonly size?: { readonly height: number; readonly width: number };
}

/** @param path of the model's .json; its weight files lie beside it. */
export function readGraphModel(path: string): GraphModel {
  const model = JSON.parse(readFileSync(path, 'utf8')) as {
    modelTopology: { node: GraphNode[] };
    weightsManifest: { paths: string[]; weights: WeightEntry[] }[];
  };
  const weights = new Map<string, Weight>();
  for (const group of model.weightsManifest) {
    const file = Buffer.concat(group.paths.map((part) => readFileSync(join(dirname(path), part))));
    for (const [name, weight] of readWeights(group.weights, file)) weights.set(name, weight);
  }
  return { nodes: new Map(model.modelTopology.node.map((node) => [node.name, node])), weights };
}

/**
 * Adds the part of the model that the wanted outputs need to the ONNX graph. Pictures are NCHW throughout;
 * only before a Reshape, whose order of elements TensorFlow defines on NHWC, are they turned back.
 * @param input name of the graph's input and its height and width. @param outputs names of graph nodes.
 * @returns the ONNX names of the outputs, in their order. @throws Error naming an operator that is not known.
 */
export function addGraphModel(
  graph: OnnxGraph,
  model: GraphModel,
  input: { name: string; height: number; width: number },
  outputs: readonly string[],
): string[] {
  const done = new Map<string, Value>();

  const weight = (name: string): Weight => {
    const found = model.weights.get(name);
    if (!found) throw new Error(`${name} is not a constant of the graph model`);
    return found;
  };

  const value = (name: string): Value => {
    let result = done.get(name);
    if (!result) {
      const node = model.nodes.get(name);
      if (!node) throw new Error(`the graph model has no node ${name}`);
      done.set(name, (result = convert(node)));
    }
    return result;
  };

  const convert = (node: GraphNode): Value => {
    const operands = node.input ?? [];
    switch (node.op) {
      case 'Placeholder':
        return { name: input.name, size: input };
      case 'Identity':
        return value(operands[0]);
      case '_FusedConv2D':
        return convolution(node, operands, false);
      case 'DepthwiseConv2dNative':
        return convolution(node, operands, true);
      case 'AddV2': {
        const [a, b] = [value(operands[0]), value(operands[1])];
        return { ...a, name: graph.node('Add', [a.name, b.name]) };
      }
      case 'Relu':
      case 'Sigmoid': {
        const x = value(operands[0]);
        return { ...x, name: graph.node(node.op, [x.name]) };
      }
      case 'Prelu':
        return prelu(value(operands[0]), operands[1]);
      case 'MaxPool': {
        const x = value(operands[0]);
        const [, kernelHeight, kernelWidth] = integers(node, 'ksize');
        const window = slide(node, x, kernelHeight, kernelWidth);
        return { name: graph.node('MaxPool', [x.name], window.attributes), size: window.size };
      }
      case 'Pad': {
        const x = value(operands[0]);
        const [n, h, w, c] = pairs(weight(operands[1]).data);
        const pads = graph.integers([n, c, h, w].map((p) => p[0]).concat([n, c, h, w].map((p) => p[1])));
        const size = { height: x.size!.height + h[0] + h[1], width: x.size!.width + w[0] + w[1] };
        return { name: graph.node('Pad', [x.name, pads]), size };
      }
      case 'Reshape': {
        const x = value(operands[0]);
        const nhwc = x.size ? graph.node('Transpose', [x.name], { perm: [0, 2, 3, 1] }) : x.name;
        const shape = graph.integers([...weight(operands[1]).data]);
        return { name: graph.node('Reshape', [nhwc, shape]) };
      }
      default:
        throw new Error(`operator ${node.op} (node ${node.name}) is not known to the converter`);
    }
  };

  const convolution = (node: GraphNode, operands: readonly string[], depthwise: boolean): Value => {
    const x = value(operands[0]);
    const filter = weight(operands[1]);
    const [height, width, channels, last] = filter.shape as [number, number, number, number];
    // HWIO → OIHW; a depthwise filter [h, w, c, multiplier] becomes [c·multiplier, 1, h, w].
    const weights = depthwise
      ? graph.weights(permute(filter, [2, 3, 0, 1]), [channels * last, 1, height, width])
      : graph.weights(permute(filter, [3, 2, 0, 1]), [last, channels, height, width]);
    const window = slide(node, x, height, width);
    const fused = (node.attr?.['fused_ops']?.list?.s ?? []).map((text) => atob(text));
    const inputs = [x.name, weights];
    if (fused[0] === 'BiasAdd') {
      const bias = weight(operands[2]);
      inputs.push(graph.weights(bias.data, bias.shape));
    } else if (fused.length)
      throw new Error(`${node.name} fuses ${fused.join(' + ')}, not known to the converter`);
    const attributes = { ...window.attributes, group: depthwise ? channels : 1 };
    const y = { name: graph.node('Conv', inputs, attributes), size: window.size };
    if (fused[1] === 'Relu') return { ...y, name: graph.node('Relu', [y.name]) };
    if (fused[1] === 'Prelu') return prelu(y, operands[3]);
    if (fused[1] !== undefined) throw new Error(`${node.name} fuses ${fused[1]}, not known to the converter`);
    return y;
  };

  const prelu = (x: Value, slope: string): Value => {
    const { data } = weight(slope); // [1, 1, C]
    return { ...x, name: graph.node('PRelu', [x.name, graph.weights(data, [data.length, 1, 1])]) };
  };

  return outputs.map((name) => value(name).name);
}

/** Strides and explicit paddings of a sliding window. TensorFlow's SAME puts the odd pixel at the end. */
function slide(node: GraphNode, x: Value, kernelHeight: number, kernelWidth: number) {
  const [, strideY, strideX] = integers(node, 'strides') as [number, number, number];
  if (node.attr?.['dilations'] && integers(node, 'dilations').some((d) => d !== 1))
    throw new Error(`${node.name} is dilated, not known to the converter`);
  const same = atob(node.attr!['padding'].s!) === 'SAME';
  const axis = (length: number, kernel: number, stride: number) => {
    if (!same) return { out: Math.floor((length - kernel) / stride) + 1, begin: 0, end: 0 };
    const out = Math.ceil(length / stride);
    const total = Math.max((out - 1) * stride + kernel - length, 0);
    return { out, begin: total >> 1, end: total - (total >> 1) };
  };
  const y = axis(x.size!.height, kernelHeight, strideY);
  const across = axis(x.size!.width, kernelWidth, strideX);
  return {
    attributes: {
      kernel_shape: [kernelHeight, kernelWidth],
      strides: [strideY, strideX],
      pads: [y.begin, across.begin, y.end, across.end],
    },
    size: { height: y.out, width: across.out },
  };
}

const integers = (node: GraphNode, key: string): number[] => node.attr![key].list!.i!.map(Number);

const pairs = (flat: Float32Array): [number, number][] =>
  Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);

/** Transposes a tensor of rank 4: axis k of the result is axis order[k] of the source. */
function permute({ data, shape }: Weight, order: readonly [number, number, number, number]): Float32Array {
  const strides = [shape[1] * shape[2] * shape[3], shape[2] * shape[3], shape[3], 1];
  const [n0, n1, n2, n3] = order.map((axis) => shape[axis]) as [number, number, number, number];
  const [s0, s1, s2, s3] = order.map((axis) => strides[axis]) as [number, number, number, number];
  const out = new Float32Array(data.length);
  let at = 0;
  for (let a = 0; a < n0; a++)
    for (let b = 0; b < n1; b++)
      for (let c = 0; c < n2; c++)
        for (let d = 0; d < n3; d++) out[at++] = data[a * s0 + b * s1 + c * s2 + d * s3]!;
  return out;
}
