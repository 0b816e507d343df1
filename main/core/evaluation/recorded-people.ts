/** What the evidence of recordings amounts to: templates, single probes, distances. */
import type { Embeddings, Evidence, FaceEvidence, Spectrum } from '../../contract/evidence.ts';
import { tallyOf } from './groups.ts';
import { beginComparisons, type Comparisons, type DistanceTally } from './tally.ts';
import { fusedDistance, limitFor, type Requirement } from '../judge/match.ts';
import { samePerson } from '../people/same-person.ts';
import type { MatchPolicy } from '../judge/policy.ts';
import {
  beginEnrolment,
  stepEnrolment,
  type EnrolmentRules,
  type EnrolmentState,
} from '../people/enrolment.ts';

/** Templates of a recording that does not fill the ring. */
const SPREAD_TEMPLATES = 16;

export interface RecordedEnrolment {
  readonly templates: readonly Embeddings[];
  /** Whether the enrolment finished; otherwise the templates are frames spread over the recording. */
  readonly ring: boolean;
}

/** Eats the evidence of one recording, frame by frame. */
export class RecordingEnrolment {
  private state: EnrolmentState = beginEnrolment();
  private readonly usable: Embeddings[] = [];
  private readonly rules: EnrolmentRules;

  constructor(policy: MatchPolicy) {
    this.rules = {
      samePerson: (face, captures) =>
        samePerson(
          face,
          captures.map(({ embeddings }) => embeddings),
          policy,
        ),
    };
  }

  get done(): boolean {
    return this.state.kind === 'done';
  }

  step(evidence: Evidence): void {
    this.state = stepEnrolment(this.state, evidence, evidence.capturedAt, this.rules);
    if (isLive(evidence) && evidence.attentive) this.usable.push(evidence.embeddings);
  }

  finish(): RecordedEnrolment {
    if (this.done) return { templates: this.state.captures.map(({ embeddings }) => embeddings), ring: true };
    return { templates: spreadEvenly(this.usable, SPREAD_TEMPLATES), ring: false };
  }
}

/** At most so many, the first and the last among them, evenly apart. */
function spreadEvenly<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, i) => all[Math.round((i * (all.length - 1)) / (most - 1))]);
}

export const isLive = (evidence: Evidence): evidence is FaceEvidence =>
  evidence.kind === 'face' && evidence.against.length === 0;

/** The shape is as clear then as it gets. */
const SETTLED_FRAMES = 8;

/** The frame that stands for a visit: the first live one in which eight are fused, else the last live one. */
export const probeOf = (evidence: readonly Evidence[]): FaceEvidence | undefined =>
  evidence.find((each): each is FaceEvidence => isLive(each) && each.fusedFrames >= SETTLED_FRAMES) ??
  evidence.findLast(isLive);

/**
 * One distance for what the requirements ask: that of their one kind; of several kinds the one that is the largest in units of
 * its own limit, so that 1 is where the app decides.
 * @returns undefined where a kind is missing
 */
export function decisiveDistance(
  probe: FaceEvidence,
  templates: readonly Embeddings[],
  requirements: readonly Requirement[],
): number | undefined {
  const distances = requirements.map((requirement) => {
    const distance = fusedDistance(probe.embeddings, templates, requirement.parts);
    if (distance === undefined || requirements.length === 1) return distance;
    const limit = limitFor(requirement, probe.fusedFrames);
    return limit > 0 ? distance / limit : undefined;
  });
  return distances.length > 0 && distances.every((distance) => distance !== undefined)
    ? Math.max(...distances)
    : undefined;
}

/** Distances in units of a limit are told apart up to this; between unit vectors nothing lies farther than 2. */
const SPAN = { units: 8, distance: 2 } as const;

export interface RecordedPerson {
  readonly name: string;
  /** Empty for somebody who is not enrolled. */
  readonly templates: readonly Embeddings[];
  readonly visits: readonly { readonly evidence: readonly Evidence[] }[];
}

export interface VisitComparisons {
  readonly comparisons: Comparisons;
  /** Comparisons that could not be made: templates without the spectrum of the probe. */
  readonly impossible: number;
  /** Impostor comparisons within each group. */
  readonly groups: ReadonlyMap<string, DistanceTally>;
}

/**
 * One probe of each visit against everybody's templates.
 * @param spectrum only probes that were seen in this one
 * @param groupOf which group somebody belongs to, where that is known
 */
export function compareVisits(
  people: readonly RecordedPerson[],
  policy: MatchPolicy,
  spectrum?: Spectrum,
  groupOf: (name: string) => string | undefined = () => undefined,
): VisitComparisons {
  const span = policy.colour.length > 1 ? SPAN.units : SPAN.distance;
  const comparisons = beginComparisons(span);
  const groups = new Map<string, DistanceTally>();
  let impossible = 0;
  for (const visitor of people)
    for (const { evidence } of visitor.visits) {
      const probe = probeOf(evidence);
      if (!probe || (spectrum && probe.spectrum !== spectrum)) continue;
      for (const owner of people) {
        if (owner.templates.length === 0) continue;
        const distance = decisiveDistance(probe, owner.templates, policy[probe.spectrum]);
        if (distance === undefined) {
          impossible++;
          continue;
        }
        comparisons[owner === visitor ? 'genuine' : 'impostor'].add(distance);
        const group = groupOf(owner.name);
        if (owner !== visitor && group !== undefined && group === groupOf(visitor.name))
          tallyOf(groups, group, span).add(distance);
      }
    }
  return { comparisons, impossible, groups };
}
