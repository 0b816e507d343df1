/** A trained network as ONNX: batch norms folded into the kernels before them, the batch free, unit vectors out. */
import { OnnxGraph } from '../onnx/onnx-writer.ts';
import { unitsOf, type Layer, type NetworkSpec, type TowerSpec } from './network-spec.ts';
import { EPSILON, type Weights } from './tf-network.ts';

/** @returns the file's bytes: input `tensor` [n, planes, rows, columns], output `embedding` [n, dimensions] */
export function exportNetwork(spec: NetworkSpec, weights: Weights): Uint8Array {
  const graph = new OnnxGraph(spec.id);
  const input = graph.input('tensor', ['n', ...spec.input]);
  const parts = spec.towers.map((tower) => exportTower(graph, spec, tower, weights, input));
  const whole = parts.length > 1 ? graph.node('Concat', parts, { axis: 1 }) : parts[0];
  graph.node('LpNormalization', [whole], { axis: 1, p: 2 }, 'embedding');
  graph.output('embedding', ['n', dimensionsOf(spec)]);
  return graph.encode();
}

export const dimensionsOf = (spec: NetworkSpec): number =>
  spec.towers.reduce((sum, tower) => sum + unitsOf(tower), 0);

function exportTower(
  graph: OnnxGraph,
  spec: NetworkSpec,
  tower: TowerSpec,
  weights: Weights,
  input: string,
): string {
  const [from, to] = tower.planes;
  const [top, bottom] = tower.rows ?? [0, spec.input[1]];
  const planes = graph.node('Slice', [
    input,
    graph.integers([from, top]),
    graph.integers([to, bottom]),
    graph.integers([1, 2]),
  ]);
  let shape: Shape = [to - from, bottom - top, spec.input[2]];
  let x = planes;
  tower.layers.forEach((layer, i) => {
    [x, shape] = exportLayer(graph, `${tower.name}/${i}`, layer, weights, x, shape);
  });
  const normal = graph.node('LpNormalization', [x], { axis: 1, p: 2 });
  const scaled = graph.node('Mul', [normal, graph.weights(Float32Array.of(Math.sqrt(tower.share)), [1])]);
  if (!tower.optional) return scaled;
  const largest = graph.node('ReduceMax', [graph.node('Abs', [planes])], { axes: [1, 2, 3], keepdims: 0 });
  const gate = graph.node('Sign', [graph.node('Unsqueeze', [largest, graph.integers([1])])]);
  return graph.node('Mul', [scaled, gate]);
}

/** Channels, rows, columns. */
type Shape = readonly [number, number, number];

function exportLayer(
  graph: OnnxGraph,
  name: string,
  layer: Layer,
  weights: Weights,
  x: string,
  shape: Shape,
): [string, Shape] {
  const [channels, rows, columns] = shape;
  const relu = (value: string) => graph.node('Relu', [value]);
  switch (layer.kind) {
    case 'conv': {
      const stride = layer.stride ?? 1;
      const y = convolution(graph, name, weights, x, shape, stride);
      return [relu(y), [layer.filters, Math.ceil(rows / stride), Math.ceil(columns / stride)]];
    }
    case 'fire': {
      const squeezed = relu(convolution(graph, `${name}/squeeze`, weights, x, shape, 1));
      const narrow: Shape = [layer.squeeze, rows, columns];
      const wide = ['expand1', 'expand3'].map((part) =>
        relu(convolution(graph, `${name}/${part}`, weights, squeezed, narrow, 1)),
      );
      return [graph.node('Concat', wide, { axis: 1 }), [2 * layer.expand, rows, columns]];
    }
    case 'pool': {
      const { size, stride } = layer;
      const y = graph.node('MaxPool', [x], {
        kernel_shape: [size, size],
        strides: [stride, stride],
        pads: padding([rows, columns], size, stride),
      });
      return [y, [channels, Math.ceil(rows / stride), Math.ceil(columns / stride)]];
    }
    case 'average': {
      const y = graph.node('Flatten', [graph.node('GlobalAveragePool', [x])], { axis: 1 });
      return [y, [channels, 1, 1]];
    }
    case 'flatten': {
      // TensorFlow lays channels innermost.
      const y = graph.node('Flatten', [graph.node('Transpose', [x], { perm: [0, 2, 3, 1] })], { axis: 1 });
      return [y, [channels * rows * columns, 1, 1]];
    }
    case 'dropout':
      return [x, shape];
    case 'dense': {
      const { kernel, bias } = folded(weights, name);
      const y = graph.node('Gemm', [
        x,
        graph.weights(kernel.data, kernel.shape),
        graph.weights(bias, [layer.units]),
      ]);
      return [layer.last ? y : relu(y), [layer.units, 1, 1]];
    }
  }
}

function convolution(
  graph: OnnxGraph,
  name: string,
  weights: Weights,
  x: string,
  [, rows, columns]: Shape,
  stride: number,
): string {
  const { kernel, bias } = folded(weights, name);
  const [height, width, inputs, filters] = kernel.shape;
  const turned = new Float32Array(kernel.data.length);
  for (let h = 0; h < height; h++)
    for (let w = 0; w < width; w++)
      for (let c = 0; c < inputs; c++)
        for (let f = 0; f < filters; f++)
          turned[((f * inputs + c) * height + h) * width + w] =
            kernel.data[((h * width + w) * inputs + c) * filters + f];
  return graph.node(
    'Conv',
    [x, graph.weights(turned, [filters, inputs, height, width]), graph.weights(bias, [filters])],
    {
      kernel_shape: [height, width],
      strides: [stride, stride],
      pads: padding([rows, columns], height, stride),
    },
  );
}

/** TensorFlow's `same`: what is odd goes to the end. @returns begin of rows, columns, end of rows, columns */
function padding(sides: readonly number[], size: number, stride: number): number[] {
  const whole = sides.map((side) => Math.max(0, (Math.ceil(side / stride) - 1) * stride + size - side));
  return [...whole.map((p) => Math.floor(p / 2)), ...whole.map((p) => Math.ceil(p / 2))];
}

/** Kernel and bias with the batch norm in them; the kernel's last axis are the output channels. */
function folded(weights: Weights, name: string) {
  const [kernel, gamma, beta, mean, variance] = ['kernel', 'gamma', 'beta', 'mean', 'variance'].map(
    (part) => {
      const found = weights.get(`${name}/${part}`);
      if (!found) throw new RangeError(`no weights for ${name}/${part}`);
      return found;
    },
  );
  const channels = gamma.data.length;
  const scale = gamma.data.map((g, c) => g / Math.sqrt(variance.data[c] + EPSILON));
  return {
    kernel: { shape: kernel.shape, data: kernel.data.map((value, i) => value * scale[i % channels]) },
    bias: beta.data.map((b, c) => b - mean.data[c] * scale[c]),
  };
}
