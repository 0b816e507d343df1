/** Writes a dataset shard by shard; what is there already is kept, so that the same call goes on where the last one ended. */
import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FacetError } from '../../../contract/result.ts';
import { fileFailure } from '../../store/file-failure.ts';
import { makeFolder } from '../../store/make-folder.ts';
import { writeWhole } from '../write-models.ts';
import {
  DATASET_VERSION,
  MANIFEST_FILE,
  MEAN_FACE_FILE,
  peopleOf,
  shardFiles,
  type DatasetCounts,
  type DatasetKind,
  type DatasetRecipe,
  type DatasetSource,
  type PersonRecord,
} from './labels.ts';
import { readIndex, readManifest } from './open-dataset.ts';
import { encodeShard, type PackedPerson } from './shard.ts';

/**
 * Makes people of a source, in any order.
 * @param positions places in the source's order, from 0
 * @param take to be waited for
 */
export type MakePeople = (
  positions: readonly number[],
  take: (person: PackedPerson, position: number) => Promise<void>,
) => Promise<void>;

export interface WriteOptions {
  readonly kind: DatasetKind;
  readonly source: DatasetSource;
  /** People a shard; 50 unless told. */
  readonly shardPeople?: number;
  /** models/mean-face.bin as it is. */
  readonly meanFace: Uint8Array;
  readonly software: string;
  readonly progress?: (progress: WriteProgress) => void;
}

export interface WriteProgress {
  /** People done, those that were there already included, and all of them. */
  readonly people: number;
  readonly of: number;
  /** People and frames that this call made. */
  readonly madePeople: number;
  readonly madeFrames: number;
}

export interface WriteReport extends DatasetCounts {
  readonly folder: string;
  readonly shards: number;
  /** How many of the shards this call made, and with how many frames. */
  readonly madeShards: number;
  readonly madeFrames: number;
}

/**
 * @throws FacetError `bad-argument` where the folder holds a dataset of another recipe; `bad-input` where a shard in it is
 * spoilt; `store-unwritable` where something cannot be written (the shards before it stay)
 */
export async function writeDataset(
  folder: string,
  options: WriteOptions,
  make: MakePeople,
): Promise<WriteReport> {
  const { kind, source, shardPeople = 50, meanFace, software, progress } = options;
  const recipe: DatasetRecipe = {
    version: DATASET_VERSION,
    kind,
    source,
    shardPeople,
    meanFace: createHash('sha256').update(meanFace).digest('hex'),
  };
  await makeFolder(resolve(folder)).catch((error: unknown) => unwritable(folder, error));
  const known = await readManifest(folder);
  if (known && JSON.stringify(known.recipe) !== JSON.stringify(recipe))
    throw new FacetError(
      'bad-argument',
      `${folder} holds a dataset of another recipe (${join(folder, MANIFEST_FILE)} says which). Choose another folder, or give the options that it was begun with.`,
    );
  const manifest = known ?? { software, recipe };
  if (!known) await put(join(folder, MANIFEST_FILE), json(manifest));
  await put(join(folder, MEAN_FACE_FILE), meanFace);

  const files = shardFiles(recipe);
  const total = peopleOf(source);
  const records = files.map((file) => recordsOf(join(folder, file), kind));
  const missing = files.flatMap((_, shard) => (records[shard] ? [] : [shard]));
  const shares = new Map(missing.map((shard) => [shard, new Map<number, PackedPerson>()]));
  const positions = missing.flatMap((shard) => {
    const from = shard * shardPeople;
    return Array.from({ length: Math.min(shardPeople, total - from) }, (_, i) => from + i);
  });
  let madePeople = 0;
  let madeFrames = 0;
  const report = () =>
    progress?.({ people: total - positions.length + madePeople, of: total, madePeople, madeFrames });
  report();
  await make(positions, async (person, position) => {
    madePeople++;
    madeFrames += countsOf([person.record]).frames;
    report();
    const shard = Math.floor(position / shardPeople);
    const share = shares.get(shard)!;
    share.set(position, person);
    if (share.size < Math.min(shardPeople, total - shard * shardPeople)) return;
    shares.delete(shard);
    const people = [...share].sort(([a], [b]) => a - b).map(([, packed]) => packed);
    await put(join(folder, files[shard]), encodeShard(kind, people));
    records[shard] = people.map(({ record }) => record);
  });
  const counts = countsOf(records.flatMap((people) => people ?? []));
  await put(join(folder, MANIFEST_FILE), json({ ...manifest, counts }));
  return { folder, ...counts, shards: files.length, madeShards: missing.length, madeFrames };
}

/** Who is in a shard; undefined where it is yet to be made. @throws FacetError `bad-input` where it is spoilt */
function recordsOf(path: string, kind: DatasetKind): readonly PersonRecord[] | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return readIndex(file, path, kind).people;
  } finally {
    closeSync(file);
  }
}

function countsOf(people: readonly PersonRecord[]): DatasetCounts {
  const sessions = people.flatMap((person) => person.sessions);
  return {
    people: people.length,
    sessions: sessions.length,
    frames: sessions.reduce((sum, { frames }) => sum + frames.length, 0),
  };
}

const json = (value: unknown): Uint8Array => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);

async function put(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeWhole(path, bytes);
  } catch (error) {
    await rm(`${path}.part`, { force: true }).catch(() => undefined);
    unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): never {
  const { message } = fileFailure('write', path, error, 'another folder');
  throw new FacetError(
    'store-unwritable',
    `${message} What was written before stays: the same command goes on from there.`,
    { cause: error },
  );
}
