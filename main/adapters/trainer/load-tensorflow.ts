/** TensorFlow's native library for training: convolutions have no gradient on the other backends that Node has. */
import { createRequire } from 'node:module';
import { FacetError } from '../../contract/result.ts';
import { packageFile, tensorflowPackage } from '../program-files.ts';
import type { Tensorflow } from './tf-network.ts';

/** How a package is found: replaced where a test wants it missing. */
export type Require = (name: string) => unknown;

/** A package of Facet's own, else of what `scripts/tensorflow.mjs` built. */
export const installed: Require = (name) => {
  try {
    return createRequire(packageFile())(name);
  } catch {
    return createRequire(tensorflowPackage())(name);
  }
};

/** @throws FacetError `model-missing` where it is not installed, or does not load */
export function loadTensorflow(require = installed): Tensorflow {
  // It greets with a paragraph about the processor otherwise.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  try {
    return require('@tensorflow/tfjs-node') as Tensorflow;
  } catch (cause) {
    throw new FacetError(
      'model-missing',
      'Training needs TensorFlow, which is not installed. Run node scripts/tensorflow.mjs once (about 230 MB), then train again.',
      { cause },
    );
  }
}
