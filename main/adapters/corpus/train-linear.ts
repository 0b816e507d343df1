/** `facet train`: mean face, reliefs of many synthetic people, the linear model. `facet calibrate` sets its thresholds. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ModelEntry } from '../../contract/manifest.ts';
import { encodeMeanFace } from '../../core/shape/mean-face.ts';
import { RELIEF_CELLS } from '../../core/shape/relief.ts';
import { RELIEF_PREPROCESSING, RELIEF_SHAPE } from '../../core/shape/tensor.ts';
import { BlazefaceDetector, FacemeshLandmarks } from '../onnx/face-models.ts';
import { LINEAR_MODEL } from '../onnx/load-face-models.ts';
import { openModelLibrary } from '../onnx/model-library.ts';
import { loadHeadPack } from '../synthetic/people/pack.ts';
import { fitLinear, linearModel, LINEAR_RECIPE } from './linear-fit.ts';
import { makeMeanFace } from './mean-face-maker.ts';
import { TRAINING_SESSIONS } from './relief-sessions.ts';
import { spread } from './spread.ts';
import { putEntries, putMeanFace, writeWhole } from './write-models.ts';

export interface TrainOptions {
  /** The models folder that is written. */
  readonly folder: string;
  /** Training people `train/0` …. */
  readonly people: number;
  readonly threads: number;
  readonly progress: (stage: string, share: number) => void;
}

export interface TrainReport {
  readonly people: number;
  readonly samples: number;
  readonly dimensions: number;
}

/** @throws FacetError where a model that it builds on is missing */
export async function trainLinear(options: TrainOptions): Promise<TrainReport> {
  const { folder, people, threads, progress } = options;
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
  const bytes = linearModel(LINEAR_MODEL, fit, RELIEF_SHAPE);
  await writeWhole(join(folder, `${LINEAR_MODEL}.onnx`), bytes);
  const entry: ModelEntry = {
    id: LINEAR_MODEL,
    role: 'embedder',
    title: 'Linear discriminants of the head-frame relief: shape alone, no colour',
    file: `${LINEAR_MODEL}.onnx`,
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
    made: `npm run facet -- train --network linear --people ${people}: ${people} synthetic people (identities train/0 to train/${people - 1}), ${TRAINING_SESSIONS.sessions} sessions of ${TRAINING_SESSIONS.framesPerSession} frames each, ${LINEAR_RECIPE.components} principal components, ${fit.dimensions} discriminants`,
    thresholds: [],
  };
  await putEntries(folder, [entry]);
  progress('Linear model', 1);
  return { people, samples: count, dimensions: fit.dimensions };
}

async function trainMeanFace(
  folder: string,
  people: number,
  progress: (share: number) => void,
): Promise<void> {
  const library = await openModelLibrary(folder);
  const detector = await BlazefaceDetector.open(library);
  const landmarks = await FacemeshLandmarks.open(library);
  const recipe = {
    pool: 'train',
    shapes: Math.min(people, 200),
    pictures: Math.min(people, 60),
    tilts: Math.min(people, 800),
  };
  const mean = await makeMeanFace(loadHeadPack(), { detector, landmarks }, recipe, progress);
  await Promise.all([detector.close(), landmarks.close()]);
  const file = 'mean-face.bin';
  const bytes = encodeMeanFace(mean);
  await writeWhole(join(folder, file), bytes);
  await putMeanFace(folder, {
    file,
    sha256: sha256(bytes),
    licence: 'Apache-2.0',
    made: `npm run facet -- train --network linear: shape of ${recipe.shapes}, landmarks of ${recipe.pictures} and tilt of ${recipe.tilts} synthetic people (train/0 …)`,
  });
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
