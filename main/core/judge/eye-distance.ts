/** How far apart the eyes are, in the head's own frame: there neither a turn of the head nor a hole in the depth makes a difference. */
import { mm, type Millimetres } from '../../contract/units.ts';
import { LANDMARK } from '../face/mesh.ts';
import type { FaceMesh } from '../face/types.ts';
import { unproject } from '../geometry/camera.ts';
import { apply, compose, identity, invert, type Vec3 } from '../geometry/rigid.ts';
import type { Intrinsics, Rigid } from '../sense/frames.ts';
import type { MeanFace } from '../shape/mean-face.ts';

/** Corners of the right and the left eye: the centre lies midway. */
const EYE_CORNERS = [
  [LANDMARK.rightEyeOuter, LANDMARK.rightEyeInner],
  [LANDMARK.leftEyeOuter, LANDMARK.leftEyeInner],
] as const;

/** The camera whose picture shows the landmarks; `fromDepth` from the depth camera's coordinates to its own. */
export interface PictureCamera {
  readonly intrinsics: Intrinsics;
  readonly fromDepth?: Rigid;
}

/**
 * The lines of sight through both eyes meet the plane, across the settled head, in which the eyes of the mean face lie. Deeper eyes
 * than those shift both points alike. One eye's depth, which at the edge of the nose or behind glasses is that of something else, has no
 * part in it.
 * @param mesh landmarks in the camera's picture
 */
export function interocularInHead(
  mesh: FaceMesh,
  headToCamera: Rigid,
  { intrinsics, fromDepth = identity }: PictureCamera,
  mean: Pick<MeanFace, 'landmarks'>,
): Millimetres {
  const pictureToHead = invert(compose(fromDepth, headToCamera));
  const plane = EYE_CORNERS.flat().reduce((sum, i) => sum + mean.landmarks[3 * i + 2] / 4, 0);
  const origin = pictureToHead.translation;
  const [right, left] = EYE_CORNERS.map(([a, b]): Vec3 => {
    const middle = (axis: number) => (mesh.landmarks[3 * a + axis] + mesh.landmarks[3 * b + axis]) / 2;
    const through = apply(pictureToHead, unproject(intrinsics, middle(0), middle(1), 1));
    const along = [0, 1, 2].map((axis) => through[axis] - origin[axis]);
    const reach = (plane - origin[2]) / along[2];
    return [origin[0] + reach * along[0], origin[1] + reach * along[1], plane];
  });
  return mm(Math.hypot(right[0] - left[0], right[1] - left[1]));
}
