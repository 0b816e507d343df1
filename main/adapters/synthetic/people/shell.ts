/**
 * Layers that grow over the skin: a region is carved out of the skin mesh along the zero line of a field over the rest
 * mesh (so that its edge is clean) and raised along the normals. Shirts, beards, cropped hair, hats and scarves.
 */
import { Random } from '../../../core/random.ts';
import type { Texture } from '../surface.ts';
import { restPoints } from './landmarks.ts';
import type { HeadPack } from './pack.ts';

/** Signed depth inside a region, about millimetres, at a place of the rest mesh in the head's frame; positive inside. */
export type Field = (x: number, y: number, z: number) => number;

/** A region of the skin. Its vertices lie on edges of the skin mesh: (1 − t)·a + t·b. */
export interface Region {
  /** Points of the pack. */
  readonly a: Uint16Array;
  readonly b: Uint16Array;
  readonly t: Float32Array;
  /** The field's value at each vertex. */
  readonly depth: Float32Array;
  readonly uvs: Float32Array;
  readonly follow: Float32Array;
  readonly triangles: Uint32Array;
}

/** Carves the region where the field is positive; skin inside mouth and eye sockets is left out. */
export function carve(pack: HeadPack, field: Field): Region {
  const { references, uvs, triangles, follow } = pack.mesh('skin');
  const [insideU, insideV] = pack.content.skinInside;
  const values = fieldValues(pack, field);
  const region = {
    a: [] as number[],
    b: [] as number[],
    t: [] as number[],
    depth: [] as number[],
    uvs: [] as number[],
    follow: [] as number[],
    triangles: [] as number[],
  };
  const known = new Map<number, number>();
  /** The vertex where the edge i–j crosses zero, or skin vertex i itself where j is i. */
  const vertex = (i: number, j: number): number => {
    const [low, high] = i < j ? [i, j] : [j, i];
    const key = low * 65536 + high;
    let index = known.get(key);
    if (index !== undefined) return index;
    index = region.t.length;
    known.set(key, index);
    const t = low === high ? 0 : values[low] / (values[low] - values[high]);
    const blend = (p: number, q: number) => p + t * (q - p);
    region.a.push(references[low]);
    region.b.push(references[high]);
    region.t.push(t);
    region.depth.push(low === high ? values[low] : 0);
    region.uvs.push(blend(uvs[low * 2], uvs[high * 2]), blend(uvs[low * 2 + 1], uvs[high * 2 + 1]));
    region.follow.push(blend(follow[low], follow[high]));
    return index;
  };
  for (let i = 0; i < triangles.length; i += 3) {
    const corners = [triangles[i], triangles[i + 1], triangles[i + 2]];
    if (corners.every((c) => values[c] <= 0)) continue;
    if (corners.every((c) => uvs[c * 2] >= insideU && uvs[c * 2 + 1] >= insideV)) continue;
    const polygon: number[] = [];
    corners.forEach((c, k) => {
      const next = corners[(k + 1) % 3];
      if (values[c] > 0) polygon.push(vertex(c, c));
      if (values[c] > 0 !== values[next] > 0) polygon.push(vertex(c, next));
    });
    for (let k = 2; k < polygon.length; k++) region.triangles.push(polygon[0], polygon[k - 1], polygon[k]);
  }
  return {
    a: Uint16Array.from(region.a),
    b: Uint16Array.from(region.b),
    t: Float32Array.from(region.t),
    depth: Float32Array.from(region.depth),
    uvs: Float32Array.from(region.uvs),
    follow: Float32Array.from(region.follow),
    triangles: Uint32Array.from(region.triangles),
  };
}

/** The field at every vertex of the skin. */
function fieldValues(pack: HeadPack, field: Field): Float64Array {
  const rest = restPoints(pack);
  return Float64Array.from(pack.mesh('skin').references, (p) =>
    field(rest[p * 3], rest[p * 3 + 1], rest[p * 3 + 2]),
  );
}

