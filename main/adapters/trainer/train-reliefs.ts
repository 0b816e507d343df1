/**
 * `facet train --network facet-rgbd`: trains on a dataset of reliefs, stops by validation people, exports, checks the export
 * against TensorFlow, and measures the linear model on the same people.
 */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelEntry } from '../../contract/manifest.ts';
import { FacetError } from '../../contract/result.ts';
import { RELIEF_CELLS } from '../../core/shape/relief.ts';
import { RELIEF_PREPROCESSING } from '../../core/shape/tensor.ts';
import { openDataset, type Dataset } from '../corpus/dataset/open-dataset.ts';
import { putEntries, writeWhole } from '../corpus/write-models.ts';
import { openModelLibrary } from '../onnx/model-library.ts';
import { curvesPicture } from './curves.ts';
import { dimensionsOf, exportNetwork } from './export-network.ts';
import { loadTensorflow } from './load-tensorflow.ts';
import { FACET_RGBD } from './network-spec.ts';
import { RELIEF_BATCHES, ReliefBatches } from './relief-batches.ts';
import { TfNetwork } from './tf-network.ts';
import { trainNetwork, type Recipe, type TrainOutcome } from './train-network.ts';
import { separation, type Separation } from './validate-reliefs.ts';

const RECIPE: Recipe = {
  seed: 'facet-rgbd 1',
  loss: 'supervised-contrastive',
  temperature: 0.1,
  steps: [1800, 1200],
  rate: 2e-3,
  cosface: { scale: 24, margin: 0.3 },
  every: 100,
  patience: 12,
};

/** An exported network may depart from TensorFlow's by this much, in any component of a unit vector. */
const PARITY = 1e-4;
const BASELINE = 'facet-linear';

