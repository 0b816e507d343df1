/**
 * One attempt to unlock: a pure machine that eats the evidence of each frame and ends accepted or refused. Two live frames
 * of one track, next to each other, must agree; a person who cannot be recognised is refused after a while and never sooner
 * for being nearly right.
 */
import type { GuidanceCode, RefusalCode } from '../../contract/codes.ts';
import type { Evidence, FaceEvidence } from '../../contract/evidence.ts';
import { ms, type Milliseconds } from '../../contract/units.ts';
import { isCurrent } from '../sense/freshness.ts';

export const ATTEMPT_LIMITS = {
  /** Frames of one track, one right after the other, that must agree. */
  agreeing: 2,
  /** Two agreeing frames may lie this far apart at most, besides the time that the machine was busy with the first. */
  gap: ms(200),
  /** A live face that is not recognised: refused after both of these. */
  unrecognisedFrames: 20,
  unrecognisedTime: ms(1500),
  /** A face that is not live: refused after both of these. */
  notLiveFrames: 10,
  notLiveTime: ms(1200),
  /** Nobody to be judged in all this time: ends without a miss. */
  patience: ms(10_000),
} as const;

interface Watching {
  readonly kind: 'watching';
  readonly startedAt: Milliseconds;
  /** What the person should do now. */
  readonly guidance: GuidanceCode;
  readonly lastSequence: number;
  /** The run of agreeing frames so far. */
  readonly agreeing:
    | {
        readonly count: number;
        readonly track: number;
        readonly lastAt: Milliseconds;
        readonly took: Milliseconds;
      }
    | undefined;
  readonly unrecognised: Run;
  readonly notLive: Run;
}

interface Run {
  readonly frames: number;
  readonly since: Milliseconds | undefined;
}

export type AttemptState =
  | Watching
  | { readonly kind: 'accepted'; readonly at: Milliseconds }
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly at: Milliseconds };

const none: Run = { frames: 0, since: undefined };

export const beginAttempt = (now: Milliseconds): AttemptState => ({
  kind: 'watching',
  startedAt: now,
  guidance: 'looking',
  lastSequence: -1,
  agreeing: undefined,
  unrecognised: none,
  notLive: none,
});

export interface AttemptRules {
  /** Whether this live face is the enrolled person; called only for fresh live frames. */
  recognises(evidence: FaceEvidence): boolean;
  /** Eyes must be open. */
  readonly attentionRequired: boolean;
  readonly patience?: Milliseconds;
}

/** @param now the time of judging, on the clock that stamped the frames */
export function stepAttempt(
  state: AttemptState,
  evidence: Evidence,
  now: Milliseconds,
  rules: AttemptRules,
): AttemptState {
  if (state.kind !== 'watching') return state;
  const expired = expireAttempt(state, now, rules.patience);
  if (expired.kind !== 'watching') return expired;
  if (evidence.sequence <= state.lastSequence || !isCurrent(evidence, now)) return state;
  const next = { ...state, lastSequence: evidence.sequence };
  if (evidence.kind === 'nobody') return { ...next, guidance: 'looking', agreeing: undefined };
  if (evidence.kind === 'unclear') return { ...next, guidance: evidence.guidance, agreeing: undefined };
  if (evidence.against.length > 0) {
    const notLive = extend(state.notLive, evidence.capturedAt);
    if (lasted(notLive, evidence.capturedAt, ATTEMPT_LIMITS.notLiveFrames, ATTEMPT_LIMITS.notLiveTime))
      return { kind: 'refused', code: 'not-live', at: now };
    return { ...next, guidance: 'hold', agreeing: undefined, notLive };
  }
  if (rules.attentionRequired && !evidence.attentive)
    return { ...next, guidance: 'open-eyes', agreeing: undefined };
  if (rules.recognises(evidence)) {
    const before = state.agreeing;
    const continues =
      before !== undefined &&
      before.track === evidence.track &&
      evidence.capturedAt - before.lastAt <= ATTEMPT_LIMITS.gap + before.took;
    const count = continues ? before.count + 1 : 1;
    if (count >= ATTEMPT_LIMITS.agreeing) return { kind: 'accepted', at: now };
    return {
      ...next,
      guidance: 'hold',
      agreeing: {
        count,
        track: evidence.track,
        lastAt: evidence.capturedAt,
        took: evidence.took ?? ms(0),
      },
    };
  }
  const unrecognised = extend(state.unrecognised, evidence.capturedAt);
  if (
    lasted(
      unrecognised,
      evidence.capturedAt,
      ATTEMPT_LIMITS.unrecognisedFrames,
      ATTEMPT_LIMITS.unrecognisedTime,
    )
  )
    return { kind: 'refused', code: 'not-recognised', at: now };
  return { ...next, guidance: 'hold', agreeing: undefined, unrecognised };
}

/** Ends an attempt in which nobody could be judged in time; also when no frames come at all. */
export function expireAttempt(
  state: AttemptState,
  now: Milliseconds,
  patience: Milliseconds = ATTEMPT_LIMITS.patience,
): AttemptState {
  if (state.kind !== 'watching' || now - state.startedAt < patience) return state;
  const code =
    state.notLive.frames > 0 ? 'not-live' : state.unrecognised.frames > 0 ? 'not-recognised' : 'nobody';
  return { kind: 'refused', code, at: now };
}

const extend = (run: Run, at: Milliseconds): Run => ({ frames: run.frames + 1, since: run.since ?? at });

const lasted = (run: Run, at: Milliseconds, frames: number, time: Milliseconds): boolean =>
  run.frames >= frames && run.since !== undefined && at - run.since >= time;
