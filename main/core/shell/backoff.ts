import { ms, type Milliseconds } from '../../contract/units.ts';

/** Waits after the 1st, 2nd, … failure in a row; the last repeats. */
const WAITS = [1000, 2000, 5000, 10_000].map(ms);

/** When to try again what failed: later and later, at once after a success. */
export class Backoff {
  private failures = 0;
  private until: Milliseconds | undefined;

  wait(now: Milliseconds): void {
    this.until = ms(now + WAITS[Math.min(this.failures, WAITS.length - 1)]);
    this.failures++;
  }

  over(now: Milliseconds): boolean {
    return this.until === undefined || now >= this.until;
  }

  reset(): void {
    this.failures = 0;
    this.until = undefined;
  }
}
