/** What a network makes of a film: its embeddings in place of the relief tensors. */
import type { Embeddings, FaceEvidence } from '../../../contract/evidence.ts';
import { kindIn } from '../../../core/judge/policy.ts';
import type { Embedder } from '../../../core/ports.ts';
import { withoutColour } from '../../../core/shape/tensor.ts';
import { TENSOR } from '../adaptation/film.ts';
import type { VisitFilm } from './visit-film.ts';

export async function embedFilm(
  shape: Pick<Embedder, 'modelId' | 'embed'>,
  { captures, visits }: VisitFilm,
): Promise<VisitFilm> {
  const entries: readonly { readonly embeddings: Embeddings }[] = [...captures, ...visits.flat()];
  const tensors = entries.map(({ embeddings }) => tensorOf(embeddings));
  const [whole, plain] = [await embedAll(shape, tensors), await embedAll(shape, tensors.map(plainOf))];
  const made = new Map(
    entries.map((entry, i) => {
      const embeddings = new Map(entry.embeddings);
      const inColour = !embeddings.delete(kindIn('infrared', TENSOR));
      embeddings.delete(TENSOR);
      if (inColour) embeddings.set(shape.modelId, whole[i]);
      embeddings.set(kindIn('infrared', shape.modelId), plain[i]);
      return [entry, embeddings];
    }),
  );
  const embedded = <T extends { readonly embeddings: Embeddings }>(entry: T): T => ({
    ...entry,
    embeddings: made.get(entry)!,
  });
  return {
    captures: captures.map(embedded),
    visits: visits.map((visit) => visit.map((face): FaceEvidence => embedded(face))),
  };
}

const tensorOf = (embeddings: Embeddings): Float32Array =>
  (embeddings.get(TENSOR) ?? embeddings.get(kindIn('infrared', TENSOR)))!;

const plainOf = (tensor: Float32Array): Float32Array => withoutColour(tensor.slice());

/** Inputs of one call to the network. */
const BATCH = 32;

async function embedAll(
  shape: Pick<Embedder, 'embed'>,
  tensors: readonly Float32Array[],
): Promise<Float32Array[]> {
  const all: Float32Array[] = [];
  for (let from = 0; from < tensors.length; from += BATCH) {
    const batch = tensors.slice(from, from + BATCH);
    const input = new Float32Array(batch.reduce((sum, { length }) => sum + length, 0));
    batch.forEach((tensor, i) => input.set(tensor, i * tensor.length));
    all.push(...(await shape.embed(input, batch.length)));
  }
  return all;
}
