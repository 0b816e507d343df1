/**
 * Stills made into what a sensor would have delivered: a still that is held with fresh noise is like a person who keeps still, and
 * attacks are made of somebody's depth or somebody's picture.
 */
import { ms } from '../../contract/units.ts';
import type { FaceMesh } from '../face/types.ts';
import { apply, fitSimilarity, invert } from '../face/affine.ts';
import type { Vec3 } from '../geometry/rigid.ts';
import { Random } from '../random.ts';
import type { SensorFrame } from '../sense/frames.ts';

/** Of a sensor of 30 frames a second, milliseconds. */
const FRAME_TIME = 1000 / 30;
/** Of depth, in a pixel: standard deviation, millimetres. A frame that is repeated to the bit is no evidence. */
const NOISE_MM = 1;

/**
 * Each still in turn, held for so many frames.
 * @param seed equal seeds give equal noise
 * @param step of the sensor's frames one is judged: 1 for all, 2 on a machine that judges 15 a second
 */
export function* held(
  stills: Iterable<SensorFrame>,
  frames: number,
  seed: string,
  step = 1,
): Generator<SensorFrame, void, undefined> {
  const random = new Random(seed);
  let sequence = 0;
  for (const still of stills)
    for (let i = 0; i < frames; i++, sequence += step)
      yield { ...noisy(still, random), sequence, capturedAt: ms(sequence * FRAME_TIME) };
}

function noisy(still: SensorFrame, random: Random): SensorFrame {
  const data = still.depth.data.map((depth) =>
    depth === 0 ? 0 : Math.max(1, Math.round(depth + NOISE_MM * random.normal())),
  );
  return { ...still, depth: { ...still.depth, data } };
}

/** What a face's depth is replaced by where a print or a screen shows the face. */
export const FAKES = ['flat', 'tilted', 'bent'] as const;
export type Fake = (typeof FAKES)[number];

/** Degrees that a tilted print is turned by, and the radius that a bent one has, millimetres. */
const TILT = [12, 35] as const;
const RADIUS = [70, 180] as const;

/**
 * The same picture on a flat, tilted or bent surface through the face.
 * @param at camera point of the face, millimetres
 */
export function fake(still: SensorFrame, kind: Fake, at: Vec3, random: Random): SensorFrame {
  const { width, height, fx, fy, cx, cy } = still.depth.intrinsics;
  const depthAlong = SURFACES[kind](at, random);
  const data = new Uint16Array(width * height);
  for (let v = 0, i = 0; v < height; v++)
    for (let u = 0; u < width; u++, i++)
      if (still.depth.data[i] > 0) data[i] = Math.round(depthAlong((u - cx) / fx, (v - cy) / fy) ?? 0);
  return { ...still, depth: { ...still.depth, data } };
}

/** Depth of the surface along the ray (x, y, 1); undefined where the ray passes it by. */
type Surface = (x: number, y: number) => number | undefined;

const SURFACES: Record<Fake, (at: Vec3, random: Random) => Surface> = {
  flat: (at) => plane(at, [0, 0, 1]),
  tilted: (at, random) => {
    const tilt = (random.between(...TILT) * Math.PI) / 180;
    const around = random.between(0, 2 * Math.PI);
    return plane(at, [Math.sin(tilt) * Math.cos(around), Math.sin(tilt) * Math.sin(around), Math.cos(tilt)]);
  },
  bent: ([px, , pz], random) => {
    // An upright cylinder that bulges towards the sensor: the nearer of the ray's two crossings.
    const radius = random.between(...RADIUS);
    const axis = pz + radius;
    return (x) => {
      const a = x * x + 1;
      const b = x * px + axis;
      const root = b * b - a * (px * px + axis * axis - radius * radius);
      return root < 0 ? undefined : (b - Math.sqrt(root)) / a;
    };
  },
};

const plane =
  (at: Vec3, [nx, ny, nz]: Vec3): Surface =>
  (x, y) => {
    const z = (nx * at[0] + ny * at[1] + nz * at[2]) / (nx * x + ny * y + nz);
    return z > 0 ? z : undefined;
  };

/** A still and where its face is. */
export interface FoundFace {
  readonly still: SensorFrame;
  readonly mesh: FaceMesh;
  /** Millimetres. */
  readonly distance: number;
}

/**
 * The wearer's depth under the owner's infrared picture: what somebody would show who wears the owner's picture on a head of another
 * shape. The picture is turned, scaled and shifted until its landmarks lie on the wearer's, and as bright as at the wearer's distance.
 */
export function underPicture(owner: FoundFace, wearer: FoundFace): SensorFrame {
  const { depth, infrared: own } = wearer.still;
  const { infrared } = owner.still;
  if (!infrared || !own) throw new RangeError('both need infrared');
  const toOwner = invert(fitSimilarity(placesOf(owner.mesh), placesOf(wearer.mesh)));
  const gain = (owner.distance / wearer.distance) ** 2;
  const data = new Uint16Array(own.data.length);
  for (let v = 0, i = 0; v < depth.height; v++)
    for (let u = 0; u < depth.width; u++, i++) {
      const [x, y] = apply(toOwner, u, v);
      data[i] = Math.min(65535, Math.round(gain * between(infrared, x, y)));
    }
  return { ...wearer.still, infrared: { ...own, data } };
}

const placesOf = ({ landmarks }: FaceMesh): Float32Array => landmarks.filter((_, i) => i % 3 < 2);

/** Bilinear; 0 beside the picture. */
function between(
  { data, width, height }: { data: Uint16Array; width: number; height: number },
  x: number,
  y: number,
): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  if (left < 0 || top < 0 || left >= width - 1 || top >= height - 1) return 0;
  const [ax, ay] = [x - left, y - top];
  const i = top * width + left;
  return (
    (1 - ay) * ((1 - ax) * data[i] + ax * data[i + 1]) +
    ay * ((1 - ax) * data[i + width] + ax * data[i + width + 1])
  );
}
