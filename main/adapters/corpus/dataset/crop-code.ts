/** The article's crop in a dataset: colour in three planes of bytes, then depth as uint16, little-endian. */
import { ARTICLE_CROP, type ArticlePixels } from '../../../core/shape/tensor.ts';

const PIXELS = ARTICLE_CROP.side * ARTICLE_CROP.side;
export const CROP_BYTES = 5 * PIXELS;

export function encodeCrop({ colour, depth }: ArticlePixels): Uint8Array {
  const bytes = new Uint8Array(CROP_BYTES);
  bytes.set(colour);
  bytes.set(new Uint8Array(depth.buffer, depth.byteOffset, depth.byteLength), 3 * PIXELS);
  return bytes;
}

export function decodeCrop(bytes: Uint8Array): ArticlePixels {
  const depth = new Uint16Array(PIXELS);
  new Uint8Array(depth.buffer).set(bytes.subarray(3 * PIXELS, CROP_BYTES));
  return { colour: bytes.slice(0, 3 * PIXELS), depth };
}
