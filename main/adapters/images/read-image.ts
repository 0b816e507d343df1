/** Pictures from files: JPEG and PNG, upright, in a size that the models can use. */
import sharp from 'sharp';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { PixelSource } from '../../core/face/types.ts';

/** Enforced before any pixel is decoded, so that a small file cannot ask for much memory. */
const IMAGE_LIMITS = {
  /** Less than this cannot show a face. */
  leastSide: 16,
  mostPixels: 150_000_000,
  /** Bigger pictures are shrunk on the way in. */
  workingSide: 1600,
} as const;

export interface ReadImage {
  readonly picture: PixelSource;
  /** Of the file, upright. */
  readonly width: number;
  readonly height: number;
  /** Pixels of the file per pixel of the picture, at least 1. */
  readonly scale: number;
}

const KINDS = ['jpeg', 'png'];

/**
 * Reads a picture as 8-bit RGB, turned upright by its EXIF orientation and shrunk to at most 1600 pixels on
 * the long side; alpha is laid on black. Fails with `bad-input` in one sentence that names the file.
 */
export async function readImage(path: string): Promise<Result<ReadImage>> {
  const bad = (problem: string) => fail('bad-input', `${path} ${problem}`);
  const { leastSide, mostPixels, workingSide } = IMAGE_LIMITS;
  // 'error' lets pass what every viewer shows (stray bytes) but not a file that breaks off.
  const file = sharp(path, { limitInputPixels: mostPixels, failOn: 'error', autoOrient: true });
  try {
    const { format, autoOrient } = await file.metadata();
    if (!KINDS.includes(format))
      return bad(`is a picture of the kind ${format}; give a JPEG or PNG file instead.`);
    const { width, height } = autoOrient;
    if (Math.min(width, height) < leastSide)
      return bad(`is only ${width}×${height} pixels; give a picture of at least ${leastSide}×${leastSide}.`);
    if (width * height > mostPixels)
      return bad(`is ${width}×${height} pixels; give a picture of at most ${mostPixels / 1e6} megapixels.`);
    const { data, info } = await file
      // 'linear' is antialiased too, and a third cheaper for the whole reading than the default.
      .resize({
        width: workingSide,
        height: workingSide,
        fit: 'inside',
        withoutEnlargement: true,
        kernel: 'linear',
      })
      .flatten({ background: '#000' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const picture = { width: info.width, height: info.height, channels: info.channels as 1 | 3 | 4, data };
    return ok({ picture, width, height, scale: Math.max(width / info.width, height / info.height) });
  } catch (error) {
    return bad(explain(error instanceof Error ? error.message : String(error)));
  }
}

/** libvips' words in ours. */
function explain(message: string): string {
  if (/missing|no such file|ENOENT/i.test(message)) return 'does not exist; check the path.';
  if (/unsupported image format|not a known file format|bad seek|is a directory|EISDIR/i.test(message))
    return 'is not a picture; give a JPEG or PNG file.';
  if (/pixel limit/i.test(message))
    return `is too large; give a picture of at most ${IMAGE_LIMITS.mostPixels / 1e6} megapixels.`;
  if (/permission/i.test(message)) return 'may not be read; check its permissions.';
  return 'is damaged or breaks off; give an intact JPEG or PNG file.';
}
