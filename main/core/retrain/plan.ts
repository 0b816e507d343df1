/** What a gallery gives to be retrained from, and what it becomes. */
import type { Spectrum } from '../../contract/evidence.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { HeadTerm } from '../judge/head.ts';
import type { PersonalNetwork } from '../judge/personal-network.ts';
import { DEFAULT_SENSITIVITY, SENSITIVITIES, type MatchPolicy, type Sensitivity } from '../judge/policy.ts';
import { PREPROCESSING, type Gallery } from '../people/gallery.ts';
import type { Policies, RetrainTask } from './retrain.ts';
import { splitLooks } from './split.ts';
import { headInUse, keepHead } from './versions.ts';

/** The policy of every sensitivity, that in force first. One that the manifest lacks can decide nothing, so nothing is judged by it. */
export async function loadPolicies(
  load: (level: Sensitivity) => Promise<Result<MatchPolicy>>,
  inForce: Sensitivity = DEFAULT_SENSITIVITY,
): Promise<Result<Policies>> {
  const others = SENSITIVITIES.filter((level) => level !== inForce);
  const [first, ...rest] = await Promise.all([inForce, ...others].map(load));
  return first.ok ? ok([first.value, ...rest.flatMap((each) => (each.ok ? each.value : []))]) : first;
}

/**
 * @param deeper whether a network of the person's own is tuned too
 * @returns what to do, and the looks that the head will have learned from; `not-enrolled` where there is not enough to learn from (splitLooks);
 * `bad-argument` where the looks cannot be judged by the version in use
 */
export function planRetrain(
  gallery: Gallery,
  policies: Policies,
  wallTime: number,
  seed: string,
  deeper = false,
): Result<{ readonly task: RetrainTask; readonly looks: readonly string[] }> {
  const [policy] = policies;
  const split = splitLooks(gallery, policy, wallTime, seed);
  if (!split.ok) return split;
  const { training, heldOut } = split.value;
  const current = headInUse(gallery, policy);
  const network = current?.network;
  // The stored looks have no relief that its network could see.
  if (network && !deeper) return fail('bad-argument', DEEPER_IN_USE);
  return ok({
    task: {
      training: training.map(({ embeddings }) => embeddings),
      heldOut: heldOut.map(({ embeddings }) => embeddings),
      policies,
      current: current?.terms ?? {},
      seed,
      ...(deeper && { deeper: { seen: [], ...(network && { network }) } }),
    },
    // A term of the head in use may go on, and with it what that one learned from.
    looks: [...new Set([...(current?.looks ?? []), ...[...training, ...heldOut].map(({ look }) => look)])],
  });
}

const DEEPER_IN_USE =
  'The version in use knows the shape of your face, and only a deeper retraining can be compared with it. Retrain deeper, or go back to an earlier version first.';

/** The gallery with what was learned from these looks. */
export const learnedFrom = (
  gallery: Gallery,
  looks: readonly string[],
  { terms, network }: Learned,
  networks: string,
  wallTime: number,
): Gallery =>
  keepHead(gallery, {
    fittedAt: Math.round(wallTime),
    networks,
    preprocessing: PREPROCESSING,
    looks,
    terms,
    ...(network && { network }),
  });

interface Learned {
  readonly terms: Partial<Record<Spectrum, HeadTerm>>;
  readonly network?: PersonalNetwork;
}
