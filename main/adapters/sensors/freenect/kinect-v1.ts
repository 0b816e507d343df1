/**
 * What a Kinect v1 measures, and how it becomes millimetres on one camera's grid.
 *
 * Its depth is a triangle: the emitter's pattern, seen by the depth camera 7.5 cm beside it, moves sideways with distance. The
 * factory kept the pattern as it lies on a plane at distance d (120 cm), where one column of the sensor's 1280 is p (0.1042 cm)
 * wide. Raw depth r counts eighths of a column of the picture's 640, which are quarters of the sensor's, from `constShift`
 * columns on; so the pattern moved by s = r / 4 − constShift − 3/8 columns, p·s on the plane, and with the emitter e away
 *
 *     z = d·e / (e − p·s)
 *
 * The same plane gives the focal length in pixels of 640: f = d / (2·p). Its zero is where the axis meets the picture's middle.
 */
import type { PlacedCamera } from '../../../core/geometry/fit-camera.ts';
import { identity } from '../../../core/geometry/rigid.ts';
import type { Intrinsics } from '../../../core/sense/frames.ts';
import { checkDevice } from '../check-device.ts';
import { damaged, toldColour } from '../told-colour.ts';
import { VIDEO, type FreenectFacts, type FreenectPicture } from './freenect-addon.ts';

export const SIZE = { width: 640, height: 480 } as const;
const PIXELS = SIZE.width * SIZE.height;

type Triangle = Pick<FreenectFacts, 'emitter' | 'distance' | 'pixel' | 'constShift'>;
export const DRAWN_TRIANGLE: Triangle = { emitter: 7.5, distance: 120, pixel: 0.1042, constShift: 200 };

const depthCameraOf = ({ distance, pixel }: Triangle): Intrinsics => {
  const focal = distance / (2 * pixel);
  return { ...SIZE, fx: focal, fy: focal, cx: 319.5, cy: 239.5 };
};
const DRAWN_DEPTH = depthCameraOf(DRAWN_TRIANGLE);
/** As drawn: 525 pixels, the axis in the middle, 25 mm beside the depth camera. */
const DRAWN_COLOUR: PlacedCamera = {
  camera: { ...SIZE, fx: 525, fy: 525, cx: 319.5, cy: 239.5 },
  motion: { ...identity, translation: [-25, 0, 0] },
};

/** Raw values of 11 bits; the last means that nothing was measured. */
const STEPS = 2048;
const NOTHING = 2047;
/** Beyond, a step is longer than a head is deep (mm). */
const FARTHEST = 10_000;

/** Millimetres of each raw value, 0 for nothing. */
export function millimetresOf({ emitter, distance, pixel, constShift }: Triangle): Uint16Array {
  return Uint16Array.from({ length: STEPS }, (_, raw) => {
    const moved = (raw / 4 - constShift - 0.375) * pixel;
    const z = (10 * distance * emitter) / (emitter - moved);
    return raw !== NOTHING && z > 0 && z < FARTHEST ? Math.round(z) : 0;
  });
}

/** One opening's cameras, and its depth in millimetres. */
export interface KinectV1 {
  readonly depth: Intrinsics;
  readonly colour: PlacedCamera;
  /** Millimetres of each raw value; undefined where depth comes in millimetres. */
  readonly table?: Uint16Array;
}

/**
 * From what the device tells of itself; what it does not tell is as drawn.
 * @throws FacetError `sensor-unavailable` for a calibration that no Kinect v1 has
 */
export function kinectV1(facts: FreenectFacts): KinectV1 {
  const told = facts.distance !== 0;
  const triangle = told ? facts : DRAWN_TRIANGLE;
  const depth = depthCameraOf(triangle);
  checkDevice('Kinect v1', "The Kinect's depth camera", depth, DRAWN_DEPTH);
  if (!(Math.abs(triangle.emitter / DRAWN_TRIANGLE.emitter - 1) < 0.1))
    throw damaged(`its emitter ${triangle.emitter} cm beside its depth camera`);
  return {
    depth,
    colour: toldColour('Kinect v1', facts.sightings, depth, DRAWN_COLOUR),
    ...(facts.millimetres ? {} : { table: millimetresOf(triangle) }),
  };
}

/** Rows and bytes of a pixel of the video formats; 640 pixels wide like depth, whose pixels are of 2 bytes. */
const VIDEO_ROWS = {
  [VIDEO.rgb]: [480, 3],
  [VIDEO.infrared8]: [488, 1],
  [VIDEO.infrared10]: [488, 2],
} as const;

const fills = ({ bytes, width, height }: FreenectPicture, rows: number, pixel: number): boolean =>
  width === SIZE.width && height === rows && bytes.byteLength === width * height * pixel;

/** A depth picture, unless it is torn: of another size than its stream's. */
export const wholeDepth = (picture: FreenectPicture | undefined): FreenectPicture | undefined =>
  picture && fills(picture, SIZE.height, 2) ? picture : undefined;

/** A video picture of a format that Facet asks for, unless it is torn. */
export function wholeVideo(picture: FreenectPicture | undefined): FreenectPicture | undefined {
  const form = (VIDEO_ROWS as Readonly<Record<number, readonly [number, number]>>)[picture?.format ?? NaN];
  return picture && form && fills(picture, ...form) ? picture : undefined;
}

/** A new picture in millimetres. @param table undefined where the picture is already. */
export function depthOf({ bytes }: FreenectPicture, table: Uint16Array | undefined): Uint16Array {
  const depth = new Uint16Array(bytes);
  if (table) for (let i = 0; i < depth.length; i++) depth[i] = table[depth[i] & (STEPS - 1)];
  return depth;
}

/** The depth picture is the infrared one without the edge that its 9 × 7 pixels of correlation need. */
const EDGE = { left: 5, top: 4 } as const;

/** Brightness on the depth picture's grid, full scale 65535, from the 640 × 488 pixels of 8 or 10 bits that the camera sees. */
export function infraredOf({ bytes, format, width }: FreenectPicture): Uint16Array {
  const wide = format === VIDEO.infrared10;
  const source = wide ? new Uint16Array(bytes) : new Uint8Array(bytes);
  const scale = wide ? 65_535 / 1023 : 65_535 / 255;
  const infrared = new Uint16Array(PIXELS);
  for (let v = 0, i = 0; v < SIZE.height; v++) {
    const row = (v + EDGE.top) * width;
    for (let u = 0; u < SIZE.width; u++, i++)
      infrared[i] = source[row + Math.min(width - 1, u + EDGE.left)] * scale;
  }
  return infrared;
}
