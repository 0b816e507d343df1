/** Distances between a probe and a person's templates. */
import type { EmbeddingKind, Embeddings } from '../../contract/evidence.ts';
import { embeddingDistance } from '../face/embedding.ts';

/** How distances to several templates become one: the mean of this many nearest ones. */
export interface Pooling {
  readonly nearest: number;
}

/**
 * Distance of a probe to a gallery in one kind of embedding: the mean over the nearest templates.
 * @returns undefined where either side lacks the kind
 */
export function galleryDistance(
  probe: Embeddings,
  templates: readonly Embeddings[],
  kind: EmbeddingKind,
  pooling: Pooling,
): number | undefined {
  const vector = probe.get(kind);
  if (!vector) return undefined;
  const distances: number[] = [];
  for (const template of templates) {
    const other = template.get(kind);
    if (other && other.length === vector.length) distances.push(embeddingDistance(vector, other));
  }
  if (distances.length === 0) return undefined;
  const nearest = distances.sort((a, b) => a - b).slice(0, pooling.nearest);
  return nearest.reduce((sum, d) => sum + d, 0) / nearest.length;
}

/** What each kind of embedding must reach; every kind named here has to agree. */
export interface Requirement {
  readonly kind: EmbeddingKind;
  readonly pooling: Pooling;
  /** Largest accepted distance by number of fused frames: the entry with the most frames that the probe has counts. */
  readonly limits: readonly { readonly fusedFrames: number; readonly distance: number }[];
}

export interface Comparison {
  readonly accepted: boolean;
  /** For diagnostics behind the PIN and for evaluation; never for the page, a log or an error. */
  readonly distances: Readonly<Record<EmbeddingKind, number>>;
}

/** Compares one probe with one person's templates. A kind that is missing on either side does not agree. */
export function compareWithGallery(
  probe: Embeddings,
  fusedFrames: number,
  templates: readonly Embeddings[],
  requirements: readonly Requirement[],
): Comparison {
  const distances: Record<EmbeddingKind, number> = {};
  let accepted = requirements.length > 0;
  for (const { kind, pooling, limits } of requirements) {
    const distance = galleryDistance(probe, templates, kind, pooling);
    let limit = -Infinity;
    for (const entry of limits) if (entry.fusedFrames <= fusedFrames) limit = entry.distance;
    if (distance !== undefined) distances[kind] = distance;
    if (distance === undefined || !(distance <= limit)) accepted = false;
  }
  return { accepted, distances };
}
