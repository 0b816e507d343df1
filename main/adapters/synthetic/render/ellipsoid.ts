/** Round surfaces. */
import type { Material, Surface } from '../surface.ts';
import { cosine, sine } from './exact.ts';

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
