/** Network inputs. Every layout is described by the model's entry in models/manifest.json. */
import { RELIEF, RELIEF_CELLS, OBSERVED, type Relief } from './relief.ts';
import type { MeanFace } from './mean-face.ts';
import type { RegisteredFrame } from '../sense/registration.ts';

/** Name of this way of making the relief tensor: templates made with another one are not comparable. */
export const RELIEF_PREPROCESSING = 'head-frame-relief-2';
/** Shape of the relief tensor: red, green, blue, height. */
export const RELIEF_SHAPE = [4, RELIEF.rows, RELIEF.columns] as const;

/**
 * [4, 60, 52]: frontal colour (−0.5 … 0.5) and height above the mean face in centimetres; 0 where nothing was observed.
 * @param out where the tensor goes, from `offset` on: one of a batch
 * @returns `out`
 */
export function reliefTensor(
  relief: Relief,
  mean: Pick<MeanFace, 'height'>,
  out: Float32Array = new Float32Array(4 * RELIEF_CELLS),
  offset = 0,
): Float32Array {
  const { weight, height, seen, colour } = relief;
  for (let i = 0, o = offset; i < RELIEF_CELLS; i++, o++) {
    const coloured = seen[i] >= OBSERVED;
    for (let c = 0; c < 3 * RELIEF_CELLS; c += RELIEF_CELLS)
      out[o + c] = coloured ? colour[c + i] / seen[i] / 255 - 0.5 : 0;
    out[o + 3 * RELIEF_CELLS] = weight[i] >= OBSERVED ? (height[i] / weight[i] - mean.height[i]) / 10 : 0;
  }
  return out;
}

/** The tensor with nothing in its colour planes, changed in place. */
export const withoutColour = (tensor: Float32Array): Float32Array => tensor.fill(0, 0, 3 * RELIEF_CELLS);

/** Side of the article's crop and the depth at which it clips. */
export const ARTICLE_CROP = { side: 200, clip: 1200, reach: 130 } as const;

/** The article's crop before it is normalised, as sensors measure it: what a corpus keeps. */
export interface ArticlePixels {
  /** 3 planes of side × side: red, green, blue; 0 where colour saw nothing. */
  readonly colour: Uint8Array;
  /** side × side: millimetres, clipped; 0 where nothing was measured. */
  readonly depth: Uint16Array;
}

/**
 * Cuts the article's crop around a head of ±130 mm.
 * @param centre camera point between the eyes, millimetres
 */
export function articlePixels(
  registered: RegisteredFrame,
  centre: readonly [number, number, number],
): ArticlePixels {
  const { frame, region, points, colourAt } = registered;
  const { side, clip, reach } = ARTICLE_CROP;
  const { fx, fy, cx, cy } = frame.depth.intrinsics;
  const width = region.right - region.left;
  const height = region.bottom - region.top;
  const pixels = { colour: new Uint8Array(3 * side * side), depth: new Uint16Array(side * side) };
  const picture = frame.colour;
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
      pixels.depth[o] = Math.min(points[i * 3 + 2], clip);
      if (!picture || colourAt[i * 2] < 0) continue;
      const at =
        (Math.round(colourAt[i * 2 + 1]) * picture.width + Math.round(colourAt[i * 2])) * picture.channels;
      for (let c = 0; c < 3; c++) pixels.colour[c * side * side + o] = picture.data[at + c]!;
    }
  return pixels;
}

/**
 * The network input of the article that Facet started from: [4, 200, 200], colour 0 … 1 and depth divided by where it clips
 * (1200 mm), each channel's mean taken off.
 */
export function articleTensor({ colour, depth }: ArticlePixels): Float32Array {
  const { side, clip } = ARTICLE_CROP;
  const tensor = new Float32Array(4 * side * side);
  for (let i = 0; i < colour.length; i++) tensor[i] = colour[i] / 255;
  for (let i = 0; i < depth.length; i++) tensor[colour.length + i] = depth[i] / clip;
  for (let c = 0; c < 4; c++) {
    const plane = tensor.subarray(c * side * side, (c + 1) * side * side);
    const mean = plane.reduce((sum, value) => sum + value, 0) / plane.length;
    for (let i = 0; i < plane.length; i++) plane[i] -= mean;
  }
  return tensor;
}

/** The article's network input around a head (articlePixels, articleTensor). */
export const articleCrop = (
  registered: RegisteredFrame,
  centre: readonly [number, number, number],
): Float32Array => articleTensor(articlePixels(registered, centre));
