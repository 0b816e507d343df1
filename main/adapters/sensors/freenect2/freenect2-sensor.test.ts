import { describe, expect, it } from 'vitest';
import { ms } from '../../../contract/units.ts';
import { ManualClock } from '../../../core/manual-clock.ts';
import type { SensorFrame } from '../../../core/sense/frames.ts';
import { COLOUR_PIXELS, DEPTH_PIXELS, DRAWN_DEPTH } from '../kinect-v2.ts';
import type { Freenect2Addon } from './freenect2-addon.ts';
import { Freenect2Sensor } from './freenect2-sensor.ts';

/** Milliseconds between two depth pictures. */
const FRAME = 33;

/**
 * Frames of a sensor whose addon has one moment after the other ready.
 * @param colourAges of each moment, at its depth's arrival; undefined where no colour came since the one before
 */
async function framesOf(colourAges: readonly (number | undefined)[]): Promise<SensorFrame[]> {
  const clock = new ManualClock(5000);
  let number = 0;
  let stopped = false;
  const addon: Freenect2Addon = {
    open: () => ({}) as never,
    facts: () => ({ ...DRAWN_DEPTH, serial: '1', sightings: new Float64Array(0) }),
    why: () => ({ detail: '' }),
    stop: () => (stopped = true),
    take: () => {
      if (stopped || number === colourAges.length) return { state: 'over' };
      const colourAge = colourAges[number++];
      clock.advance(ms(FRAME));
      const depth = new Uint16Array(DEPTH_PIXELS).fill(700).buffer;
      const colour = colourAge === undefined ? undefined : new Uint32Array(COLOUR_PIXELS).fill(number).buffer;
      return {
        state: 'streaming',
        moment: {
          number,
          age: 0,
          depth,
          infrared: new Uint16Array(DEPTH_PIXELS).buffer,
          colourAge: colourAge ?? 0,
          ...(colour && { colour }),
        },
      };
    },
  };
  const sensor = new Freenect2Sensor({
    clock,
    addon,
    diagnose: async () => [],
    probe: async () => ({ kind: 'works' }),
    pipeline: 'cpu',
    serial: '',
    filter: false,
  });
  const frames: SensorFrame[] = [];
  for await (const frame of sensor.open(new AbortController().signal)) {
    frames.push(frame);
    if (frames.length === colourAges.length) break;
  }
  return frames;
}

const pictured = (frames: readonly SensorFrame[]) => frames.map(({ colour }) => colour?.data[0]);

describe('a Kinect v2 through libfreenect2', () => {
  it('has colour with every depth picture in poor light, where it comes half as often', async () => {
    // The second depth picture after a colour picture comes 66 ms after it at most.
    expect(pictured(await framesOf([FRAME, undefined, FRAME, undefined, FRAME, undefined]))).toEqual([
      1, 1, 3, 3, 5, 5,
    ]);
  });

  it('has infrared, and no colour of another moment, where colour fails to come', async () => {
    const frames = await framesOf([10, undefined, undefined, undefined, 10]);
    expect(pictured(frames)).toEqual([1, 1, 1, undefined, 5]);
    expect(frames.every(({ infrared }) => infrared !== undefined)).toBe(true);
  });
});
