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
 * Outside of the picture is black. Bilinear; where an output pixel covers more than two picture pixels along
 * an axis, a grid of samples about two apart is averaged, so that fine detail does not alias.
 * @param toPicture maps output pixels to picture pixels.
 * @param offset where in `out` the first plane begins.
 */
export function sample(
  picture: PixelSource,
  toPicture: Affine,
  width: number,
  height: number,
  normalisation: Normalisation,
  out: Float32Array,
  offset = 0,
): void {
  const [a, b, , d, e] = toPicture;
  const shrinksUpright = b === 0 && d === 0 && a > 2 && e > 2;
  (shrinksUpright ? shrinkUpright : sampleAny)(picture, toPicture, width, height, normalisation, out, offset);
}

type Sampler = (...parameters: Required<Parameters<typeof sample>>) => void;

/** Any affine map: averages a grid of bilinear samples. */
const sampleAny: Sampler = (picture, toPicture, width, height, { mean, divisor }, out, offset) => {
  const [a, b, c, d, e, f] = toPicture;
  const acrossX = gridCount(Math.hypot(a, d));
  const acrossY = gridCount(Math.hypot(b, e));
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
      let red = 0;
      let green = 0;
      let blue = 0;
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
          red += data[p] * w00 + data[right] * w10 + data[p + down] * w01 + data[right + down] * w11;
          if (grey) continue;
          green +=
            data[p + 1] * w00 +
            data[right + 1] * w10 +
            data[p + down + 1] * w01 +
            data[right + down + 1] * w11;
          blue +=
            data[p + 2] * w00 +
            data[right + 2] * w10 +
            data[p + down + 2] * w01 +
            data[right + down + 2] * w11;
        }
      }
      if (grey) green = blue = red;
      const at = offset + y * width + x;
      out[at] = (red * weight - meanR) * scaleR;
      out[at + plane] = (green * weight - meanG) * scaleG;
      out[at + 2 * plane] = (blue * weight - meanB) * scaleB;
    }
  }
};

/**
 * Shrinking without a turn, the detector's case, as fast as it goes: the same grid, but the nearest pixel at
 * each of its points, found once per row and column.
 */
const shrinkUpright: Sampler = (picture, [a, , c, , e, f], width, height, { mean, divisor }, out, offset) => {
  const { data, channels } = picture;
  const columns = gridPoints(a, c, width, picture.width, channels);
  const rows = gridPoints(e, f, height, picture.height, picture.width * channels);
  const [acrossX, acrossY] = [columns.length / width, rows.length / height];
  const plane = width * height;
  const grey = channels === 1;
  const weight = 1 / (acrossX * acrossY);
  const [meanR, meanG, meanB] = mean as [number, number, number];
  const [scaleR, scaleG, scaleB] = divisor.map((value) => 1 / value) as [number, number, number];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let j = y * acrossY; j < (y + 1) * acrossY; j++) {
        const row = rows[j];
        if (row < 0) continue;
        for (let i = x * acrossX; i < (x + 1) * acrossX; i++) {
          const column = columns[i];
          if (column < 0) continue;
          const p = row + column;
          red += data[p];
          if (grey) continue;
          green += data[p + 1];
          blue += data[p + 2];
        }
      }
      if (grey) green = blue = red;
      const at = offset + y * width + x;
      out[at] = (red * weight - meanR) * scaleR;
      out[at + plane] = (green * weight - meanG) * scaleG;
      out[at + 2 * plane] = (blue * weight - meanB) * scaleB;
    }
  }
};

/** Offsets (index times stride) of the nearest picture pixel at each grid point of one axis; −1 outside. */
function gridPoints(
  scale: number,
  shift: number,
  outputs: number,
  length: number,
  stride: number,
): Int32Array {
  const across = gridCount(scale);
  const points = new Int32Array(outputs * across);
  for (let i = 0; i < points.length; i++) {
    const nearest = Math.round((scale * (i + 0.5)) / across - scale / 2 + shift);
    points[i] = nearest >= 0 && nearest < length ? nearest * stride : -1;
  }
  return points;
}

/** Samples along one axis where an output pixel covers `scale` picture pixels. */
const gridCount = (scale: number): number => Math.max(1, Math.ceil(scale / 2 - 1e-6));
