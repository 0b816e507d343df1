/** Pictures from strangers' folders: their size is checked before a pixel is decoded. */
import sharp from 'sharp';
import type { Metadata, Sharp } from 'sharp';
import { FacetError } from '../../contract/result.ts';
import { openInput } from '../recorder/open-input.ts';
import { checkSize } from '../../core/sense/plausible.ts';

const MAX_FILE_BYTES = 64 * 1024 * 1024;

export interface RgbPicture {
  readonly width: number;
  readonly height: number;
  /** Interleaved RGB. */
  readonly data: Uint8Array;
}

/** The whole file. Throws FacetError `bad-input` where it cannot be read or is larger than `limit` bytes. */
export async function readBounded(path: string, limit = MAX_FILE_BYTES): Promise<Buffer> {
  const { file, size } = await openInput(path);
  try {
    if (size > limit) {
      throw new FacetError(
        'bad-input',
        `${path} has ${size} bytes; Facet reads up to ${limit} of this kind.`,
      );
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** A 16-bit grey PNG, every bit kept. Throws FacetError `bad-input`: unreadable, or any other kind of picture. */
export async function readGrey16(
  path: string,
): Promise<{ readonly width: number; readonly height: number; readonly data: Uint16Array }> {
  return decoding(path, ['png'], async (picture, header) => {
    if (header.depth !== 'ushort' || header.channels !== 1) {
      throw new FacetError(
        'bad-input',
        `${path} has ${header.channels} channel(s) of ${header.bitsPerSample ?? 8} bits; depth and infrared must be 16-bit grey PNG.`,
      );
    }
    // Without the colour space named, sharp goes through sRGB and changes the values.
    const { data, info } = await picture
      .toColourspace('grey16')
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: new Uint16Array(new Uint8Array(data).buffer) };
  });
}

/** A JPEG or PNG as 8-bit RGB. Throws FacetError `bad-input`. */
export async function readRgb(path: string): Promise<RgbPicture> {
  return decoding(path, ['jpeg', 'png'], async (picture) => {
    const { data, info } = await picture
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  });
}

async function decoding<T>(
  path: string,
  formats: readonly string[],
  decode: (picture: Sharp, header: Metadata) => Promise<T>,
): Promise<T> {
  const bytes = await readBounded(path);
  try {
    const picture = sharp(bytes, { ignoreIcc: true, limitInputPixels: false });
    const header = await picture.metadata();
    if (!formats.includes(header.format)) {
      throw new FacetError('bad-input', `${path} is ${header.format}, not ${formats.join(' or ')}.`);
    }
    checkSize(path, header.width, header.height);
    return await decode(picture, header);
  } catch (error) {
    if (error instanceof FacetError) throw error;
    const detail = (error as Error).message.split('\n')[0];
    throw new FacetError('bad-input', `${path} cannot be decoded as a picture (${detail}).`, {
      cause: error,
    });
  }
}
