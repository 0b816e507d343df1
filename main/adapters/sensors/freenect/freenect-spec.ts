/** What may follow `freenect:` in `--sensor freenect:[SERIAL][?tilt=DEGREES]`. */
import { FacetError } from '../../../contract/result.ts';

/** What the motor reaches, degrees above and below the horizon. */
const REACH = 27;

/** @throws FacetError `bad-argument` for an option that is none, or a tilt beyond what the motor reaches */
export function parseFreenectSpec(detail: string): { readonly serial: string; readonly tilt?: number } {
  const [serial, query] = detail.split('?', 2);
  if (query === undefined) return { serial };
  const [, degrees] = /^tilt=(-?\d+(?:\.\d+)?)$/.exec(query) ?? [];
  const tilt = Number(degrees ?? NaN);
  if (!(Math.abs(tilt) <= REACH))
    throw new FacetError(
      'bad-argument',
      `freenect does not know "${query}". Behind the serial number and a ? it takes tilt=DEGREES, from -${REACH} to ${REACH}.`,
    );
  return { serial, tilt };
}
