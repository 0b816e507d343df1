/** A sensor without hardware that behaves as strictly as one with it. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { FacetError } from '../../../contract/result.ts';
import { ms } from '../../../contract/units.ts';
import type { SensorInfo } from '../../../core/sense/frames.ts';
import type { Clock, Sensor } from '../../../core/ports.ts';
import { systemClock } from '../../clock/system-clock.ts';
import type { ColourSize } from '../../synthetic/render/cameras.ts';
import { ordinaryCast, type Cast } from './cast.ts';
import type { SceneDescription } from './scene.ts';
import { FRAME_TIME, Stage, type Direction, type SimulatedFrame } from './stage.ts';

export interface SimulatedSensorOptions {
  /** `SCENE[+modifier…][@SEED]` (see parseScene), or a whole scene for evaluation. */
  readonly scene: string | SceneDescription;
  readonly colourSize?: ColourSize;
  /**
   * `live`: 30 frames/s on the clock, latest wins, drops show in `sequence`. `virtual`: each frame as soon as the
   * consumer asks, captured at sequence × 33.3 ms of a clock that starts at 0.
   */
  readonly pace?: 'live' | 'virtual';
  readonly clock?: Pick<Clock, 'now'>;
  readonly cast?: Cast;
}

/**
 * Frames carry new buffers each: a consumer may keep them. One stream at a time; opening again starts the scene
 * anew, with the same frames in `virtual`.
 */
export class SimulatedSensor implements Sensor {
  readonly info: SensorInfo;
  private readonly stage: Stage;
  private opened = false;
  private readonly pace: 'live' | 'virtual';
  private readonly clock: Pick<Clock, 'now'>;

  /** @throws FacetError `bad-argument` for an unknown scene; `bad-input` where the people's file is missing or altered. */
  constructor(options: SimulatedSensorOptions) {
    this.pace = options.pace ?? 'live';
    this.clock = options.clock ?? systemClock;
    this.stage = new Stage(options.scene, options.cast ?? ordinaryCast(), options.colourSize);
    const seed = typeof options.scene === 'string' ? options.scene : options.scene.seed;
    this.info = {
      driver: 'simulated',
      model: this.stage.geometry.model,
      serial: `simulated:${seed}`,
      simulated: true,
    };
  }

  /** Changes the scene while the sensor runs (or before); see Direction. */
  direct(update: Direction): void {
    this.stage.direct(update);
  }

  /** Builds what the first frame needs; opening would do it otherwise. */
  prepare(): void {
    this.stage.prepare();
  }

  /** Builds what a blink needs. @returns false where nothing is missing */
  prepareNext(): boolean {
    return this.stage.prepareNext();
  }

  async *open(signal: AbortSignal): AsyncGenerator<SimulatedFrame, void, void> {
    if (this.opened) {
      throw new FacetError(
        'sensor-unavailable',
        'The simulated sensor is already open. Close the other stream first.',
      );
    }
    this.opened = true;
    try {
      if (this.pace === 'live') this.stage.prepare();
      const start = this.clock.now();
      let last = -1;
      let given = 0;
      while (!signal.aborted) {
        if (this.pace === 'virtual') {
          // Timers and aborts get their turn even where the consumer awaits nothing but frames.
          await nextTurn();
          last++;
        } else {
          let latest = Math.floor((this.clock.now() - start) / FRAME_TIME);
          while (latest <= last && !signal.aborted) {
            await pause(start + (last + 1) * FRAME_TIME - this.clock.now(), signal);
            latest = Math.floor((this.clock.now() - start) / FRAME_TIME);
          }
          last = latest;
        }
        if (signal.aborted) return;
        const capturedAt = this.pace === 'live' ? ms(start + last * FRAME_TIME) : ms(last * FRAME_TIME);
        yield this.stage.frame(last, capturedAt);
        // Now and then, so that the first frames come without a stop.
        if (this.pace === 'live' && ++given % 15 === 0) this.stage.prepareNext();
      }
    } finally {
      this.opened = false;
    }
  }
}

/** Waits, at most until the signal aborts. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, Math.max(0, milliseconds));
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
