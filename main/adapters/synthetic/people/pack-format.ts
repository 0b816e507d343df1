/**
 * The head pack's file format, version 1. Little-endian:
 *   8 bytes  magic `FACETHP1`
 *   4 bytes  length of the index
 *   index    JSON, brotli-compressed: `PackIndex`
 *   sections brotli-compressed, end to end, in the order of the index
 *   32 bytes SHA-256 of everything before
 * Numbers are stored byte plane by byte plane and textures as residuals of the MED predictor of JPEG-LS (Weinberger,
 * Seroussi and Sapiro 2000), so that brotli finds their regularity. Everything is lossless: equal on every machine.
 */
import { createHash } from 'node:crypto';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { FacetError } from '../../../contract/result.ts';

const MAGIC = 'FACETHP1';
const DIGEST_BYTES = 32;

interface ArraySection {
  readonly name: string;
  readonly kind: 'uint16' | 'int16' | 'int32';
  /** Number of elements. */
  readonly length: number;
  readonly bytes: number;
}

interface TextureSection {
  readonly name: string;
  readonly kind: 'texture';
  readonly width: number;
  readonly height: number;
  /** grey + alpha (2), RGB (3) or RGBA (4). */
  readonly channels: 2 | 3 | 4;
  readonly bytes: number;
}

interface PackIndex<C> {
  readonly content: C;
  readonly sections: readonly (ArraySection | TextureSection)[];
}

export type NumberArray = Uint16Array | Int16Array | Int32Array;

/** 8-bit samples, interleaved, row 0 at the top. */
export interface StoredTexture {
  readonly width: number;
  readonly height: number;
  readonly channels: 2 | 3 | 4;
  readonly data: Uint8Array;
}

const compress = (bytes: Uint8Array): Buffer =>
  brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });

function toPlanes(values: NumberArray): Uint8Array {
  const size = values.BYTES_PER_ELEMENT;
  const planes = new Uint8Array(values.length * size);
  for (let i = 0; i < values.length; i++)
    for (let b = 0; b < size; b++) planes[b * values.length + i] = values[i] >> (8 * b);
  return planes;
}

function fromPlanes(planes: Uint8Array, kind: ArraySection['kind'], length: number): NumberArray {
  const values =
    kind === 'uint16'
      ? new Uint16Array(length)
      : kind === 'int16'
        ? new Int16Array(length)
        : new Int32Array(length);
  for (let b = 0; b < values.BYTES_PER_ELEMENT; b++)
    for (let i = 0; i < length; i++) values[i] = values[i] | (planes[b * length + i] << (8 * b));
  return values;
}

/** The MED predictor from the left, upper and upper-left neighbours. */
const predict = (left: number, up: number, corner: number): number =>
  corner >= Math.max(left, up)
    ? Math.min(left, up)
    : corner <= Math.min(left, up)
      ? Math.max(left, up)
      : left + up - corner;

/** One plane a channel; red and blue as differences from green. */
function toResiduals({ width, height, channels, data }: StoredTexture): Uint8Array {
  const plane = width * height;
  const out = new Uint8Array(plane * channels);
  const sample = (i: number, c: number): number => {
    const value = data[i * channels + c];
    return channels >= 3 && (c === 0 || c === 2) ? (value - data[i * channels + 1]) & 255 : value;
  };
  for (let c = 0; c < channels; c++)
    for (let y = 0, i = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++) {
        const left = x > 0 ? sample(i - 1, c) : 0;
        const up = y > 0 ? sample(i - width, c) : left;
        const corner = x > 0 && y > 0 ? sample(i - width - 1, c) : up;
        out[c * plane + i] = sample(i, c) - predict(x > 0 ? left : up, up, corner);
      }
  return out;
}

