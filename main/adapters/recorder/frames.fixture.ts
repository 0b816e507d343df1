/** Small frames for the tests of recording and replay. */
import fc from 'fast-check';
import { ms } from '../../contract/units.ts';
import { Random } from '../../core/random.ts';
import type { Intrinsics, SensorFrame, SensorInfo } from '../../core/sense/frames.ts';
import type { Clock } from '../../core/ports.ts';
import type { RecorderOptions } from './mcap-recorder.ts';
import { rotationFromQuaternion } from './quaternion.ts';

export const sensor: SensorInfo = { driver: 'simulated', model: 'kinect-v2', serial: 'A1', simulated: true };
/** 24 November 2026, 18:00 UTC, when the monotonic clock showed 1000 ms. */
export const clock: Clock = { now: () => ms(1000), wallTime: () => 1_795_543_200_000 };
export const options: RecorderOptions = { sensor, softwareVersion: '0.1.0', consent: 'nobody: noise', clock };

const intrinsicsOf = (width: number, height: number): fc.Arbitrary<Intrinsics> =>
  fc.record({
    width: fc.constant(width),
    height: fc.constant(height),
    fx: fc.double({ min: width / 2, max: width * 4, noNaN: true }),
    fy: fc.double({ min: width / 2, max: width * 4, noNaN: true }),
    cx: fc.double({ min: 0, max: width, noNaN: true }),
    cy: fc.double({ min: 0, max: height, noNaN: true }),
  });

const side = fc.integer({ min: 8, max: 24 });
const part = fc.double({ min: -1, max: 1, noNaN: true });

/** One frame; sequence and time are set by `frames`. */
const frame: fc.Arbitrary<SensorFrame> = fc.tuple(side, side, side, side).chain(([w, h, cw, ch]) =>
  fc
    .record({
      seed: fc.string(),
      depthIntrinsics: intrinsicsOf(w, h),
      colourIntrinsics: intrinsicsOf(cw, ch),
      hasColour: fc.boolean(),
      hasInfrared: fc.boolean(),
      quaternion: fc.record({ x: part, y: part, z: part, w: fc.double({ min: 0.1, max: 1, noNaN: true }) }),
      translation: fc.tuple(part, part, part),
    })
    .map((made) => {
      const random = new Random(made.seed);
      const noise = (length: number) => Uint16Array.from({ length }, () => random.below(65536));
      return {
        sequence: 0,
        capturedAt: ms(0),
        depth: { width: w, height: h, data: noise(w * h), intrinsics: made.depthIntrinsics },
        ...(made.hasColour && {
          colour: {
            width: cw,
            height: ch,
            channels: 3 as const,
            data: Uint8Array.from(noise(cw * ch * 3)),
            intrinsics: made.colourIntrinsics,
          },
        }),
        ...(made.hasInfrared && {
          infrared: { width: w, height: h, data: noise(w * h), intrinsics: made.depthIntrinsics },
        }),
        depthToColour: {
          rotation: rotationFromQuaternion(made.quaternion),
          translation: made.translation.map((t) => t * 100) as [number, number, number],
        },
      };
    }),
);

/** Up to `maxLength` frames at uneven times at least 21 ms apart, whole nanoseconds, with gaps in the sequence. */
export const frames = (maxLength: number): fc.Arbitrary<SensorFrame[]> =>
  fc
    .array(
      fc.tuple(frame, fc.integer({ min: 21_000_000, max: 200_000_000 }), fc.integer({ min: 1, max: 3 })),
      {
        minLength: 1,
        maxLength,
      },
    )
    .map((made) => {
      let nanoseconds = 1_000_000_000;
      let sequence = 6;
      return made.map(([f, gap, step]) => ({
        ...f,
        sequence: (sequence += step),
        capturedAt: ms((nanoseconds += gap) / 1e6),
      }));
    });

/** The same frames in every run of the tests: both streams, 8×8 to 24×24 pixels. */
export const someFrames = (count: number): SensorFrame[] =>
  fc
    .sample(frame, { seed: 7, numRuns: 40 * count })
    .filter((f) => f.colour && f.infrared)
    .slice(0, count)
    .map((f, i) => ({ ...f, sequence: i, capturedAt: ms(1000 + i * 33) }));
