/**
 * A personal head: what a person's own looks teach about telling them from others. It moves the fused distance of shape and
 * descriptor, and nothing else: what the descriptor refuses by the limit of real faces, no head can accept.
 */
import type { EmbeddingKind, Embeddings, Spectrum } from '../../contract/evidence.ts';
import type { MatchPolicy } from './policy.ts';

/** A distance after the head: scale · distance + Σ weights · embedding + offset. */
export interface HeadTerm {
  readonly scale: number;
  readonly offset: number;
  readonly weights: ReadonlyMap<EmbeddingKind, Float32Array>;
}

/** No head brings a face nearer by more than this: what it can do wrong is bounded, whatever it learned. */
export const NEARER = 0.2;

/** @returns undefined where the probe lacks a kind, or has it in another length */
export function headDistance(
  distance: number,
  probe: Embeddings,
  { scale, offset, weights }: HeadTerm,
): number | undefined {
  let moved = scale * distance + offset;
  for (const [kind, weight] of weights) {
    const vector = probe.get(kind);
    if (vector?.length !== weight.length) return undefined;
    for (let i = 0; i < weight.length; i++) moved += weight[i] * vector[i];
  }
  return Math.max(moved, distance - NEARER);
}

/** The policy with the head in every fused requirement; a requirement of one kind alone stays as it was measured. */
export function withHead(policy: MatchPolicy, terms: Partial<Record<Spectrum, HeadTerm>>): MatchPolicy {
  const headed = (spectrum: Spectrum) =>
    policy[spectrum].map((requirement) => {
      const head = terms[spectrum];
      return head && requirement.parts.length > 1 ? { ...requirement, head } : requirement;
    });
  return { ...policy, colour: headed('colour'), infrared: headed('infrared') };
}
