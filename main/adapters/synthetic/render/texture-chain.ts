/** Textures as the rasteriser reads them: linear light, with a chain of halved sizes (mip maps). */
import type { Texture } from '../surface.ts';
import { LINEAR, encode } from './srgb.ts';

export interface TextureLevel {
  readonly width: number;
  readonly height: number;
  /** Linear red, green, blue, and alpha 0 … 1 for each texel. */
  readonly rgba: Float32Array;
  /** Perceived brightness of each texel, its mean over the texture 1: the contrast for infrared. */
  readonly brightness: Float32Array;
}

const chains = new WeakMap<Texture, readonly TextureLevel[]>();

function base(texture: Texture): Float32Array {
  const { width, height, channels, data } = texture;
  const rgba = new Float32Array(width * height * 4);
  for (let i = 0, s = 0; i < rgba.length; i += 4, s += channels) {
    rgba[i] = LINEAR[data[s]]!;
    rgba[i + 1] = LINEAR[data[s + 1]]!;
    rgba[i + 2] = LINEAR[data[s + 2]]!;
    rgba[i + 3] = channels === 4 ? data[s + 3] / 255 : 1;
  }
  return rgba;
}

/** Averages 2×2 texels; colour is weighted by alpha so that what is cut out does not bleed in. */
function halved(rgba: Float32Array, width: number, height: number): Float32Array {
  const w = width >> 1;
  const h = height >> 1;
  const half = new Float32Array(w * h * 4);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      let r = 0;
      let g = 0;
      let b = 0;
      let a = 0;
      for (let k = 0; k < 4; k++) {
        const s = ((2 * y + (k >> 1)) * width + 2 * x + (k & 1)) * 4;
        const weight = rgba[s + 3] + 1e-6;
        r += rgba[s] * weight;
        g += rgba[s + 1] * weight;
        b += rgba[s + 2] * weight;
        a += weight;
      }
      const d = (y * w + x) * 4;
      half[d] = r / a;
      half[d + 1] = g / a;
      half[d + 2] = b / a;
      half[d + 3] = a / 4 - 1e-6;
    }
  }
  return half;
}

function brightnessOf(rgba: Float32Array): Float32Array {
  const brightness = new Float32Array(rgba.length / 4);
  for (let i = 0; i < brightness.length; i++) {
    const s = 4 * i;
    brightness[i] = Math.sqrt(0.2126 * rgba[s] + 0.7152 * rgba[s + 1] + 0.0722 * rgba[s + 2]);
  }
  return brightness;
}

/** The levels of a texture, largest first; made on first use and kept as long as the texture is. */
export function chainOf(texture: Texture): readonly TextureLevel[] {
  const known = chains.get(texture);
  if (known) return known;
  const levels: { width: number; height: number; rgba: Float32Array; brightness: Float32Array }[] = [];
  let rgba = base(texture);
  let { width, height } = texture;
  for (;;) {
    levels.push({ width, height, rgba, brightness: brightnessOf(rgba) });
    if (width < 16 || height < 16) break;
    rgba = halved(rgba, width, height);
    width >>= 1;
    height >>= 1;
  }
  let sum = 0;
  let weight = 1e-6;
  const smallest = levels.at(-1)!;
  smallest.brightness.forEach((b, i) => {
    sum += b * smallest.rgba[4 * i + 3];
    weight += smallest.rgba[4 * i + 3];
  });
  const mean = Math.max(sum / weight, 0.02);
  for (const level of levels) for (let i = 0; i < level.brightness.length; i++) level.brightness[i] /= mean;
  chains.set(texture, levels);
  return levels;
}

/** Encodes linear light 0 … 1 as one sRGB byte. */
export const toByte = (linear: number): number => Math.floor(encode(linear) * 255 + 0.5);
