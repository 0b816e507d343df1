/** The logistic regression of a personal head, on whichever backend of TensorFlow.js there is. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Tensor1D } from '@tensorflow/tfjs';
import { FacetError } from '../../contract/result.ts';
import { BACKENDS, type Backend } from '../../contract/states/retrain.ts';
import type { FitProblem } from '../../core/retrain/fit.ts';
import { packageFile } from '../program-files.ts';
import { installed, loadTensorflow, type Require } from './load-tensorflow.ts';
import type { Tensorflow } from './tf-network.ts';

export interface OpenBackend {
  readonly tf: Tensorflow;
  readonly backend: Backend;
}

/**
 * The backend asked for, else the fastest that loads.
 * @throws FacetError `model-missing` where it does not load, and says what to do
 */
export async function openBackend(asked?: Backend, require = installed): Promise<OpenBackend> {
  if (asked) return { tf: await LOAD[asked](require), backend: asked };
  for (const backend of BACKENDS) {
    try {
      return { tf: await LOAD[backend](require), backend };
    } catch (error) {
      if (!(error instanceof FacetError)) throw error;
    }
  }
  throw notLoaded('No part of TensorFlow.js', 'Reinstall Facet.');
}

const LOAD: Readonly<Record<Backend, (require: Require) => Promise<Tensorflow>>> = {
  'tfjs-node': async (require) => {
    try {
      return loadTensorflow(require);
    } catch (cause) {
      throw notLoaded('TensorFlow', NATIVE_INSTEAD, cause);
    }
  },
  wasm: async (require) => {
    const tf = plain(require);
    try {
      const wasm = require('@tensorflow/tfjs-backend-wasm') as { setWasmPaths(folder: string): void };
      const file = createRequire(packageFile()).resolve('@tensorflow/tfjs-backend-wasm');
      wasm.setWasmPaths(join(dirname(file), '/'));
      if (await tf.setBackend('wasm')) return tf;
    } catch (cause) {
      throw notLoaded('The WebAssembly part of TensorFlow.js', INSTEAD, cause);
    }
    throw notLoaded('The WebAssembly part of TensorFlow.js', INSTEAD);
  },
  cpu: async (require) => {
    const tf = plain(require);
    if (await tf.setBackend('cpu')) return tf;
    throw notLoaded('TensorFlow.js', 'Reinstall Facet.');
  },
};

const NATIVE_INSTEAD = 'Run node scripts/tensorflow.mjs once (about 230 MB), or retrain with --backend wasm.';
const INSTEAD = 'Retrain with --backend cpu, which is slower, or reinstall Facet.';

function plain(require: Require): Tensorflow {
  try {
    const tf = require('@tensorflow/tfjs') as Tensorflow;
    // No greeting, and no checks on the way.
    tf.enableProdMode();
    return tf;
  } catch (cause) {
    throw notLoaded('TensorFlow.js', 'Reinstall Facet.', cause);
  }
}

const notLoaded = (what: string, remedy: string, cause?: unknown): FacetError =>
  new FacetError('model-missing', `${what} cannot be loaded, so nothing was retrained. ${remedy}`, { cause });

/** Adam on all rows at once. @param told after each epoch, with its loss */
export async function fitHead(
  tf: Tensorflow,
  { rows, labels, counts, start, ridge, epochs, learningRate }: FitProblem,
  told: (epoch: number, loss: number) => void,
): Promise<Float32Array> {
  const x = tf.tensor2d(rows, [labels.length, start.length]);
  const [y, count, pull] = [tf.tensor1d(labels), tf.tensor1d(counts), tf.tensor2d(ridge, [start.length, 1])];
  const odds = tf.variable(tf.tensor2d(start, [start.length, 1]));
  const optimizer = tf.train.adam(learningRate);
  const loss = () =>
    tf.tidy(() => {
      const z = tf.squeeze<Tensor1D>(tf.matMul(x, odds), [1]);
      const misfit = tf.sum(tf.mul(count, tf.softplus(tf.neg(tf.mul(z, y)))));
      return tf.add(misfit, tf.sum(tf.mul(pull, tf.square(odds)))).asScalar();
    });
  try {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const value = optimizer.minimize(loss, true, [odds])!;
      told(epoch, (await value.data())[0]);
      value.dispose();
    }
    return (await odds.data<'float32'>()).slice();
  } finally {
    optimizer.dispose();
    for (const tensor of [x, y, count, pull, odds]) tensor.dispose();
  }
}
