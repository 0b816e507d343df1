/**
 * Tunes the end of the shape's tower to one person: what its first layers see stays, its last two fire modules and what follows learn
 * to gather the person's reliefs and to keep other people away from them.
 */
import type * as tfjs from '@tensorflow/tfjs';
import { Random } from '../../core/random.ts';
import { reliefTensors } from './embed-reliefs.ts';
import { importNetwork } from './import-network.ts';
import { contrastive } from './losses.ts';
import { FACET_PERSONAL, FACET_RGBD } from './network-spec.ts';
import { TfNetwork, type Tensorflow, type Weights } from './tf-network.ts';

/** Set once, before anybody was measured; nothing was searched. */
const RECIPE = {
  epochs: 20,
  /** Batches of an epoch, and of whom they are: reliefs of the person, and other people as they looked on two days. */
  steps: 8,
  own: 16,
  others: 24,
  rate: 3e-4,
  /** What it costs to move other people from where they lay. */
  hold: 4,
} as const;

export interface TuneProblem {
  /** The network as Facet comes with it. */
  readonly base: Uint8Array;
  /** Reliefs of the person: heights above the mean face in centimetres, 0 where nothing was seen. */
  readonly own: readonly Float32Array[];
  /** The same of other people, each on several days. */
  readonly others: readonly (readonly Float32Array[])[];
  readonly seed: string;
  /** As many as the recipe has, where left out. */
  readonly epochs?: number;
}

/** @param told after each epoch, with its mean loss */
export async function tuneNetwork(
  tf: Tensorflow,
  { base, own, others, seed, epochs = RECIPE.epochs }: TuneProblem,
  told: (epoch: number, epochs: number, loss: number) => void,
): Promise<Weights> {
  const [tower] = FACET_PERSONAL.towers;
  const from = tunedFrom();
  const network = new TfNetwork(tf, FACET_PERSONAL, seed);
  network.write(importNetwork(FACET_RGBD, base));
  const tuned = network.trainable(isTuned);
  const optimiser = tf.train.adam(RECIPE.rate);
  const both = others.filter(({ length }) => length > 1);
  const seen = (reliefs: readonly Float32Array[]) =>
    network.first(
      tower,
      from,
      tf.tensor4d(reliefTensors(reliefs), [reliefs.length, ...FACET_PERSONAL.input]),
    );
  // What does not change is computed once: what the first layers see of the others, and where they lie.
  const crowd = tf.tidy(() => seen(both.flatMap((days) => days.slice(0, 2))));
  const before = network.rest(tower, from, crowd);
  try {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      let sum = 0;
      for (let step = 0; step < RECIPE.steps; step++) {
        const random = new Random(`tune ${seed} ${epoch} ${step}`);
        const mine = Array.from({ length: RECIPE.own }, () => onAnotherDay(random.pick(own), both, random));
        const whom = draw(both.length, RECIPE.others, random);
        sum += tf.tidy(() => {
          const rows = tf.tensor1d(
            whom.flatMap((i) => [2 * i, 2 * i + 1]),
            'int32',
          );
          const features = tf.concat([seen(mine), tf.gather(crowd, rows)]);
          const held = tf.gather(before, rows);
          const labels = tf.tensor1d([...mine.map(() => -1), ...whom.flatMap((i) => [i, i])]);
          const same: tfjs.Tensor2D = tf.cast(
            tf.equal(tf.expandDims(labels, 1), tf.expandDims(labels, 0)),
            'float32',
          );
          const loss = () => {
            const vectors = network.rest(tower, from, features);
            const moved = tf.sub(tf.slice(vectors, [mine.length, 0]), held);
            const holding = tf.mean(tf.sum(tf.square(moved), 1));
            return tf.add(contrastive(tf, vectors, same), tf.mul(RECIPE.hold, holding)).asScalar();
          };
          return optimiser.minimize(loss, true, tuned)!.dataSync()[0];
        });
      }
      told(epoch, epochs, sum / RECIPE.steps);
      // So that what was told is passed on.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return network.read();
  } finally {
    optimiser.dispose();
    tf.dispose([crowd, before]);
    network.dispose();
  }
}

/** The first layer that changes: the last but one fire module. */
export function tunedFrom(): number {
  const { layers } = FACET_PERSONAL.towers[0];
  return layers.flatMap(({ kind }, i) => (kind === 'fire' ? [i] : [])).at(-2)!;
}

/** Kernels and biases from there on: a folded batch norm's scale and statistics stay. */
const isTuned = (name: string): boolean => {
  const [, layer, ...part] = name.split('/');
  return Number(layer) >= tunedFrom() && part.at(-1) !== 'gamma';
};

/** The relief as it might be on another day: changed as somebody else's was between two, where it was seen on both. */
function onAnotherDay(
  relief: Float32Array,
  others: readonly (readonly Float32Array[])[],
  random: Random,
): Float32Array {
  const [one, other] = random.pick(others);
  const way = (random.below(2) === 0 ? -1 : 1) / Math.SQRT2;
  return relief.map((height, i) =>
    height === 0 || one[i] === 0 || other[i] === 0 ? height : height + way * (one[i] - other[i]),
  );
}

/** So many different numbers below another. */
function draw(below: number, count: number, random: Random): number[] {
  const drawn = new Set<number>();
  while (drawn.size < Math.min(count, below)) drawn.add(random.below(below));
  return [...drawn];
}
