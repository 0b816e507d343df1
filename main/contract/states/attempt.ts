/** What the page may know about an attempt: what the person can do, and how it ended; never a score. */
import type { GuidanceCode, RefusalCode } from '../codes.ts';
import type { Milliseconds } from '../units.ts';

export interface AttemptView {
  /** `restarting`: the camera part stopped and is starting again. */
  readonly kind: 'watching' | 'restarting';
  readonly guidance: GuidanceCode;
}

export type AttemptOutcome = (
  | { readonly kind: 'unlocked'; readonly by: 'face' | 'pin' }
  | { readonly kind: 'refused'; readonly code: RefusalCode }
) & {
  readonly after: Milliseconds;
  /** A sentence where what was learned of the person could not be used. */
  readonly warning?: string;
};
