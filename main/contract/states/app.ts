/** Everything that the page shows. It holds no embedding, no distance and no PIN. */
import type { Settings, Visitor } from '../api.ts';
import type { GuidanceCode, LivenessReason, LookReason, RefusalCode } from '../codes.ts';
import type { Stage } from '../evidence.ts';
import type { OpenSensor } from '../pipeline.ts';
import type { FailureCode, Result } from '../result.ts';
import type { Milliseconds } from '../units.ts';
import type { EnrolmentReport, EnrolmentView } from './enrolment.ts';
import type { FaceMapState } from './face-map.ts';
import type { LockState } from './lock.ts';
import type { HeadState, RetrainPanel } from './retrain.ts';
import type { ListedSensor } from './sensors.ts';

export type SensorState =
  | { readonly kind: 'resting' }
  | { readonly kind: 'opening' }
  | { readonly kind: 'watching'; readonly sensor: OpenSensor }
  /** The camera part stopped and is starting again. */
  | { readonly kind: 'restarting' }
  | { readonly kind: 'lost'; readonly code: FailureCode; readonly message: string };

/** The face indicator of the lock screen. */
export type FaceState =
  /** Nobody enrolled a face, or the face is paused or waits for the PIN (lock.face says which). */
  | { readonly kind: 'off' }
  | { readonly kind: 'watching'; readonly guidance: GuidanceCode }
  /** Stays until the next attempt begins. */
  | { readonly kind: 'refused'; readonly code: Exclude<RefusalCode, 'nobody' | 'slow'> }
  | { readonly kind: 'accepted' };

/** Why an enrolment waits: nobody was there, the machine is too slow, the page was left, the screen was locked, or as the message says. */
export type EnrolmentPause = 'away' | 'slow' | 'left' | 'locked' | 'trouble';

export type EnrolmentPanel =
  | { readonly kind: 'running'; readonly look: string; readonly view: EnrolmentView }
  /** What was captured is kept until the person goes on or cancels. */
  | {
      readonly kind: 'paused';
      readonly look: string;
      readonly view: EnrolmentView;
      readonly why: EnrolmentPause;
      readonly message: string;
      /** The screen was locked since: going on needs the PIN again. */
      readonly pinNeeded: boolean;
    }
  | { readonly kind: 'done'; readonly report: EnrolmentReport }
  | { readonly kind: 'failed'; readonly code: FailureCode; readonly message: string };

export interface LookState {
  readonly name: string;
  readonly templates: number;
  /** Wall time of its enrolment, or of its remembering. */
  readonly enrolledAt: number;
  /** How many of the templates followed the person since. */
  readonly adapted: number;
  /** Enrolled looking straight ahead: held to stricter limits. */
  readonly straight?: true;
  /** Made by earlier networks or steps: nothing is compared with it any more. */
  readonly outdated: boolean;
  /** Absent where the look was enrolled. */
  readonly remembered?: RememberedState;
}

/** A look that Facet remembered after a refusal and the PIN. */
interface RememberedState {
  readonly reason: LookReason;
  /** Wall time of the last unlock by it; at first of its remembering. */
  readonly usedAt: number;
  /** Wall time from which nothing is compared with it any more, unless it is used again before. */
  readonly expiresAt: number;
  readonly expired: boolean;
}

/** What Facet learned on one day. */
export interface AdaptedDay {
  /** Counts up by one a day, where the machine stands. */
  readonly day: number;
  /** Wall time of the last template. */
  readonly at: number;
  readonly views: number;
  /** How far the day's templates are from what was enrolled: 1 (hardly) … 4 (as far as Facet follows). */
  readonly drift: number;
}

export interface DiagnosticsState {
  readonly framesPerSecond: number;
  readonly dropped: number;
  /** From the capture of the latest frame to its verdict; undefined until there is one. */
  readonly lag?: Milliseconds;
  readonly stages: Partial<Record<Stage, Milliseconds>>;
  /** Why the latest frame was not judged, or what spoke against a live face; empty for a live one. */
  readonly against: readonly (LivenessReason | GuidanceCode)[];
  /** Why the last attempt was refused, in a sentence. */
  readonly lastRefusal: string | undefined;
  /** Absent until it is asked for. */
  readonly map?: FaceMapState;
}

export interface AppState {
  readonly host: 'electron' | 'web';
  readonly version: string;
  /** Undefined until somebody is set up: first run. */
  readonly user: string | undefined;
  readonly lock: LockState;
  readonly face: FaceState;
  readonly sensor: SensorState;
  /** What can be used on this machine, and what the rest lacks; kept up to date while a page is open. */
  readonly sensors: readonly ListedSensor[];
  readonly looks: readonly LookState[];
  /** What followed the person, latest day first; undefined where these networks cannot tell how far that may go. */
  readonly adaptation: readonly AdaptedDay[] | undefined;
  /** The face that was refused right before the PIN may be remembered. */
  readonly offer: boolean;
  readonly enrolment: EnrolmentPanel | undefined;
  readonly retraining: RetrainPanel | undefined;
  /** Whether a deeper retraining has what it needs here; undefined until it is asked for. */
  readonly deeper: Result<void> | undefined;
  /** The retrained versions, latest first. */
  readonly heads: readonly HeadState[];
  readonly settings: Settings;
  /** Sentences that concern everybody who uses this desk: weaker key storage, a settings file that was set aside. */
  readonly warnings: readonly string[];
  readonly diagnostics: DiagnosticsState | undefined;
  /** Present only with the simulated sensor. */
  readonly visitor: Visitor | undefined;
  /** The measured rates of each sensitivity level, from models/manifest.json. */
  readonly levels: readonly {
    readonly sensitivity: Settings['sensitivity'];
    readonly falseRejectRate: number;
    readonly measuredOn: string;
  }[];
}
