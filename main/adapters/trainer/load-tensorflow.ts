/** TensorFlow's native library for training: convolutions have no gradient on the other backends that Node has. */
import { createRequire } from 'node:module';
import { FacetError } from '../../contract/result.ts';
import { packageFile, tensorflowPackage } from '../program-files.ts';
import type { Tensorflow } from './tf-network.ts';

/**
 * The package's own installation, else what `scripts/tensorflow.mjs` built.
 * @throws FacetError `model-missing` where there is neither
 */
export function loadTensorflow(): Tensorflow {
  // It greets with a paragraph about the processor otherwise.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  for (const from of [packageFile(), tensorflowPackage()]) {
    try {
      return createRequire(from)('@tensorflow/tfjs-node') as Tensorflow;
    } catch {
      // The next one, or the sentence below.
    }
  }
  throw new FacetError(
    'model-missing',
    'Training needs TensorFlow, which is not installed. Run node scripts/tensorflow.mjs once (about 230 MB), then train again.',
  );
}
