/** An egg for a head, with a nose, on a cylinder: exact geometry for tests of the renderer. */
import { cosine, sine } from './exact.ts';
import type { Material, Person, Surface } from '../surface.ts';

const SKIN: Material = {
  kind: 'opaque',
  colour: [0.6, 0.42, 0.34],
  infrared: 0.6,
  infraredTexture: 0.3,
  gloss: 0.2,
};

/** An ellipsoid around `centre`; every vertex follows the head by `follow`. */
export function ellipsoid(
  name: string,
  centre: readonly [number, number, number],
  radii: readonly [number, number, number],
  options: { readonly material?: Material; readonly follow?: number; readonly rings?: number } = {},
): Surface {
  const rings = options.rings ?? 48;
  const around = 2 * rings;
  const positions: number[] = [];
  const uvs: number[] = [];
  const triangles: number[] = [];
  for (let r = 0; r <= rings; r++) {
    const polar = (Math.PI * r) / rings;
    for (let a = 0; a <= around; a++) {
      const angle = (2 * Math.PI * a) / around;
      const direction = [sine(polar) * sine(angle), cosine(polar), sine(polar) * cosine(angle)];
      for (let k = 0; k < 3; k++) positions.push(centre[k] + radii[k] * direction[k]);
      uvs.push(a / around, r / rings);
      if (r === rings || a === around) continue;
      const i = r * (around + 1) + a;
      const j = i + around + 1;
      triangles.push(i, j, i + 1, i + 1, j, j + 1);
    }
  }
  return {
    name,
    positions: Float32Array.from(positions),
    uvs: Float32Array.from(uvs),
    triangles: Uint32Array.from(triangles),
    follow: new Float32Array(positions.length / 3).fill(options.follow ?? 1),
    material: options.material ?? SKIN,
  };
}

/** Head 150×220×190 mm whose front is at z = 0, a nose tip at (0, −40, 25), shoulders. About 10,000 triangles. */
export function analyticHead(): Person {
  return {
    surfaces: [
      ellipsoid('head', [0, -20, -95], [75, 110, 95]),
      ellipsoid('nose', [0, -40, 5], [10, 14, 20], { rings: 10 }),
      ellipsoid('shoulders', [0, -300, -110], [220, 130, 90], { follow: 0, rings: 16 }),
    ],
    pivot: [0, -80, -95],
  };
}
