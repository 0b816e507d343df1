/**
 * Enrolment: look straight, then turn the head in a circle. A pure machine that eats the evidence of each frame. Where this
 * person rests for a second is "straight"; eight sectors around it fill with frames that are live, good and of the same person.
 * Whoever cannot turn the head looks straight ahead instead: more frames, of fewer directions.
 */
import { SECTORS, type GuidanceCode, type Sector } from '../../contract/codes.ts';
import type { Embeddings, Evidence, FaceEvidence } from '../../contract/evidence.ts';
import { STRAIGHT_VIEWS, type Coverage } from '../../contract/states/enrolment.ts';
import { deg, ms, type Degrees, type Milliseconds } from '../../contract/units.ts';
import { QUALITY_LIMITS } from '../judge/quality.ts';
import { isCurrent } from '../sense/freshness.ts';
import type { Pose } from '../geometry/pose.ts';
import type { Sameness } from './same-person.ts';

const ENROLMENT_LIMITS = {
  /** Nobody's straight is farther from the sensor's direction, degrees: beyond it they are told where to look. */
  straight: 25,
  /** As far as a straight may be off: all sectors around it can still be reached within what quality takes. */
  rest: { yaw: 25, pitch: 20 },
  /** A look is steady where no pose of about a second is farther from their mean; who cannot turn the head may tremble. */
  steady: { ring: 5, straight: 10 },
  steadyTime: ms(900),
  steadyFrames: 5,
  /** Looks that lie farther apart are not one look, on however slow a machine. */
  steadyGap: ms(1500),
  /** How far the head must be turned from straight for a sector to count; up and down are harder than left and right. */
  turn: 9,
  pitchScale: 1.4,
  /** Templates kept: of looking straight, and of each sector. */
  straightTemplates: 2,
  sectorTemplates: 2,
  /** Templates of one sector differ by this angle, or lie this far apart in time; those of looking straight ahead by the time. */
  apart: 3,
  apartTime: ms(250),
  aheadTime: ms(500),
  /** Shut eyes are passed over for so long, then taken as they are: attention never blocks an enrolment. */
  shutTime: ms(1500),
  /** After so long without a new sector looking straight ahead is offered. */
  offerTime: ms(20_000),
} as const;

/** Templates that an enrolment may make. */
export const MOST_CAPTURES = STRAIGHT_VIEWS + SECTORS.length * ENROLMENT_LIMITS.sectorTemplates;

/** One template in the making. */
export interface Capture {
  readonly pose: Pose;
  readonly sector: Sector | 'straight';
  readonly capturedAt: Milliseconds;
  readonly embeddings: Embeddings;
  /** How far the eyes were open, where that was seen (evidence.ts). */
  readonly lids?: number;
}

interface Look {
  readonly pose: Pose;
  readonly at: Milliseconds;
}

export interface EnrolmentState {
  readonly kind: 'straight' | 'turning' | 'done';
  readonly coverage: Coverage;
  readonly guidance: GuidanceCode;
  readonly captures: readonly Capture[];
  /** Where straight is for this person at this desk; undefined until fixed. */
  readonly straight: Pose | undefined;
  /** Where the head points now, from straight; undefined when nobody is seen. */
  readonly pointer: { readonly yaw: Degrees; readonly pitch: Degrees } | undefined;
  readonly filled: readonly Sector[];
  /** Whether looking straight ahead is worth offering: nothing new was seen for a while. */
  readonly offered: boolean;
  readonly lastSequence: number;
  /** The person's track (evidence.ts): another one must be looked at before it is captured. */
  readonly track: number | undefined;
  /** The looks of the last second or so, until straight is fixed. */
  readonly looks: readonly Look[];
  /** When the latest sector was filled, or the first frame came. */
  readonly progressAt: Milliseconds | undefined;
  readonly shutSince: Milliseconds | undefined;
}

export const beginEnrolment = (): EnrolmentState => ({
  kind: 'straight',
  coverage: 'ring',
  guidance: 'looking',
  captures: [],
  straight: undefined,
  pointer: undefined,
  filled: [],
  offered: false,
  ...unseen,
});

const unseen = {
  lastSequence: -1,
  track: undefined,
  looks: [],
  progressAt: undefined,
  shutSince: undefined,
} as const;

/** Goes on with the frames of another sensor process, or after a pause: their count and tracks begin anew, what was captured stays. */
export const interruptEnrolment = (state: EnrolmentState): EnrolmentState => ({
  ...state,
  ...(state.kind === 'done' ? {} : { guidance: 'looking' }),
  pointer: undefined,
  offered: false,
  ...unseen,
});

