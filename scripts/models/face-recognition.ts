/**
 * dlib's face recognition ResNet (D. King, "High Quality Face Recognition with Deep Metric Learning", 2017;
 * dnn_face_recognition_ex.cpp), whose weights `@vladmandic/face-api` carries without a graph: the graph is
 * built here. Input [n,3,150,150], (RGB − mean) / 255; output [n,128], not yet of unit length.
 */
import { OnnxGraph } from '../../main/adapters/onnx/onnx-writer.ts';
import { permute } from './graph-model.ts';
import type { Weight } from './weights.ts';

/** The residual blocks in order; `down` halves the size, and `channels` is what it puts out. */
const BLOCKS = [
  ...['conv32_1', 'conv32_2', 'conv32_3'].map((name) => ({ name, channels: 32, down: false })),
  { name: 'conv64_down', channels: 64, down: true },
  ...['conv64_1', 'conv64_2', 'conv64_3'].map((name) => ({ name, channels: 64, down: false })),
  { name: 'conv128_down', channels: 128, down: true },
  ...['conv128_1', 'conv128_2'].map((name) => ({ name, channels: 128, down: false })),
  { name: 'conv256_down', channels: 256, down: true },
  ...['conv256_1', 'conv256_2'].map((name) => ({ name, channels: 256, down: false })),
  { name: 'conv256_down_out', channels: 256, down: true },
];

/** A square picture inside the graph. */
interface Square {
  readonly name: string;
  readonly size: number;
  readonly channels: number;
}

export function buildFaceRecognition(weights: ReadonlyMap<string, Weight>): Uint8Array {
  const graph = new OnnxGraph('face-rgb');
  const weight = (name: string): Weight => {
    const found = weights.get(name);
    if (!found) throw new Error(`face_recognition has no weights named ${name}`);
    return found;
  };

  /** Convolution with its learned scale and offset folded in. */
  const convolution = (x: Square, prefix: string, stride: 1 | 2): Square => {
    const filter = weight(`${prefix}/conv/filters`);
    const bias = weight(`${prefix}/conv/bias`).data;
    const scale = weight(`${prefix}/scale/weights`).data;
    const offset = weight(`${prefix}/scale/biases`).data;
    const [kernel, , inputs, channels] = filter.shape as [number, number, number, number];
    const kernels = permute(filter, [3, 2, 0, 1]);
    const perChannel = kernels.length / channels;
    for (let i = 0; i < kernels.length; i++) kernels[i] *= scale[Math.floor(i / perChannel)];
    const folded = bias.map((value, i) => value * scale[i] + offset[i]);
    const pad = stride === 1 ? kernel >> 1 : 0;
    return {
      name: graph.node(
        'Conv',
        [
          x.name,
          graph.weights(kernels, [channels, inputs, kernel, kernel]),
          graph.weights(folded, [channels]),
        ],
        { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad] },
      ),
      size: Math.floor((x.size + 2 * pad - kernel) / stride) + 1,
      channels,
    };
  };
  const relu = (x: Square): Square => ({ ...x, name: graph.node('Relu', [x.name]) });
  const pool = (x: Square, op: 'MaxPool' | 'AveragePool', kernel: number): Square => ({
    ...x,
    name: graph.node(op, [x.name], { kernel_shape: [kernel, kernel], strides: [2, 2] }),
    size: Math.floor((x.size - kernel) / 2) + 1,
  });
  /** Appends zeros after the last channel, row and column. */
  const padTo = (x: Square, channels: number, size: number): Square => {
    if (x.channels === channels && x.size === size) return x;
    const end = [0, channels - x.channels, size - x.size, size - x.size];
    return { name: graph.node('Pad', [x.name, graph.integers([0, 0, 0, 0, ...end])]), channels, size };
  };

  let x: Square = { name: graph.input('image', ['n', 3, 150, 150]), size: 150, channels: 3 };
  x = pool(relu(convolution(x, 'conv32_down', 2)), 'MaxPool', 3);
  for (const { name, channels, down } of BLOCKS) {
    const inner = convolution(relu(convolution(x, `${name}/conv1`, down ? 2 : 1)), `${name}/conv2`, 1);
    const skip = down ? pool(x, 'AveragePool', 2) : x;
    // A valid convolution may come out one smaller than the pooled skip: dlib's add_prev pads both with zeros.
    const size = Math.max(inner.size, skip.size);
    const sum = graph.node('Add', [padTo(inner, channels, size).name, padTo(skip, channels, size).name]);
    x = relu({ name: sum, size, channels });
  }
  const mean = graph.node('Flatten', [graph.node('GlobalAveragePool', [x.name])], { axis: 1 });
  const { data, shape } = weight('fc');
  graph.node('MatMul', [mean, graph.weights(data, shape)], {}, 'embedding');
  graph.output('embedding', ['n', shape[1]]);
  return graph.encode();
}
