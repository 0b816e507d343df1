/** One training from two datasets to a checked ONNX file: what every network's training has in common. */
import { join } from 'node:path';
import { FacetError } from '../../contract/result.ts';
import type { DatasetKind } from '../corpus/dataset/labels.ts';
import { openDataset, type Dataset } from '../corpus/dataset/open-dataset.ts';
import { writeWhole } from '../corpus/write-models.ts';
import { makeNamedFolder } from '../store/make-folder.ts';
import { curvesPicture } from './curves.ts';
import { exportNetwork } from './export-network.ts';
import { loadTensorflow } from './load-tensorflow.ts';
import { departure, PARITY, rows } from './parity.ts';
import type { NetworkSpec } from './network-spec.ts';
import { TfNetwork } from './tf-network.ts';
import { trainNetwork, type BatchSource, type Recipe, type TrainOutcome } from './train-network.ts';
import type { Embed, Separation } from './validate-reliefs.ts';

/** What a network is trained by. */
export interface Course {
  readonly spec: NetworkSpec;
  readonly recipe: Recipe;
  readonly kind: DatasetKind;
  batches(data: Dataset): BatchSource;
  measure(validation: Dataset, embed: Embed): Promise<Separation>;
  /** A few inputs of each sort that the network will meet, end to end, to compare the export on. */
  samples(validation: Dataset): Float32Array;
}

export interface CourseOptions {
  /** Datasets of the train pool, and of the validation pool. */
  readonly data: string;
  readonly validation: string;
  /** Where checkpoint, curves and network go. */
  readonly work: string;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

export interface CourseReport {
  readonly end: TrainOutcome['end'];
  readonly steps: number;
  readonly people: number;
  readonly minutes: number;
  /** Largest departure of the exported network from TensorFlow's. */
  readonly parity: number;
  /** On the validation people. */
  readonly network: Separation;
}

export interface CourseOutcome {
  readonly report: CourseReport;
  readonly onnx: Uint8Array;
  readonly data: Dataset;
  readonly validation: Dataset;
  readonly embed: Embed;
}

/**
 * Trains, or goes on from the checkpoint in the work folder.
 * @throws FacetError `bad-input` where a dataset or checkpoint is not what it should be; `model-missing` without TensorFlow;
 * `cancelled` where it was interrupted
 */
export async function runCourse(course: Course, options: CourseOptions): Promise<CourseOutcome> {
  const { spec, recipe } = course;
  const { work, signal, progress } = options;
  progress('Reading the datasets');
  const data = await open(options.data, course.kind, 'train');
  const validation = await open(options.validation, course.kind, 'validation');
  const tf = loadTensorflow();
  await makeNamedFolder(work);
  const begun = performance.now();
  const embedWith =
    (network: TfNetwork): Embed =>
    (input, n) =>
      tf.tidy(() => rows(network.embed(tf.tensor4d(input, [n, ...spec.input])).dataSync<'float32'>(), n));
  let steps = 0;
  const outcome = await trainNetwork({
    tf,
    spec,
    recipe,
    source: course.batches(data),
    data: `${data.manifest.recipe.meanFace} ${JSON.stringify(data.manifest.recipe.source)}`,
    measure: (network) => course.measure(validation, embedWith(network)),
    checkpoint: join(work, `${spec.id}.checkpoint`),
    signal,
    progress: (step, of, loss, latest) => {
      steps++;
      const minutes = ((performance.now() - begun) / 60_000 / steps) * (of - step);
      const told = latest ? `, ${(100 * latest.trueAccept).toFixed(1)} % at 1e-4` : '';
      progress(`step ${step} of ${of}, loss ${loss.toFixed(3)}${told}, ${Math.ceil(minutes)} min left`);
    },
  });
  if (outcome.end === 'interrupted')
    throw new FacetError(
      'cancelled',
      `The training was interrupted at step ${outcome.steps}; the same command goes on from there.`,
    );
  const onnx = exportNetwork(spec, outcome.weights);
  const best = new TfNetwork(tf, spec, recipe.seed);
  best.write(outcome.weights);
  const embed = embedWith(best);
  const samples = course.samples(validation);
  const n = samples.length / spec.input.reduce((a, b) => a * b, 1);
  const parity = await departure(spec, onnx, await embed(samples, n), samples);
  if (!(parity <= PARITY))
    throw new FacetError(
      'fault',
      `The exported network departs from TensorFlow's by ${parity}; nothing was written.`,
    );
  await writeWhole(join(work, `${spec.id}.onnx`), onnx);
  await writeWhole(
    join(work, `${spec.id}.svg`),
    Buffer.from(curvesPicture(`${spec.id}, ${data.people.length} people`, outcome.history)),
  );
  const { end, steps: done } = outcome;
  const report = {
    end,
    steps: done,
    people: data.people.length,
    minutes: (performance.now() - begun) / 60_000,
    parity,
    network: await course.measure(validation, embed),
  };
  return { report, onnx, data, validation, embed };
}

async function open(folder: string, kind: DatasetKind, pool: 'train' | 'validation'): Promise<Dataset> {
  const dataset = await openDataset(folder);
  const { kind: found, source } = dataset.manifest.recipe;
  if (found !== kind || source.pool !== pool)
    throw new FacetError(
      'bad-input',
      `${folder} holds ${found} of the ${source.pool} pool. Make it with: facet dataset ${folder} --kind ${kind} --pool ${pool}.`,
    );
  if (dataset.people.length < 2)
    throw new FacetError(
      'bad-input',
      `${folder} has one person only: nobody to tell them from. Make a larger one.`,
    );
  return dataset;
}
