import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { meanEmbedding } from '../../core/face/embedding.ts';
import { Random } from '../../core/random.ts';
import { RELIEF_CELLS } from '../../core/shape/relief.ts';
import { withoutColour } from '../../core/shape/tensor.ts';
import { loadTensorflow } from './load-tensorflow.ts';
import { tensorflowPackage } from '../program-files.ts';
import { exportNetwork } from './export-network.ts';
import { importNetwork } from './import-network.ts';
import { decodeReliefs, encodeReliefs, loadImpostorReliefs, type PeopleReliefs } from './impostor-reliefs.ts';
import { ARTICLE, FACET_PERSONAL, FACET_RGBD } from './network-spec.ts';
import { departure, PARITY, rows } from './parity.ts';
import { TfNetwork, type Tensorflow, type Weights } from './tf-network.ts';
import { reliefTensors } from './embed-reliefs.ts';
import { tunedFrom, tuneNetwork, type TuneProblem } from './tune-network.ts';

let base: Uint8Array;
let people: PeopleReliefs;
beforeAll(async () => {
  base = await readFile('models/facet-rgbd.onnx');
  people = await loadImpostorReliefs('models');
});

const largest = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

describe('the shipped network', () => {
  it('read back from its file, gives what the file gives', async () => {
    await tf.setBackend('cpu');
    const network = new TfNetwork(tf, FACET_RGBD, 'any');
    network.write(importNetwork(FACET_RGBD, base));
    const random = new Random('read back');
    const input = Float32Array.from({ length: 2 * 4 * RELIEF_CELLS }, () => 0.3 * random.normal());
    withoutColour(input.subarray(0, 4 * RELIEF_CELLS));
    const session = await InferenceSession.create(base);
    const { embedding } = await session.run({
      tensor: new Tensor('float32', input, [2, ...FACET_RGBD.input]),
    });
    const own = tf.tidy(() =>
      network.embed(tf.tensor4d(input, [2, ...FACET_RGBD.input])).dataSync<'float32'>(),
    );
    expect(largest(own, embedding.data as Float32Array)).toBeLessThan(1e-5);
  });

  it('is not taken for another one', () => {
    expect(() => importNetwork(ARTICLE, base)).toThrow(RangeError);
    expect(() => importNetwork(FACET_PERSONAL, base)).toThrow('more weights');
  });
});

describe('the reliefs of the impostor pool', () => {
  it('come back to a step of a quarter of a millimetre, holes and all', () => {
    const relief = Float32Array.from({ length: RELIEF_CELLS }, (_, i) =>
      i % 3 === 0 ? 0 : Math.sin(i) * 2.5,
    );
    relief[1] = 0.001;
    const [[back], none] = decodeReliefs(encodeReliefs([[relief], []]));
    expect(none).toEqual([]);
    // The least of what was seen is a whole step, what is not nothing being kept.
    expect(largest(back, relief)).toBeLessThan(1 / 39);
    expect(back.every((height, i) => (height === 0) === (relief[i] === 0))).toBe(true);
  });

  it('are refused where they were cut short, or are something else', () => {
    const bytes = encodeReliefs([[new Float32Array(RELIEF_CELLS)]]);
    for (const broken of [bytes.subarray(0, bytes.length - 2), Buffer.of(1)])
      expect(() => decodeReliefs(broken)).toThrow('npm run facet -- pool');
  });
});

describe.skipIf(!existsSync(tensorflowPackage()))('a network that is tuned to a person', () => {
  let native: Tensorflow;
  let before: Weights;
  let problem: TuneProblem;
  let tuned: Weights;
  /** Fewer than a retraining has, which would take its time. */
  const EPOCHS = 8;
  const losses: number[] = [];
  const tune = (seed = '1', epochs?: number) =>
    tuneNetwork(native, { ...problem, seed, ...(epochs && { epochs }) }, (_, __, loss) => losses.push(loss));
  beforeAll(async () => {
    // Sums of several threads come in any order.
    process.env['TF_NUM_INTRAOP_THREADS'] = '1';
    native = loadTensorflow();
    before = importNetwork(FACET_RGBD, base);
    const [owner, ...others] = people;
    problem = { base, own: owner.slice(0, 1), others: others.slice(0, 60), seed: '1' };
    tuned = await tune('1', EPOCHS);
  }, 600_000);

  const embed = (weights: Weights, reliefs: readonly Float32Array[]): Float32Array[] => {
    const network = new TfNetwork(native, FACET_PERSONAL, 'any');
    network.write(weights);
    const vectors = native.tidy(() =>
      rows(
        network
          .embed(native.tensor4d(reliefTensors(reliefs), [reliefs.length, ...FACET_PERSONAL.input]))
          .dataSync<'float32'>(),
        reliefs.length,
      ),
    );
    network.dispose();
    return vectors;
  };
  const apart = (a: Float32Array, b: Float32Array): number =>
    Math.hypot(...a.map((value, i) => value - b[i]));

  it('learns: its loss falls, and the person is nearer on a day that it was not shown', () => {
    expect(losses[EPOCHS - 1]).toBeLessThan(0.8 * losses[0]);
    const distance = (weights: Weights) =>
      apart(...(embed(weights, people[0]) as [Float32Array, Float32Array]));
    expect(distance(tuned)).toBeLessThan(distance(before));
  });

  it('does not change what comes before its last two fire modules', () => {
    for (const [name, { data }] of tuned) {
      const [, layer, ...part] = name.split('/');
      const moved = largest(data, before.get(name)!.data) > 0;
      expect([name, moved]).toEqual([
        name,
        Number(layer) >= tunedFrom() && ['kernel', 'beta'].includes(part.at(-1)!),
      ]);
    }
  });

  it('is the same for the same seed, and another for another', async () => {
    const [one, again, other] = [await tune('1', 2), await tune('1', 2), await tune('2', 2)];
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
  }, 600_000);

  it('leaves people where they lay whom it never saw', () => {
    const others = people.slice(200).flat();
    const [were, are] = [embed(before, others), embed(tuned, others)];
    const moved = were.map((vector, i) => apart(vector, are[i]));
    expect(moved.reduce((a, b) => a + b, 0) / moved.length).toBeLessThan(0.25);
    const centre = meanEmbedding(are);
    expect(are.filter((vector) => apart(vector, centre) < 0.5)).toHaveLength(0);
  });

  it('is the same in ONNX', async () => {
    const reliefs = people.slice(0, 40).flat();
    const input = reliefTensors(reliefs);
    const onnx = exportNetwork(FACET_PERSONAL, tuned);
    expect(await departure(FACET_PERSONAL, onnx, embed(tuned, reliefs), input)).toBeLessThan(PARITY);
    expect(await departure(FACET_PERSONAL, onnx, embed(before, reliefs), input)).toBeGreaterThan(PARITY);
  });
});
