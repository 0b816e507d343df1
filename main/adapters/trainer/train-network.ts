/**
 * Siamese training: batches of a few samples each of many people, first the loss over pairs alone, then with a centre for
 * each person. Every tower has its own loss, so that none may lean on another. All that is random is named by the seed and
 * the step: a run that was killed goes on as if it had not been.
 */
import type * as tfjs from '@tensorflow/tfjs';
import { Random } from '../../core/random.ts';
import { loadCheckpoint, saveCheckpoint, type Checkpoint, type Measurement } from './checkpoint.ts';
import { contrastive, cosface, supervisedContrastive } from './losses.ts';
import { unitsOf, type NetworkSpec, type TowerSpec } from './network-spec.ts';
import type { Separation } from './validate-reliefs.ts';
import { arrayOf, TfNetwork, type Tensorflow, type WeightArray, type Weights } from './tf-network.ts';

export interface Batch {
  /** n × planes × rows × columns. */
  readonly input: Float32Array;
  /** The person of each sample, 0 … people − 1. */
  readonly labels: Int32Array;
}

/** Labels most like each label, nearest first. */
export type Alike = readonly Int32Array[];

export interface BatchSource {
  /** Labels that occur. */
  readonly people: number;
  /**
   * @param random decides everything about the batch
   * @param alike who is most like each label, nearest first, where that is known: a batch of such people is the hardest
   */
  batch(random: Random, alike?: Alike): Batch;
  /** What one person looks like at their plainest: where their centre begins. */
  portrait(label: number): Float32Array;
}

export interface Recipe {
  readonly seed: string;
  readonly loss: 'contrastive' | 'supervised-contrastive';
  readonly temperature: number;
  /** Steps with the loss over pairs alone, then steps with centres as well. */
  readonly steps: readonly [pairs: number, centres: number];
  readonly rate: number;
  readonly cosface: { readonly scale: number; readonly margin: number };
  /** From this step on batches are made of people who are most like each other, as the network sees them by then. */
  readonly alikeFrom: number;
  /** Steps between two looks at the validation people. */
  readonly every: number;
  /** Looks without improvement after which training stops early. */
  readonly patience: number;
}

export interface TrainRequest {
  readonly tf: Tensorflow;
  readonly spec: NetworkSpec;
  readonly recipe: Recipe;
  readonly source: BatchSource;
  /** Names the data, so that a checkpoint is not continued with other data. */
  readonly data: string;
  /** How good the network is on validation people. */
  measure(network: TfNetwork): Separation | Promise<Separation>;
  /** The checkpoint's file. */
  readonly checkpoint: string;
  readonly signal: AbortSignal;
  readonly progress: (step: number, of: number, loss: number, latest: Measurement | undefined) => void;
}

export interface TrainOutcome {
  readonly weights: Weights;
  readonly history: readonly Measurement[];
  readonly steps: number;
  /** `diverged`: the loss was not a number any more, and the last good weights are kept. */
  readonly end: 'finished' | 'early' | 'interrupted' | 'diverged';
}

