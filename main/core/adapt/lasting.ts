/**
 * What lasts of a face: the directions of its shape's embedding that tell people apart and that neither a beard, glasses nor a scarf
 * moves much (adapters/corpus/train-lasting.ts).
 */
import type { EmbeddingKind, Embeddings } from '../../contract/evidence.ts';
import { embeddingDistance, meanEmbedding, normalised } from '../face/embedding.ts';
import type { Requirement } from '../judge/match.ts';

export interface Lasting {
  /** dimensions × length, row-major: what is kept of an embedding of that length. */
  readonly weights: Float32Array;
  readonly dimensions: number;
  /** Farthest that a face may be which has something new in it, by the frames that are fused in it. */
  readonly limits: Requirement['limits'];
}

/**
 * How far what lasts of a face is from the mean of what lasts of the anchors: between unit vectors, 0 to 2.
 * @param kind of embedding that was projected
 * @returns undefined where one side has none to compare
 */
export function lastingDistance(
  embeddings: Embeddings,
  anchors: readonly { readonly embeddings: Embeddings }[],
  kind: EmbeddingKind,
  lasting: Lasting,
): number | undefined {
  const projected = (of: Embeddings) => project(of.get(kind), lasting);
  const face = projected(embeddings);
  const enrolled = anchors.flatMap((anchor) => projected(anchor.embeddings) ?? []);
  if (!face || enrolled.length === 0) return undefined;
  return embeddingDistance(face, meanEmbedding(enrolled));
}

function project(
  embedding: Float32Array | undefined,
  { weights, dimensions }: Lasting,
): Float32Array | undefined {
  if (embedding?.length !== weights.length / dimensions) return undefined;
  const { length } = embedding;
  const kept = new Float32Array(dimensions);
  for (let d = 0; d < dimensions; d++)
    for (let i = 0; i < length; i++) kept[d] += weights[d * length + i] * embedding[i];
  return normalised(kept);
}