function fromResiduals(residuals: Uint8Array, { width, height, channels }: TextureSection): Uint8Array {
  const plane = width * height;
  for (let c = 0; c < channels; c++) {
    const p = residuals.subarray(c * plane, (c + 1) * plane);
    for (let y = 0, i = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++) {
        const up = y > 0 ? p[i - width] : x > 0 ? p[i - 1] : 0;
        const left = x > 0 ? p[i - 1] : up;
        const corner = x > 0 && y > 0 ? p[i - width - 1] : up;
        p[i] = p[i] + predict(left, up, corner);
      }
  }
  const data = new Uint8Array(plane * channels);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < plane; i++) data[i * channels + c] = residuals[c * plane + i]!;
  if (channels >= 3)
    for (let i = 0; i < data.length; i += channels) {
      data[i] = data[i] + data[i + 1];
      data[i + 2] = data[i + 2] + data[i + 1];
    }
  return data;
}

/** Writes a pack; the order of the sections is the order given. */
export function encodePack<C>(
  content: C,
  arrays: ReadonlyMap<string, NumberArray>,
  textures: ReadonlyMap<string, StoredTexture>,
): Buffer {
  const sections: (ArraySection | TextureSection)[] = [];
  const bodies: Buffer[] = [];
  for (const [name, values] of arrays) {
    const body = compress(toPlanes(values));
    const kind = values instanceof Uint16Array ? 'uint16' : values instanceof Int16Array ? 'int16' : 'int32';
    sections.push({ name, kind, length: values.length, bytes: body.length });
    bodies.push(body);
  }
  for (const [name, texture] of textures) {
    const body = compress(toResiduals(texture));
    const { width, height, channels } = texture;
    sections.push({ name, kind: 'texture', width, height, channels, bytes: body.length });
    bodies.push(body);
  }
  const index = compress(Buffer.from(JSON.stringify({ content, sections } satisfies PackIndex<C>)));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(index.length);
  const body = Buffer.concat([Buffer.from(MAGIC, 'latin1'), length, index, ...bodies]);
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
}

/** An opened pack: arrays and textures are decoded when asked for. */
interface OpenedPack<C> {
  readonly content: C;
  array(name: string): NumberArray;
  texture(name: string): StoredTexture;
}

/**
 * Opens a pack and checks it whole before anything is decoded.
 * @param origin named in the message when the bytes are not a whole pack.
 * @throws FacetError `bad-input`
 */
export function openPack<C>(bytes: Uint8Array, origin: string): OpenedPack<C> {
  const broken = (what: string) =>
    new FacetError(
      'bad-input',
      `The head pack ${origin} ${what}. Restore it from version control, or make it anew with scripts/make-head-pack.ts.`,
    );
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = MAGIC.length + 4;
  if (file.length < start + DIGEST_BYTES) throw broken(`is cut off: it has only ${file.length} bytes`);
  if (file.toString('latin1', 0, MAGIC.length) !== MAGIC) throw broken('is not a head pack of version 1');
  const end = file.length - DIGEST_BYTES;
  if (!createHash('sha256').update(file.subarray(0, end)).digest().equals(file.subarray(end)))
    throw broken('is cut off or altered: its checksum does not match');
  const indexEnd = start + file.readUInt32LE(MAGIC.length);
  const index = JSON.parse(brotliDecompressSync(file.subarray(start, indexEnd)).toString()) as PackIndex<C>;
  const placed = new Map<string, { section: ArraySection | TextureSection; offset: number }>();
  let offset = indexEnd;
  for (const section of index.sections) {
    placed.set(section.name, { section, offset });
    offset += section.bytes;
  }
  const find = (name: string) => {
    const found = placed.get(name);
    if (!found) throw broken(`has no section "${name}"`);
    return {
      section: found.section,
      raw: () => brotliDecompressSync(file.subarray(found.offset, found.offset + found.section.bytes)),
    };
  };
  return {
    content: index.content,
    array(name) {
      const { section, raw } = find(name);
      if (section.kind === 'texture') throw broken(`has a texture where "${name}" should be numbers`);
      return fromPlanes(raw(), section.kind, section.length);
    },
    texture(name) {
      const { section, raw } = find(name);
      if (section.kind !== 'texture') throw broken(`has numbers where "${name}" should be a texture`);
      const { width, height, channels } = section;
      return { width, height, channels, data: fromResiduals(raw(), section) };
    },
  };
}
