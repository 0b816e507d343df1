/** Distances between a probe and a person's templates. */
import type { EmbeddingKind, Embeddings } from '../../contract/evidence.ts';
import { embeddingDistance } from '../face/embedding.ts';
import { headDistance, type HeadTerm } from './head.ts';

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

/** One kind's share of a distance. */
export interface Part {
  readonly kind: EmbeddingKind;
  readonly pooling: Pooling;
  readonly weight: number;
}

/** A distance, of one kind or fused of several, and what it must reach. */
export interface Requirement {
  readonly parts: readonly Part[];
  /** Largest accepted distance by number of fused frames: the entry with the most frames that the probe has counts. */
  readonly limits: readonly { readonly fusedFrames: number; readonly distance: number }[];
  /** Moves the distance before the limit judges it. */
  readonly head?: HeadTerm;
}

/** The weighted sum over a requirement's kinds; undefined where one is missing on either side. */
export function fusedDistance(
  probe: Embeddings,
  templates: readonly Embeddings[],
  parts: readonly Part[],
): number | undefined {
  let sum = 0;
  for (const { kind, pooling, weight } of parts) {
    const distance = galleryDistance(probe, templates, kind, pooling);
    if (distance === undefined) return undefined;
    sum += weight * distance;
  }
  return parts.length > 0 ? sum : undefined;
}

/** The limit for a probe of so many fused frames; no distance reaches it where there is none. */
export const limitFor = ({ limits }: Requirement, fusedFrames: number): number =>
  limits.findLast((entry) => entry.fusedFrames <= fusedFrames)?.distance ?? -Infinity;

/**
 * Whether a probe meets every requirement against one person's templates. A kind that is missing on either side does not.
 * @param share of each limit that must do
 */
export const matchesGallery = (
  probe: Embeddings,
  fusedFrames: number,
  templates: readonly Embeddings[],
  requirements: readonly Requirement[],
  share = 1,
): boolean =>
  requirements.length > 0 &&
  requirements.every((requirement) => {
    const { parts, head } = requirement;
    const fused = fusedDistance(probe, templates, parts);
    const distance = head && fused !== undefined ? headDistance(fused, probe, head) : fused;
    return distance !== undefined && distance <= share * limitFor(requirement, fusedFrames);
  });
