/** A network of one person's own on ONNX Runtime: handed over as bytes, since it lies sealed with their gallery. */
import { createHash } from 'node:crypto';
import { FacetError } from '../../contract/result.ts';
import type { WatchRequest } from '../../contract/pipeline.ts';
import { personalKind } from '../../core/judge/personal-network.ts';
import type { Embedder } from '../../core/ports.ts';
import { RELIEF_SHAPE } from '../../core/shape/tensor.ts';
import { Tensor } from 'onnxruntime-node';
import { openSession } from './network.ts';

/** @throws FacetError `model-altered` where the bytes are not those of the hash, or ONNX Runtime refuses them */
export async function openPersonalEmbedder({
  kind,
  onnx,
  sha256,
}: NonNullable<WatchRequest['personal']>): Promise<Pick<Embedder, 'modelId' | 'embed'>> {
  if (createHash('sha256').update(onnx).digest('hex') !== sha256 || kind !== personalKind(sha256))
    throw altered();
  try {
    const session = await openSession(onnx, 1);
    const embed: Embedder['embed'] = async (inputs, n = 1) => {
      const { embedding } = await session.run({
        tensor: new Tensor('float32', inputs, [n, ...RELIEF_SHAPE]),
      });
      const vectors = embedding.data as Float32Array;
      const size = vectors.length / n;
      return Array.from({ length: n }, (_, i) => vectors.slice(i * size, (i + 1) * size));
    };
    // Once, so that no frame waits for it.
    await embed(new Float32Array(RELIEF_SHAPE.reduce((a, b) => a * b, 1)));
    return { modelId: kind, embed };
  } catch (cause) {
    throw altered(cause);
  }
}

const altered = (cause?: unknown): FacetError =>
  new FacetError(
    'model-altered',
    'What Facet learned of the shape of your face is damaged, so you are recognised as Facet came. Go back to an earlier version in the settings, or retrain.',
    { cause },
  );
