/**
 * A personal head: what a person's own looks teach about telling them from others. It moves the fused distance of shape and
 * descriptor, and nothing else: what the descriptor refuses by the limit of real faces, no head can accept.
 */
import type { EmbeddingKind, Embeddings, Spectrum } from '../../contract/evidence.ts';
import type { Part, Requirement } from './match.ts';
import { POOLING, type MatchPolicy } from './policy.ts';

/** What stands in for the fused distance: offset + Σ distances · distance of that kind + Σ weights · embedding. */
export interface HeadTerm {
  readonly offset: number;
  readonly distances: ReadonlyMap<EmbeddingKind, number>;
  readonly weights: ReadonlyMap<EmbeddingKind, Float32Array>;
}

/** No head brings a face nearer by more than this: what it can do wrong is bounded, whatever it learned. */
export const NEARER = 0.2;

/**
 * @param fused the distance by the measured weights
 * @param apart the distance of each kind
 * @returns undefined where the probe lacks a kind, or has it in another length
 */
export function headDistance(
  fused: number,
  apart: ReadonlyMap<EmbeddingKind, number>,
  probe: Embeddings,
  { offset, distances, weights }: HeadTerm,
): number | undefined {
  let moved = offset;
  for (const [kind, weight] of distances) {
    const distance = apart.get(kind);
    if (distance === undefined) return undefined;
    moved += weight * distance;
  }
  for (const [kind, weight] of weights) {
    const vector = probe.get(kind);
    if (vector?.length !== weight.length) return undefined;
    for (let i = 0; i < weight.length; i++) moved += weight[i] * vector[i];
  }
  return Math.max(moved, fused - NEARER);
}

/** The policy with the head in every fused requirement; a requirement of one kind alone stays as it was measured. */
export function withHead(policy: MatchPolicy, terms: Partial<Record<Spectrum, HeadTerm>>): MatchPolicy {
  const headed = (spectrum: Spectrum, of: Readonly<Record<Spectrum, readonly Requirement[]>> = policy) =>
    of[spectrum].map((requirement) => {
      const head = terms[spectrum];
      if (!head || requirement.parts.length < 2) return requirement;
      return { ...requirement, parts: [...requirement.parts, ...partsBeyond(requirement, head)], head };
    });
  const { straightAhead } = policy;
  return {
    ...policy,
    colour: headed('colour'),
    infrared: headed('infrared'),
    ...(straightAhead && {
      straightAhead: {
        colour: headed('colour', straightAhead),
        infrared: headed('infrared', straightAhead),
      },
    }),
  };
}

/** What a head weighs beside what is fused: embeddings of a network of the person's own, which have no measured weight. */
export const besideFused = (kind: EmbeddingKind): Part => ({ kind, pooling: POOLING.shape, weight: 0 });

const partsBeyond = ({ parts }: Requirement, { distances }: HeadTerm): Requirement['parts'] =>
  [...distances.keys()].filter((kind) => parts.every((part) => part.kind !== kind)).map(besideFused);
