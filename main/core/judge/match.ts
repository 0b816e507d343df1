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

/** The distance of each part's kind; undefined where one is missing on either side. */
export function distancesApart(
  probe: Embeddings,
  templates: readonly Embeddings[],
  parts: readonly Part[],
): ReadonlyMap<EmbeddingKind, number> | undefined {
  const apart = new Map<EmbeddingKind, number>();
  for (const { kind, pooling } of parts) {
    const distance = galleryDistance(probe, templates, kind, pooling);
    if (distance === undefined) return undefined;
    apart.set(kind, distance);
  }
  return apart;
}

const weighted = (apart: ReadonlyMap<EmbeddingKind, number>, parts: readonly Part[]): number =>
  parts.reduce((sum, { kind, weight }) => sum + weight * apart.get(kind)!, 0);

/** The weighted sum over a requirement's kinds; undefined where one is missing on either side. */
export function fusedDistance(
  probe: Embeddings,
  templates: readonly Embeddings[],
  parts: readonly Part[],
): number | undefined {
  const apart = distancesApart(probe, templates, parts);
  return apart && parts.length > 0 ? weighted(apart, parts) : undefined;
}

/** What a requirement's limit judges: the fused distance, moved by the head where there is one. */
export function requiredDistance(
  probe: Embeddings,
  templates: readonly Embeddings[],
  { parts, head }: Requirement,
): number | undefined {
  const apart = distancesApart(probe, templates, parts);
  if (!apart || parts.length === 0) return undefined;
  const fused = weighted(apart, parts);
  return head ? headDistance(fused, apart, probe, head) : fused;
}

/** The limit for a probe of so many fused frames; no distance reaches it where there is none. */
export const limitFor = ({ limits }: Pick<Requirement, 'limits'>, fusedFrames: number): number =>
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
    const distance = requiredDistance(probe, templates, requirement);
    return distance !== undefined && distance <= share * limitFor(requirement, fusedFrames);
  });
