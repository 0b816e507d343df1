/** `facet train`: mean face, reliefs of many synthetic people, the linear model, and its thresholds. */
import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseManifest, type ModelEntry } from '../../contract/manifest.ts';
import { collectDistances, shareAbove, thresholdAt } from '../../core/evaluation/calibrate.ts';
import { encodeMeanFace } from '../../core/mean-face.ts';
import { POOLING, SENSITIVITIES } from '../../core/policy.ts';
import { RELIEF_CELLS } from '../../core/relief.ts';
import { RELIEF_PREPROCESSING, RELIEF_SHAPE } from '../../core/tensor.ts';
import type { TrialOutcome } from '../evaluation/people-trial.ts';
import { BlazefaceDetector, FacemeshLandmarks } from '../onnx/face-models.ts';
import { DESCRIPTOR_MODEL, SHAPE_MODEL } from '../onnx/load-face-models.ts';
import { openModelLibrary } from '../onnx/model-library.ts';
import { loadHeadPack } from '../synthetic/people/pack.ts';
import { fitLinear, linearModel, LINEAR_RECIPE } from './linear-fit.ts';
import { makeMeanFace } from './mean-face-maker.ts';
import { TRAINING_SESSIONS } from './relief-sessions.ts';
import { spread } from './spread.ts';

export interface TrainOptions {
  /** The models folder that is written. */
  readonly folder: string;
  /** Training people `train/0` …. */
  readonly people: number;
  /** People `validation/0` … whose visits set the thresholds. */
  readonly validation: number;
  readonly threads: number;
  readonly progress: (stage: string, share: number) => void;
}

export interface TrainReport {
  readonly people: number;
  readonly samples: number;
  readonly dimensions: number;
  readonly thresholds: ModelEntry['thresholds'];
}

const VISITS = 4;

/** @throws FacetError where a model that it builds on is missing */
export async function trainLinear(options: TrainOptions): Promise<TrainReport> {
  const { folder, people, validation, threads, progress } = options;
  await trainMeanFace(folder, people, (share) => progress('Mean face', share));

  const parts: Float32Array[] = [];
  let done = 0;
  await spread<unknown, Float32Array>(
    Array.from({ length: people }, (_, i) => ({ kind: 'relief-samples', seed: `train/${i}` })),
    (samples, i) => {
      parts[i] = samples;
      progress('Reliefs', ++done / people);
    },
    threads,
  );
  progress('Linear model', 0);
  const count = parts.reduce((sum, part) => sum + part.length / RELIEF_CELLS, 0);
  const samples = new Float32Array(count * RELIEF_CELLS);
  const owner = new Uint32Array(count);
  let at = 0;
  parts.forEach((part, person) => {
    const n = part.length / RELIEF_CELLS;
    samples.set(part, at * RELIEF_CELLS);
    owner.fill(person, at, at + n);
    at += n;
  });
  parts.length = 0;
  const fit = await fitLinear(samples, owner, RELIEF_CELLS);
  const bytes = linearModel(SHAPE_MODEL, fit, RELIEF_SHAPE);
  await writeWhole(join(folder, `${SHAPE_MODEL}.onnx`), bytes);
  const entry: ModelEntry = {
    id: SHAPE_MODEL,
    role: 'embedder',
    title: 'Linear discriminants of the head-frame relief: shape alone, no colour',
    file: `${SHAPE_MODEL}.onnx`,
    sha256: sha256(bytes),
    input: {
      name: 'tensor',
      shape: [...RELIEF_SHAPE],
      layout: 'CHW',
      channels: ['red', 'green', 'blue', 'height'],
      mean: [0, 0, 0, 0],
      divisor: [1, 1, 1, 1],
      preprocessing: RELIEF_PREPROCESSING,
    },
    outputs: [
      { name: 'embedding', shape: [fit.dimensions], meaning: 'unit vector; distances are between tips' },
    ],
    licence: 'Apache-2.0',
    made: `npm run facet -- train --people ${people} --validation ${validation}: ${people} synthetic people (identities train/0 to train/${people - 1}), ${TRAINING_SESSIONS.sessions} sessions of ${TRAINING_SESSIONS.framesPerSession} frames each, ${LINEAR_RECIPE.components} principal components, ${fit.dimensions} discriminants`,
    thresholds: [],
  };
  await putEntries(folder, [entry]);
  progress('Linear model', 1);
  const thresholds = await calibrate(folder, validation, threads, (share) => progress('Thresholds', share));
  return { people, samples: count, dimensions: fit.dimensions, thresholds };
}

