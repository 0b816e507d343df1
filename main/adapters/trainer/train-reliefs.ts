/**
 * `facet train --network facet-rgbd`: the siamese network on reliefs, beside the linear model on the same people, into the
 * models folder.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelEntry } from '../../contract/manifest.ts';
import { RELIEF_CELLS } from '../../core/shape/relief.ts';
import { RELIEF_PREPROCESSING, withoutColour } from '../../core/shape/tensor.ts';
import type { Dataset } from '../corpus/dataset/open-dataset.ts';
import { putEntries, writeWhole } from '../corpus/write-models.ts';
import { LINEAR_MODEL } from '../onnx/load-face-models.ts';
import { openModelLibrary } from '../onnx/model-library.ts';
import { dimensionsOf } from './export-network.ts';
import { FACET_RGBD } from './network-spec.ts';
import { rows } from './parity.ts';
import { ReliefBatches } from './relief-batches.ts';
import { runCourse, type Course, type CourseOptions, type CourseReport } from './run-course.ts';
import { separation, type Separation } from './validate-reliefs.ts';

const COURSE: Course = {
  spec: FACET_RGBD,
  recipe: {
    seed: 'facet-rgbd 6',
    loss: 'supervised-contrastive',
    temperature: 0.1,
    steps: [2200, 0],
    rate: 2e-3,
    cosface: { scale: 24, margin: 0.3 },
    alikeFrom: 400,
    every: 100,
    patience: 12,
  },
  kind: 'reliefs',
  batches: (data) => new ReliefBatches(data),
  measure: separation,
  samples: (validation) => {
    const sessions = validation.people.slice(0, 32).flatMap((person) => person.sessions.slice(0, 1));
    const size = 4 * RELIEF_CELLS;
    const input = new Float32Array(sessions.length * size);
    sessions.forEach(({ frames }, i) => {
      validation.tensor(frames, validation.mean, input, i * size);
      if (i % 2 === 1) withoutColour(input.subarray(i * size, (i + 1) * size));
    });
    return input;
  },
};

export interface TrainReliefsReport extends CourseReport {
  /** The linear model on the same tensors. */
  readonly linear: Separation;
}

/** @param models the folder that is written. @throws FacetError as runCourse */
export async function trainReliefs(models: string, options: CourseOptions): Promise<TrainReliefsReport> {
  const { report, onnx, data, validation } = await runCourse(COURSE, options);
  const linear = await linearSeparation(models, validation);
  await writeWhole(join(models, `${FACET_RGBD.id}.onnx`), onnx);
  await putEntries(models, [entryOf(onnx, data, report.steps)]);
  return { ...report, linear };
}

async function linearSeparation(models: string, dataset: Dataset): Promise<Separation> {
  const library = await openModelLibrary(models);
  const { entry, bytes } = await library.load(LINEAR_MODEL);
  const session = await InferenceSession.create(bytes);
  return separation(dataset, async (input, n) => {
    const { embedding } = await session.run({
      [entry.input.name]: new Tensor('float32', input.slice(), [n, ...entry.input.shape]),
    });
    return rows(embedding.data as Float32Array, n);
  });
}

function entryOf(bytes: Uint8Array, data: Dataset, steps: number): ModelEntry {
  const { source } = data.manifest.recipe;
  const people =
    source.kind === 'synthetic'
      ? `${source.people} synthetic people (train/${source.from} to train/${source.from + source.people - 1}), ${source.sessions} sessions of ${source.frames} frames each`
      : `${source.folders.length} people`;
  return {
    id: FACET_RGBD.id,
    role: 'embedder',
    title: 'Siamese SqueezeNet on the head-frame relief: a tower for the shape, one for the frontal colour',
    file: `${FACET_RGBD.id}.onnx`,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    input: {
      name: 'tensor',
      shape: [...FACET_RGBD.input],
      layout: 'CHW',
      channels: ['red', 'green', 'blue', 'height'],
      mean: [0, 0, 0, 0],
      divisor: [1, 1, 1, 1],
      preprocessing: RELIEF_PREPROCESSING,
    },
    outputs: [
      {
        name: 'embedding',
        shape: [dimensionsOf(FACET_RGBD)],
        meaning: 'unit vector; distances are between tips; without colour only the shape counts',
      },
    ],
    licence: 'Apache-2.0',
    made: `npm run facet -- train --network facet-rgbd: ${people}, seed "${COURSE.recipe.seed}", ${steps} steps`,
    thresholds: [],
  };
}
