/** Network inputs. Every layout is described by the model's entry in models/manifest.json. */
import { RELIEF, RELIEF_CELLS, OBSERVED, type Relief } from './relief.ts';
import type { MeanFace } from './mean-face.ts';
import type { RegisteredFrame } from '../sense/registration.ts';

/** Name of this way of making the relief tensor: templates made with another one are not comparable. */
export const RELIEF_PREPROCESSING = 'head-frame-relief-1';
/** Shape of the relief tensor: red, green, blue, height. */
export const RELIEF_SHAPE = [4, RELIEF.rows, RELIEF.columns] as const;

/**
 * [4, 60, 52]: frontal colour (−0.5 … 0.5) and height above the mean face in centimetres; 0 where nothing was observed.
 */
export function reliefTensor(relief: Relief, mean: MeanFace): Float32Array {
  const tensor = new Float32Array(4 * RELIEF_CELLS);
  for (let i = 0; i < RELIEF_CELLS; i++) {
    const seen = relief.seen[i];
    if (seen >= OBSERVED)
      for (let c = 0; c < 3; c++)
        tensor[c * RELIEF_CELLS + i] = relief.colour[c * RELIEF_CELLS + i] / seen / 255 - 0.5;
    const weight = relief.weight[i];
    if (weight >= OBSERVED) tensor[3 * RELIEF_CELLS + i] = (relief.height[i] / weight - mean.height[i]) / 10;
  }
  return tensor;
}

/** Side of the article's crop and the depth at which it clips. */
export const ARTICLE_CROP = { side: 200, clip: 1200, reach: 130 } as const;

/**
 * The crop of the article that Facet started from: [4, 200, 200], colour 0 … 1 and depth clipped at 1200 mm divided by it, each
 * channel's mean taken off, around a head of ±130 mm.
 * @param centre camera point between the eyes, millimetres
 */
export function articleCrop(
  registered: RegisteredFrame,
  centre: readonly [number, number, number],
): Float32Array {
  const { frame, region, points, colourAt } = registered;
  const { side, clip, reach } = ARTICLE_CROP;
  const { fx, fy, cx, cy } = frame.depth.intrinsics;
  const width = region.right - region.left;
  const height = region.bottom - region.top;
  const tensor = new Float32Array(4 * side * side);
  const colour = frame.colour;
  // The head's middle lies a little below the eyes.
  const middleU = (centre[0] * fx) / centre[2] + cx;
  const middleV = ((centre[1] + 20) * fy) / centre[2] + cy;
  const radius = (reach * fx) / centre[2];
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const u = Math.round(middleU + ((column + 0.5) / side - 0.5) * 2 * radius) - region.left;
      const v = Math.round(middleV + ((row + 0.5) / side - 0.5) * 2 * radius) - region.top;
      if (u < 0 || v < 0 || u >= width || v >= height) continue;
      const i = v * width + u;
      const o = row * side + column;
      tensor[3 * side * side + o] = Math.min(points[i * 3 + 2], clip) / clip;
      if (!colour || colourAt[i * 2] < 0) continue;
      const at =
        (Math.round(colourAt[i * 2 + 1]) * colour.width + Math.round(colourAt[i * 2])) * colour.channels;
      for (let c = 0; c < 3; c++) tensor[c * side * side + o] = colour.data[at + c] / 255;
    }
  for (let c = 0; c < 4; c++) {
    const plane = tensor.subarray(c * side * side, (c + 1) * side * side);
    const mean = plane.reduce((sum, value) => sum + value, 0) / plane.length;
    for (let i = 0; i < plane.length; i++) plane[i] -= mean;
  }
  return tensor;
}
