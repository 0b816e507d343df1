import type { GuidanceCode, LivenessReason } from '../../contract/codes.ts';
import type { Evidence, Stage } from '../../contract/evidence.ts';
import { ms, type Milliseconds } from '../../contract/units.ts';

/** Frames count towards the rate for so long, ms. */
const WINDOW = 2000;

/** Counts frames and drops, and keeps what the latest frame showed. */
export class FrameMeter {
  private times: Milliseconds[] = [];
  private dropped = 0;
  private latest: Evidence | undefined;
  private lag: Milliseconds | undefined;

  count(evidence: Evidence, now: Milliseconds): void {
    this.times.push(now);
    this.dropped += evidence.dropped;
    this.latest = evidence;
    this.lag = ms(Math.max(0, now - evidence.capturedAt));
    this.forgetOld(now);
  }

  /** The process starts again, and its counts with it. */
  restart(): void {
    this.times = [];
    this.latest = this.lag = undefined;
  }

  measured(now: Milliseconds): {
    readonly framesPerSecond: number;
    readonly dropped: number;
    readonly lag?: Milliseconds;
    readonly stages: Partial<Record<Stage, Milliseconds>>;
    readonly against: readonly (LivenessReason | GuidanceCode)[];
  } {
    this.forgetOld(now);
    const [first] = this.times;
    const span = first === undefined ? 0 : Math.max(1, now - first);
    const { latest } = this;
    return {
      framesPerSecond: span === 0 ? 0 : Math.round((10_000 * this.times.length) / span) / 10,
      dropped: this.dropped,
      ...(this.lag !== undefined && { lag: this.lag }),
      stages: latest?.stages ?? {},
      against: latest?.kind === 'face' ? latest.against : latest?.kind === 'unclear' ? [latest.guidance] : [],
    };
  }

  private forgetOld(now: Milliseconds): void {
    this.times = this.times.filter((time) => now - time <= WINDOW);
  }
}
