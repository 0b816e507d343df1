/** Between a driver and everything behind it: frames that cannot be true are left out here, once for all drivers. */
import { FacetError } from '../../contract/result.ts';
import type { Milliseconds } from '../../contract/units.ts';
import type { SensorFrame } from './frames.ts';
import { AHEAD_MS } from './freshness.ts';
import { checkFrame } from './plausible.ts';

/** So many unsound frames in a row (a second's worth) are no accident: the sensor is given up. */
const PATIENCE = 30;

/**
 * The frames that are whole, calibrated and in order of number and time; a torn one, one of a wrong size and one whose clock
 * jumped are left out, and the gap in `sequence` shows it.
 * @param name the sensor's, for people
 * @param now the clock that stamps live frames; undefined where they bear a time of their own
 * @throws FacetError `sensor-lost` where no frame is sound for a while: a device with impossible intrinsics, a driver whose clock went back
 */
export async function* soundFrames(
  frames: AsyncIterable<SensorFrame>,
  name: string,
  now?: () => Milliseconds,
): AsyncGenerator<SensorFrame, void, undefined> {
  let sequence = -1;
  let capturedAt = -Infinity;
  let unsound = 0;
  for await (const frame of frames) {
    try {
      checkFrame(`the sensor ${name}`, frame);
      if (frame.sequence <= sequence || frame.capturedAt <= capturedAt)
        throw new FacetError(
          'bad-input',
          `Frame ${frame.sequence} of the sensor ${name} comes after frame ${sequence} and was captured ${Math.round(capturedAt - frame.capturedAt)} ms before it.`,
        );
      if (now && frame.capturedAt - now() > AHEAD_MS)
        throw new FacetError(
          'bad-input',
          `Frame ${frame.sequence} of the sensor ${name} says that it was captured ${Math.round(frame.capturedAt - now())} ms from now.`,
        );
    } catch (error) {
      if (!(error instanceof FacetError)) throw error;
      if (++unsound < PATIENCE) continue;
      throw new FacetError(
        'sensor-lost',
        `${error.message} So it was for ${PATIENCE} frames in a row: unplug the sensor and plug it in again, then run npm run facet -- doctor.`,
        { cause: error },
      );
    }
    unsound = 0;
    ({ sequence, capturedAt } = frame);
    yield frame;
  }
}
