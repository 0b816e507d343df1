/** How a texture lies on a face, as the screen shows it. */
import { SUBPIXELS } from './posed.ts';
import type { TextureLevel } from './texture-chain.ts';

/** u/z and v/z at corner a, then by how much they change with the edge functions of b and of c: linear on the screen. */
export type TextureSlope = Float64Array;

export const textureSlope = (): TextureSlope => new Float64Array(6);

/**
 * Lays a texture on the face a, b, c: fills `slope`.
 * @param scale 1 / the face's doubled area (faces.ts)
 * @returns the level with about as many texels as the face has pixels
 */
export function layTexture(
  slope: TextureSlope,
  levels: readonly TextureLevel[],
  uvs: Float32Array,
  inverseDepth: Float64Array,
  a: number,
  b: number,
  c: number,
  scale: number,
): TextureLevel {
  const za = inverseDepth[a];
  const zb = inverseDepth[b];
  const zc = inverseDepth[c];
  const ua = uvs[2 * a];
  const va = uvs[2 * a + 1];
  const ub = uvs[2 * b];
  const vb = uvs[2 * b + 1];
  const uc = uvs[2 * c];
  const vc = uvs[2 * c + 1];
  const area = Math.abs((ub - ua) * (vc - va) - (uc - ua) * (vb - va));
  let level = levels[0];
  let texels = area * level.width * level.height * SUBPIXELS * SUBPIXELS * scale;
  for (let l = 1; texels > 2 && l < levels.length; l++, texels /= 4) level = levels[l];
  slope[0] = ua * za;
  slope[1] = va * za;
  slope[2] = (ub * zb - ua * za) * scale;
  slope[3] = (vb * zb - va * za) * scale;
  slope[4] = (uc * zc - ua * za) * scale;
  slope[5] = (vc * zc - va * za) * scale;
  return level;
}
