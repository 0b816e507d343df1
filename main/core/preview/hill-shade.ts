/** Height fields as pictures: smoothed, enlarged, lit from above. NaN is a hole. */

/** Unit direction to the light, in picture axes (x to the right, y down, z to the viewer): from above, a little from the left. */
const LIGHT = [-0.42, -0.56, 0.714] as const;
/** Brightness of a surface that faces away from the light, and of one that faces it. */
const DARKEST = 26;
const BRIGHTEST = 255;

/**
 * Lambert's cosine law on the surface's normals. @param cell millimetres between neighbours
 * @returns 1 byte a pixel: 0 in holes, else at least 1
 */
export function hillShade(heights: Float32Array, width: number, height: number, cell: number): Uint8Array {
  const picture = new Uint8Array(width * height);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const here = heights[i];
      if (Number.isNaN(here)) continue;
      const dx = slope(x > 0 ? heights[i - 1] : NaN, here, x < width - 1 ? heights[i + 1] : NaN, cell);
      const dy = slope(
        y > 0 ? heights[i - width] : NaN,
        here,
        y < height - 1 ? heights[i + width] : NaN,
        cell,
      );
      const facing = (LIGHT[2] - dx * LIGHT[0] - dy * LIGHT[1]) / Math.sqrt(1 + dx * dx + dy * dy);
      picture[i] = DARKEST + (BRIGHTEST - DARKEST) * Math.max(0, facing);
    }
  return picture;
}

/** Central difference; one-sided beside a hole, 0 between two. */
function slope(before: number, here: number, after: number, cell: number): number {
  const noBefore = Number.isNaN(before);
  const noAfter = Number.isNaN(after);
  if (noBefore && noAfter) return 0;
  if (noBefore) return (after - here) / cell;
  if (noAfter) return (here - before) / cell;
  return (after - before) / (2 * cell);
}

/**
 * Binomial 1-2-1 in both directions, `passes` times. Neighbours across a step of more than `edge` millimetres do not mix, and
 * holes stay holes.
 */
export function smoothHeights(
  heights: Float32Array,
  width: number,
  height: number,
  edge: number,
  passes: number,
): Float32Array {
  let from = heights;
  for (let pass = 0; pass < passes; pass++) {
    from = blur(from, width, height, 1, width, edge);
    from = blur(from, height, width, width, 1, edge);
  }
  return from;
}

/** One direction: `count` neighbours `step` apart, in `lines` lines. */
function blur(
  heights: Float32Array,
  count: number,
  lines: number,
  step: number,
  line: number,
  edge: number,
): Float32Array {
  const out = new Float32Array(heights.length);
  for (let l = 0; l < lines; l++)
    for (let k = 0, i = l * line; k < count; k++, i += step) {
      const here = heights[i];
      let sum = 2 * here;
      let weight = 2;
      const before = k > 0 ? heights[i - step] : NaN;
      const after = k < count - 1 ? heights[i + step] : NaN;
      // Comparisons with NaN are false.
      if (Math.abs(before - here) <= edge) {
        sum += before;
        weight++;
      }
      if (Math.abs(after - here) <= edge) {
        sum += after;
        weight++;
      }
      out[i] = sum / weight;
    }
  return out;
}

/** Bilinear, `factor` times as large; a cell is a hole where most of what surrounds it is one. */
export function enlarge(
  heights: Float32Array,
  width: number,
  height: number,
  factor: number,
): Float32Array<ArrayBuffer> {
  const wide = width * factor;
  const out = new Float32Array(wide * height * factor);
  for (let y = 0, i = 0; y < height * factor; y++) {
    const v = Math.min(height - 1, Math.max(0, (y + 0.5) / factor - 0.5));
    const top = Math.floor(v);
    const bottom = Math.min(height - 1, top + 1);
    for (let x = 0; x < wide; x++, i++) {
      const u = Math.min(width - 1, Math.max(0, (x + 0.5) / factor - 0.5));
      const left = Math.floor(u);
      const right = Math.min(width - 1, left + 1);
      let sum = 0;
      let weight = 0;
      const add = (value: number, share: number) => {
        if (Number.isNaN(value)) return;
        sum += value * share;
        weight += share;
      };
      add(heights[top * width + left], (1 - (u - left)) * (1 - (v - top)));
      add(heights[top * width + right], (u - left) * (1 - (v - top)));
      add(heights[bottom * width + left], (1 - (u - left)) * (v - top));
      add(heights[bottom * width + right], (u - left) * (v - top));
      out[i] = weight >= 0.5 ? sum / weight : NaN;
    }
  }
  return out;
}

/** Left and right exchanged, as in a mirror. */
export function mirrored<T extends Float32Array | Uint8Array>(picture: T, width: number): T {
  for (let i = 0; i < picture.length; i += width) picture.subarray(i, i + width).reverse();
  return picture;
}
