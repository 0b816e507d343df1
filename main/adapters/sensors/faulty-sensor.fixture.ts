/** A sensor that is as strict as hardware, and fails in every way that hardware does. */
import { FacetError } from '../../contract/result.ts';
import { ms, type Milliseconds } from '../../contract/units.ts';
import type { Clock, Sensor } from '../../core/ports.ts';
import type { DepthImage, SensorFrame, SensorInfo } from '../../core/sense/frames.ts';

/** Between two frames, ms: 15 a second, as sensors deliver them in the dark. */
export const PERIOD = 1000 / 15;
/** A burst has all frames of a second, the newest of them late by so many. */
const BURST = 15;
const BELATED = 5;

const withDepth = (frame: SensorFrame, depth: Partial<DepthImage>): SensorFrame => ({
  ...frame,
  depth: { ...frame.depth, ...depth },
});
const later = (frame: SensorFrame, by: number): SensorFrame => ({
  ...frame,
  capturedAt: ms(frame.capturedAt + by),
});

/** What becomes of a frame; none comes of `silent` and `unplugged`. */
const SPOILT = {
  'torn frames': (frame) => [withDepth(frame, { data: frame.depth.data.subarray(0, 1000) })],
  'frames of another size': (frame) => [
    withDepth(frame, { width: frame.depth.height, height: frame.depth.width }),
  ],
  'depth of NaN': (frame) => [
    withDepth(frame, { data: new Float32Array(frame.depth.data.length).fill(NaN) as unknown as Uint16Array }),
  ],
  'a clock that jumped ahead': (frame) => [later(frame, 3_600_000)],
  'a clock that jumped back': (frame) => [later(frame, -3_600_000)],
  'bursts of old frames': (frame) =>
    frame.sequence % BURST > 0
      ? []
      : Array.from({ length: BURST }, (_, i) => {
          const age = BURST - i + BELATED;
          return { ...later(frame, -age * PERIOD), sequence: frame.sequence - age };
        }),
} satisfies Record<string, (frame: SensorFrame) => SensorFrame[]>;

export type Fault = keyof typeof SPOILT | 'silence' | 'no plug';
export const FAULTS = [
  ...(Object.keys(SPOILT) as (keyof typeof SPOILT)[]),
  'silence',
  'no plug',
] as const satisfies Fault[];

export class FaultySensor implements Sensor {
  readonly info: SensorInfo = { driver: 'kinect2', model: 'kinect-v2', serial: 'A1', simulated: false };
  fault: Fault | undefined;
  /** What stands before it, again and again; each time with noise. */
  sees: readonly SensorFrame[];
  /** Frames that its consumer took. */
  taken = 0;
  /** Whether the consumer is at work on a frame. */
  busy = false;
  private holder: object | undefined;

  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    sees: readonly SensorFrame[],
  ) {
    this.sees = sees;
  }

  async *open(signal: AbortSignal): AsyncGenerator<SensorFrame, void, undefined> {
    if (this.fault === 'no plug') throw new FacetError('sensor-unavailable', 'No Kinect is attached.');
    if (this.holder) throw new FacetError('sensor-unavailable', 'The Kinect is already open.');
    const own = (this.holder = {});
    try {
      for (;;) {
        await pause(PERIOD, signal);
        if (signal.aborted || this.holder !== own) return;
        const { fault } = this as { readonly fault: Fault | undefined };
        if (fault === 'no plug') throw new FacetError('sensor-lost', 'The Kinect was unplugged.');
        if (fault === 'silence') continue;
        const frame = this.frame(this.clock.now());
        for (const given of fault ? SPOILT[fault](frame) : [frame]) {
          this.taken++;
          this.busy = true;
          yield given;
          this.busy = false;
        }
      }
    } finally {
      this.busy = false;
      if (this.holder === own) this.holder = undefined;
    }
  }

  /** The process that held it is gone. */
  release(): void {
    this.holder = undefined;
  }

  /** The latest: who comes late has lost those before it. */
  private frame(now: Milliseconds): SensorFrame {
    const sequence = Math.floor(now / PERIOD);
    const frame = this.sees[sequence % this.sees.length];
    const data = frame.depth.data.slice();
    data[0] = 2000 + (sequence % 5000);
    return withDepth({ ...frame, sequence, capturedAt: now }, { data });
  }
}

const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
