/**
 * What is common to both ways to a Kinect v2. Its pictures come mirrored from either driver, as a person sees themselves in
 * a mirror; Facet's are not, so every row is turned round, and so is what calibrations say about columns.
 */
import type { PlacedCamera } from '../../core/geometry/fit-camera.ts';
import { identity } from '../../core/geometry/rigid.ts';
import type { Intrinsics } from '../../core/sense/frames.ts';

export const DEPTH_SIZE = { width: 512, height: 424 } as const;
export const COLOUR_SIZE = { width: 1920, height: 1080 } as const;
export const DEPTH_PIXELS = DEPTH_SIZE.width * DEPTH_SIZE.height;
export const COLOUR_PIXELS = COLOUR_SIZE.width * COLOUR_SIZE.height;

/** As drawn: 365 pixels, the axis in the middle. Single sensors stray by a few per cent and a dozen pixels. */
export const DRAWN_DEPTH: Intrinsics = { ...DEPTH_SIZE, fx: 365, fy: 365, cx: 255.5, cy: 211.5 };
/** As drawn: 1081 pixels, the axis in the middle, 52 mm beside the depth camera. */
export const DRAWN_COLOUR: PlacedCamera = {
  camera: { ...COLOUR_SIZE, fx: 1081, fy: 1081, cx: 959.5, cy: 539.5 },
  motion: { ...identity, translation: [-52, 0, 0] },
};

/** Turns each row round, in place. */
export function unmirror<T extends Uint8Array | Uint16Array | Uint32Array>(picture: T, width: number): T {
  for (let row = 0; row < picture.length; row += width) picture.subarray(row, row + width).reverse();
  return picture;
}

/** The bytes of whole pixels: a colour picture as the frames carry it. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: Uint16Array | Uint32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
