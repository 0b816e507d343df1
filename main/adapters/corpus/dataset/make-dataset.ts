/** `facet dataset`: from options to a written dataset. */
import { FacetError } from '../../../contract/result.ts';
import { decodeMeanFace } from '../../../core/shape/mean-face.ts';
import { BlazefaceDetector } from '../../onnx/face-models.ts';
import { openModelLibrary } from '../../onnx/model-library.ts';
import { spread } from '../spread.ts';
import type { DatasetKind, SyntheticSource, VapSource } from './labels.ts';
import type { PackedPerson } from './shard.ts';
import { vapPeople } from './vap-source.ts';
import { writeDataset, type MakePeople, type WriteProgress, type WriteReport } from './write-dataset.ts';

interface Common {
  /** Where the dataset goes. */
  readonly folder: string;
  readonly models: string;
  readonly software: string;
  /** People a shard; 50 unless told. */
  readonly shardPeople?: number;
  readonly progress?: (progress: WriteProgress) => void;
  /** Aborts the work; whole shards stay. */
  readonly signal?: AbortSignal;
}

export interface SyntheticDataset extends Common {
  readonly kind: DatasetKind;
  readonly source: SyntheticSource;
  readonly threads?: number;
}

/** Makes what is missing of a dataset of synthetic people, the same at any number of threads. @throws FacetError */
export function makeSyntheticDataset(options: SyntheticDataset): Promise<WriteReport> {
  const { kind, source, threads, signal } = options;
  const make: MakePeople = (positions, take) =>
    spread<unknown, PackedPerson>(
      positions.map((position) => ({ kind: 'dataset-person', dataset: kind, source, position })),
      (person, i) => take(person, positions[i]),
      threads,
      signal,
    );
  return write(options, make);
}

export interface VapDataset extends Common {
  readonly source: VapSource;
  /** The folder that holds the sessions. */
  readonly sessions: string;
  readonly onSkip: (reason: string) => void;
}

/** Makes what is missing of a dataset of the VAP database's crops. @throws FacetError */
export async function makeVapDataset(options: VapDataset): Promise<WriteReport> {
  const detector = await BlazefaceDetector.open(await openModelLibrary(options.models));
  try {
    const { sessions, source, onSkip, signal } = options;
    return await write({ ...options, kind: 'crops' }, vapPeople(sessions, source, detector, onSkip, signal));
  } finally {
    await detector.close();
  }
}

async function write(
  options: Common & { readonly kind: DatasetKind; readonly source: SyntheticSource | VapSource },
  make: MakePeople,
): Promise<WriteReport> {
  const { folder, models, signal } = options;
  const meanFace = await (await openModelLibrary(models)).loadMeanFace();
  decodeMeanFace(meanFace);
  try {
    return await writeDataset(folder, { ...options, meanFace }, make);
  } catch (error) {
    if (!signal?.aborted || error instanceof FacetError) throw error;
    throw new FacetError(
      'cancelled',
      `The dataset ${folder} is unfinished. What was written before stays: the same command goes on from there.`,
    );
  }
}
