/**
 * Reads a dataset that `facet dataset` made. Reliefs are held in memory (22 kB a frame: 2,000 people × 24 frames are
 * 1.05 GB); crops are read from the shards when asked for.
 */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FacetError } from '../../../contract/result.ts';
import { decodeMeanFace, type MeanFace } from '../../../core/shape/mean-face.ts';
import { fuse, type Relief } from '../../../core/shape/relief.ts';
import { articleTensor, reliefTensor } from '../../../core/shape/tensor.ts';
import { CROP_BYTES, decodeCrop } from './crop-code.ts';
import {
  MANIFEST_FILE,
  manifestSchema,
  MEAN_FACE_FILE,
  remake,
  shardFiles,
  type DatasetKind,
  type DatasetManifest,
  type FrameRecord,
  type PersonRecord,
  type SessionRecord,
} from './labels.ts';
import { addRelief, RELIEF_BYTES, type ReliefBytes } from './relief-code.ts';
import { decodeIndex, HEADER_BYTES, indexLength, unpackFrame, type ShardIndex } from './shard.ts';

/** One frame of a dataset: hand it back to the dataset that it is from. */
export interface FrameRef {
  /** Degrees, the true one; null where nobody knows it. */
  readonly pose: FrameRecord['pose'];
  readonly session: DatasetSession;
  /** Counts through the dataset from 0, in the order of people, sessions and frames. */
  readonly number: number;
}

export interface DatasetSession extends Omit<SessionRecord, 'frames'> {
  readonly person: DatasetPerson;
  /** May be fewer than the recipe asks for, also none: frames that did not settle are left out. */
  readonly frames: readonly FrameRef[];
}

export interface DatasetPerson extends Omit<PersonRecord, 'sessions'> {
  readonly sessions: readonly DatasetSession[];
}

/**
 * Opens a dataset: checks every shard, and of reliefs every frame.
 * @throws FacetError `bad-input` where it is missing, unfinished, cut off or altered: the message says what to do
 */
export async function openDataset(folder: string): Promise<Dataset> {
  const manifest = await readManifest(folder);
  if (!manifest)
    throw new FacetError(
      'bad-input',
      `${folder} holds no dataset: it has no ${MANIFEST_FILE}. Make one with facet dataset ${folder}.`,
    );
  if (!manifest.counts)
    throw new FacetError(
      'bad-input',
      `${folder} is unfinished. Run the same facet dataset command again: it makes only what is missing.`,
    );
  const mean = await readMeanFace(folder, manifest);
  const { kind } = manifest.recipe;
  const shards: Shard[] = [];
  try {
    for (const file of shardFiles(manifest.recipe)) shards.push(openShard(join(folder, file), kind));
    return new Dataset(manifest, mean, shards);
  } catch (error) {
    for (const { file } of shards) closeSync(file);
    throw error;
  }
}

/** dataset.json; undefined where there is none. @throws FacetError `bad-input` where it is not one of this version */
export async function readManifest(folder: string): Promise<DatasetManifest | undefined> {
  const path = join(folder, MANIFEST_FILE);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new FacetError('bad-input', `${path} cannot be read (${error.code ?? error.message}).`);
  });
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Said below.
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success)
    throw new FacetError(
      'bad-input',
      `${path} does not describe a dataset of this version of Facet. Make the dataset anew in another folder.`,
    );
  return parsed.data;
}

async function readMeanFace(folder: string, { recipe }: DatasetManifest): Promise<MeanFace> {
  const path = join(folder, MEAN_FACE_FILE);
  const bytes = await readFile(path).catch(() => undefined);
  if (!bytes || createHash('sha256').update(bytes).digest('hex') !== recipe.meanFace)
    throw new FacetError('bad-input', `${path} is missing or altered. ${remake(path)}`);
  return decodeMeanFace(bytes);
}

interface Shard extends ShardIndex {
  readonly path: string;
  readonly file: number;
  /** All frames, where they are reliefs. */
  readonly reliefs: ReliefBytes | undefined;
}

