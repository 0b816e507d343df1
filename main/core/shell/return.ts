/**
 * When the face is tried again after a refusal: when asked to, when somebody left and somebody came, or after a time that grows
 * with every refusal of the same presence, so that a stranger who sits there, or a picture on the wall, costs few misses.
 */
import type { Evidence } from '../../contract/evidence.ts';
import { ms, type Milliseconds } from '../../contract/units.ts';

const WAITS = [4000, 8000, 20_000, 60_000].map(ms);
/** Nobody for so long: whoever was there left. */
const GONE = ms(1000);

export class Return {
  private refusals = 0;
  private until: Milliseconds | undefined;
  private absentSince: Milliseconds | undefined;
  private gone = false;
  private retry: (() => void) | undefined;

  /** @param retry called once, when it is time */
  begin(now: Milliseconds, retry: () => void): void {
    this.until = ms(now + WAITS[Math.min(this.refusals, WAITS.length - 1)]);
    this.refusals++;
    this.absentSince = undefined;
    this.gone = false;
    this.retry = retry;
  }

  end(): void {
    this.retry = undefined;
  }

  /** Whoever was refused is not there any more. */
  get left(): boolean {
    return this.gone;
  }

  /** @param kind of the frame that just came; undefined where none did */
  see(kind: Evidence['kind'] | undefined, now: Milliseconds): void {
    if (kind === 'nobody') {
      this.absentSince ??= now;
      if (now - this.absentSince >= GONE) {
        this.gone = true;
        this.refusals = 0;
      }
    } else if (kind !== undefined) {
      this.absentSince = undefined;
      if (this.gone) return this.retry?.();
    }
    // Nobody to be refused again: the next one who comes is tried at once.
    if (!this.gone && this.until !== undefined && now >= this.until) this.retry?.();
  }

  /** The person asks. */
  skip(): void {
    this.refusals = 0;
    this.retry?.();
  }

  /** Somebody was recognised. */
  reset(): void {
    this.refusals = 0;
  }
}