/** Unit normals of the skin at the pack's points, p × 3 (0 where there is no skin), weighted by area. */
export function skinNormals(pack: HeadPack, points: Float64Array): Float64Array {
  const { references, triangles } = pack.mesh('skin');
  const normals = new Float64Array(points.length);
  for (let i = 0; i < triangles.length; i += 3) {
    const a = references[triangles[i]] * 3;
    const b = references[triangles[i + 1]] * 3;
    const c = references[triangles[i + 2]] * 3;
    const [ux, uy, uz] = [
      points[b] - points[a],
      points[b + 1] - points[a + 1],
      points[b + 2] - points[a + 2],
    ];
    const [vx, vy, vz] = [
      points[c] - points[a],
      points[c + 1] - points[a + 1],
      points[c + 2] - points[a + 2],
    ];
    const [nx, ny, nz] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
    for (const p of [a, b, c]) {
      normals[p] = normals[p] + nx;
      normals[p + 1] = normals[p + 1] + ny;
      normals[p + 2] = normals[p + 2] + nz;
    }
  }
  for (let p = 0; p < normals.length; p += 3) {
    const length = Math.sqrt(
      normals[p] * normals[p] + normals[p + 1] * normals[p + 1] + normals[p + 2] * normals[p + 2],
    );
    if (length > 0) for (let k = p; k < p + 3; k++) normals[k] = normals[k] / length;
  }
  return normals;
}

/** Positions of a region raised by `thickness(depth)` millimetres along the normals, n × 3. */
export function raise(
  { a, b, t, depth }: Region,
  points: Float64Array,
  normals: Float64Array,
  thickness: (depth: number) => number,
): Float32Array {
  const positions = new Float32Array(t.length * 3);
  for (let i = 0; i < t.length; i++) {
    const height = thickness(depth[i]);
    for (let k = 0; k < 3; k++) {
      const p = a[i] * 3 + k;
      const q = b[i] * 3 + k;
      const place = points[p] + t[i] * (points[q] - points[p]);
      positions[i * 3 + k] = place + height * (normals[p] + t[i] * (normals[q] - normals[p]));
    }
  }
  return positions;
}

/** How short hair covers skin. */
export interface Growth {
  /** Share of the skin that is covered well inside the region, 0 … 1. */
  readonly density: number;
  /** Millimetres from the region's edge over which the growth becomes dense. */
  readonly fade: number;
}

const MASK_WIDTH = 408;
const MASK_HEIGHT = 352;

/** A texture in the skin's coordinates: grey noise with an alpha that grows denser inwards from the region's edge. */
export function growthTexture(pack: HeadPack, field: Field, { density, fade }: Growth): Texture {
  const { uvs, triangles } = pack.mesh('skin');
  const values = fieldValues(pack, field);
  const data = new Uint8Array(MASK_WIDTH * MASK_HEIGHT * 4);
  const random = new Random('growth');
  for (let i = 0; i < data.length; i += 4) {
    const bits = random.uint32();
    data.fill(140 + ((bits & 255) >> 2), i, i + 3);
    // Kept until the field is known: a pixel grows hair where this is below the local density.
    data[i + 3] = bits >>> 24;
  }
  const covered = new Uint8Array(MASK_WIDTH * MASK_HEIGHT);
  for (let i = 0; i < triangles.length; i += 3) {
    const [a, b, c] = [triangles[i], triangles[i + 1], triangles[i + 2]];
    if (values[a] <= 0 && values[b] <= 0 && values[c] <= 0) continue;
    const [ax, ay, bx, by, cx, cy] = [a, b, c].flatMap((v) => [
      uvs[v * 2] * MASK_WIDTH - 0.5,
      uvs[v * 2 + 1] * MASK_HEIGHT - 0.5,
    ]) as [number, number, number, number, number, number];
    const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
    if (area === 0) continue;
    const [left, right] = [
      Math.max(0, Math.floor(Math.min(ax, bx, cx))),
      Math.min(MASK_WIDTH - 1, Math.ceil(Math.max(ax, bx, cx))),
    ];
    const [top, bottom] = [
      Math.max(0, Math.floor(Math.min(ay, by, cy))),
      Math.min(MASK_HEIGHT - 1, Math.ceil(Math.max(ay, by, cy))),
    ];
    for (let y = top; y <= bottom; y++)
      for (let x = left; x <= right; x++) {
        const wb = ((x - ax) * (cy - ay) - (cx - ax) * (y - ay)) / area;
        const wc = ((bx - ax) * (y - ay) - (x - ax) * (by - ay)) / area;
        if (wb < -0.01 || wc < -0.01 || wb + wc > 1.01) continue;
        const depth = values[a] + wb * (values[b] - values[a]) + wc * (values[c] - values[a]);
        const pixel = y * MASK_WIDTH + x;
        if (covered[pixel] === 1 || depth <= 0) continue;
        covered[pixel] = 1;
        data[pixel * 4 + 3] = data[pixel * 4 + 3] < 256 * density * Math.min(1, depth / fade) ? 255 : 0;
      }
  }
  for (let i = 0; i < covered.length; i++) if (covered[i] === 0) data[i * 4 + 3] = 0;
  return { width: MASK_WIDTH, height: MASK_HEIGHT, channels: 4, data };
}
