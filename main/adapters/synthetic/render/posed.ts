/** Meshes moved to where their people are, and seen by a camera. */
import type { Intrinsics, Rigid } from '../../../core/sense/frames.ts';
import { headRotation, type Pose } from './pose.ts';
import type { RenderMesh } from './render-mesh.ts';

/** Vertices in depth camera coordinates (mm) with their normals. */
export interface PosedMesh {
  readonly mesh: RenderMesh;
  readonly points: Float32Array;
  readonly normals: Float32Array;
}

/** Screen positions are exact multiples of 1/256 pixel, so that edges shared by triangles leave no cracks. */
export const SUBPIXELS = 256;

/** Vertices as one camera sees them. */
export interface Projected {
  /** Camera coordinates, mm. */
  readonly points: Float32Array;
  /** x, y in 1/256 pixel, whole numbers. */
  readonly screen: Int32Array;
  /** 1/z, or 0 for what lies behind or too near before the camera. */
  readonly inverseDepth: Float64Array;
}

const STEPS = 8;
const NEAR = 60;

/**
 * Moves a mesh into the depth camera's coordinates. A vertex that follows the head by a share of its turn is
 * turned by that share of the angles (as the bones of the neck do), in eighths with linear blending between.
 */
export function posed(mesh: RenderMesh, pose: Pose): PosedMesh {
  const points = new Float32Array(3 * mesh.vertexCount);
  const normals = new Float32Array(3 * mesh.vertexCount);
  return place(mesh, pose, points, normals);
}

/** Memory for meshes that are drawn at once, one each. */
const passing: { points: Float32Array; normals: Float32Array }[] = [];

/** The same for some meshes that are drawn together and then gone: the next call writes over them. */
export const posedInPassing = (actors: readonly { readonly mesh: RenderMesh; readonly pose: Pose }[]) =>
  actors.map(({ mesh, pose }, i): PosedMesh => {
    const length = 3 * mesh.vertexCount;
    if (!passing[i] || passing[i].points.length < length)
      passing[i] = { points: new Float32Array(length), normals: new Float32Array(length) };
    const { points, normals } = passing[i];
    return place(mesh, pose, points.subarray(0, length), normals.subarray(0, length));
  });

function place(mesh: RenderMesh, pose: Pose, points: Float32Array, normals: Float32Array): PosedMesh {
  const turns = Array.from({ length: STEPS + 1 }, (_, k) =>
    headRotation((pose.yaw * k) / STEPS, (pose.pitch * k) / STEPS, (pose.roll * k) / STEPS),
  );
  const { positions: p, normals: n, follow, vertexCount } = mesh;
  const [px, py, pz] = mesh.pivot;
  const [ax, ay, az] = pose.at;
  const blend = new Float64Array(9);
  let last = -1;
  for (let v = 0, i = 0; v < vertexCount; v++, i += 3) {
    const share = follow[v];
    if (share !== last) {
      const step = Math.min(Math.floor(share * STEPS), STEPS - 1);
      const part = share * STEPS - step;
      const [low, high] = [turns[step], turns[step + 1]];
      for (let k = 0; k < 9; k++) blend[k] = low[k] + part * (high[k] - low[k]);
      last = share;
    }
    const x = p[i] - px;
    const y = p[i + 1] - py;
    const z = p[i + 2] - pz;
    points[i] = ax + px + blend[0] * x + blend[1] * y + blend[2] * z;
    points[i + 1] = ay - py - blend[3] * x - blend[4] * y - blend[5] * z;
    points[i + 2] = az - pz - blend[6] * x - blend[7] * y - blend[8] * z;
    const nx = n[i];
    const ny = n[i + 1];
    const nz = n[i + 2];
    normals[i] = blend[0] * nx + blend[1] * ny + blend[2] * nz;
    normals[i + 1] = -blend[3] * nx - blend[4] * ny - blend[5] * nz;
    normals[i + 2] = -blend[6] * nx - blend[7] * ny - blend[8] * nz;
  }
  return { mesh, points, normals };
}

/** Memory for what one camera sees; kept from mesh to mesh, since fresh memory costs as much as the sums. */
let scratch = scratchFor(0);
function scratchFor(count: number) {
  return {
    points: new Float32Array(3 * count),
    screen: new Int32Array(2 * count),
    inverseDepth: new Float64Array(count),
  };
}

/**
 * A mesh as a camera sees it; the next call writes over it.
 * @param toCamera from the depth camera's coordinates to those of `camera`; none where that is the depth camera
 */
export function projected(body: PosedMesh, camera: Intrinsics, toCamera?: Rigid): Projected {
  const count = body.mesh.vertexCount;
  if (scratch.inverseDepth.length < count) scratch = scratchFor(count);
  const { screen, inverseDepth } = scratch;
  const points = toCamera ? move(body.points, toCamera, scratch.points) : body.points;
  const { fx, fy, cx, cy } = camera;
  for (let v = 0; v < count; v++) {
    const z = points[3 * v + 2];
    if (z < NEAR) {
      inverseDepth[v] = 0;
      continue;
    }
    const inverse = 1 / z;
    inverseDepth[v] = inverse;
    screen[2 * v] = Math.floor((points[3 * v] * inverse * fx + cx) * SUBPIXELS + 0.5);
    screen[2 * v + 1] = Math.floor((points[3 * v + 1] * inverse * fy + cy) * SUBPIXELS + 0.5);
  }
  return { points, screen, inverseDepth };
}

function move(from: Float32Array, { rotation, translation }: Rigid, to: Float32Array): Float32Array {
  const [r0, r1, r2, r3, r4, r5, r6, r7, r8] = rotation;
  const [tx, ty, tz] = translation;
  for (let i = 0; i < from.length; i += 3) {
    const x = from[i];
    const y = from[i + 1];
    const z = from[i + 2];
    to[i] = r0 * x + r1 * y + r2 * z + tx;
    to[i + 1] = r3 * x + r4 * y + r5 * z + ty;
    to[i + 2] = r6 * x + r7 * y + r8 * z + tz;
  }
  return to;
}
