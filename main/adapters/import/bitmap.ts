import { FacetError } from '../../contract/result.ts';
import { checkSize } from '../../core/sense/plausible.ts';
import type { RgbPicture } from './picture.ts';

/** An uncompressed 24- or 32-bit Windows bitmap (BITMAPINFOHEADER and later) as RGB. Throws FacetError `bad-input`. */
export function decodeBitmap(bytes: Buffer, path: string): RgbPicture {
  if (bytes.length < 54 || bytes.toString('latin1', 0, 2) !== 'BM') {
    throw new FacetError('bad-input', `${path} is not a Windows bitmap.`);
  }
  const pixels = bytes.readUInt32LE(10);
  const width = bytes.readInt32LE(18);
  const signedHeight = bytes.readInt32LE(22);
  const bits = bytes.readUInt16LE(28);
  const compression = bytes.readUInt32LE(30);
  const height = Math.abs(signedHeight);
  checkSize(path, width, height);
  if ((bits !== 24 && bits !== 32) || compression !== 0) {
    throw new FacetError(
      'bad-input',
      `${path} is a ${bits}-bit bitmap${compression === 0 ? '' : ' with compression'}; Facet reads uncompressed 24- and 32-bit ones.`,
    );
  }
  const step = bits / 8;
  const stride = (width * step + 3) & ~3;
  if (bytes.length < pixels + stride * height) {
    throw new FacetError(
      'bad-input',
      `${path} is cut off: ${width}×${height} pixels need ${pixels + stride * height} bytes.`,
    );
  }
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, out = 0; y < height; y++) {
    // A positive height means that the bottom row comes first.
    let at = pixels + stride * (signedHeight > 0 ? height - 1 - y : y);
    for (let x = 0; x < width; x++, at += step, out += 3) {
      data[out] = bytes[at + 2]!;
      data[out + 1] = bytes[at + 1]!;
      data[out + 2] = bytes[at]!;
    }
  }
  return { width, height, data };
}
