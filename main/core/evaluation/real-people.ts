/** What real people's stills amount to, as the app's own machines decide on the evidence. */
import type { EmbeddingKind, Embeddings, Evidence, FaceEvidence } from '../../contract/evidence.ts';
import { galleryDistance, matchesGallery, type Pooling } from '../judge/match.ts';
import type { MatchPolicy, Sensitivity } from '../judge/policy.ts';
import { expressionTable, type ExpressionTable } from './expression-table.ts';
import { playAttempt } from './judge-trials.ts';
import { rateOf, type Rate } from './rates.ts';
import { isLive, probeOf, decisiveDistance } from './recorded-people.ts';
import { separationOf, type Separation } from './separation.ts';
import type { Fake } from './stills.ts';

/** The visit that enrols, and those that come back to everybody. */
export const ENROL_VISIT = 'enrol';
export const EXPRESSIONS = ['neutral', 'talk', 'smile', 'open'] as const;
type Expression = (typeof EXPRESSIONS)[number];
export type VisitName = typeof ENROL_VISIT | Expression;

export interface SingleStill {
  readonly visit: VisitName;
  readonly evidence: Evidence;
}

interface Visit {
  readonly expression: Expression;
  readonly evidence: readonly Evidence[];
}

/** One person's stills through the whole path. */
export interface RealTrial {
  readonly name: string;
  readonly templates: readonly Embeddings[];
  /** Every still judged alone. */
  readonly singles: readonly SingleStill[];
  /** All poses in turn. */
  readonly visits: readonly Visit[];
  /** One pose each, counted from 0. */
  readonly poses: readonly (Visit & { readonly pose: number })[];
  /** Neutral stills on other surfaces, judged alone. */
  readonly fakes: readonly { readonly kind: Fake; readonly evidence: Evidence }[];
  /** Heights in millimetres by visit, single frames of all poses together; NaN where nothing was seen. */
  readonly reliefs: ReadonlyMap<string, Float32Array>;
}

/** The owner's picture on somebody else's head. */
export interface WornPicture {
  readonly owner: string;
  readonly evidence: readonly Evidence[];
}

/** A template of each still: its last live frame, in which the most are fused. */
export function templatesOf(evidence: readonly Evidence[], held: number): Embeddings[] {
  const templates: Embeddings[] = [];
  for (let i = 0; i < evidence.length; i += held) {
    const last = evidence.slice(i, i + held).findLast(isLive);
    if (last) templates.push(last.embeddings);
  }
  return templates;
}

/** A kind of embedding that is compared alone. */
interface AloneKind {
  readonly name: string;
  readonly kind: EmbeddingKind;
  readonly pooling: Pooling;
}

export interface RealPolicies {
  readonly levels: readonly { readonly level: Sensitivity; readonly policy: MatchPolicy }[];
  /** Which of them is the default. */
  readonly usual: MatchPolicy;
  readonly alone: readonly AloneKind[];
  /** The descriptor deciding alone, at its own default limit: whether somebody else's picture is worth looking at. */
  readonly descriptor: MatchPolicy;
}

export interface RealReport {
  readonly people: number;
  readonly notEnrolled: number;
  /** Stills judged alone: live, and what was said of the others. */
  readonly frames: {
    readonly live: Rate;
    readonly refused: Readonly<Record<string, number>>;
    /** Live faces called not live, of the faces that were judged (BPCER). */
    readonly notLive: Rate;
    readonly visitsNotLive: Rate;
    readonly fakesRefused: Readonly<Record<string, Rate>>;
  };
  /** The owner's picture on somebody else's head: what it comes to before the shape has a say. */
  readonly worn: {
    readonly framesLive: Rate;
    /** Attempts in which the descriptor alone would open. */
    readonly descriptorAccepts: Rate;
  };
  readonly levels: readonly RealLevel[];
  /** Distances of single frames, and of visits in which eight are fused. */
  readonly single: readonly Separation[];
  readonly fused: readonly Separation[];
  readonly expressions: ExpressionTable;
}

