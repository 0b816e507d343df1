/**
 * An MCAP file that is being written. Every chunk (about one frame of a Kinect) is on its way to the disk when `add` returns,
 * so that the process may die at any instant: what was written by then opens.
 */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import zstd from '@foxglove/wasm-zstd';
import { McapWriter } from '@mcap/core';
import { FacetError } from '../../contract/result.ts';
import { FILE_DESCRIPTOR_SET } from './foxglove.ts';
import type { SchemaName } from './foxglove.ts';
import { METADATA_NAME, toFields } from './recording-metadata.ts';
import type { RecordingMetadata } from './recording-metadata.ts';

/** Uncompressed bytes after which a chunk is closed: below one Kinect frame, so that each frame gets its own. */
const CHUNK_BYTES = 512 * 1024;
/** Level 3 takes longer for a few percent on depth and infrared, level 1 as long as 2 for 10 % more. */
const ZSTD_LEVEL = 2;

export class RecordingFile {
  private readonly channels = new Map<string, number>();

  private constructor(
    private readonly file: FileHandle,
    private readonly writer: McapWriter,
    private readonly written: () => bigint,
  ) {}

  /** Creates the file, readable by its owner only. Throws FacetError `bad-argument` where it exists, `store-unwritable`. */
  static async create(path: string, softwareVersion: string, overwrite = false): Promise<RecordingFile> {
    await zstd.isLoaded;
    const file = await open(path, overwrite ? 'w' : 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST' ? exists(path) : unwritable(path, error);
    });
    let position = 0n;
    const writer = new McapWriter({
      writable: {
        position: () => position,
        async write(bytes: Uint8Array) {
          await file.writeFile(bytes).catch((error: NodeJS.ErrnoException) => {
            throw unwritable(path, error);
          });
          position += BigInt(bytes.byteLength);
        },
      },
      chunkSize: CHUNK_BYTES,
      compressChunk: (data) => ({ compression: 'zstd', compressedData: zstd.compress(data, ZSTD_LEVEL) }),
    });
    try {
      await writer.start({ profile: '', library: `facet ${softwareVersion}` });
    } catch (error) {
      await file.close();
      throw error;
    }
    return new RecordingFile(file, writer, () => position);
  }

  /** Bytes that were written so far. */
  get bytes(): number {
    return Number(this.written());
  }

  /** To be called before the first message, so that a reader knows it from the start. */
  async describe(metadata: RecordingMetadata): Promise<void> {
    await this.writer.addMetadata({ name: METADATA_NAME, metadata: toFields(metadata) });
  }

  /** @param time nanoseconds since the Unix epoch. @param data an encoded message of that schema */
  async add(
    topic: string,
    schema: SchemaName,
    time: bigint,
    sequence: number,
    data: Uint8Array,
  ): Promise<void> {
    let channelId = this.channels.get(topic);
    if (channelId === undefined) {
      const schemaId = await this.writer.registerSchema({
        name: schema,
        encoding: 'protobuf',
        data: FILE_DESCRIPTOR_SET,
      });
      channelId = await this.writer.registerChannel({
        topic,
        schemaId,
        messageEncoding: 'protobuf',
        metadata: new Map(),
      });
      this.channels.set(topic, channelId);
    }
    await this.writer.addMessage({
      channelId,
      sequence: sequence >>> 0,
      logTime: time,
      publishTime: time,
      data,
    });
  }

  /** Writes the index and closes the file. */
  async close(): Promise<void> {
    try {
      await this.writer.end();
    } finally {
      await this.file.close();
    }
  }
}

export const exists = (path: string) =>
  new FacetError('bad-argument', `${path} exists already; remove it or choose another name.`);

const unwritable = (path: string, error: NodeJS.ErrnoException) =>
  new FacetError(
    'store-unwritable',
    `The recording ${path} cannot be written (${error.code ?? error.message}); check the folder and the free space.`,
    { cause: error },
  );
