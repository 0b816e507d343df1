/** Limits on what a file may claim about a camera; the same for recordings and imports. */
import { FacetError } from '../../contract/result.ts';
import type { Intrinsics } from '../../core/sense/frames.ts';

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
