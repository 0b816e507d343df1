/** What a gallery gives to be retrained from, and what it becomes. */
import type { Spectrum } from '../../contract/evidence.ts';
import { ok, type Result } from '../../contract/result.ts';
import type { HeadTerm } from '../judge/head.ts';
import type { MatchPolicy } from '../judge/policy.ts';
import { PREPROCESSING, type Gallery } from '../people/gallery.ts';
import type { RetrainTask } from './retrain.ts';
import { splitLooks } from './split.ts';
import { headInUse, keepHead } from './versions.ts';

/** @returns what to do, and the looks that the head will have learned from; `not-enrolled` where there is not enough to learn from (splitLooks) */
export function planRetrain(
  gallery: Gallery,
  policy: MatchPolicy,
  wallTime: number,
  seed: string,
): Result<{ readonly task: RetrainTask; readonly looks: readonly string[] }> {
  const split = splitLooks(gallery, policy, wallTime, seed);
  if (!split.ok) return split;
  const { training, heldOut } = split.value;
  const current = headInUse(gallery, policy);
  return ok({
    task: {
      training: training.map(({ embeddings }) => embeddings),
      heldOut: heldOut.map(({ embeddings }) => embeddings),
      policy,
      current: current?.terms ?? {},
      seed,
    },
    // A term of the head in use may go on, and with it what that one learned from.
    looks: [...new Set([...(current?.looks ?? []), ...[...training, ...heldOut].map(({ look }) => look)])],
  });
}

/** The gallery with what was learned from these looks. */
export const learnedFrom = (
  gallery: Gallery,
  looks: readonly string[],
  terms: Partial<Record<Spectrum, HeadTerm>>,
  networks: string,
  wallTime: number,
): Gallery =>
  keepHead(gallery, {
    fittedAt: Math.round(wallTime),
    networks,
    preprocessing: PREPROCESSING,
    looks,
    terms,
  });
