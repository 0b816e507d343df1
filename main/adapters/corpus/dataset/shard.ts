/**
 * A shard: some people of a dataset in one file. Little-endian:
 *   8 bytes  magic `FACETDS1`
 *   4 bytes  length of the index
 *   4 bytes  CRC-32 of the index
 *   index    JSON: `shardIndexSchema`
 *   frames   end to end in the order of the index, each deflated (RFC 1951) by itself
 */
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { FacetError } from '../../../contract/result.ts';
import { remake, shardIndexSchema, type DatasetKind, type PersonRecord } from './labels.ts';

const MAGIC = Buffer.from('FACETDS1', 'latin1');
/** Bytes before the index. */
export const HEADER_BYTES = 16;
/** The fastest level: noise is two thirds of what a frame holds, and no level packs that. */
const LEVEL = 1;

/** One person, ready to be written. */
export interface PackedPerson {
  readonly record: PersonRecord;
  /** All frames of the record, end to end. */
  readonly frames: Uint8Array;
}

/** A frame as it lies in the shard, with its part of the record. */
export function packFrame(content: Uint8Array): {
  readonly packed: Uint8Array;
  readonly bytes: number;
  readonly crc: number;
} {
  const packed = deflateRawSync(content, { level: LEVEL });
  return { packed, bytes: packed.length, crc: crc32(content) };
}

export function encodeShard(kind: DatasetKind, people: readonly PackedPerson[]): Buffer {
  const index = Buffer.from(JSON.stringify({ kind, people: people.map(({ record }) => record) }));
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32LE(index.length, 8);
  header.writeUInt32LE(crc32(index), 12);
  return Buffer.concat([header, index, ...people.map(({ frames }) => frames)]);
}

export interface ShardIndex {
  readonly kind: DatasetKind;
  readonly people: readonly PersonRecord[];
  /** Where the first frame begins. */
  readonly framesAt: number;
}

const altered = (path: string, what: string): FacetError =>
  new FacetError('bad-input', `${path} is cut off or altered: ${what}. ${remake(path)}`);

/** Length of the index, from the first HEADER_BYTES. @throws FacetError `bad-input` */
export function indexLength(header: Buffer, path: string): number {
  if (header.length < HEADER_BYTES || !header.subarray(0, 8).equals(MAGIC))
    throw altered(path, 'it does not begin as a shard does');
  return header.readUInt32LE(8);
}

/**
 * The index of a shard, checked against its checksum and the file's length.
 * @param head the file's first HEADER_BYTES + indexLength bytes
 * @throws FacetError `bad-input` naming the file and what to do
 */
export function decodeIndex(head: Buffer, fileBytes: number, path: string): ShardIndex {
  const framesAt = HEADER_BYTES + indexLength(head, path);
  const json = head.subarray(HEADER_BYTES, framesAt);
  if (head.length < framesAt || crc32(json) !== head.readUInt32LE(12))
    throw altered(path, 'the checksum of its index does not match');
  const parsed = shardIndexSchema.safeParse(JSON.parse(json.toString()));
  if (!parsed.success) throw altered(path, 'its index is of another version');
  let length = framesAt;
  for (const { sessions } of parsed.data.people)
    for (const { frames } of sessions) for (const { bytes } of frames) length += bytes;
  if (length !== fileBytes) throw altered(path, `it has ${fileBytes} bytes where ${length} belong`);
  return { ...parsed.data, framesAt };
}

/** @param length of the content @throws FacetError `bad-input` naming the file and what to do */
export function unpackFrame(packed: Uint8Array, crc: number, length: number, path: string): Buffer {
  let content: Buffer | undefined;
  try {
    content = inflateRawSync(packed, { maxOutputLength: length });
  } catch {
    // Said below.
  }
  if (content?.length !== length || crc32(content) !== crc)
    throw altered(path, 'the checksum of a frame does not match');
  return content;
}
