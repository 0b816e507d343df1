/**
 * What the package delivers, byte for byte, and what Facet makes of it. Rows lie one after the other without padding; all
 * pictures are mirrored (kinect-v2.ts).
 *
 * | part         | bytes                                                    |
 * | ---          | ---                                                      |
 * | `color`      | 1920 × 1080 × RGBA                                       |
 * | `rawDepth`   | 512 × 424 × uint16, millimetres, 0 where nothing is      |
 * | `infrared`   | 512 × 424 × uint8                                        |
 * | `depthColor` | 512 × 424 × RGBA: for each depth pixel the colour pixel that the runtime's own calibration finds, 0 where none is |
 *
 * Infrared is what the package makes of the sensor's 16 bits: b = ⌊255 · min(1, max(0.01, raw / 65535 / 0.24))⌋. That is linear
 * up to 24 % of full scale, so the middle of each step is given back; what was brighter (skin near the sensor can be) is
 * saturated here, 65 535.
 */
import { FacetError } from '../../../contract/result.ts';
import { COLOUR_PIXELS, COLOUR_SIZE, DEPTH_PIXELS, DEPTH_SIZE, unmirror } from '../kinect-v2.ts';

export interface Part {
  readonly buffer: Uint8Array;
  /** Degrees, across the picture and down; the same for every sensor. Not there for `depthColor`. */
  readonly horizontalFieldOfView?: number;
  readonly verticalFieldOfView?: number;
}

export interface Payload {
  readonly color?: Part;
  readonly rawDepth?: Part;
  readonly infrared?: Part;
  readonly depthColor?: Part;
}

const BYTES = {
  color: COLOUR_PIXELS * 4,
  rawDepth: DEPTH_PIXELS * 2,
  infrared: DEPTH_PIXELS,
  depthColor: DEPTH_PIXELS * 4,
} as const;

/** One frame's pictures, still mirrored, in memory of their own. */
export interface Pictures {
  /** Millimetres. */
  readonly depth: Uint16Array;
  /** Linear brightness in steps of 62. */
  readonly infrared: Uint16Array;
  /** Whole RGBA pixels. */
  readonly colour?: Uint32Array;
  /** Whole RGBA pixels on the depth picture's grid. */
  readonly registered?: Uint32Array;
}

/** The pictures in colour that are asked for: a copy of eight megabytes that nobody looks at would be the dearest of all. */
export type Colours = 'both' | 'colour' | 'registered';

/**
 * Copies what a handler was given: the package lays every frame into the same memory, and goes on to the next as soon as the
 * handler returns.
 * @throws FacetError `sensor-unavailable` naming a part of another size
 */
export const picturesOf = (payload: Payload, colours: Colours): Pictures => ({
  depth: new Uint16Array(bytesOf(payload, 'rawDepth')),
  infrared: widen(new Uint8Array(bytesOf(payload, 'infrared'))),
  ...(colours !== 'registered' && { colour: new Uint32Array(bytesOf(payload, 'color')) }),
  ...(colours !== 'colour' && { registered: new Uint32Array(bytesOf(payload, 'depthColor')) }),
});

/** Turns the pictures the right way round, in place. */
export function upright(pictures: Pictures): Pictures {
  const { depth, infrared, colour, registered } = pictures;
  for (const picture of [depth, infrared, registered]) if (picture) unmirror(picture, DEPTH_SIZE.width);
  if (colour) unmirror(colour, COLOUR_SIZE.width);
  return pictures;
}

/** A copy of one part's bytes, whatever else lies in the memory around them; aligned. */
function bytesOf(payload: Payload, name: keyof typeof BYTES): ArrayBuffer {
  const bytes: unknown = payload[name]?.buffer;
  const length = bytes instanceof Uint8Array ? bytes.byteLength : 0;
  if (!(bytes instanceof Uint8Array) || length !== BYTES[name])
    throw new FacetError(
      'sensor-unavailable',
      `The package kinect2 sent ${name} of ${length} bytes where ${BYTES[name]} are due. Run npm ci to get the version that Facet knows.`,
    );
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + length) as ArrayBuffer;
}

const INFRARED_STEP = (65_535 * 0.24) / 255;
const WIDENED = Uint16Array.from({ length: 256 }, (_, byte) =>
  byte === 255 ? 65_535 : Math.round((byte + 0.5) * INFRARED_STEP),
);

function widen(bytes: Uint8Array): Uint16Array {
  const wide = new Uint16Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) wide[i] = WIDENED[bytes[i]];
  return wide;
}
