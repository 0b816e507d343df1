import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { OnnxGraph } from './onnx-writer.ts';

/** x ↦ (x·W + b) / |x·W + b|: the shape of a linear embedding. */
function linearModel(): Uint8Array {
  const graph = new OnnxGraph('linear');
  const x = graph.input('x', ['n', 3]);
  const weights = graph.weights(Float32Array.of(1, 0, 0, 2, 1, 1), [3, 2]);
  const bias = graph.weights(Float32Array.of(0.5, -0.5), [2]);
  const y = graph.node('Gemm', [x, weights, bias], { alpha: { float: 2 } });
  graph.node('LpNormalization', [y], { axis: -1, p: 2 }, 'y');
  graph.output('y', ['n', 2]);
  return graph.encode();
}

describe('a written ONNX model', () => {
  it('computes what its nodes say, for any batch', async () => {
    const session = await InferenceSession.create(linearModel());
    const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(1, 2, 3, 0, 0, 0), [2, 3]) });
    expect(y.dims).toEqual([2, 2]);
    // 2·(1 + 3, 4 + 3) + (0.5, −0.5) = (8.5, 13.5); (0.5, −0.5) alone for the zero input.
    const length = Math.hypot(8.5, 13.5);
    const expected = [8.5 / length, 13.5 / length, Math.SQRT1_2, -Math.SQRT1_2];
    for (const [i, value] of expected.entries()) expect((y.data as Float32Array)[i]).toBeCloseTo(value, 6);
  });

  it('names its inputs and outputs', async () => {
    const session = await InferenceSession.create(linearModel());
    expect(session.inputNames).toEqual(['x']);
    expect(session.outputNames).toEqual(['y']);
  });

  it('carries integer tensors, negative ones too', async () => {
    const graph = new OnnxGraph('reshape');
    graph.node('Reshape', [graph.input('x', [2, 3]), graph.integers([3, -1])], {}, 'y');
    graph.output('y', [3, 2]);
    const session = await InferenceSession.create(graph.encode());
    const { y } = await session.run({ x: new Tensor('float32', new Float32Array(6), [2, 3]) });
    expect(y.dims).toEqual([3, 2]);
  });

  it('has the same bytes each time', () => {
    expect(linearModel()).toEqual(linearModel());
  });

  it('refuses weights that do not fill their shape', () => {
    expect(() => new OnnxGraph('g').weights(new Float32Array(5), [2, 3])).toThrow(RangeError);
  });
});
