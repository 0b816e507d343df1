/** Attempts of everybody at everybody's lock, from trials: what the app's own machines decide on the evidence. */
import type { Embeddings, Evidence, FaceEvidence } from '../../contract/evidence.ts';
import { beginAttempt, stepAttempt, type AttemptState } from '../judge/decide.ts';
import { matchesGallery } from '../judge/match.ts';
import type { MatchPolicy } from '../judge/policy.ts';
import { rateOf, type Rate } from './rates.ts';

export interface Trial {
  readonly templates: readonly Embeddings[];
  readonly visits: readonly { readonly light: string; readonly evidence: readonly Evidence[] }[];
  readonly attacks: readonly {
    readonly species: string;
    readonly light: string;
    readonly evidence: readonly Evidence[];
  }[];
}

/** Plays one visit's evidence against one gallery, at the times that the frames bear. */
export function playAttempt(
  evidence: readonly Evidence[],
  templates: readonly Embeddings[],
  policy: MatchPolicy,
): AttemptState {
  let state = beginAttempt(evidence[0].capturedAt);
  const rules = {
    attentionRequired: true,
    recognises: (face: FaceEvidence) =>
      matchesGallery(face.embeddings, face.fusedFrames, templates, policy[face.spectrum]),
  };
  for (const each of evidence) state = stepAttempt(state, each, each.capturedAt, rules);
  return state;
}

export interface PeopleReport {
  readonly people: number;
  readonly failedEnrolments: number;
  /** Enrolled people who were not let in. */
  readonly falseRejects: Rate;
  /** Somebody else's visits that were let in. */
  readonly falseAccepts: Rate;
  readonly byLight: Readonly<Record<string, { readonly falseRejects: Rate; readonly falseAccepts: Rate }>>;
  /** Attacks on the enrolled person that were let in, by species (of pictures: APCER of the whole system, IAPAR). */
  readonly attacks: Readonly<Record<string, Rate>>;
  /** Enrolled people whose live visit was called not live (BPCER). */
  readonly notLive: Rate;
  /** Milliseconds from the first frame to the decision, of those let in: median and 95th percentile. */
  readonly timeToUnlock: { readonly p50: number; readonly p95: number };
}

export function judgePeople(trials: readonly Trial[], policy: MatchPolicy): PeopleReport {
  const enrolled = trials.filter((trial) => trial.templates.length > 0);
  const genuine: { light: string; state: AttemptState; from: number }[] = [];
  const impostor: { light: string; accepted: boolean }[] = [];
  const attacks = new Map<string, { accepted: number; of: number }>();
  for (const owner of enrolled) {
    for (const visit of owner.visits)
      genuine.push({
        light: visit.light,
        state: playAttempt(visit.evidence, owner.templates, policy),
        from: visit.evidence[0].capturedAt,
      });
    for (const other of trials) {
      if (other === owner) continue;
      for (const visit of other.visits)
        impostor.push({
          light: visit.light,
          accepted: playAttempt(visit.evidence, owner.templates, policy).kind === 'accepted',
        });
    }
    for (const attack of owner.attacks) {
      const count = attacks.get(attack.species) ?? { accepted: 0, of: 0 };
      count.of++;
      if (playAttempt(attack.evidence, owner.templates, policy).kind === 'accepted') count.accepted++;
      attacks.set(attack.species, count);
    }
  }
  const rejected = (list: typeof genuine) =>
    rateOf(list.filter(({ state }) => state.kind !== 'accepted').length, list.length);
  const accepted = (list: typeof impostor) =>
    rateOf(list.filter((attempt) => attempt.accepted).length, list.length);
  const lights = [...new Set([...genuine, ...impostor].map(({ light }) => light))].sort();
  const times = genuine.flatMap(({ state, from }) => (state.kind === 'accepted' ? [state.at - from] : []));
  times.sort((a, b) => a - b);
  return {
    people: trials.length,
    failedEnrolments: trials.length - enrolled.length,
    falseRejects: rejected(genuine),
    falseAccepts: accepted(impostor),
    byLight: Object.fromEntries(
      lights.map((light) => [
        light,
        {
          falseRejects: rejected(genuine.filter((visit) => visit.light === light)),
          falseAccepts: accepted(impostor.filter((visit) => visit.light === light)),
        },
      ]),
    ),
    attacks: Object.fromEntries(
      [...attacks].map(([species, { accepted: n, of }]) => [species, rateOf(n, of)]),
    ),
    notLive: rateOf(
      genuine.filter(({ state }) => state.kind === 'refused' && state.code === 'not-live').length,
      genuine.length,
    ),
    timeToUnlock: {
      p50: times[times.length >> 1] ?? NaN,
      p95: times[Math.floor(times.length * 0.95)] ?? NaN,
    },
  };
}
