/** Frames that are old, out of order or seen before are never evidence (a loop or a frozen driver is not a live person). */
import { ms, type Milliseconds } from '../../contract/units.ts';
import type { SensorFrame } from './frames.ts';

/** A frame older than this says nothing about now. */
export const STALE_MS = 250;
/** Clocks of two processes may be read this far apart; a frame from further in the future is a forgery or a fault. */
export const AHEAD_MS = 5;

/** Whether a frame of this capture time says something about now. */
const isFresh = (capturedAt: Milliseconds, now: Milliseconds): boolean =>
  now - capturedAt <= STALE_MS && capturedAt - now <= AHEAD_MS;

/**
 * Judging a frame may take a slow machine so long. What was fresh when it was begun is still evidence then; what took longer says
 * nothing about now.
 */
export const JUDGED_WITHIN = ms(750);

/** What a frame's evidence tells of its time. */
interface Judged {
  readonly capturedAt: Milliseconds;
  /** Of live frames: how long the pipeline was busy with it. */
  readonly took?: Milliseconds;
}

/** Whether evidence says something about now: its frame was fresh when its judging began, and that did not take too long. */
export const isCurrent = ({ capturedAt, took = ms(0) }: Judged, now: Milliseconds): boolean =>
  took <= JUDGED_WITHIN && now - took - capturedAt <= STALE_MS && capturedAt - now <= AHEAD_MS;

/** So many pieces of evidence in a row that come too late are no accident. */
const LATE = 2;
/** Nor is it when nothing is heard for so long of a sensor that works; one that does not says so before. */
const QUIET = ms(4000);

/** Whether the machine is too slow to look at anybody: all that it judges is too old by then. */
export class Lateness {
  private late = 0;

  /** To be shown every piece of evidence once. */
  note(evidence: Judged, now: Milliseconds): void {
    this.late = isCurrent(evidence, now) ? 0 : this.late + 1;
  }

  /** @param lasted since the pipeline said anything */
  noteSilence(lasted: Milliseconds): void {
    if (lasted > QUIET) this.late = LATE;
  }

  get tooSlow(): boolean {
    return this.late >= LATE;
  }
}

/** How many earlier frames a new one is compared with: two seconds' worth. */
const REMEMBERED = 64;

export class Freshness {
  private sequence = -1;
  private capturedAt = -Infinity;
  private readonly seen: number[] = [];

  /** @returns true for a frame that may be evidence; every frame is to be shown to this once, in the order of arrival */
  accepts(frame: SensorFrame, now: Milliseconds): boolean {
    const ordered = frame.sequence > this.sequence && frame.capturedAt > this.capturedAt;
    // One frame from the future would make all that follow look late.
    if (!ordered || frame.capturedAt - now > AHEAD_MS) return false;
    this.sequence = frame.sequence;
    this.capturedAt = frame.capturedAt;
    const print = fingerprint(frame);
    const repeated = this.seen.includes(print);
    this.seen.push(print);
    if (this.seen.length > REMEMBERED) this.seen.shift();
    return !repeated && isFresh(frame.capturedAt, now);
  }
}

/** Hash of every 31st depth pixel: sensor noise makes two live frames differ in thousands of them. */
function fingerprint(frame: SensorFrame): number {
  let hash = 0x811c9dc5;
  const { data } = frame.depth;
  for (let i = 0; i < data.length; i += 31) hash = Math.imul(hash ^ data[i], 0x01000193);
  return hash >>> 0;
}
