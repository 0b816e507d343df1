/**
 * Enrolment: look straight, then turn the head in a circle. A pure machine that eats the evidence of each frame. The first
 * straight look fixes where "straight" is for this person; eight sectors around it fill with frames that are live, good and
 * surely of the same person.
 */
import { SECTORS, type GuidanceCode, type Sector } from '../../contract/codes.ts';
import type { Embeddings, Evidence, FaceEvidence } from '../../contract/evidence.ts';
import { ms, type Degrees, type Milliseconds } from '../../contract/units.ts';
import { isFresh } from '../sense/freshness.ts';
import type { Pose } from '../geometry/pose.ts';

const ENROLMENT_LIMITS = {
  /** A look within this angle of the sensor's direction is straight. */
  straight: 12,
  /** Steady frames before "straight" is fixed. */
  straightFrames: 8,
  /** How far the head must be turned from straight for a sector to count; up and down are harder than left and right. */
  turn: 9,
  pitchScale: 1.4,
  /** Templates kept: of looking straight, and of each sector. */
  straightTemplates: 2,
  sectorTemplates: 2,
  /** Templates of one sector differ by this angle, or lie this far apart in time. */
  apart: 3,
  apartTime: ms(250),
} as const;

/** Templates that an enrolment may make. */
export const MOST_CAPTURES =
  ENROLMENT_LIMITS.straightTemplates + SECTORS.length * ENROLMENT_LIMITS.sectorTemplates;

/** One template in the making. */
export interface Capture {
  readonly pose: Pose;
  readonly sector: Sector | 'straight';
  readonly capturedAt: Milliseconds;
  readonly embeddings: Embeddings;
}

export interface EnrolmentState {
  readonly kind: 'straight' | 'turning' | 'done';
  readonly guidance: GuidanceCode;
  readonly captures: readonly Capture[];
  /** Where straight is for this person at this desk; undefined until fixed. */
  readonly straight: Pose | undefined;
  /** Where the head points now, from straight; undefined when nobody is seen. */
  readonly pointer: { readonly yaw: Degrees; readonly pitch: Degrees } | undefined;
  readonly filled: readonly Sector[];
  readonly lastSequence: number;
  readonly steady: number;
}

export const beginEnrolment = (): EnrolmentState => ({
  kind: 'straight',
  guidance: 'looking',
  captures: [],
  straight: undefined,
  pointer: undefined,
  filled: [],
  lastSequence: -1,
  steady: 0,
});

export interface EnrolmentRules {
  /** Whether this frame may be the first look; anybody's may where left out. */
  mayBegin?(evidence: FaceEvidence): boolean;
  /** Whether this frame shows the person whose looks were captured so far. */
  samePerson(evidence: FaceEvidence, captures: readonly Capture[]): boolean;
  /** How much there is of what else must be seen before it is done, 0 … 1; all of it where left out. */
  share?(): number;
}

/** Progress 0 … 1: sectors filled, with the straight look as the ninth; or what else must be seen, where there is less of that. */
export const enrolmentProgress = (
  state: EnrolmentState,
  { share }: Pick<EnrolmentRules, 'share'> = {},
): number =>
  Math.min((state.filled.length + (state.straight ? 1 : 0)) / (SECTORS.length + 1), share?.() ?? 1);

/** The sector that a head turned by these angles from straight points to, or undefined within the centre. */
export function sectorOf(yaw: number, pitch: number): Sector | undefined {
  const x = yaw;
  const y = pitch * ENROLMENT_LIMITS.pitchScale;
  if (Math.hypot(x, y) < ENROLMENT_LIMITS.turn) return undefined;
  const eighth = Math.round(Math.atan2(y, x) / (Math.PI / 4));
  return SECTORS[(eighth + 8) % 8];
}

