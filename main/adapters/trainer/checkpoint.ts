/** A training run on disk: everything to go on from, in one file that appears whole. */
import { readFile } from 'node:fs/promises';
import { FacetError } from '../../contract/result.ts';
import { writeWhole } from '../corpus/write-models.ts';
import { decodeHeaded, encodeHeaded } from './headed-file.ts';
import type { Weights } from './tf-network.ts';

export interface Measurement {
  readonly step: number;
  /** Mean training loss since the measurement before. */
  readonly loss: number;
  /** On validation people: shares at a false-match rate of 1e-4, and the equal error rate. */
  readonly trueAccept: number;
  readonly equalError: number;
}

export interface Checkpoint {
  /** What the run was started with; another run's checkpoint is refused. */
  readonly recipe: string;
  readonly step: number;
  readonly best: number;
  readonly history: readonly Measurement[];
  readonly weights: Weights;
  /** The optimiser's moments, by its own names. */
  readonly optimiser: Weights;
  /** The best weights so far on the validation people. */
  readonly bestWeights: Weights;
}

const MAGIC = 'facet-training-1';
const GROUPS = ['weights', 'optimiser', 'bestWeights'] as const;

export async function saveCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const arrays: Float32Array[] = [];
  const index = GROUPS.map((group) =>
    [...checkpoint[group]].map(([name, { shape, data }]) => {
      arrays.push(data);
      return { name, shape };
    }),
  );
  const { recipe, step, best, history } = checkpoint;
  await writeWhole(path, encodeHeaded({ magic: MAGIC, recipe, step, best, history, index }, arrays));
}

/**
 * @returns undefined where there is none
 * @throws FacetError `bad-input` where it is damaged or belongs to another run
 */
export async function loadCheckpoint(path: string, recipe: string): Promise<Checkpoint | undefined> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!bytes) return undefined;
  const read = decode(bytes);
  if (!read) throw new FacetError('bad-input', `${path} is damaged. Delete it to start the training again.`);
  if (read.recipe !== recipe)
    throw new FacetError(
      'bad-input',
      `${path} belongs to a training with other settings, data or network. Go on with those, or choose another --work folder.`,
    );
  return read;
}

function decode(bytes: Buffer): Checkpoint | undefined {
  const read = decodeHeaded(bytes);
  if (!read) return undefined;
  const { rest } = read;
  try {
    const head = read.head as Omit<Checkpoint, (typeof GROUPS)[number]> & {
      magic: string;
      index: { name: string; shape: number[] }[][];
    };
    if (head.magic !== MAGIC) return undefined;
    let at = 0;
    const groups = head.index.map(
      (entries) =>
        new Map(
          entries.map(({ name, shape }) => {
            const size = 4 * shape.reduce((a, b) => a * b, 1);
            if (at + size > rest.length) throw new RangeError('cut off');
            // A copy: the offset need not be a multiple of four.
            const data = new Float32Array(new Uint8Array(rest.subarray(at, at + size)).buffer);
            at += size;
            return [name, { shape, data }];
          }),
        ),
    );
    if (at !== rest.length || groups.length !== GROUPS.length) return undefined;
    const { recipe, step, best, history } = head;
    return { recipe, step, best, history, weights: groups[0], optimiser: groups[1], bestWeights: groups[2] };
  } catch {
    return undefined;
  }
}
