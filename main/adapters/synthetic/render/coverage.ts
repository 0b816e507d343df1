/** Which pixels a face covers that nothing nearer hides: the inner loops that every picture shares. */
import { areaOf, type Faces } from './faces.ts';
import { SUBPIXELS, type Projected } from './posed.ts';

/** Pixels of one face, row by row. */
export interface Covered {
  /** Index of each in the picture. */
  readonly pixels: Int32Array;
  /** Edge functions that belong to b and to c: each one's share of the face's doubled area, in squared 1/256 pixels. */
  readonly w1: Float64Array;
  readonly w2: Float64Array;
  /** 1/z in 1/mm. */
  readonly inverse: Float64Array;
}

let room = roomFor(0);
function roomFor(pixels: number): Covered {
  return {
    pixels: new Int32Array(pixels),
    w1: new Float64Array(pixels),
    w2: new Float64Array(pixels),
    inverse: new Float64Array(pixels),
  };
}

/** Memory for the pixels of any face of a picture; whoever asks next uses it again. */
export function coveredIn({ width, height }: { readonly width: number; readonly height: number }): Covered {
  if (room.pixels.length < width * height) room = roomFor(width * height);
  return room;
}

/** Edge functions of a face whose corners are so far apart at most (64 pixels) are below 2^30, and fit into 32 bits with their steps. */
const SMALL = 64 * SUBPIXELS;

/**
 * Finds the pixels of a face whose centres lie in it and before what the picture holds.
 * @param f where the face begins in the list (faces.ts)
 * @param inverse 1/z of each pixel of the picture, `width` a row
 * @returns how many; `covered` holds them
 */
export function cover(
  covered: Covered,
  { faces }: Faces,
  f: number,
  { screen, inverseDepth }: Projected,
  inverse: Float32Array,
  width: number,
): number {
  const a = faces[f];
  const b = faces[f + 1];
  const c = faces[f + 2];
  const xa = screen[2 * a];
  const ya = screen[2 * a + 1];
  const xb = screen[2 * b];
  const yb = screen[2 * b + 1];
  const xc = screen[2 * c];
  const yc = screen[2 * c + 1];
  const za = inverseDepth[a];
  const scale = 1 / areaOf(screen, a, b, c);
  const dz1 = (inverseDepth[b] - za) * scale;
  const dz2 = (inverseDepth[c] - za) * scale;
  const x0 = faces[f + 3];
  const x1 = faces[f + 4];
  const y0 = faces[f + 5];
  const y1 = faces[f + 6];
  const { pixels, w1: at1, w2: at2, inverse: nearness } = covered;
  const step0 = (yb - yc) * SUBPIXELS;
  const step1 = (yc - ya) * SUBPIXELS;
  const step2 = (ya - yb) * SUBPIXELS;
  const startX = x0 * SUBPIXELS;
  let n = 0;
  if (faces[f + 7] <= SMALL) {
    for (let y = y0; y <= y1; y++) {
      const sy = y * SUBPIXELS;
      const end = y * width + x1;
      let w0 = (Math.imul(xc - xb, sy - yb) - Math.imul(yc - yb, startX - xb)) | 0;
      let w1 = (Math.imul(xa - xc, sy - yc) - Math.imul(ya - yc, startX - xc)) | 0;
      let w2 = (Math.imul(xb - xa, sy - ya) - Math.imul(yb - ya, startX - xa)) | 0;
      let i = y * width + x0;
      for (; i <= end && (w0 | w1 | w2) < 0; i++) {
        w0 = (w0 + step0) | 0;
        w1 = (w1 + step1) | 0;
        w2 = (w2 + step2) | 0;
      }
      for (; i <= end && (w0 | w1 | w2) >= 0; i++) {
        const iz = za + w1 * dz1 + w2 * dz2;
        if (iz > inverse[i]) {
          pixels[n] = i;
          at1[n] = w1;
          at2[n] = w2;
          nearness[n++] = iz;
        }
        w0 = (w0 + step0) | 0;
        w1 = (w1 + step1) | 0;
        w2 = (w2 + step2) | 0;
      }
    }
    return n;
  }
  // Whole numbers below 2^53, hence exact.
  for (let y = y0; y <= y1; y++) {
    const sy = y * SUBPIXELS;
    const end = y * width + x1;
    let w0 = (xc - xb) * (sy - yb) - (yc - yb) * (startX - xb);
    let w1 = (xa - xc) * (sy - yc) - (ya - yc) * (startX - xc);
    let w2 = (xb - xa) * (sy - ya) - (yb - ya) * (startX - xa);
    let i = y * width + x0;
    for (; i <= end && (w0 < 0 || w1 < 0 || w2 < 0); i++) {
      w0 += step0;
      w1 += step1;
      w2 += step2;
    }
    for (; i <= end && w0 >= 0 && w1 >= 0 && w2 >= 0; i++) {
      const iz = za + w1 * dz1 + w2 * dz2;
      if (iz > inverse[i]) {
        pixels[n] = i;
        at1[n] = w1;
        at2[n] = w2;
        nearness[n++] = iz;
      }
      w0 += step0;
      w1 += step1;
      w2 += step2;
    }
  }
  return n;
}
