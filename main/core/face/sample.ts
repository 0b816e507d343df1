/** Cuts network inputs out of pictures: affine, bilinear, antialiased when shrinking by more than two. */
import type { Affine } from './affine.ts';
import type { PixelSource } from './types.ts';

/** What the network reads: (value − mean) / divisor per channel (red, green, blue), from 8-bit values. */
export interface Normalisation {
  readonly mean: readonly number[];
  readonly divisor: readonly number[];
}

/**
 * Fills `out` with three planes [3, height, width] of normalised colour; a grey picture fills all three alike.
 * Outside of the picture is black. Each output pixel averages a grid of bilinear samples, one for every two
 * picture pixels that it covers along each axis, so that nothing is skipped.
 * @param toPicture maps output pixels to picture pixels.
 * @param offset where in `out` the first plane begins.
 */
export function sample(
  picture: PixelSource,
  toPicture: Affine,
  width: number,
  height: number,
  { mean, divisor }: Normalisation,
  out: Float32Array,
  offset = 0,
): void {
  const [a, b, c, d, e, f] = toPicture;
  const acrossX = Math.max(1, Math.ceil(Math.hypot(a, d) / 2 - 1e-6));
  const acrossY = Math.max(1, Math.ceil(Math.hypot(b, e) / 2 - 1e-6));
  const { data, channels } = picture;
  const [lastX, lastY] = [picture.width - 1, picture.height - 1];
  const row = picture.width * channels;
  const plane = width * height;
  const weight = 1 / (acrossX * acrossY);
  const grey = channels === 1;
  const [meanR, meanG, meanB] = mean as [number, number, number];
  const [scaleR, scaleG, scaleB] = divisor.map((value) => 1 / value) as [number, number, number];

  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let [red, green, blue] = [0, 0, 0];
      for (let j = 0; j < acrossY; j++) {
        const subY = y + (j + 0.5) / acrossY - 0.5;
        for (let i = 0; i < acrossX; i++) {
          const subX = x + (i + 0.5) / acrossX - 0.5;
          let u = a * subX + b * subY + c;
          let v = d * subX + e * subY + f;
          if (!(u > -0.5 && v > -0.5 && u < lastX + 0.5 && v < lastY + 0.5)) continue;
          u = u < 0 ? 0 : u > lastX ? lastX : u;
          v = v < 0 ? 0 : v > lastY ? lastY : v;
          const left = u | 0;
          const top = v | 0;
          const fx = u - left;
          const fy = v - top;
          const p = top * row + left * channels;
          const right = left < lastX ? p + channels : p;
          const down = top < lastY ? row : 0;
          const w00 = (1 - fx) * (1 - fy);
          const w10 = fx * (1 - fy);
          const w01 = (1 - fx) * fy;
          const w11 = fx * fy;
          red += data[p]! * w00 + data[right]! * w10 + data[p + down]! * w01 + data[right + down]! * w11;
          if (grey) continue;
          green +=
            data[p + 1]! * w00 +
            data[right + 1]! * w10 +
            data[p + down + 1]! * w01 +
            data[right + down + 1]! * w11;
          blue +=
            data[p + 2]! * w00 +
            data[right + 2]! * w10 +
            data[p + down + 2]! * w01 +
            data[right + down + 2]! * w11;
        }
      }
      if (grey) green = blue = red;
      const at = offset + y * width + x;
      out[at] = (red * weight - meanR) * scaleR;
      out[at + plane] = (green * weight - meanG) * scaleG;
      out[at + 2 * plane] = (blue * weight - meanB) * scaleB;
    }
  }
}
