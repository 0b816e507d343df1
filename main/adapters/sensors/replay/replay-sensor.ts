/** A recording as a sensor: `--sensor replay:FILE`. */
import { setTimeout as delay } from 'node:timers/promises';
import { FacetError } from '../../../contract/result.ts';
import { ms, type Milliseconds } from '../../../contract/units.ts';
import type { SensorFrame, SensorInfo } from '../../../core/sense/frames.ts';
import type { Clock, Sensor } from '../../../core/ports.ts';
import { TOPICS } from '../../recorder/foxglove.ts';
import { readMcap } from '../../recorder/mcap-reader.ts';
import type { McapItem } from '../../recorder/mcap-reader.ts';
import { METADATA_NAME, fromFields } from '../../recorder/recording-metadata.ts';
import type { RecordingMetadata } from '../../recorder/recording-metadata.ts';
import { decodeFrame } from './decode-frame.ts';
import { pairStreams } from './pair-streams.ts';
import type { FrameMessages } from './pair-streams.ts';

export interface ReplayOptions {
  /**
   * `original` (default): as fast as it was recorded, stamped with the clock's time now, and frames that a slow
   * consumer has no time for are skipped. `fast`: every frame, as fast as the consumer takes them, stamped with the clock's
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

export class ReplaySensor implements Sensor {
  private constructor(
    readonly info: SensorInfo,
    /** What the recording says about itself; undefined where Facet did not write it. */
    readonly metadata: RecordingMetadata | undefined,
    private readonly path: string,
    /** Log time of capture time 0. */
    private readonly origin: bigint,
    /** Log time of the first frame that is played. */
    private readonly begin: bigint,
    private readonly clock: Clock,
    private readonly options: ReplayOptions,
  ) {}

  /** Opens the recording and decodes its first frame, so that a useless file fails here: FacetError `bad-input`. */
  static async load(path: string, clock: Clock, options: ReplayOptions = {}): Promise<ReplaySensor> {
    let metadata: RecordingMetadata | undefined;
    const topics = new Set<string>();
    const watched = async function* (items: AsyncIterable<McapItem>) {
      for await (const item of items) {
        if (item.type === 'metadata' && item.name === METADATA_NAME) metadata ??= fromFields(item.fields);
        if (item.type === 'message' && topics.size < 8) topics.add(item.channel.topic.slice(0, 60));
        yield item;
      }
    };
    for await (const messages of pairStreams(watched(readMcap(path)), path)) {
      const first = messages.depth.logTime;
      const origin = metadata?.origin ?? first;
      await decodeFrame(path, messages, origin);
      const { from = 0 } = options;
      const begin = first + BigInt(Math.round(from * 1e9));
      if (from > 0) await refuseBeyondEnd(path, first, begin);
      const { model = 'other', serial = '' } = metadata?.sensor ?? {};
      const info: SensorInfo = { driver: 'replay', model, serial, simulated: true };
      return new ReplaySensor(info, metadata, path, origin, begin, clock, options);
    }
    const found = topics.size === 0 ? 'no complete message' : `only ${[...topics].join(', ')}`;
    throw new FacetError(
      'bad-input',
      `The recording ${path} holds no frame: Facet needs ${TOPICS.depth} and found ${found}.`,
    );
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
      for await (const { messages, index } of this.upcoming(pace === 'original' ? due : undefined)) {
        if (signal.aborted) return;
        const decoded = await decodeFrame(this.path, messages, this.origin);
        // Foreign recordings often leave the sequence at 0: their frames are counted instead.
        const stored = this.metadata ? decoded : { ...decoded, sequence: index };
        if (pace === 'original' && !first) {
          timeShift = Math.max(timeShift, this.clock.now() - stored.capturedAt);
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
  ): AsyncGenerator<{ messages: FrameMessages; index: number }, void, undefined> {
    let held: { messages: FrameMessages; index: number } | undefined;
    let index = 0;
    // Every frame of ours brings its calibration; others may have it at the start alone, and are read from there.
    const items = this.metadata ? readMcap(this.path, this.begin) : readMcap(this.path);
    for await (const messages of pairStreams(items, this.path)) {
      if (messages.depth.logTime < this.begin) {
        index++;
        continue;
      }
      const time = Number(messages.depth.logTime - this.origin) / 1e6;
      if (held && !(due && due(time) <= this.clock.now())) yield held;
      held = { messages, index: index++ };
    }
    if (held) yield held;
  }
}

/** Throws FacetError `bad-argument` where no frame comes as late as `begin`. */
async function refuseBeyondEnd(path: string, first: bigint, begin: bigint): Promise<void> {
  let last = first;
  for await (const { depth } of pairStreams(readMcap(path, begin), path)) {
    last = depth.logTime;
    if (last >= begin) return;
  }
  const seconds = (time: bigint) => (Number(time - first) / 1e9).toFixed(1);
  throw new FacetError(
    'bad-argument',
    `The recording ${path} ends after ${seconds(last)} s; it cannot begin at ${seconds(begin)} s.`,
  );
}

async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  // Timers take no more than 31 bits, and fire at once where they get more.
  await delay(Math.min(Math.ceil(milliseconds), 2 ** 31 - 1), undefined, { signal });
}