/** @param now the time of judging, on the clock that stamped the frames */
export function stepEnrolment(
  state: EnrolmentState,
  evidence: Evidence,
  now: Milliseconds,
  rules: EnrolmentRules,
): EnrolmentState {
  if (state.kind === 'done') return state;
  if (evidence.sequence <= state.lastSequence || !isFresh(evidence.capturedAt, now)) return state;
  const next = { ...state, lastSequence: evidence.sequence };
  if (evidence.kind === 'nobody') return { ...next, guidance: 'looking', pointer: undefined, steady: 0 };
  if (evidence.kind === 'unclear') {
    const pointer = evidence.pose && pointerOf(evidence.pose, state.straight);
    return { ...next, guidance: evidence.guidance, pointer, steady: 0 };
  }
  if (evidence.against.length > 0) return { ...next, guidance: 'not-live', steady: 0 };
  if (!evidence.attentive) return { ...next, guidance: 'open-eyes', steady: 0 };
  return state.straight ? turn(next, state.straight, evidence, rules) : lookStraight(next, evidence, rules);
}

function lookStraight(state: EnrolmentState, evidence: FaceEvidence, rules: EnrolmentRules): EnrolmentState {
  const { pose } = evidence;
  const pointer = pointerOf(pose, undefined);
  if (rules.mayBegin?.(evidence) === false) return { ...state, guidance: 'someone-else', pointer, steady: 0 };
  if (Math.hypot(pose.yaw, pose.pitch) > ENROLMENT_LIMITS.straight)
    return { ...state, guidance: 'look-here', pointer, steady: 0 };
  const steady = state.steady + 1;
  if (steady < ENROLMENT_LIMITS.straightFrames) return { ...state, guidance: 'hold', pointer, steady };
  return {
    ...state,
    kind: 'turning',
    guidance: 'turn',
    straight: pose,
    pointer: pointerOf(pose, pose),
    steady,
    captures: [captureOf(evidence, 'straight')],
  };
}

function turn(
  state: EnrolmentState,
  straight: Pose,
  evidence: FaceEvidence,
  rules: EnrolmentRules,
): EnrolmentState {
  if (!rules.samePerson(evidence, state.captures)) return { ...state, guidance: 'someone-else' };
  const pointer = pointerOf(evidence.pose, straight);
  const sector = sectorOf(pointer.yaw, pointer.pitch);
  const captures = keep(state.captures, captureOf(evidence, sector ?? 'straight'));
  const filled = SECTORS.filter((s) => captures.some((capture) => capture.sector === s));
  const complete = filled.length === SECTORS.length && (rules.share?.() ?? 1) >= 1;
  return {
    ...state,
    kind: complete ? 'done' : 'turning',
    guidance: complete ? 'done' : guide(filled, sector),
    captures,
    filled,
    pointer,
  };
}

/** What to say next: go on turning, or, when few are left, where to. */
function guide(filled: readonly Sector[], current: Sector | undefined): GuidanceCode {
  const missing = SECTORS.filter((sector) => !filled.includes(sector));
  if (missing.length > 4 || missing.length === 0) return 'turn';
  const from = current ? SECTORS.indexOf(current) : 0;
  const gap = (sector: Sector) => {
    const steps = Math.abs(SECTORS.indexOf(sector) - from);
    return Math.min(steps, SECTORS.length - steps);
  };
  const nearest = missing.reduce((best, sector) => (gap(sector) < gap(best) ? sector : best));
  return `turn-${nearest}`;
}

const pointerOf = (pose: Pose, straight: Pose | undefined) => ({
  yaw: (pose.yaw - (straight?.yaw ?? 0)) as Degrees,
  pitch: (pose.pitch - (straight?.pitch ?? 0)) as Degrees,
});

const captureOf = (evidence: FaceEvidence, sector: Capture['sector']): Capture => ({
  pose: evidence.pose,
  sector,
  capturedAt: evidence.capturedAt,
  embeddings: evidence.embeddings,
});

/** Keeps a capture where its sector still lacks one and it adds something new. */
function keep(captures: readonly Capture[], candidate: Capture): readonly Capture[] {
  const limits = ENROLMENT_LIMITS;
  const same = captures.filter((capture) => capture.sector === candidate.sector);
  const room =
    same.length < (candidate.sector === 'straight' ? limits.straightTemplates : limits.sectorTemplates);
  const different = same.every(
    (capture) =>
      Math.hypot(capture.pose.yaw - candidate.pose.yaw, capture.pose.pitch - candidate.pose.pitch) >=
        limits.apart || candidate.capturedAt - capture.capturedAt >= limits.apartTime,
  );
  return room && different ? [...captures, candidate] : captures;
}