async function trainMeanFace(
  folder: string,
  people: number,
  progress: (share: number) => void,
): Promise<void> {
  const library = await openModelLibrary(folder);
  const detector = await BlazefaceDetector.open(library);
  const landmarks = await FacemeshLandmarks.open(library);
  const recipe = { pool: 'train', shapes: Math.min(people, 200), pictures: Math.min(people, 60) };
  const mean = await makeMeanFace(loadHeadPack(), { detector, landmarks }, recipe, progress);
  await Promise.all([detector.close(), landmarks.close()]);
  await writeWhole(join(folder, 'mean-face.bin'), encodeMeanFace(mean));
}

/** Fused frames at which the shape's thresholds are measured: the distance shrinks as frames add up. */
const FUSED = [1, 2, 4, 8] as const;

/** Sets the thresholds of the shape, and of the descriptor in the dark, from visits of the validation people. */
async function calibrate(
  folder: string,
  people: number,
  threads: number,
  progress: (share: number) => void,
): Promise<ModelEntry['thresholds']> {
  const trials: TrialOutcome[] = [];
  let done = 0;
  await spread<unknown, TrialOutcome>(
    Array.from({ length: people }, (_, index) => ({
      kind: 'trial',
      trial: { pool: 'validation', index, visits: VISITS, attacks: 0 },
    })),
    (outcome, i) => {
      trials[i] = outcome;
      progress(++done / people);
    },
    threads,
  );
  const library = await openModelLibrary(folder);
  const measured = (kind: string, pooling: { nearest: number }, from: number, to: number) =>
    collectDistances(trials, kind, pooling, (frames) => frames >= from && frames < to);
  const describe = (distances: { genuine: number[]; impostor: number[] }) =>
    `${people} synthetic people (validation/0 to validation/${people - 1}), ${VISITS} visits each: ${distances.genuine.length} genuine and ${distances.impostor.length} impostor comparisons of single frames`;
  const thresholdsOf = (distances: { genuine: number[]; impostor: number[] }, more: object) =>
    SENSITIVITIES.map((falseAcceptRate) => {
      const distance = thresholdAt(distances, falseAcceptRate);
      return {
        falseAcceptRate,
        falseRejectRate: shareAbove(distances.genuine, distance),
        distance,
        measuredOn: describe(distances),
        ...more,
      };
    });
  const shape = FUSED.flatMap((fusedFrames, i) =>
    thresholdsOf(measured(SHAPE_MODEL, POOLING.shape, fusedFrames, FUSED[i + 1] ?? Infinity), {
      fusedFrames,
    }),
  );
  const dark = thresholdsOf(measured(`${DESCRIPTOR_MODEL}@infrared`, POOLING.descriptor, 1, Infinity), {
    spectrum: 'infrared' as const,
  });
  const descriptor = library.entry(DESCRIPTOR_MODEL);
  await putEntries(folder, [
    { ...library.entry(SHAPE_MODEL), thresholds: shape },
    {
      ...descriptor,
      thresholds: [...descriptor.thresholds.filter((t) => t.spectrum !== 'infrared'), ...dark],
    },
  ]);
  return [...shape, ...dark];
}

/** Puts entries into the manifest in place of those with their ids. */
async function putEntries(folder: string, entries: readonly ModelEntry[]): Promise<void> {
  const path = join(folder, 'manifest.json');
  const manifest = parseManifest(JSON.parse(await readFile(path, 'utf8')));
  const models = [...manifest.models];
  for (const entry of entries) {
    const at = models.findIndex(({ id }) => id === entry.id);
    if (at < 0) models.push(entry);
    else models[at] = entry;
  }
  await writeWhole(path, Buffer.from(`${JSON.stringify(parseManifest({ ...manifest, models }), null, 2)}\n`));
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(`${path}.part`, bytes);
  await rename(`${path}.part`, path);
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
