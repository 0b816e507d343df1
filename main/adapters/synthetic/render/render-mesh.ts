/** A person's surfaces laid end to end with smooth normals: what the rasteriser reads. */
import type { Material, Person, Surface, Texture } from '../surface.ts';
import { occlusion } from './occlusion.ts';

/** Consecutive triangles with one material. */
interface MeshPart {
  readonly name: string;
  /** Range in RenderMesh.triangles, counted in triangles. */
  readonly from: number;
  readonly to: number;
  /** Range of the part's vertices. */
  readonly firstVertex: number;
  readonly endVertex: number;
  readonly material: Material;
  readonly texture: Texture | undefined;
  readonly twoSided: boolean;
}

/** All arrays by vertex (x, y, z interleaved where there are three), head frame at rest, millimetres. */
export interface RenderMesh {
  readonly vertexCount: number;
  readonly positions: Float32Array;
  readonly normals: Float32Array;
  readonly uvs: Float32Array;
  readonly follow: Float32Array;
  /** How much of the surrounding light reaches each of the vertices (or all), 0 … 1 by vertex; made on first use by colour. */
  openness(vertices?: Uint32Array): Float32Array;
  readonly triangles: Uint32Array;
  readonly parts: readonly MeshPart[];
  readonly pivot: readonly [number, number, number];
}

const welds = new WeakMap<Uint32Array, Uint32Array>();

/**
 * For each vertex the first one at the same place: vertices split at texture seams share their normal. Found once for whatever shares
 * its triangles, hence at rest: else it would depend on who came first.
 */
function weldOf(surface: Surface): Uint32Array {
  const count = surface.positions.length / 3;
  const known = welds.get(surface.triangles);
  if (known?.length === count) return known;
  const first = new Map<number, number>();
  const p = surface.atRest?.() ?? surface.positions;
  const weld = Uint32Array.from({ length: count }, (_, i) => {
    const [x, y, z] = [0, 1, 2].map((k) => Math.floor(p[3 * i + k] * 50) + 65536);
    const key = (x * 131072 + y) * 131072 + z;
    const seen = first.get(key);
    if (seen !== undefined) return seen;
    first.set(key, i);
    return i;
  });
  welds.set(surface.triangles, weld);
  return weld;
}

function addNormals(surface: Surface, normals: Float32Array): void {
  const p = surface.positions;
  const t = surface.triangles;
  const weld = weldOf(surface);
  for (let i = 0; i < t.length; i += 3) {
    const a = t[i] * 3;
    const b = t[i + 1] * 3;
    const c = t[i + 2] * 3;
    const ux = p[b] - p[a];
    const uy = p[b + 1] - p[a + 1];
    const uz = p[b + 2] - p[a + 2];
    const vx = p[c] - p[a];
    const vy = p[c + 1] - p[a + 1];
    const vz = p[c + 2] - p[a + 2];
    const nx = uy * vz - uz * vy;
    const ny = uz * vx - ux * vz;
    const nz = ux * vy - uy * vx;
    for (let k = 0; k < 3; k++) {
      const w = weld[t[i + k]] * 3;
      normals[w] += nx;
      normals[w + 1] += ny;
      normals[w + 2] += nz;
    }
  }
  for (let i = 0; i < weld.length; i++) {
    const w = weld[i] * 3;
    const nx = normals[w];
    const ny = normals[w + 1];
    const nz = normals[w + 2];
    // A welded vertex comes after its first one, which is already of unit length: this changes nothing then.
    const scale = 1 / Math.max(Math.sqrt(nx * nx + ny * ny + nz * nz), 1e-12);
    normals[3 * i] = nx * scale;
    normals[3 * i + 1] = ny * scale;
    normals[3 * i + 2] = nz * scale;
  }
}

function build(person: Person): RenderMesh {
  const surfaces = person.surfaces;
  const vertexCount = surfaces.reduce((sum, s) => sum + s.positions.length / 3, 0);
  const positions = new Float32Array(vertexCount * 3);
  const normals = new Float32Array(vertexCount * 3);
  const uvs = new Float32Array(vertexCount * 2);
  const follow = new Float32Array(vertexCount);
  const triangles = new Uint32Array(surfaces.reduce((sum, s) => sum + s.triangles.length, 0));
  const parts: MeshPart[] = [];
  let vertex = 0;
  let corner = 0;
  for (const surface of surfaces) {
    const count = surface.positions.length / 3;
    positions.set(surface.positions, vertex * 3);
    uvs.set(surface.uvs, vertex * 2);
    follow.set(surface.follow, vertex);
    addNormals(surface, normals.subarray(vertex * 3, (vertex + count) * 3));
    for (let i = 0; i < surface.triangles.length; i++) triangles[corner + i] = surface.triangles[i] + vertex;
    parts.push({
      name: surface.name,
      from: corner / 3,
      to: (corner + surface.triangles.length) / 3,
      firstVertex: vertex,
      endVertex: vertex + count,
      material: surface.material,
      texture: surface.texture,
      twoSided: surface.twoSided ?? false,
    });
    vertex += count;
    corner += surface.triangles.length;
  }
  let open: ReturnType<typeof occlusion> | undefined;
  const mesh: RenderMesh = {
    vertexCount,
    positions,
    normals,
    uvs,
    follow,
    triangles,
    parts,
    pivot: person.pivot,
    openness: (vertices) => (open ??= occlusion(mesh))(vertices),
  };
  return mesh;
}

const meshes = new WeakMap<Person, RenderMesh>();

/** The mesh of a person; made on first use (2–4 ms) and kept as long as the person is. */
export function meshOf(person: Person): RenderMesh {
  let mesh = meshes.get(person);
  if (!mesh) meshes.set(person, (mesh = build(person)));
  return mesh;
}
