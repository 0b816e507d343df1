/**
 * Somebody who is too near, too far away or half outside the picture: where a face cannot be judged, but what to do about it can be
 * said. Only clues are looked for in depth, at next to no cost; a face in the picture confirms them.
 */
import type { GuidanceCode } from '../../contract/codes.ts';
import type { Region as Box } from '../face/infrared.ts';
import type { FaceBox, FaceMesh } from '../face/types.ts';
import { project, unproject } from '../geometry/camera.ts';
import { apply, identity, invert } from '../geometry/rigid.ts';
import type { PictureCamera } from '../judge/eye-distance.ts';
import type { Intrinsics, SensorFrame } from './frames.ts';
import { FAR_MM, findPresence, NEAR_MM } from './presence.ts';
import type { Region } from './registration.ts';

const LIMITS = {
  /** Farther away than this nobody wants to unlock, mm. */
  beyond: 2500,
  /** A wall is wider than a head with its shoulders, mm. */
  widest: 560,
  /** Every so many pixels each way are looked at. */
  step: 8,
  /** Share of the picture that a face fills which is too near to be measured; more where no infrared tells it from shadows. */
  hole: { infrared: 0.08, depth: 0.2 },
  /** Infrared of skin so near is brighter than this; a window or the sky, which have no depth either, is darker. */
  bright: 12_000,
  /** Nothing that moves by less from one look to the next moves: mm, and depth pixels. */
  still: { distance: 25, pixels: 6 },
  /** Eyes are this far apart, mm: within a fifth, whoever it is. */
  eyes: 63,
  /** A face without depth that is nearer than this is too near, mm; farther away it is hidden by something else. */
  near: 600,
  /** Share of the landmarks outside that makes a face half outside. */
  outside: 0.15,
} as const;

export interface OutOfReach {
  readonly guidance: Extract<GuidanceCode, 'back' | 'closer'>;
  /** Where the face must be, in depth pixels, and at about which distance, mm. */
  readonly region: Region;
  readonly distance: number;
}

/** What may be a face that is too near to be measured, or a head beyond reach; undefined where there is nothing like either. */
export function outOfReach(frame: SensorFrame): OutOfReach | undefined {
  const { width, height } = frame.depth;
  if (holeShare(frame) >= LIMITS.hole[frame.infrared ? 'infrared' : 'depth'])
    return { guidance: 'back', region: { left: 0, top: 0, right: width, bottom: height }, distance: NEAR_MM };
  const [head] = findPresence(frame.depth, FAR_MM, LIMITS.beyond).filter(
    (presence) => presence.width <= LIMITS.widest,
  );
  return head && { guidance: 'closer', region: head.region, distance: head.distance };
}

/** Whether a clue is where one was before: a thing that was found to be no face stays none. */
export const isWhere = (a: OutOfReach, b: OutOfReach): boolean =>
  a.guidance === b.guidance &&
  Math.abs(a.distance - b.distance) <= LIMITS.still.distance &&
  Math.abs(a.region.left - b.region.left) <= LIMITS.still.pixels &&
  Math.abs(a.region.top - b.region.top) <= LIMITS.still.pixels;

/** Share of the picture without depth, or with less than a face may have, where something bright is near. */
function holeShare({ depth, infrared }: SensorFrame): number {
  const { width, height, data } = depth;
  let hole = 0;
  let all = 0;
  for (let y = 0; y < height; y += LIMITS.step)
    for (let x = 0; x < width; x += LIMITS.step, all++) {
      const i = y * width + x;
      if (data[i] < NEAR_MM && (!infrared || infrared.data[i] >= LIMITS.bright)) hole++;
    }
  return hole / all;
}

/** About how far away a found face is, by the distance between its eyes in the picture, mm. A turned head seems farther away. */
export function distanceBySize({ points }: Pick<FaceBox, 'points'>, { fx }: Intrinsics): number {
  return (LIMITS.eyes * fx) / Math.hypot(points[2] - points[0], points[3] - points[1]);
}

/** Whether a face of which no depth was measured is too near for the sensor. */
export const seemsTooNear = (box: Pick<FaceBox, 'points'>, camera: Intrinsics): boolean =>
  distanceBySize(box, camera) < LIMITS.near;

/** Whether a found face is where the clue says. */
export const confirms = (clue: OutOfReach, box: Pick<FaceBox, 'points'>, camera: Intrinsics): boolean =>
  clue.guidance === 'back' ? seemsTooNear(box, camera) : distanceBySize(box, camera) > LIMITS.near;

/** The part of a camera's picture that shows a depth region at this distance. */
export function windowAt(
  region: Region,
  distance: number,
  depth: Intrinsics,
  { intrinsics, fromDepth = identity }: PictureCamera,
): Box {
  const corners = [region.left, region.right].flatMap((u) =>
    [region.top, region.bottom].map((v) =>
      project(intrinsics, apply(fromDepth, unproject(depth, u, v, distance))),
    ),
  );
  const span = (values: readonly number[], most: number) => {
    const from = Math.max(0, Math.floor(Math.min(...values)));
    return [from, Math.max(1, Math.min(most, Math.ceil(Math.max(...values))) - from)] as const;
  };
  const [x, width] = span(
    corners.map(([u]) => u),
    intrinsics.width,
  );
  const [y, height] = span(
    corners.map(([, v]) => v),
    intrinsics.height,
  );
  return { x, y, width, height };
}

/**
 * Whether much of a face is outside the picture, or outside what the depth camera sees.
 * @param distance of the face, mm
 */
export function isPartlyOutside(
  { landmarks }: FaceMesh,
  { intrinsics, fromDepth = identity }: PictureCamera,
  depth: Intrinsics,
  distance: number,
): boolean {
  const toDepth = invert(fromDepth);
  const isIn = ([u, v]: readonly [number, number], { width, height }: Intrinsics) =>
    u >= -0.5 && v >= -0.5 && u < width - 0.5 && v < height - 0.5;
  let outside = 0;
  for (let i = 0; i < landmarks.length; i += 3) {
    const [u, v] = [landmarks[i], landmarks[i + 1]];
    const at = apply(toDepth, unproject(intrinsics, u, v, distance));
    if (!isIn([u, v], intrinsics) || !isIn(project(depth, at), depth)) outside++;
  }
  return outside / (landmarks.length / 3) > LIMITS.outside;
}
