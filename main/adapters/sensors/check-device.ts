import { FacetError } from '../../contract/result.ts';
import type { Intrinsics } from '../../core/sense/frames.ts';

/** How far a device's own answers may be from the drawing: a tenth of the focal length, a tenth of the picture. */
const STRAY = 0.1;

/**
 * @param model such as `Kinect v2`; `what` names its camera
 * @throws FacetError `sensor-unavailable` for intrinsics that no such device has: depth would be bent by them
 */
export function checkDevice(model: string, what: string, answer: Intrinsics, drawn: Intrinsics): void {
  const near = (value: number, expected: number, by: number) => Math.abs(value - expected) <= by;
  if (
    near(answer.fx, drawn.fx, STRAY * drawn.fx) &&
    near(answer.fy, drawn.fy, STRAY * drawn.fy) &&
    near(answer.cx, drawn.cx, STRAY * drawn.width) &&
    near(answer.cy, drawn.cy, STRAY * drawn.height)
  )
    return;
  const said = [answer.fx, answer.fy, answer.cx, answer.cy].map((value) => value.toFixed(1)).join(', ');
  throw new FacetError(
    'sensor-unavailable',
    `${what} says fx, fy, cx, cy = ${said}, which no ${model} has. Plug it in again; if that stays so, its calibration is damaged.`,
  );
}
