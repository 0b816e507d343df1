/**
 * What the package delivers, byte for byte, and what Facet makes of it. Rows lie one after the other without padding; all
 * pictures come mirrored (kinect-v2.ts).
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
import { COLOUR_PIXELS, COLOUR_SIZE, DEPTH_PIXELS, DEPTH_SIZE } from '../kinect-v2.ts';

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

/** One frame's pictures, the right way round, in memory of their own. */
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
 * Copies what a handler was given, turned the right way round: the package lays every frame into the same memory, and goes on to
 * the next as soon as the handler returns.
 * @throws FacetError `sensor-unavailable` naming a part of another size
 */
export const picturesOf = (payload: Payload, colours: Colours): Pictures => ({
  depth: upright(partOf(payload, 'rawDepth'), DEPTH_SIZE.width, Uint16Array),
  infrared: widen(partOf(payload, 'infrared')),
  ...(colours !== 'registered' && {
    colour: upright(partOf(payload, 'color'), COLOUR_SIZE.width, Uint32Array),
  }),
  ...(colours !== 'colour' && {
    registered: upright(partOf(payload, 'depthColor'), DEPTH_SIZE.width, Uint32Array),
  }),
});

function partOf(payload: Payload, name: keyof typeof BYTES): Uint8Array {
  const bytes: unknown = payload[name]?.buffer;
  const length = bytes instanceof Uint8Array ? bytes.byteLength : 0;
  if (!(bytes instanceof Uint8Array) || length !== BYTES[name])
    throw new FacetError(
      'sensor-unavailable',
      `The package kinect2 sent ${name} of ${length} bytes where ${BYTES[name]} are due. Run npm ci to get the version that Facet knows.`,
    );
  return bytes;
}

/**
 * A picture's pixels, each row turned round. Copied as bytes, since the package's memory need not be aligned; row by row, since
 * eight megabytes that are read twice would come from memory twice; into memory that nobody clears first.
 * @param Pixel one element for each pixel
 */
function upright<T extends Uint16Array | Uint32Array>(
  bytes: Uint8Array,
  width: number,
  Pixel: { new (buffer: ArrayBuffer): T; readonly BYTES_PER_ELEMENT: number },
): T {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  const picture = new Pixel(copy.buffer);
  const row = width * Pixel.BYTES_PER_ELEMENT;
  for (let at = 0, first = 0; at < bytes.length; at += row, first += width) {
    copy.set(bytes.subarray(at, at + row), at);
    picture.subarray(first, first + width).reverse();
  }
  return picture;
}

const INFRARED_STEP = (65_535 * 0.24) / 255;
const WIDENED = Uint16Array.from({ length: 256 }, (_, byte) =>
  byte === 255 ? 65_535 : Math.round((byte + 0.5) * INFRARED_STEP),
);

/** An infrared picture at full depth, each row turned round. */
function widen(bytes: Uint8Array): Uint16Array {
  const { width } = DEPTH_SIZE;
  const wide = new Uint16Array(bytes.length);
  for (let row = 0; row < bytes.length; row += width)
    for (let from = row, to = row + width - 1; to >= row; from++, to--) wide[to] = WIDENED[bytes[from]];
  return wide;
}