export interface RealLevel {
  readonly level: Sensitivity;
  /** Owners' visits that did not open. */
  readonly refused: Rate;
  readonly refusedBy: Readonly<Record<string, Rate>>;
  /** The same of visits of one pose. */
  readonly poseRefused: Rate;
  readonly poseRefusedBy: Readonly<Record<string, Rate>>;
  /** The same by pose, in their order. */
  readonly refusedInPose: readonly Rate[];
  /** Others' visits that opened. */
  readonly accepted: Rate;
  readonly poseAccepted: Rate;
  /** Live single frames: the owner's that did not match, others' that did. */
  readonly singleRefused: Rate;
  readonly singleAccepted: Rate;
  readonly wornAccepted: Rate;
}

export function reportReal(
  people: readonly RealTrial[],
  worn: readonly WornPicture[],
  { levels, usual, alone, descriptor }: RealPolicies,
): RealReport {
  const byName = new Map(people.map((person) => [person.name, person]));
  const wearing = worn.map(({ owner, evidence }) => ({ owner: byName.get(owner)!, evidence }));
  return {
    people: people.length,
    notEnrolled: people.filter(({ templates }) => templates.length === 0).length,
    frames: framesOf(people, usual),
    worn: {
      framesLive: shareOf(
        worn.flatMap(({ evidence }) => evidence),
        isLive,
      ),
      descriptorAccepts: shareOf(wearing, ({ owner, evidence }) => accepts(evidence, owner, descriptor)),
    },
    levels: levels.map(({ level, policy }) => levelOf(people, wearing, level, policy)),
    single: separations(people, usual, alone, ({ singles }) =>
      singles.flatMap(({ visit, evidence }) => (visit === ENROL_VISIT ? [] : [evidence])),
    ),
    fused: separations(people, usual, alone, ({ visits }) => visits.map(({ evidence }) => probeOf(evidence))),
    expressions: expressionTable(
      people.map(({ reliefs }) => reliefs),
      ENROL_VISIT,
      EXPRESSIONS,
    ),
  };
}

const shareOf = <T>(all: readonly T[], counts: (each: T) => boolean): Rate =>
  rateOf(all.filter(counts).length, all.length);

const accepts = (evidence: readonly Evidence[], { templates }: RealTrial, policy: MatchPolicy): boolean =>
  evidence.length > 0 && playAttempt(evidence, templates, policy).kind === 'accepted';

function framesOf(people: readonly RealTrial[], policy: MatchPolicy): RealReport['frames'] {
  const singles = people.flatMap((person) => person.singles.map(({ evidence }) => evidence));
  const refused: Record<string, number> = {};
  for (const evidence of singles)
    for (const reason of reasonsOf(evidence)) refused[reason] = (refused[reason] ?? 0) + 1;
  const visits = people.flatMap((owner) => owner.visits.map(({ evidence }) => ({ owner, evidence })));
  return {
    live: shareOf(singles, isLive),
    refused,
    notLive: shareOf(
      singles.filter(({ kind }) => kind === 'face'),
      (evidence) => !isLive(evidence),
    ),
    visitsNotLive: shareOf(visits, ({ owner, evidence }) => {
      const state = playAttempt(evidence, owner.templates, policy);
      return state.kind === 'refused' && state.code === 'not-live';
    }),
    fakesRefused: groupedBy(
      people.flatMap(({ fakes }) => fakes),
      ({ kind }) => kind,
      ({ evidence }) => !isLive(evidence),
    ),
  };
}

/** Why a frame is no evidence of its owner; empty for a live face. */
const reasonsOf = (evidence: Evidence): readonly string[] =>
  evidence.kind === 'face'
    ? evidence.against
    : [evidence.kind === 'unclear' ? `unclear: ${evidence.guidance}` : 'nobody'];

function groupedBy<T>(
  all: readonly T[],
  nameOf: (each: T) => string,
  counts: (each: T) => boolean,
): Record<string, Rate> {
  const names = [...new Set(all.map(nameOf))];
  return Object.fromEntries(
    names.map((name) => [
      name,
      shareOf(
        all.filter((each) => nameOf(each) === name),
        counts,
      ),
    ]),
  );
}

