/** What the page may know about an enrolment: where to turn, how far it is; no embedding, no picture. */
import type { GuidanceCode, Sector } from '../codes.ts';
import type { Degrees } from '../units.ts';

/** Which directions an enrolment asks for: all round, or straight ahead of whoever cannot turn the head. */
export type Coverage = 'ring' | 'straight';

/** Views that looking straight ahead takes. */
export const STRAIGHT_VIEWS = 12;

export interface EnrolmentView {
  readonly kind: 'straight' | 'turning' | 'saving' | 'paused';
  readonly coverage: Coverage;
  /** Nothing new was seen for a while: looking straight ahead is worth offering. */
  readonly offered: boolean;
  readonly guidance: GuidanceCode;
  /** 0 … 1. */
  readonly progress: number;
  readonly filled: readonly Sector[];
  /** Where the head points now, from straight; undefined when nobody is seen. */
  readonly pointer: { readonly yaw: Degrees; readonly pitch: Degrees } | undefined;
}

/** What an enrolment left behind. */
export interface EnrolmentReport {
  readonly user: string;
  readonly look: string;
  readonly templates: number;
  readonly coverage: Coverage;
  /** How long the person was before the sensor, in seconds. */
  readonly seconds: number;
  /** A sentence where the key is kept less safely than in the system's keychain. */
  readonly warning?: string;
}
