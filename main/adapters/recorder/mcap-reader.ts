/**
 * Reads MCAP front to back, one record at a time and never more of it in memory than the limits below: a
 * file without an index or an end (a crash, a full disk) reads up to its last complete record. Nothing that
 * the file claims about a size is believed before it is checked.
 */
import type { FileHandle } from 'node:fs/promises';
import zstd from '@foxglove/wasm-zstd';
import { MCAP_MAGIC, McapStreamReader, Opcode } from '@mcap/core';
import { FacetError } from '../../contract/result.ts';
import { openInput } from './open-input.ts';

/** Largest record on disk and largest chunk after decompression: one 4096×4096 picture at three bytes a pixel fits. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024;
/** Largest schema, channel or metadata record. */
const MAX_DESCRIPTION_BYTES = 256 * 1024;
const MAX_DESCRIPTIONS = 4096;

export type McapItem =
  | { readonly type: 'metadata'; readonly name: string; readonly fields: ReadonlyMap<string, string> }
  | { readonly type: 'message'; readonly channel: McapChannel; readonly message: McapMessage };

export interface McapChannel {
  readonly topic: string;
  /** `protobuf`, `json`, `ros1`… */
  readonly messageEncoding: string;
  readonly schema: string;
}

export interface McapMessage {
  readonly sequence: number;
  /** Nanoseconds. */
  readonly logTime: bigint;
  readonly data: Uint8Array;
  /** Where in the file its record, or the chunk that holds it, begins. */
  readonly position: number;
}

/**
 * Metadata and messages in file order. Ends quietly where the file is cut off.
 * @param from log time, nanoseconds: messages before it may be passed over where the file has an index, and those of the
 * second before it are not
 * Throws FacetError `bad-input` where it cannot be opened, is no MCAP or is damaged.
 */
export async function* readMcap(path: string, from?: bigint): AsyncGenerator<McapItem, void, undefined> {
  await zstd.isLoaded;
  const { file, size } = await openInput(path);
  try {
    yield* readItems(path, file, size, from);
  } finally {
    await file.close();
  }
}

async function* readItems(
  path: string,
  file: FileHandle,
  size: number,
  from: bigint | undefined,
): AsyncGenerator<McapItem, void, undefined> {
  const channels = new Map<number, McapChannel>();
  const schemas = new Map<number, string>();
  let descriptions = 0;
  let describedBytes = 0;
  /** Schemas and channels stay in memory, so what they add up to is limited too (a chunk may blow up a small file). */
  const describe = (bytes: number) => {
    describedBytes += bytes;
    if (++descriptions > MAX_DESCRIPTIONS || describedBytes > MAX_RECORD_BYTES)
      throw new Error('too many channels');
  };
  const parser = new McapStreamReader({ noMagicPrefix: true, decompressHandlers: { zstd: decompress } });

  const start = MCAP_MAGIC.length;
  const chunks = from === undefined ? undefined : await findChunk(path, file, size, from - BEFORE);
  async function* chosen() {
    if (!chunks) return yield* records(path, file, size, start, DATA);
    // The summary repeats what the chunks that are passed over described.
    yield* records(path, file, size, chunks.summary, DESCRIPTIONS);
    yield* records(path, file, size, chunks.position, DATA);
  }
  for await (const { bytes, position } of chosen()) {
    try {
      parser.append(bytes);
      for (let item; (item = parser.nextRecord());) {
        if (item.type === 'Schema') {
          describe(item.data.byteLength + item.name.length);
          schemas.set(item.id, item.name);
        } else if (item.type === 'Channel') {
          const { id, topic, messageEncoding, schemaId, metadata } = item;
          describe([topic, ...metadata.keys(), ...metadata.values()].reduce((sum, s) => sum + s.length, 0));
          channels.set(id, { topic, messageEncoding, schema: schemas.get(schemaId) ?? '' });
        } else if (item.type === 'Metadata') {
          yield { type: 'metadata', name: item.name, fields: item.metadata };
        } else if (item.type === 'Message') {
          const { sequence, logTime, data } = item;
          yield {
            type: 'message',
            channel: channels.get(item.channelId)!,
            message: { sequence, logTime, data, position },
          };
        }
      }
    } catch (error) {
      if (error instanceof FacetError) throw error;
      throw damaged(path, position, (error as Error).message, error);
    }
  }
}

/** How long before the time that is looked for the reading begins, nanoseconds: a frame may be spread over chunks. */
const BEFORE = 1_000_000_000n;

/**
 * By the index at the end: where the summary begins, and the first chunk that ends at `time` or later. undefined where there
 * is no index or it makes no sense; the file is then read from its start.
 */
