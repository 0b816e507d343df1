/** The colour camera's place from a device's own tables. */
import { FacetError } from '../../contract/result.ts';
import { unproject } from '../../core/geometry/camera.ts';
import { fitCamera, type PlacedCamera, type Sighting } from '../../core/geometry/fit-camera.ts';
import type { Intrinsics } from '../../core/sense/frames.ts';
import { checkDevice } from './check-device.ts';

/** Fewer pairs that agree are no calibration. The tables hold whole rows, and lenses that bend: not all can. */
const LEAST_INLIERS = 0.4;

/**
 * @param sightings n × 5: depth pixel, millimetres, colour pixel
 * @returns the drawing where the device does not tell
 * @throws FacetError `sensor-unavailable` for tables that no such device has
 */
export function toldColour(
  model: string,
  sightings: Float64Array,
  depth: Intrinsics,
  drawing: PlacedCamera,
): PlacedCamera {
  const pairs: Sighting[] = [];
  for (let i = 0; i < sightings.length; i += 5) {
    const [u, v, millimetres, x, y] = sightings.subarray(i, i + 5);
    pairs.push({ point: unproject(depth, u, v, millimetres), pixel: [x, y] });
  }
  if (pairs.length === 0) return drawing;
  const fit = fitCamera(drawing, pairs);
  if (!fit || fit.inliers < LEAST_INLIERS) throw damaged('its colour camera where no camera can be');
  checkDevice(model, "The Kinect's colour camera", fit.camera, drawing.camera);
  return { camera: fit.camera, motion: fit.motion };
}

export const damaged = (what: string): FacetError =>
  new FacetError(
    'sensor-unavailable',
    `The Kinect says that it has ${what}. Plug it in again; if that stays so, its calibration is damaged.`,
  );
