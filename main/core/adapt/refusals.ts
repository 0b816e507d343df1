/** What was refused lately, in memory alone: it may be remembered if the right PIN follows at once. */
import type { FaceEvidence } from '../../contract/evidence.ts';
import type { Milliseconds } from '../../contract/units.ts';
import type { Clock } from '../ports.ts';
import { ADAPTATION_LIMITS } from './bounds.ts';

interface Refused {
  readonly at: Milliseconds;
  readonly faces: readonly FaceEvidence[];
}

export class Refusals {
  private readonly refused = new Map<string, Refused>();
  private readonly offered = new Map<string, readonly FaceEvidence[]>();

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  /** An attempt at a user's screen was refused. */
  note(user: string, faces: readonly FaceEvidence[]): void {
    this.refused.set(user, { at: this.clock.now(), faces });
  }

  /** The screen was opened: by the PIN soon enough, and the faces are on offer. */
  opened(user: string, by: 'face' | 'pin'): void {
    const refused = this.refused.get(user);
    this.forget(user);
    if (by === 'pin' && refused && this.clock.now() - refused.at <= ADAPTATION_LIMITS.pinWithin)
      this.offered.set(user, refused.faces);
  }

  offer(user: string): readonly FaceEvidence[] | undefined {
    return this.offered.get(user);
  }

  /** Whoever was refused left, or the screen was locked, or the offer was taken or declined. */
  forget(user: string): void {
    this.refused.delete(user);
    this.offered.delete(user);
  }
}
