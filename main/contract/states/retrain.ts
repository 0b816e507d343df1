/** What the page may know about a retraining: how far it is, and counts of what was held out; no embedding, no distance. */

/** A retrained version that can be gone back to. */
export interface HeadState {
  readonly version: number;
  /** Wall time. */
  readonly fittedAt: number;
  /** The looks that it learned from. */
  readonly looks: readonly string[];
  readonly inUse: boolean;
  /** Made by earlier networks or steps: it decides nothing any more. */
  readonly outdated: boolean;
}
