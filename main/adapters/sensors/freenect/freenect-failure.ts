/** Sentences for what goes wrong with a Kinect v1. */
import { FacetError } from '../../../contract/result.ts';
import type { SensorTrouble } from '../../../contract/states/sensors.ts';
import type { Milliseconds } from '../../../contract/units.ts';
import type { FreenectFailure } from './freenect-addon.ts';

/** What the system knows without opening the device: what is missing of the driver, and what keeps the device from working. */
export interface Diagnosis {
  readonly missing?: Omit<SensorTrouble, 'blocks'> | undefined;
  readonly troubles: readonly SensorTrouble[];
}

const DOCTOR = 'then run npm run facet -- doctor.';
const PLUG = `Check its cable and its 12 V adapter, ${DOCTOR}`;
const unavailable = (message: string): FacetError => new FacetError('sensor-unavailable', message);

/** @param detail what the library said, for those who know it */
const said = (detail: string): string => {
  const [line] = detail.trim().split('\n');
  return line ? ` (libfreenect: ${line.trim().replace(/\.$/, '')})` : '';
};

/** Why a session ended by itself. The system knows better than the library's number what is in the way. */
export function failureOf({ stage, detail }: FreenectFailure, { missing, troubles }: Diagnosis): FacetError {
  const known = troubles.find(({ blocks }) => blocks) ?? troubles[0];
  switch (stage) {
    case 'library':
      return unavailable(
        missing
          ? `${missing.what} ${missing.remedy}`
          : `libfreenect does not load (${detail.trim()}). Install it again, ${DOCTOR}`,
      );
    case 'absent':
      return unavailable(
        known ? `${known.what} ${known.remedy}` : `No Kinect v1 is attached. Plug it in. ${PLUG}`,
      );
    case 'open':
      if (known) return unavailable(`The Kinect v1 does not open. ${known.what} ${known.remedy}`);
      if (/-3\b|ACCESS/.test(detail))
        return unavailable(
          `This user may not open the Kinect v1${said(detail)}. Install the udev rule, ${DOCTOR}`,
        );
      if (/-6\b|BUSY/.test(detail))
        return unavailable(
          `Another program uses the Kinect v1${said(detail)}. Close it, then try again: a Kinect serves one at a time.`,
        );
      return unavailable(`The Kinect v1 does not open${said(detail)}. ${PLUG}`);
    case 'modes':
    case 'start':
      return unavailable(`The Kinect v1 refused its pictures${said(detail)}. Plug it in again. ${PLUG}`);
    case 'lost':
      return new FacetError('sensor-lost', `The Kinect v1 was unplugged, or hangs${said(detail)}. ${PLUG}`);
    default:
      return new FacetError('cancelled', 'The Kinect v1 was told to stop.');
  }
}

export const absent = (wait: Milliseconds): FacetError =>
  unavailable(`The Kinect v1 is there, but no picture came within ${wait / 1000} seconds. ${PLUG}`);

export const stalled = (wait: Milliseconds): FacetError =>
  new FacetError('sensor-lost', `The Kinect v1 sent nothing for ${wait / 1000} seconds; it hangs. ${PLUG}`);
