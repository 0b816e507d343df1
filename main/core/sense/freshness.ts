/** Frames that are old, out of order or seen before are never evidence (a loop or a frozen driver is not a live person). */
import type { Milliseconds } from '../../contract/units.ts';
import type { SensorFrame } from './frames.ts';

/** A frame older than this says nothing about now. */
export const STALE_MS = 250;
/** Clocks of two processes may be read this far apart; a frame from further in the future is a forgery or a fault. */
export const AHEAD_MS = 5;

/** Whether a frame of this capture time says something about now. */
export const isFresh = (capturedAt: Milliseconds, now: Milliseconds): boolean =>
  now - capturedAt <= STALE_MS && capturedAt - now <= AHEAD_MS;

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
