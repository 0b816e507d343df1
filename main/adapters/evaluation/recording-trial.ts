/** One recording's part of an evaluation: its templates, or what each frame of a visit showed. */
import { basename } from 'node:path';
import type { Evidence } from '../../contract/evidence.ts';
import { FacetError, type Failure } from '../../contract/result.ts';
import { RecordingEnrolment, type RecordedEnrolment } from '../../core/evaluation/recorded-people.ts';
import { ATTEMPT_LIMITS } from '../../core/judge/decide.ts';
import type { MatchPolicy } from '../../core/judge/policy.ts';
import { Observer, type FaceModels } from '../../core/observer.ts';
import type { Clock } from '../../core/ports.ts';
import { isSynthetic } from '../recorder/recording-metadata.ts';
import { ReplaySensor } from '../sensors/replay/replay-sensor.ts';

/** Recordings of this name enrol; all others are visits. */
const isEnrolment = (path: string): boolean => /^enrol/i.test(basename(path));

interface Recorded {
  /** Whether a simulated sensor recorded it; undefined where the recording does not say. */
  readonly synthetic: boolean | undefined;
}

export type RecordingOutcome =
  | (Recorded & { readonly kind: 'enrolment'; readonly enrolment: RecordedEnrolment })
  /** The evidence ends where every attempt has. */
  | (Recorded & { readonly kind: 'visit'; readonly evidence: readonly Evidence[] })
  | { readonly kind: 'unusable'; readonly failure: Failure };

/** Plays a recording as fast as it is judged. */
export async function runRecording(
  models: FaceModels,
  policy: MatchPolicy,
  clock: Clock,
  path: string,
): Promise<RecordingOutcome> {
  try {
    const sensor = await ReplaySensor.load(path, clock, { pace: 'virtual' });
    const synthetic = sensor.metadata && isSynthetic(sensor.metadata);
    const observer = new Observer(models, clock);
    const enrolment = isEnrolment(path) ? new RecordingEnrolment(policy) : undefined;
    const seen: Evidence[] = [];
    let beganAt: number | undefined;
    for await (const frame of sensor.open(new AbortController().signal)) {
      const evidence = await observer.observe(frame, enrolment ? 'enrol' : 'unlock', frame.capturedAt);
      beganAt ??= evidence.capturedAt;
      if (enrolment) enrolment.step(evidence);
      else seen.push(evidence);
      if (enrolment ? enrolment.done : evidence.capturedAt - beganAt >= ATTEMPT_LIMITS.patience) break;
    }
    return enrolment
      ? { kind: 'enrolment', synthetic, enrolment: enrolment.finish() }
      : { kind: 'visit', synthetic, evidence: seen };
  } catch (error) {
    if (error instanceof FacetError) return { kind: 'unusable', failure: error.toFailure() };
    throw error;
  }
}
