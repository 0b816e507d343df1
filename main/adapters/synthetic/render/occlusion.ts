/** Ambient occlusion: how much of the surrounding light reaches each vertex of a person at rest. */
import type { RenderMesh } from './render-mesh.ts';

const SIZE = 128;
const DIRECTIONS = 24;
/** Depth by which a vertex may lie behind the surface that the coarse picture shows, millimetres. */
const SLACK = 5;

/** Directions spread evenly over the sphere (Fibonacci lattice), only those from which light comes. */
function directions(): [number, number, number][] {
  // Rotation by the golden angle, kept as a complex number so that no trigonometry is needed.
  const [gx, gy] = [-0.7373688780783197, 0.6754902942615238];
  let [x, y] = [1, 0];
  return Array.from({ length: DIRECTIONS }, (_, i) => {
    const z = 1 - (1.4 * (i + 0.5)) / DIRECTIONS;
    const r = Math.sqrt(1 - z * z);
    const d: [number, number, number] = [r * x, r * y, z];
    [x, y] = [x * gx - y * gy, x * gy + y * gx];
    return d;
  });
}

/** A direction, the two axes across it, and how far the mesh reaches towards it: the greatest height in each cell. */
interface Outlook {
  readonly towards: readonly [number, number, number];
  readonly across: readonly [number, number];
  readonly down: readonly [number, number, number];
  readonly picture: Float32Array;
}

const SCALE = SIZE / 640;

/**
 * For each direction the mesh is drawn as points and triangle centres into a coarse orthographic depth
 * picture; a vertex is lit from there if nothing lies well before it. Weighted by the cosine to the normal.
 * @returns values 0 … 1 by vertex, valid for the given vertices (for all of them where none are given) and those of earlier calls.
 */
export function occlusion(mesh: RenderMesh): (vertices?: Uint32Array) => Float32Array {
  const { vertexCount } = mesh;
  // Rooms and tables are larger than the coarse picture: they count as open.
  if (exceeds(mesh.positions, 700)) {
    const open = new Float32Array(vertexCount).fill(1);
    return () => open;
  }
  const centres = opaqueCentres(mesh);
  const outlooks = directions().map((towards) => outlook(centres, towards));
  const open = new Float32Array(vertexCount);
  const known = new Uint8Array(vertexCount);
  return (vertices = Uint32Array.from(open, (_, v) => v)) => {
    const unknown = vertices.filter((v) => known[v] === 0);
    if (unknown.length > 0) lookOut(mesh, outlooks, unknown, open);
    for (const v of unknown) known[v] = 1;
    return open;
  };
}

function exceeds(positions: Float32Array, limit: number): boolean {
  for (let i = 0; i < positions.length; i++) if (Math.abs(positions[i]) > limit) return true;
  return false;
}

function outlook(centres: Float64Array, towards: readonly [number, number, number]): Outlook {
  const [dx, dy, dz] = towards;
  const l = Math.sqrt(dx * dx + dz * dz);
  const [ax, az] = [dz / l, -dx / l];
  const [bx, by, bz] = [dy * az, dz * ax - dx * az, -dy * ax];
  const picture = new Float32Array(SIZE * SIZE).fill(-1e9);
  for (let i = 0; i < centres.length; i += 3) {
    const x = centres[i];
    const y = centres[i + 1];
    const z = centres[i + 2];
    const c = (ax * x + az * z) * SCALE + SIZE / 2;
    const r = (bx * x + by * y + bz * z) * SCALE + SIZE / 2;
    if (!(c >= 0 && r >= 0 && c < SIZE && r < SIZE)) continue;
    const height = dx * x + dy * y + dz * z;
    const cell = (r | 0) * SIZE + (c | 0);
    if (height > picture[cell]) picture[cell] = height;
  }
  return { towards, across: [ax, az], down: [bx, by, bz], picture };
}

/** Sets the openness of the given vertices. */
function lookOut(
  { positions: p, normals: n }: RenderMesh,
  outlooks: readonly Outlook[],
  vertices: Uint32Array,
  open: Float32Array,
): void {
  const seen = new Float32Array(vertices.length);
  const total = new Float32Array(vertices.length).fill(1e-6);
  for (const { towards, across, down, picture } of outlooks) {
    const [dx, dy, dz] = towards;
    const [ax, az] = across;
    const [bx, by, bz] = down;
    for (let i = 0; i < vertices.length; i++) {
      const v = 3 * vertices[i];
      const cosine = dx * n[v] + dy * n[v + 1] + dz * n[v + 2];
      if (cosine <= 0.05) continue;
      total[i] += cosine;
      const x = p[v] + 4 * n[v];
      const y = p[v + 1] + 4 * n[v + 1];
      const z = p[v + 2] + 4 * n[v + 2];
      const c = (ax * x + az * z) * SCALE + SIZE / 2;
      const r = (bx * x + by * y + bz * z) * SCALE + SIZE / 2;
      const inside = c >= 0 && r >= 0 && c < SIZE && r < SIZE;
      if (!inside || picture[(r | 0) * SIZE + (c | 0)] < dx * x + dy * y + dz * z + SLACK) seen[i] += cosine;
    }
  }
  for (let i = 0; i < vertices.length; i++) open[vertices[i]] = (seen[i] + 1e-6) / total[i];
}

/** Centres of all triangles that block light, x y z interleaved. */
function opaqueCentres({ positions: p, triangles: t, parts }: RenderMesh): Float64Array {
  const opaque = parts.filter((part) => part.material.kind !== 'glass');
  const centres = new Float64Array(3 * opaque.reduce((sum, { from, to }) => sum + to - from, 0));
  let o = 0;
  for (const part of opaque)
    for (let i = 3 * part.from; i < 3 * part.to; i += 3)
      for (let k = 0; k < 3; k++)
        centres[o++] = (p[3 * t[i] + k] + p[3 * t[i + 1] + k] + p[3 * t[i + 2] + k]) / 3;
  return centres;
}
