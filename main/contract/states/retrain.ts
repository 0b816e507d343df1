/** What the page may know about a retraining: how far it is, and counts of what was held out; no embedding, no distance. */
import type { FailureCode } from '../result.ts';
import type { EnrolmentView } from './enrolment.ts';

/** The head alone, from the stored looks; or, deeper, the end of the shape network too, from being looked at again. */
export const RETRAIN_SCOPES = ['head', 'deeper'] as const;
export type RetrainScope = (typeof RETRAIN_SCOPES)[number];

/** What computes: the native library, WebAssembly, or plain JavaScript. */
export const BACKENDS = ['tfjs-node', 'wasm', 'cpu'] as const;
export type Backend = (typeof BACKENDS)[number];

/** A retrained version that can be gone back to. */
export interface HeadState {
  readonly version: number;
  /** Wall time. */
  readonly fittedAt: number;
  /** The looks that it learned from. */
  readonly looks: readonly string[];
  /** It decides; at most one does. */
  readonly inUse: boolean;
  /** Made by earlier networks or steps: it decides nothing any more. */
  readonly outdated: boolean;
  /** A network of the person's own belongs to it. */
  readonly deeper: boolean;
}

export type RetrainStage = 'loading' | 'tuning' | 'fitting' | 'judging' | 'saving';

export interface RetrainProgress {
  readonly stage: RetrainStage;
  /** Known once it is loaded. */
  readonly backend?: Backend;
  /** 0 … 1 of the whole. */
  readonly share: number;
  readonly epoch: number;
  readonly epochs: number;
  /** Of the epoch, while fitting. */
  readonly loss?: number;
  /** Whole seconds, once it can be told. */
  readonly secondsLeft?: number;
}

/** Errors among trials, with the 95 % interval of their share. */
export interface Counted {
  readonly errors: number;
  readonly of: number;
  readonly low: number;
  readonly high: number;
}

/** At one threshold, to whole thousandths: strangers let in, and the person turned away. */
export interface DetPoint {
  readonly falseAccept: number;
  readonly falseReject: number;
}

export interface Judgement {
  readonly falseAccepts: Counted;
  readonly falseRejects: Counted;
  readonly det: readonly DetPoint[];
}

/** Why the new head decides from now on, or why the old one stays. */
export type RetrainVerdict = 'better' | 'as-good' | 'more-false-accepts' | 'more-false-rejects';

export interface RetrainReport {
  readonly scope: RetrainScope;
  readonly verdict: RetrainVerdict;
  readonly promoted: boolean;
  /** Another sensitivity than the one in force, whose counts these are, refused it. */
  readonly elsewhere?: boolean;
  /** Of the new head; absent where the old one stays. */
  readonly version?: number;
  readonly before: Judgement;
  readonly after: Judgement;
  /** Views of the person, and people of the pool, that were learned from and held out. */
  readonly views: { readonly learned: number; readonly heldOut: number };
  readonly people: { readonly learned: number; readonly heldOut: number };
  readonly backend: Backend;
  readonly seconds: number;
}

export type RetrainPanel =
  /** The person is looked at again, for a deeper one. */
  | { readonly kind: 'looking'; readonly view: EnrolmentView }
  | {
      readonly kind: 'running';
      readonly scope: RetrainScope;
      readonly progress: RetrainProgress;
      /** The loss of each epoch so far, of the spectrum being fitted. */
      readonly losses: readonly number[];
    }
  | { readonly kind: 'done'; readonly report: RetrainReport }
  | {
      readonly kind: 'failed';
      readonly scope: RetrainScope;
      readonly code: FailureCode;
      readonly message: string;
    };
