/**
 * Colour or infrared? A Kinect v1 has one stream for both. In the dark it shows infrared; that cannot tell when a light goes on,
 * so colour is looked at now and then, more seldom the longer it stays dark.
 */
import type { Milliseconds } from '../../../contract/units.ts';

export type VideoStream = 'colour' | 'infrared';

/** Brightness (0 … 255, 90th percentile of the picture's middle) below which a room is dark, and from which it is light again. */
const DARK = 35;
const LIGHT = 60;
/** So long it must be dark before the stream is switched (ms): somebody may only have stepped before the lamp. */
const PATIENCE = 700;
/** The camera finds its exposure meanwhile (ms). */
const SETTLE = 600;
/** Between two looks at colour: at first, and at most (ms). */
const FIRST_LOOK = 8000;
const LAST_LOOK = 30_000;

export class LightSwitch {
  private stream: VideoStream = 'colour';
  /** Since when: the stream is shown; and it was dark in it, undefined where it was not. */
  private since: number | undefined;
  private darkSince: number | undefined;
  private limit: number = DARK;
  private wait = FIRST_LOOK;

  /**
   * @param bright of the latest colour picture; undefined where none came since the last call
   * @returns what the stream should show from now on
   */
  next(bright: number | undefined, now: Milliseconds): VideoStream {
    this.since ??= now;
    const shown = now - this.since;
    if (this.stream === 'infrared') {
      if (shown >= this.wait) this.look(now);
    } else if (bright !== undefined && shown >= SETTLE) {
      if (bright >= LIGHT) [this.limit, this.wait] = [DARK, FIRST_LOOK];
      if (bright >= this.limit) this.darkSince = undefined;
      else if (now - (this.darkSince ??= now) >= PATIENCE) this.show('infrared', now);
    }
    return this.stream;
  }

  /** It takes more light to stay in colour than not to have left it. */
  private look(now: Milliseconds): void {
    this.limit = LIGHT;
    this.wait = Math.min(LAST_LOOK, this.wait * 2);
    this.show('colour', now);
  }

  private show(stream: VideoStream, now: Milliseconds): void {
    this.stream = stream;
    this.since = now;
    this.darkSince = undefined;
  }
}