function levelOf(
  people: readonly RealTrial[],
  wearing: readonly { readonly owner: RealTrial; readonly evidence: readonly Evidence[] }[],
  level: Sensitivity,
  policy: MatchPolicy,
): RealLevel {
  const own = <V extends Visit>(visitsOf: (owner: RealTrial) => readonly V[]) =>
    people.flatMap((owner) =>
      visitsOf(owner).map((visit) => ({ ...visit, refused: !accepts(visit.evidence, owner, policy) })),
    );
  const others = (part: 'visits' | 'poses') =>
    pairsOf(people).flatMap(([owner, other]) =>
      other[part].map(({ evidence }) => accepts(evidence, owner, policy)),
    );
  const visits = own((owner) => owner.visits);
  const poses = own((owner) => owner.poses);
  const expressionOf = ({ expression }: { expression: string }) => expression;
  const refused = (visit: { refused: boolean }) => visit.refused;
  const matches = (evidence: FaceEvidence, { templates }: RealTrial) =>
    matchesGallery(evidence.embeddings, evidence.fusedFrames, templates, policy[evidence.spectrum]);
  const liveSingles = ({ singles }: RealTrial) =>
    singles.flatMap(({ visit, evidence }) => (visit !== ENROL_VISIT && isLive(evidence) ? [evidence] : []));
  return {
    level,
    refused: shareOf(visits, refused),
    refusedBy: groupedBy(visits, expressionOf, refused),
    poseRefused: shareOf(poses, refused),
    poseRefusedBy: groupedBy(poses, expressionOf, refused),
    refusedInPose: Object.values(groupedBy(poses, ({ pose }) => String(pose), refused)),
    accepted: shareOf(others('visits'), Boolean),
    poseAccepted: shareOf(others('poses'), Boolean),
    singleRefused: shareOf(
      people.flatMap((owner) => liveSingles(owner).map((evidence) => !matches(evidence, owner))),
      Boolean,
    ),
    singleAccepted: shareOf(
      pairsOf(people).flatMap(([owner, other]) =>
        liveSingles(other).map((evidence) => matches(evidence, owner)),
      ),
      Boolean,
    ),
    wornAccepted: shareOf(wearing, ({ owner, evidence }) => accepts(evidence, owner, policy)),
  };
}

/** Everybody with everybody else, in both orders. */
const pairsOf = <T>(people: readonly T[]): [T, T][] =>
  people.flatMap((owner) => people.flatMap((other): [T, T][] => (other === owner ? [] : [[owner, other]])));

/** How far the owner's probes and others' lie apart, by each kind alone and as decided. */
function separations(
  people: readonly RealTrial[],
  usual: MatchPolicy,
  alone: readonly AloneKind[],
  probesOf: (person: RealTrial) => readonly (Evidence | undefined)[],
): Separation[] {
  const kinds: {
    name: string;
    distance: (probe: FaceEvidence, templates: readonly Embeddings[]) => number | undefined;
  }[] = [
    ...alone.map(({ name, kind, pooling }) => ({
      name,
      distance: (probe: FaceEvidence, templates: readonly Embeddings[]) =>
        galleryDistance(probe.embeddings, templates, kind, pooling),
    })),
    {
      name: 'as decided',
      distance: (probe, templates) => decisiveDistance(probe, templates, usual[probe.spectrum]),
    },
  ];
  const probes = people.map((person) =>
    probesOf(person).filter((probe): probe is FaceEvidence => probe !== undefined && isLive(probe)),
  );
  return kinds.map(({ name, distance }) => {
    const [genuine, impostor]: [number[], number[]] = [[], []];
    for (const owner of people)
      for (const [i, visitor] of people.entries())
        for (const probe of probes[i]) {
          const between = distance(probe, owner.templates);
          if (between !== undefined) (owner === visitor ? genuine : impostor).push(between);
        }
    return separationOf(name, genuine, impostor);
  });
}