export interface EnrolmentRules {
  /** Whether this frame may be the first look; anybody's may where left out. */
  mayBegin?(evidence: FaceEvidence): boolean;
  /** Whether a frame of another track shows the person whose looks were captured so far. */
  samePerson(evidence: FaceEvidence, captures: readonly Capture[]): Sameness;
  /** How much there is of what else must be seen before it is done, 0 … 1; all of it where left out. */
  share?(): number;
  /** Whether the person looks straight ahead instead of turning the head. */
  straightAhead?(): boolean;
}

/**
 * Progress 0 … 1: sectors filled, with the straight look as the ninth, or the views of looking straight ahead; or what else must be
 * seen, where there is less of that.
 */
export const enrolmentProgress = (
  state: EnrolmentState,
  { share }: Pick<EnrolmentRules, 'share'> = {},
): number =>
  Math.min(
    state.coverage === 'straight'
      ? straightViews(state.captures) / STRAIGHT_VIEWS
      : (state.filled.length + (state.straight ? 1 : 0)) / (SECTORS.length + 1),
    share?.() ?? 1,
  );

const straightViews = (captures: readonly Capture[]): number =>
  captures.filter(({ sector }) => sector === 'straight').length;

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
  before: EnrolmentState,
  evidence: Evidence,
  now: Milliseconds,
  rules: EnrolmentRules,
): EnrolmentState {
  if (before.kind === 'done') return before;
  if (evidence.sequence <= before.lastSequence || !isCurrent(evidence, now)) return before;
  const state = onTime(before, evidence, rules.straightAhead?.() ? 'straight' : 'ring');
  if (evidence.kind === 'nobody') return { ...state, guidance: 'looking', pointer: undefined, looks: [] };
  if (evidence.kind === 'unclear') {
    const { pose, guidance } = evidence;
    const pointer = pose && pointerOf(pose, state.straight);
    return { ...state, guidance: guidance === 'look-here' && pose ? whereTo(pose) : guidance, pointer };
  }
  if (evidence.against.length > 0) return { ...state, guidance: 'not-live', looks: [] };
  const shutSince = evidence.attentive ? undefined : (state.shutSince ?? evidence.capturedAt);
  const seen = { ...state, shutSince };
  if (shutSince !== undefined && evidence.capturedAt - shutSince < ENROLMENT_LIMITS.shutTime)
    return { ...seen, guidance: 'open-eyes' };
  return state.straight ? turn(seen, state.straight, evidence, rules) : lookStraight(seen, evidence, rules);
}

function onTime(
  before: EnrolmentState,
  { sequence, capturedAt }: Evidence,
  coverage: Coverage,
): EnrolmentState {
  const progressAt = before.progressAt ?? capturedAt;
  return {
    ...before,
    coverage,
    lastSequence: sequence,
    progressAt,
    offered: coverage === 'ring' && capturedAt - progressAt >= ENROLMENT_LIMITS.offerTime,
  };
}

function lookStraight(state: EnrolmentState, evidence: FaceEvidence, rules: EnrolmentRules): EnrolmentState {
  const { pose, capturedAt } = evidence;
  const pointer = pointerOf(pose, undefined);
  const limits = ENROLMENT_LIMITS;
  if (rules.mayBegin?.(evidence) === false) return { ...state, guidance: 'someone-else', pointer, looks: [] };
  // Who cannot turn the head may not be able to turn it to the sensor either.
  if (state.coverage === 'ring' && Math.hypot(pose.yaw, pose.pitch) > limits.straight)
    return { ...state, guidance: whereTo(pose, limits.straight), pointer, looks: [] };
  const last = state.looks.at(-1);
  const earlier = last && capturedAt - last.at <= limits.steadyGap ? state.looks : [];
  // A machine that judges few frames a second takes longer.
  const looks = [...earlier, { pose, at: capturedAt }].filter(
    ({ at }, i, all) => capturedAt - at <= limits.steadyTime + 100 || i >= all.length - limits.steadyFrames,
  );
  const rest = restOf(looks, limits.steady[state.coverage]);
  if (!rest) return { ...state, guidance: 'hold', pointer, looks };
  return {
    ...state,
    kind: 'turning',
    guidance: guide([], undefined, state.coverage),
    straight: rest,
    pointer: pointerOf(pose, rest),
    looks: [],
    track: evidence.track,
    progressAt: capturedAt,
    captures: [captureOf(evidence, 'straight')],
  };
}

