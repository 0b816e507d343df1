/** Limits on what a file or a driver may claim about a camera and its pictures; the same for all of them. */
import { FacetError } from '../../contract/result.ts';
import type { Intrinsics, Rigid, SensorFrame } from './frames.ts';

/** Shorter and longer sides than any sensor's (pixels). */
const MIN_SIDE = 8;
const MAX_SIDE = 4096;
export const MAX_PIXELS = MAX_SIDE * MAX_SIDE;

/** Throws FacetError `bad-input` unless both sides are whole numbers of 8 … 4096 pixels. @param what names the picture and its file. */
export function checkSize(what: string, width: number, height: number): void {
  const fits = (side: number) => Number.isInteger(side) && side >= MIN_SIDE && side <= MAX_SIDE;
  if (!fits(width) || !fits(height)) {
    throw new FacetError(
      'bad-input',
      `${what} is ${width}×${height} pixels; Facet takes ${MIN_SIDE} to ${MAX_SIDE} on each side.`,
    );
  }
}

/**
 * Throws FacetError `bad-input` unless a real camera could have these intrinsics: focal lengths between a
 * twentieth of the picture's width and twenty times it, principal point at most half a picture outside.
 * @param what names the intrinsics and their file.
 */
export function checkIntrinsics(what: string, { width, height, fx, fy, cx, cy }: Intrinsics): void {
  checkSize(what, width, height);
  for (const [name, f] of [
    ['fx', fx],
    ['fy', fy],
  ] as const) {
    if (!(f >= width / 20 && f <= width * 20)) {
      throw new FacetError(
        'bad-input',
        `${what}: focal length ${name} = ${f} pixels is impossible for a picture ${width} wide.`,
      );
    }
  }
  if (!(Math.abs(cx - width / 2) <= width && Math.abs(cy - height / 2) <= height)) {
    throw new FacetError(
      'bad-input',
      `${what}: principal point (${cx}, ${cy}) is far outside the ${width}×${height} picture.`,
    );
  }
}

/** No sensor has its cameras further apart (millimetres). */
const MAX_BASELINE = 1000;

/** Throws FacetError `bad-input` unless this can be where one camera of a sensor is, as seen from another. */
function checkPose(what: string, { rotation: r, translation }: Rigid): void {
  const product = (i: number, j: number) => r[i] * r[j] + r[i + 1] * r[j + 1] + r[i + 2] * r[j + 2];
  const turned = [0, 3, 6].every((i) =>
    [0, 3, 6].every((j) => Math.abs(product(i, j) - (i === j ? 1 : 0)) < 0.01),
  );
  if (!(r.length === 9 && turned && Math.hypot(...translation) <= MAX_BASELINE))
    throw new FacetError(
      'bad-input',
      `${what}: [${r.join(', ')}] and [${translation.join(', ')}] mm are no possible place of a camera.`,
    );
}

/**
 * Throws FacetError `bad-input` unless pictures are as long as they say, of 16 bits (depth, infrared) or 8 (colour), calibrated for
 * their size, and placed and timed by numbers. What the pictures show is not looked at: so few bits hold nothing that is no number.
 * @param what names the sensor or file
 */
export function checkFrame(what: string, frame: SensorFrame): void {
  const { depth, infrared, colour } = frame;
  for (const [name, picture, values, bytes] of [
    ['depth', depth, 1, 2],
    ['infrared', infrared, 1, 2],
    ['colour', colour, colour?.channels, 1],
  ] as const) {
    if (!picture) continue;
    const { width, height, data, intrinsics } = picture;
    checkIntrinsics(`The ${name} camera of ${what}`, intrinsics);
    if (intrinsics.width !== width || intrinsics.height !== height)
      throw new FacetError(
        'bad-input',
        `The ${name} picture of ${what} is ${width}×${height} pixels and its calibration is for ${intrinsics.width}×${intrinsics.height}.`,
      );
    if (data.BYTES_PER_ELEMENT !== bytes)
      throw new FacetError(
        'bad-input',
        `The ${name} picture of ${what} has values of ${data.BYTES_PER_ELEMENT * 8} bits where ${bytes * 8} belong.`,
      );
    if (data.length !== width * height * values!)
      throw new FacetError(
        'bad-input',
        `The ${name} picture of ${what} holds ${data.length} values where ${width}×${height} pixels need ${width * height * values!}.`,
      );
  }
  if (infrared && (infrared.width !== depth.width || infrared.height !== depth.height))
    throw new FacetError(
      'bad-input',
      `The infrared picture of ${what} is ${infrared.width}×${infrared.height} pixels and that of its depth ${depth.width}×${depth.height}.`,
    );
  checkPose(`From depth to colour of ${what}`, frame.depthToColour);
  if (!(Number.isSafeInteger(frame.sequence) && frame.sequence >= 0 && Number.isFinite(frame.capturedAt)))
    throw new FacetError(
      'bad-input',
      `A frame of ${what} has the number ${frame.sequence} and the time ${frame.capturedAt}.`,
    );
}