export interface TrainReliefsOptions {
  /** Datasets of kind reliefs: of the train pool, and of the validation pool. */
  readonly data: string;
  readonly validation: string;
  /** Where the checkpoint and the curves go. */
  readonly work: string;
  /** The models folder that is written. */
  readonly models: string;
  readonly steps?: Recipe['steps'];
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

export interface TrainReliefsReport {
  readonly end: TrainOutcome['end'];
  readonly steps: number;
  readonly people: number;
  readonly samples: number;
  readonly minutes: number;
  /** Largest departure of the exported network from TensorFlow's. */
  readonly parity: number;
  /** Shape alone on the validation people: the network, and the linear model on the same tensors. */
  readonly network: Separation;
  readonly linear: Separation;
}

/** @throws FacetError `bad-input` where a dataset or checkpoint is not what it should be; `model-missing` without TensorFlow */
export async function trainReliefs(options: TrainReliefsOptions): Promise<TrainReliefsReport> {
  const { models, work, signal, progress } = options;
  progress('Reading the datasets');
  const data = await open(options.data, 'train');
  const validation = await open(options.validation, 'validation');
  const tf = loadTensorflow();
  await mkdir(work, { recursive: true });
  const source = new ReliefBatches(data);
  const recipe = { ...RECIPE, steps: options.steps ?? RECIPE.steps };
  const begun = performance.now();
  let steps = 0;
  const embedWith = (network: TfNetwork) => (input: Float32Array, n: number) =>
    tf.tidy(() => {
      const all = network.embed(tf.tensor4d(input, [n, ...FACET_RGBD.input])).dataSync<'float32'>();
      return rows(all, n);
    });
  const outcome = await trainNetwork({
    tf,
    spec: FACET_RGBD,
    recipe,
    source,
    data: `${data.manifest.recipe.meanFace} ${JSON.stringify(data.manifest.recipe.source)}`,
    measure: (network) => separation(validation, embedWith(network)),
    checkpoint: join(work, 'facet-rgbd.checkpoint'),
    signal,
    progress: (step, of, loss, latest) => {
      steps++;
      const minutes = ((performance.now() - begun) / 60_000 / steps) * (of - step);
      const told = latest ? `, ${(100 * latest.trueAccept).toFixed(1)} % at 1e-3` : '';
      progress(`step ${step} of ${of}, loss ${loss.toFixed(3)}${told}, ${Math.ceil(minutes)} min left`);
    },
  });
  if (outcome.end === 'interrupted')
    throw new FacetError(
      'cancelled',
      `The training was interrupted at step ${outcome.steps}; the same command goes on from there.`,
    );

  const bytes = exportNetwork(FACET_RGBD, outcome.weights);
  const session = await InferenceSession.create(bytes);
  const best = new TfNetwork(tf, FACET_RGBD, recipe.seed);
  best.write(outcome.weights);
  const parity = await departure(session, embedWith(best), validation);
  if (!(parity <= PARITY))
    throw new FacetError(
      'fault',
      `The exported network departs from TensorFlow's by ${parity}; nothing was written.`,
    );
  await writeWhole(
    join(work, 'facet-rgbd.svg'),
    Buffer.from(curvesPicture('facet-rgbd, synthetic people', outcome.history)),
  );
  const network = await separation(validation, embedWith(best));
  const linear = await linearSeparation(models, validation);
  await writeWhole(join(models, `${FACET_RGBD.id}.onnx`), bytes);
  const samples = outcome.steps * RELIEF_BATCHES.people * RELIEF_BATCHES.samples;
  await putEntries(models, [entryOf(bytes, data, outcome, recipe.seed)]);
  return {
    end: outcome.end,
    steps: outcome.steps,
    people: data.people.length,
    samples,
    minutes: (performance.now() - begun) / 60_000,
    parity,
    network,
    linear,
  };
}

async function open(folder: string, pool: 'train' | 'validation'): Promise<Dataset> {
  const dataset = await openDataset(folder);
  const { kind, source } = dataset.manifest.recipe;
  if (kind !== 'reliefs' || source.pool !== pool)
    throw new FacetError(
      'bad-input',
      `${folder} holds ${kind} of the ${source.pool} pool. Make it with: facet dataset ${folder} --kind reliefs --pool ${pool}.`,
    );
  if (dataset.people.length < 2)
    throw new FacetError(
      'bad-input',
      `${folder} has one person only: nobody to tell them from. Make a larger one.`,
    );
  return dataset;
}

const rows = (all: Float32Array, n: number): Float32Array[] =>
  Array.from({ length: n }, (_, i) => all.slice((i * all.length) / n, ((i + 1) * all.length) / n));

/** Over a few validation faces, with and without colour. */
async function departure(
  session: InferenceSession,
  embed: (input: Float32Array, n: number) => Float32Array[],
  dataset: Dataset,
): Promise<number> {
  const faces = dataset.people.slice(0, 32).flatMap(({ sessions }) => sessions.slice(0, 1));
  const size = 4 * RELIEF_CELLS;
  const input = new Float32Array(faces.length * size);
  faces.forEach(({ frames }, i) => dataset.tensor(frames, dataset.mean, input, i * size));
  input.fill(0, 0, 3 * RELIEF_CELLS);
  const own = embed(input, faces.length);
  const { embedding } = await session.run({
    tensor: new Tensor('float32', input, [faces.length, ...FACET_RGBD.input]),
  });
  const theirs = rows(embedding.data as Float32Array, faces.length);
  return Math.max(
    ...own.flatMap((vector, i) => [...vector].map((value, j) => Math.abs(value - theirs[i][j]))),
  );
}

async function linearSeparation(models: string, dataset: Dataset): Promise<Separation> {
  const library = await openModelLibrary(models);
  const { entry, bytes } = await library.load(BASELINE);
  const session = await InferenceSession.create(bytes);
  return separation(dataset, async (input, n) => {
    const { embedding } = await session.run({
      [entry.input.name]: new Tensor('float32', input.slice(), [n, ...entry.input.shape]),
    });
    return rows(embedding.data as Float32Array, n);
  });
}

function entryOf(bytes: Uint8Array, data: Dataset, outcome: TrainOutcome, seed: string): ModelEntry {
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
    made: `npm run facet -- train --network facet-rgbd: ${people}, seed "${seed}", ${outcome.steps} steps`,
    thresholds: [],
  };
}
