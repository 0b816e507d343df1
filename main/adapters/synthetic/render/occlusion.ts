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

/**
 * For each direction the mesh is drawn as points and triangle centres into a coarse orthographic depth
 * picture; a vertex is lit from there if nothing lies well before it. Weighted by the cosine to the normal.
 * @returns one value 0 … 1 for each vertex.
 */
export function occlusion(mesh: RenderMesh): Float32Array {
  const { positions: p, normals: n, vertexCount } = mesh;
  // Rooms and tables are larger than the coarse picture: they count as open.
  if (p.some((coordinate) => Math.abs(coordinate) > 700)) return new Float32Array(vertexCount).fill(1);
  const seen = new Float32Array(vertexCount);
  const total = new Float32Array(vertexCount).fill(1e-6);
  const picture = new Float32Array(SIZE * SIZE);
  const scale = SIZE / 640;
  const centres = opaqueCentres(mesh);
  for (const [dx, dy, dz] of directions()) {
    // Two axes across the direction.
    const l = Math.sqrt(dx * dx + dz * dz);
    const [ax, az] = [dz / l, -dx / l];
    const [bx, by, bz] = [dy * az, dz * ax - dx * az, -dy * ax];
    // Written out twice below: as functions they cost a fifth more.
    picture.fill(-1e9);
    for (let i = 0; i < centres.length; i += 3) {
      const x = centres[i];
      const y = centres[i + 1];
      const z = centres[i + 2];
      const c = Math.floor((ax * x + az * z) * scale + SIZE / 2);
      const r = Math.floor((bx * x + by * y + bz * z) * scale + SIZE / 2);
      if (c < 0 || r < 0 || c >= SIZE || r >= SIZE) continue;
      const height = dx * x + dy * y + dz * z;
      if (height > picture[r * SIZE + c]) picture[r * SIZE + c] = height;
    }
    for (let v = 0; v < vertexCount; v++) {
      const cosine = dx * n[3 * v] + dy * n[3 * v + 1] + dz * n[3 * v + 2];
      if (cosine <= 0.05) continue;
      total[v] += cosine;
      const x = p[3 * v] + 4 * n[3 * v];
      const y = p[3 * v + 1] + 4 * n[3 * v + 1];
      const z = p[3 * v + 2] + 4 * n[3 * v + 2];
      const c = Math.floor((ax * x + az * z) * scale + SIZE / 2);
      const r = Math.floor((bx * x + by * y + bz * z) * scale + SIZE / 2);
      const inside = c >= 0 && r >= 0 && c < SIZE && r < SIZE;
      if (!inside || picture[r * SIZE + c] < dx * x + dy * y + dz * z + SLACK) seen[v] += cosine;
    }
  }
  for (let v = 0; v < vertexCount; v++) seen[v] = (seen[v] + 1e-6) / total[v];
  return seen;
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