/** Opens one shard and checks it. @throws FacetError `bad-input` */
function openShard(path: string, kind: DatasetKind): Shard {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new FacetError('bad-input', `${path} cannot be read (${code ?? message}). ${remake(path)}`);
  }
  try {
    const index = readIndex(file, path, kind);
    return {
      ...index,
      path,
      file,
      reliefs: kind === 'reliefs' ? readReliefs(file, index, path) : undefined,
    };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** @param file an open shard @throws FacetError `bad-input` */
export function readIndex(file: number, path: string, kind: DatasetKind): ShardIndex {
  const { size } = fstatSync(file);
  const length = Math.min(
    size,
    HEADER_BYTES + indexLength(read(file, 0, Math.min(size, HEADER_BYTES)), path),
  );
  const index = decodeIndex(read(file, 0, length), size, path);
  if (index.kind !== kind)
    throw new FacetError('bad-input', `${path} holds ${index.kind}, not ${kind}. ${remake(path)}`);
  return index;
}

function readReliefs(file: number, { people, framesAt }: ShardIndex, path: string): ReliefBytes {
  const records = people.flatMap(({ sessions }) => sessions.flatMap(({ frames }) => frames));
  const packed = read(file, framesAt, fstatSync(file).size - framesAt);
  const bytes = new Uint8Array(records.length * RELIEF_BYTES);
  let at = 0;
  records.forEach((record, i) => {
    const frame = packed.subarray(at, (at += record.bytes));
    bytes.set(unpackFrame(frame, record.crc, RELIEF_BYTES, path), i * RELIEF_BYTES);
  });
  return { bytes, heights: new Int16Array(bytes.buffer) };
}

function read(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const count = readSync(file, bytes, done, length - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}

/** Where a frame lies. */
interface Place {
  readonly shard: Shard;
  /** The frame's place among the shard's. */
  readonly order: number;
  /** Byte of the file. */
  readonly at: number;
  readonly record: FrameRecord;
}

export class Dataset {
  readonly people: readonly DatasetPerson[];
  /** All frames, by their number. */
  readonly frames: readonly FrameRef[];
  private readonly places: Place[] = [];
  private readonly sum = fuse([]);

  /** Use openDataset. */
  constructor(
    /** Recipe and counts. */
    readonly manifest: DatasetManifest,
    /** The mean face on which its reliefs settled. */
    readonly mean: MeanFace,
    private readonly shards: readonly Shard[],
  ) {
    const all: FrameRef[] = [];
    this.people = shards.flatMap((shard) => {
      let at = shard.framesAt;
      let order = 0;
      return shard.people.map((record): DatasetPerson => {
        const sessions: DatasetSession[] = [];
        const person: DatasetPerson = { ...record, sessions };
        for (const { frames: records, ...label } of record.sessions) {
          const frames: FrameRef[] = [];
          const session: DatasetSession = { ...label, person, frames };
          for (const frame of records) {
            frames.push({ pose: frame.pose, session, number: all.length + frames.length });
            this.places.push({ shard, order: order++, at, record: frame });
            at += frame.bytes;
          }
          all.push(...frames);
          sessions.push(session);
        }
        return person;
      });
    });
    this.frames = all;
  }

  /** One frame's relief, as `reliefOf` gave it but for the rounding (relief-code.ts). Of kind reliefs only. */
  relief(frame: FrameRef): Relief {
    const relief = { ...fuse([]), frames: 1 };
    this.add(frame, relief);
    return relief;
  }

  /**
   * The [4, 60, 52] tensor of frames fused, to the last bit `reliefTensor(fuse(frames.map(relief)), mean)` without the memory
   * that this takes. Of kind reliefs only.
   * @param frames of one person
   * @param mean against which heights count; the dataset's own, or that of the model being trained
   * @param out filled from `offset` on
   */
  tensor(frames: readonly FrameRef[], mean: Pick<MeanFace, 'height'>, out: Float32Array, offset = 0): void {
    const { sum } = this;
    for (const plane of [sum.weight, sum.height, sum.seen, sum.colour]) plane.fill(0);
    for (const frame of frames) this.add(frame, sum);
    reliefTensor(sum, mean, out, offset);
  }

  /**
   * The article's network input, [4, 200, 200]. Of kind crops only.
   * @throws FacetError `bad-input` where the shard was altered since it was opened
   */
  crop(frame: FrameRef): Float32Array {
    const { shard, at, record } = this.place(frame);
    if (shard.reliefs) throw new Error('A dataset of reliefs has no crops');
    const packed = read(shard.file, at, record.bytes);
    return articleTensor(decodeCrop(unpackFrame(packed, record.crc, CROP_BYTES, shard.path)));
  }

  /** Lets go of the shards' files; reliefs can still be read. */
  close(): void {
    for (const { file } of this.shards) closeSync(file);
  }

  private add(frame: FrameRef, into: Relief): void {
    const { shard, order } = this.place(frame);
    if (!shard.reliefs) throw new Error('A dataset of crops has no reliefs');
    addRelief(shard.reliefs, order, this.mean, into);
  }

  private place({ number }: FrameRef): Place {
    return this.places[number];
  }
}