async function findChunk(
  path: string,
  file: FileHandle,
  size: number,
  time: bigint,
): Promise<{ summary: number; position: number } | undefined> {
  const footer = Buffer.alloc(FOOTER_BYTES);
  if (size < MCAP_MAGIC.length * 2 + FOOTER_BYTES) return undefined;
  await file.read(footer, 0, FOOTER_BYTES, size - MCAP_MAGIC.length - FOOTER_BYTES);
  const opcode: Opcode = footer[0];
  const summary = Number(footer.readBigUInt64LE(9));
  const inside = (position: number) => position >= MCAP_MAGIC.length && position < size - FOOTER_BYTES;
  if (opcode !== Opcode.FOOTER || !inside(summary)) return undefined;
  const parser = new McapStreamReader({ noMagicPrefix: true });
  try {
    for await (const { bytes } of records(path, file, size, summary, INDEX)) {
      parser.append(bytes);
      const item = parser.nextRecord();
      if (item?.type !== 'ChunkIndex' || item.messageEndTime < time) continue;
      const position = Number(item.chunkStartOffset);
      return inside(position) ? { summary, position } : undefined;
    }
  } catch {
    // Read from the start, and whatever is wrong is met there.
  }
  return undefined;
}

/** A record's header of 9 bytes, two offsets and a checksum. */
const FOOTER_BYTES = 9 + 20;

/** The records of the wanted kinds from a position on, in file order; the rest is passed over unread. */
async function* records(
  path: string,
  file: FileHandle,
  size: number,
  from: number,
  wanted: ReadonlyMap<Opcode, number>,
): AsyncGenerator<{ bytes: Uint8Array; position: number }, void, undefined> {
  const read = readAhead(path, file);
  const magic = size < MCAP_MAGIC.length ? undefined : await read(0, MCAP_MAGIC.length);
  if (!magic || MCAP_MAGIC.some((byte, i) => byte !== magic[i])) {
    throw new FacetError(
      'bad-input',
      `${path} is not an MCAP recording; import picture folders with \`facet import\`.`,
    );
  }
  for (let position = from; size - position >= 9;) {
    const header = await read(position, 9);
    const opcode: Opcode = header[0];
    const claimed = header.readBigUInt64LE(1);
    if (opcode === Opcode.DATA_END || opcode === Opcode.FOOTER) return;
    if (opcode < Opcode.MIN) throw damaged(path, position, 'a record of no known kind');
    if (claimed > BigInt(size - position - 9)) return;
    const length = 9 + Number(claimed);
    const limit = wanted.get(opcode);
    if (limit !== undefined) {
      if (length > limit)
        throw damaged(path, position, `a record of ${length} bytes, more than the limit of ${limit}`);
      yield { bytes: await read(position, length), position };
    }
    position += length;
  }
}

/** Kinds of records that are read, and the largest of each. */
const DESCRIPTIONS = new Map<Opcode, number>([
  [Opcode.SCHEMA, MAX_DESCRIPTION_BYTES],
  [Opcode.CHANNEL, MAX_DESCRIPTION_BYTES],
]);
const DATA = new Map<Opcode, number>([
  ...DESCRIPTIONS,
  [Opcode.HEADER, MAX_DESCRIPTION_BYTES],
  [Opcode.METADATA, MAX_DESCRIPTION_BYTES],
  [Opcode.MESSAGE, MAX_RECORD_BYTES],
  [Opcode.CHUNK, MAX_RECORD_BYTES],
]);
const INDEX = new Map<Opcode, number>([[Opcode.CHUNK_INDEX, MAX_DESCRIPTION_BYTES]]);

/** Reads in blocks, so that many small records cost few calls. The bytes are good until the next read. */
function readAhead(path: string, file: FileHandle): (position: number, length: number) => Promise<Buffer> {
  const block = Buffer.alloc(64 * 1024);
  let start = 0;
  let filled = 0;
  return async (position, length) => {
    if (position < start || position + length > start + filled) {
      const target = length > block.length ? Buffer.alloc(length) : block;
      let got = 0;
      while (got < length) {
        const { bytesRead } = await file.read(target, got, target.length - got, position + got);
        if (bytesRead === 0) throw damaged(path, position, 'the file became shorter while it was read');
        got += bytesRead;
      }
      if (target !== block) return target;
      start = position;
      filled = got;
    }
    return block.subarray(position - start, position - start + length);
  };
}

function decompress(bytes: Uint8Array, size: bigint): Uint8Array {
  if (size > BigInt(MAX_RECORD_BYTES)) {
    throw new Error(`a chunk that unpacks to ${size} bytes, more than the limit of ${MAX_RECORD_BYTES}`);
  }
  const unpacked = zstd.decompress(bytes, Number(size));
  if (unpacked.byteLength !== Number(size)) throw new Error('a chunk of another size than it says');
  return unpacked;
}

const damaged = (path: string, position: number, detail: string, cause?: unknown) =>
  new FacetError('bad-input', `The recording ${path} is damaged at byte ${position}: ${detail}.`, { cause });
