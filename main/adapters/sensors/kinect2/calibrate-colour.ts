/**
 * Where the colour camera is. The package does not say, but `depthColor` shows for each depth pixel one pixel of `color`,
 * copied bit by bit: where those four bytes occur only once near the place where the drawing expects them, that is the pixel
 * which the runtime's own calibration found. Hundreds of such pairs give the camera.
 */
import { unproject } from '../../../core/geometry/camera.ts';
import { fitCamera, type PlacedCamera, type Sighting } from '../../../core/geometry/fit-camera.ts';
import { project } from '../../../core/geometry/camera.ts';
import { apply } from '../../../core/geometry/rigid.ts';
import type { Intrinsics } from '../../../core/sense/frames.ts';
import { COLOUR_SIZE, DEPTH_SIZE, DRAWN_COLOUR } from '../kinect-v2.ts';

/** Every so many depth pixels across and down one is looked for. */
const SPACING = 6;
/** So far around the expected pixel. */
const REACH = 28;
/** Fewer pairs, or pairs that agree less, give no camera. */
const LEAST = { pairs: 150, inliers: 0.6, rms: 1 } as const;
/** Depth that can be trusted, millimetres. */
const [NEAREST, FARTHEST] = [500, 4500];

/** All pictures unmirrored. @returns undefined where this frame does not tell: too little texture, too little depth */
export function calibrateColour(
  depth: Uint16Array,
  registered: Uint32Array,
  colour: Uint32Array,
  depthCamera: Intrinsics,
): PlacedCamera | undefined {
  const sightings: Sighting[] = [];
  for (let v = SPACING; v < DEPTH_SIZE.height; v += SPACING)
    for (let u = SPACING; u < DEPTH_SIZE.width; u += SPACING) {
      const index = v * DEPTH_SIZE.width + u;
      const z = depth[index];
      if (z < NEAREST || z > FARTHEST || registered[index] === 0) continue;
      const point = unproject(depthCamera, u, v, z);
      const expected = project(DRAWN_COLOUR.camera, apply(DRAWN_COLOUR.motion, point));
      const pixel = onlyPlace(colour, registered[index], expected);
      if (pixel) sightings.push({ point, pixel });
    }
  if (sightings.length < LEAST.pairs) return undefined;
  const fit = fitCamera(DRAWN_COLOUR, sightings);
  return fit && fit.inliers >= LEAST.inliers && fit.rms <= LEAST.rms
    ? { camera: fit.camera, motion: fit.motion }
    : undefined;
}

/** The pixel around the expected one that has this value, undefined where none or several have. */
function onlyPlace(
  colour: Uint32Array,
  value: number,
  [u, v]: readonly [number, number],
): [number, number] | undefined {
  let found: [number, number] | undefined;
  const left = Math.max(0, Math.round(u) - REACH);
  const right = Math.min(COLOUR_SIZE.width - 1, Math.round(u) + REACH);
  const bottom = Math.min(COLOUR_SIZE.height - 1, Math.round(v) + REACH);
  for (let y = Math.max(0, Math.round(v) - REACH); y <= bottom; y++)
    for (let x = left, i = y * COLOUR_SIZE.width + left; x <= right; x++, i++) {
      if (colour[i] !== value) continue;
      if (found) return undefined;
      found = [x, y];
    }
  return found;
}