/** @throws FacetError `bad-input` where the checkpoint is damaged or another run's */
export async function trainNetwork(request: TrainRequest): Promise<TrainOutcome> {
  const { tf, spec, recipe, source, checkpoint, signal } = request;
  const name = JSON.stringify({ spec, recipe, data: request.data });
  const network = new TfNetwork(tf, spec, recipe.seed);
  const centres = spec.towers.map((tower) => tf.variable(tf.zeros([source.people, unitsOf(tower)])));
  const optimiser = new Adam(tf, [...network.trainable(), ...centres]);

  const before = await loadCheckpoint(checkpoint, name);
  const total = recipe.steps[0] + recipe.steps[1];
  const state = {
    step: before?.step ?? 0,
    best: before?.best ?? -Infinity,
    history: [...(before?.history ?? [])],
    bestWeights: before?.bestWeights ?? network.read(),
  };
  if (before) {
    network.write(before.weights);
    optimiser.write(before.optimiser);
    centres.forEach((variable, i) =>
      variable.assign(tf.tensor(before.optimiser.get(`centres/${i}`)!.data, variable.shape)),
    );
  }
  let alike = before ? alikeOf(before.optimiser) : undefined;
  const snapshot = (): Checkpoint => ({
    recipe: name,
    ...state,
    weights: network.read(),
    optimiser: new Map([
      ...optimiser.read(),
      ...(alike ?? []).map(
        (labels, i) => [`alike/${i}`, { shape: [labels.length], data: Float32Array.from(labels) }] as const,
      ),
      ...centres.map((variable, i) => [`centres/${i}`, arrayOf(variable)] as const),
    ]),
  });

  let end: TrainOutcome['end'] = 'finished';
  let sum = 0;
  let count = 0;
  while (state.step < total) {
    if (signal.aborted) {
      end = 'interrupted';
      break;
    }
    const { step } = state;
    network.draw = step;
    if (step === recipe.steps[0] && recipe.steps[1] > 0) placeCentres(tf, network, source, centres);
    if (step >= recipe.alikeFrom && (step % recipe.every === 0 || !alike))
      alike = mostAlike(tf, network, source);
    const batch = source.batch(new Random(`${recipe.seed} step ${step}`), alike);
    const loss = tf.tidy(() => {
      const { value, grads } = tf.variableGrads(
        () => lossOf(tf, network, centres, recipe, batch, step >= recipe.steps[0]),
        step >= recipe.steps[0] ? [...network.trainable(), ...centres] : network.trainable(),
      );
      const rate = recipe.rate * schedule(step, recipe.steps);
      optimiser.apply(grads, rate);
      return value.dataSync()[0];
    });
    if (!Number.isFinite(loss)) {
      end = 'diverged';
      break;
    }
    sum += loss;
    count++;
    state.step++;
    const due = state.step % recipe.every === 0 || state.step === total;
    if (due) {
      const measured: Measurement = {
        step: state.step,
        loss: sum / count,
        ...(await request.measure(network)),
      };
      state.history.push(measured);
      [sum, count] = [0, 0];
      const score = measured.trueAccept - measured.equalError;
      if (score >= state.best) {
        state.best = score;
        state.bestWeights = network.read();
      }
      await saveCheckpoint(checkpoint, snapshot());
    }
    request.progress(state.step, total, loss, state.history.at(-1));
    if (due && stale(state.history, recipe.patience)) {
      end = 'early';
      break;
    }
    // So that an interrupt is heard.
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (end === 'interrupted') await saveCheckpoint(checkpoint, snapshot());
  network.dispose();
  return { weights: state.bestWeights, history: state.history, steps: state.step, end };
}

/** Each person's centre begins at their portrait's embedding: from anywhere else the network would have to unlearn first. */
function placeCentres(
  tf: Tensorflow,
  network: TfNetwork,
  source: BatchSource,
  centres: readonly tfjs.Variable[],
): void {
  network.spec.towers.forEach((tower, t) => {
    const vectors = portraits(tf, network, source, tower);
    tf.tidy(() => centres[t].assign(tf.tensor(vectors, centres[t].shape)));
  });
}

/** What a tower makes of each person at their plainest, end to end. */
function portraits(tf: Tensorflow, network: TfNetwork, source: BatchSource, tower: TowerSpec): Float32Array {
  const { input } = network.spec;
  const size = input.reduce((a, b) => a * b, 1);
  const vectors = new Float32Array(source.people * unitsOf(tower));
  for (let from = 0; from < source.people; from += PORTRAITS) {
    const n = Math.min(PORTRAITS, source.people - from);
    const block = new Float32Array(n * size);
    for (let i = 0; i < n; i++) block.set(source.portrait(from + i), i * size);
    tf.tidy(() => {
      const x = tf.tensor4d(block, [n, ...input]);
      vectors.set(network.tower(tower, x, false).dataSync(), from * unitsOf(tower));
    });
  }
  return vectors;
}

/** Who is most like whom by the first tower. */
function mostAlike(tf: Tensorflow, network: TfNetwork, source: BatchSource): Alike {
  const [tower] = network.spec.towers;
  const { people } = source;
  const nearest = Math.min(NEAREST, people - 1);
  const vectors = portraits(tf, network, source, tower);
  const alike: Int32Array[] = [];
  for (let from = 0; from < people; from += PORTRAITS) {
    const n = Math.min(PORTRAITS, people - from);
    const found = tf.tidy(() => {
      const all = tf.tensor2d(vectors, [people, unitsOf(tower)]);
      // One more: everybody is most like themselves.
      return tf
        .topk(tf.matMul(tf.slice(all, [from, 0], [n, -1]), all, false, true), nearest + 1)
        .indices.dataSync();
    });
    for (let i = 0; i < n; i++)
      alike.push(
        Int32Array.from(found.subarray(i * (nearest + 1), (i + 1) * (nearest + 1))).filter(
          (label) => label !== from + i,
        ),
      );
  }
  return alike;
}

function alikeOf(kept: Weights): Alike | undefined {
  const alike: Int32Array[] = [];
  for (let i = 0, entry; (entry = kept.get(`alike/${i}`)); i++) alike.push(Int32Array.from(entry.data));
  return alike.length > 0 ? alike : undefined;
}

/** Portraits that are embedded at once, and people that are known to be alike. */
const PORTRAITS = 128;
const NEAREST = 12;

const stale = (history: readonly Measurement[], patience: number): boolean => {
  const scores = history.map(({ trueAccept, equalError }) => trueAccept - equalError);
  return scores.length > patience && scores.lastIndexOf(Math.max(...scores)) < scores.length - patience;
};

/** Each stage starts with a short rise and ends in a cosine's fall. */
function schedule(step: number, [pairs, centres]: Recipe['steps']): number {
  const [at, of] = step < pairs ? [step, pairs] : [step - pairs, centres];
  const rise = Math.min(1, (at + 1) / Math.min(50, of / 10));
  return rise * (0.02 + 0.98 * 0.5 * (1 + Math.cos((Math.PI * at) / of)));
}

function lossOf(
  tf: Tensorflow,
  network: TfNetwork,
  centres: readonly tfjs.Variable[],
  recipe: Recipe,
  { input, labels }: Batch,
  withCentres: boolean,
): tfjs.Scalar {
  const [planes, rows, columns] = network.spec.input;
  const x = tf.tensor4d(input, [labels.length, planes, rows, columns]);
  const owner = tf.tensor1d(labels, 'int32');
  const losses = network.spec.towers.map((tower, i) => {
    // Where a tower sees nothing, nothing is learnt from it.
    const seen = tower.optional
      ? rowsThatSee(input, labels.length, planes, rows * columns, tower.planes)
      : undefined;
    const [here, who] = seen ? [tf.gather(x, seen), tf.gather(owner, seen)] : [x, owner];
    const same: tfjs.Tensor2D = tf.cast(tf.equal(tf.expandDims(who, 1), tf.expandDims(who, 0)), 'float32');
    const vectors = network.tower(tower, here, true);
    const pairs =
      recipe.loss === 'contrastive'
        ? contrastive(tf, vectors, same)
        : supervisedContrastive(tf, vectors, same, recipe.temperature);
    if (!withCentres) return pairs;
    const centre = centres[i] as tfjs.Tensor as tfjs.Tensor2D;
    return tf.add(tf.mul(pairs, 0.3), cosface(tf, vectors, centre, who, recipe.cosface));
  });
  return losses.reduce((a, b) => tf.add(a, b)) as tfjs.Scalar;
}

function rowsThatSee(
  input: Float32Array,
  n: number,
  planes: number,
  cells: number,
  [from, to]: readonly [number, number],
): Int32Array {
  const rows: number[] = [];
  for (let i = 0; i < n; i++) {
    const part = input.subarray((i * planes + from) * cells, (i * planes + to) * cells);
    if (part.some((value) => value !== 0)) rows.push(i);
  }
  return Int32Array.from(rows);
}

/** Adam (Kingma and Ba 2015) with moments that can be kept: TensorFlow.js does not give its own in a stable form. */
class Adam {
  private readonly moments: {
    readonly variable: tfjs.Variable;
    readonly m: tfjs.Variable;
    readonly v: tfjs.Variable;
    t: number;
  }[];

  constructor(
    private readonly tf: Tensorflow,
    variables: readonly tfjs.Variable[],
  ) {
    this.moments = variables.map((variable) => ({
      variable,
      m: tf.variable(tf.zerosLike(variable), false),
      v: tf.variable(tf.zerosLike(variable), false),
      t: 0,
    }));
  }

  apply(gradients: tfjs.NamedTensorMap, rate: number): void {
    const { tf } = this;
    for (const moment of this.moments) {
      const { variable, m, v } = moment;
      const gradient = gradients[variable.name] as tfjs.Tensor | undefined;
      if (!gradient) continue;
      moment.t++;
      tf.tidy(() => {
        m.assign(tf.add(tf.mul(m, 0.9), tf.mul(gradient, 0.1)));
        v.assign(tf.add(tf.mul(v, 0.999), tf.mul(tf.square(gradient), 0.001)));
        const scale = (rate * Math.sqrt(1 - 0.999 ** moment.t)) / (1 - 0.9 ** moment.t);
        variable.assign(tf.sub(variable, tf.mul(tf.div(m, tf.add(tf.sqrt(v), 1e-8)), scale)));
      });
    }
  }

  read(): Weights {
    const all = new Map<string, WeightArray>();
    this.moments.forEach(({ m, v, t }, i) => {
      all.set(`${i}/m`, arrayOf(m)).set(`${i}/v`, arrayOf(v));
      all.set(`${i}/t`, { shape: [1], data: Float32Array.of(t) });
    });
    return all;
  }

  write(weights: Weights): void {
    this.moments.forEach((moment, i) => {
      for (const part of ['m', 'v'] as const) {
        const { data, shape } = weights.get(`${i}/${part}`)!;
        moment[part].assign(this.tf.tensor(data, [...shape]));
      }
      moment.t = weights.get(`${i}/t`)!.data[0];
    });
  }
}
