/**
 * Batch norm and ReLU as TensorFlow's own kernels, forward and backward. TensorFlow.js takes their gradients apart into many
 * small operations, which cost more than the convolutions between them.
 */
import type * as tfjs from '@tensorflow/tfjs';
import type { Tensorflow } from './tf-network.ts';

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** What tfjs-node's backend has beyond the interface of all backends. */
interface NativeBackend {
  readonly binding: Readonly<
    Record<'TF_ATTR_TYPE' | 'TF_ATTR_FLOAT' | 'TF_ATTR_STRING' | 'TF_ATTR_BOOL' | 'TF_FLOAT', number>
  >;
  executeSingleOutput(
    op: string,
    attributes: readonly Attribute[],
    inputs: readonly tfjs.Tensor[],
  ): tfjs.Tensor;
  executeMultipleOutputs(
    op: string,
    attributes: readonly Attribute[],
    inputs: readonly tfjs.Tensor[],
    outputs: number,
  ): tfjs.Tensor[];
}

const nativeOf = (tf: Tensorflow): NativeBackend | undefined =>
  tf.getBackend() === 'tensorflow' ? (tf.backend() as unknown as NativeBackend) : undefined;

/**
 * Batch norm with the statistics of the batch.
 * @param x [n, rows, columns, channels]
 * @param observe is shown the batch's mean and variance by channel, which live no longer than the call
 */
export function batchNorm(
  tf: Tensorflow,
  x: tfjs.Tensor4D,
  gamma: tfjs.Tensor,
  beta: tfjs.Tensor,
  epsilon: number,
  observe: (mean: tfjs.Tensor, variance: tfjs.Tensor) => void,
): tfjs.Tensor4D {
  const native = nativeOf(tf);
  if (!native) {
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    observe(mean, variance);
    return tf.batchNorm(x, mean, variance, beta, gamma, epsilon) as tfjs.Tensor4D;
  }
  const { binding } = native;
  const shared = [
    { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: 'U', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: epsilon },
    { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' },
    { name: 'is_training', type: binding.TF_ATTR_BOOL, value: true },
  ];
  const forward = [...shared, { name: 'exponential_avg_factor', type: binding.TF_ATTR_FLOAT, value: 1 }];
  const op = tf.customGrad((...given) => {
    const [input, scale, shift] = given as tfjs.Tensor[];
    const save = given[3] as tfjs.GradSaveFunc;
    const none = tf.tensor1d([]);
    const [value, mean, variance, ...reserved] = native.executeMultipleOutputs(
      'FusedBatchNormV3',
      forward,
      [input, scale, shift, none, none],
      6,
    );
    observe(mean, variance);
    save([input, scale, ...reserved]);
    return {
      value,
      gradFunc: (dy: tfjs.Tensor, saved: tfjs.Tensor[]) =>
        native.executeMultipleOutputs('FusedBatchNormGradV3', shared, [dy, ...saved], 5).slice(0, 3),
    };
  });
  return op(x, gamma, beta) as tfjs.Tensor4D;
}

export function relu(tf: Tensorflow, x: tfjs.Tensor): tfjs.Tensor {
  const native = nativeOf(tf);
  if (!native) return tf.relu(x);
  const type = [{ name: 'T', type: native.binding.TF_ATTR_TYPE, value: native.binding.TF_FLOAT }];
  return tf.customGrad((...given) => {
    const save = given[1] as tfjs.GradSaveFunc;
    const value = native.executeSingleOutput('Relu', type, [given[0] as tfjs.Tensor]);
    save([value]);
    return {
      value,
      gradFunc: (dy: tfjs.Tensor, saved: tfjs.Tensor[]) =>
        native.executeSingleOutput('ReluGrad', type, [dy, saved[0]]),
    };
  })(x);
}