/** Where somebody rests who looked steadily for long enough: the mean of their poses, as far as a straight may be off. */
function restOf(looks: readonly Look[], steady: number): Pose | undefined {
  const { steadyTime, steadyFrames, rest } = ENROLMENT_LIMITS;
  if (looks.length < steadyFrames || looks[looks.length - 1].at - looks[0].at < steadyTime) return undefined;
  const mean = (angle: keyof Pose) => looks.reduce((sum, { pose }) => sum + pose[angle], 0) / looks.length;
  const [yaw, pitch] = [mean('yaw'), mean('pitch')];
  if (looks.some(({ pose }) => Math.hypot(pose.yaw - yaw, pose.pitch - pitch) > steady)) return undefined;
  const within = (angle: number, most: number) => deg(Math.min(most, Math.max(-most, angle)));
  return { yaw: within(yaw, rest.yaw), pitch: within(pitch, rest.pitch), roll: deg(mean('roll')) };
}

/** In which direction a head that points too far away comes back; `look-here` where it is not the direction that is wrong. */
function whereTo({ yaw, pitch }: Pose, limit?: number): GuidanceCode {
  const [sideways, upwards] = [
    Math.abs(yaw) / (limit ?? QUALITY_LIMITS.yaw),
    Math.abs(pitch) / (limit ?? QUALITY_LIMITS.pitch),
  ];
  if (limit === undefined && Math.max(sideways, upwards) <= 1) return 'look-here';
  if (upwards >= sideways) return pitch > 0 ? 'chin-down' : 'chin-up';
  return yaw > 0 ? 'turn-right' : 'turn-left';
}

function turn(
  state: EnrolmentState,
  straight: Pose,
  evidence: FaceEvidence,
  rules: EnrolmentRules,
): EnrolmentState {
  // Whoever was followed without a break is the same person, whatever the face does.
  const who = evidence.track === state.track ? 'same' : rules.samePerson(evidence, state.captures);
  if (who !== 'same') return { ...state, guidance: who === 'other' ? 'someone-else' : 'hold' };
  const { coverage } = state;
  const pointer = pointerOf(evidence.pose, straight);
  const sector = sectorOf(pointer.yaw, pointer.pitch);
  const captures = keep(state.captures, captureOf(evidence, sector ?? 'straight'), coverage);
  const filled = SECTORS.filter((s) => captures.some((capture) => capture.sector === s));
  const seen = { ...state, captures, filled, pointer, track: evidence.track };
  const whole =
    coverage === 'straight'
      ? straightViews(captures) >= STRAIGHT_VIEWS
      : filled.length === SECTORS.length && (rules.share?.() ?? 1) >= 1;
  if (whole) return { ...seen, kind: 'done', guidance: 'done', offered: false };
  const isNew = filled.length > state.filled.length;
  return {
    ...seen,
    guidance: guide(filled, sector, coverage),
    ...(isNew && { progressAt: evidence.capturedAt, offered: false }),
  };
}

/** What to say next: go on turning, or, when few are left, where to. */
function guide(filled: readonly Sector[], current: Sector | undefined, coverage: Coverage): GuidanceCode {
  if (coverage === 'straight') return 'ahead';
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
  // What is taken in spite of shut eyes says nothing of open ones.
  ...(evidence.attentive && evidence.lids !== undefined && { lids: evidence.lids }),
});

/** Keeps a capture where its sector still lacks one and it adds something new. */
function keep(captures: readonly Capture[], candidate: Capture, coverage: Coverage): readonly Capture[] {
  const limits = ENROLMENT_LIMITS;
  const ahead = coverage === 'straight' && candidate.sector === 'straight';
  const same = captures.filter((capture) => capture.sector === candidate.sector);
  const room = ahead
    ? STRAIGHT_VIEWS
    : candidate.sector === 'straight'
      ? limits.straightTemplates
      : limits.sectorTemplates;
  const later = (capture: Capture) => Math.abs(candidate.capturedAt - capture.capturedAt);
  const turned = ({ pose }: Capture) =>
    Math.hypot(pose.yaw - candidate.pose.yaw, pose.pitch - candidate.pose.pitch);
  const different = same.every((capture) =>
    ahead
      ? later(capture) >= limits.aheadTime
      : turned(capture) >= limits.apart || later(capture) >= limits.apartTime,
  );
  return same.length < room && different ? [...captures, candidate] : captures;
}
