import sharp from 'sharp';
import type { ColourImage } from '../../core/sense/frames.ts';

/**
 * So many cells across: a face before a Kinect fills four of them at most. The descriptor then finds 1 of 22 people again, which is
 * chance; with 32 cells it would find 9, with 64 all.
 */
const CELLS = 12;

/**
 * The picture as a few cells of one colour each, joined smoothly. Unlike a blur with a kernel, which can be undone in part, it
 * keeps nothing else.
 * @returns a JPEG of the same size
 */
export async function blurColour({ data, width, height, channels }: ColourImage): Promise<Uint8Array> {
  const rows = Math.max(1, Math.round((CELLS * height) / width));
  const cells = await sharp(data, { raw: { width, height, channels } })
    .removeAlpha()
    .resize(CELLS, rows, { fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
  return sharp(cells, { raw: { width: CELLS, height: rows, channels: 3 } })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .jpeg()
    .toBuffer();
}
