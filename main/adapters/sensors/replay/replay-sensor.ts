/** A recording as a sensor: `--sensor replay:FILE`. */
import { setTimeout as delay } from 'node:timers/promises';
import { ms, type Milliseconds } from '../../../contract/units.ts';
import type { SensorFrame, SensorInfo } from '../../../core/sense/frames.ts';
import type { Clock, Sensor } from '../../../core/ports.ts';
import type { RecordingMetadata } from '../../recorder/recording-metadata.ts';
import { decodeFrame } from './decode-frame.ts';
import type { FrameMessages } from './pair-streams.ts';
import { framesFrom, openRecording, refuseBeyondEnd, type Recording } from './recording.ts';

export interface ReplayOptions {
  /**
   * `original` (default): as fast as it was recorded, stamped with the clock's time now, and frames that a slow
   * consumer has no time for are skipped; slower where the machine cannot even read it as fast. `fast`: every frame, as fast as the consumer takes them, stamped with the clock's
   * time now. `virtual`: every frame, as fast as the consumer takes them, with the capture times of the recording.
   */
  readonly pace?: 'original' | 'fast' | 'virtual';
  /** Begin so many seconds after the first frame. */
  readonly from?: number;
  /** Start again at the end; sequence and capture time go on counting. */
  readonly loop?: boolean;
  /** Waits; rejects when the signal aborts. Tests bring their own. */
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** So many frames in a row may be skipped: a machine that only ever skips would show nothing. */
const MOST_SKIPPED = 8;
/** What comes later than this does not catch up: the rest of the recording is played later by as much, ms. */
const LATE = 100;

export class ReplaySensor implements Sensor {
  private constructor(
    readonly info: SensorInfo,
    private readonly recording: Recording,
    /** Log time of the first frame that is played. */
    private readonly begin: bigint,
    private readonly clock: Clock,
    private readonly options: ReplayOptions,
  ) {}

  /** What the recording says about itself; undefined where Facet did not write it. */
  get metadata(): RecordingMetadata | undefined {
    return this.recording.metadata;
  }

  /** Opens the recording and decodes its first frame, so that a useless file fails here: FacetError `bad-input`. */
  static async load(path: string, clock: Clock, options: ReplayOptions = {}): Promise<ReplaySensor> {
    const recording = await openRecording(path);
    const { from = 0 } = options;
    const begin = recording.begin + BigInt(Math.round(from * 1e9));
    if (from > 0) await refuseBeyondEnd(recording, begin);
    const { model = 'other', serial = '' } = recording.metadata?.sensor ?? {};
    const info: SensorInfo = { driver: 'replay', model, serial, simulated: true };
    return new ReplaySensor(info, recording, begin, clock, options);
  }

  async *open(signal: AbortSignal): AsyncGenerator<SensorFrame, void, undefined> {
    const { pace = 'original', loop = false, sleep = wait } = this.options;
    /** Added to the recording's sequence and time, so that both go on in a second round. */
    let sequenceShift = 0;
    let timeShift = pace === 'original' ? -Infinity : 0;
    let stampedAt = -Infinity;
    do {
      let first: SensorFrame | undefined;
      let last: SensorFrame | undefined;
      let gap = 0;
      const due = (time: number) => (first ? time + timeShift : Infinity);
      for await (const { messages, sequence } of this.upcoming(pace === 'original' ? due : undefined)) {
        if (signal.aborted) return;
        const { path, origin } = this.recording;
        const stored = { ...(await decodeFrame(path, messages, origin)), sequence };
        if (pace === 'original') {
          const shift = this.clock.now() - stored.capturedAt;
          if (!first || shift - timeShift > LATE) timeShift = Math.max(timeShift, shift);
        }
        if (last) gap = stored.capturedAt - last.capturedAt;
        first ??= stored;
        last = stored;
        const frame = {
          ...stored,
          sequence: stored.sequence + sequenceShift,
          capturedAt: pace === 'fast' ? this.laterThan(stampedAt) : ms(stored.capturedAt + timeShift),
        };
        stampedAt = frame.capturedAt;
        // Timers may fire a little early, and a frame from the future is no evidence.
        while (pace === 'original' && !signal.aborted && frame.capturedAt > this.clock.now()) {
          await sleep(frame.capturedAt - this.clock.now(), signal).catch(() => undefined);
        }
        if (signal.aborted) return;
        yield frame;
      }
      if (!first || !last) return;
      sequenceShift += last.sequence - first.sequence + 1;
      timeShift += last.capturedAt - first.capturedAt + (gap || 1000 / 30);
    } while (loop && !signal.aborted);
  }

  /** Now, or the instant after `before` where the clock has not moved since. */
  private laterThan(before: number): Milliseconds {
    return ms(Math.max(this.clock.now(), before + 1e-3));
  }

  /** Frames not yet decoded, without those whose successor is due already (`due`: capture time → clock time). */
  private async *upcoming(
    due?: (capturedAt: number) => number,
  ): AsyncGenerator<{ messages: FrameMessages; sequence: number }, void, undefined> {
    let held: { messages: FrameMessages; sequence: number } | undefined;
    let skipped = 0;
    for await (const next of framesFrom(this.recording, this.begin)) {
      const time = Number(next.messages.depth.logTime - this.recording.origin) / 1e6;
      if (held && due && due(time) <= this.clock.now() && skipped < MOST_SKIPPED) skipped++;
      else if (held) {
        skipped = 0;
        yield held;
      }
      held = next;
    }
    if (held) yield held;
  }
}

async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  // Timers take no more than 31 bits, and fire at once where they get more.
  await delay(Math.min(Math.ceil(milliseconds), 2 ** 31 - 1), undefined, { signal });
}
