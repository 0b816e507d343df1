import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../core/random.ts';
import { tensorflowPackage } from '../program-files.ts';
import { exportNetwork } from './export-network.ts';
import { loadTensorflow } from './load-tensorflow.ts';
import { ARTICLE, FACET_RGBD, type NetworkSpec } from './network-spec.ts';
import { batchNorm, relu } from './native-ops.ts';
import { TfNetwork, type Tensorflow } from './tf-network.ts';
import { trainNetwork, type BatchSource, type Recipe, type TrainRequest } from './train-network.ts';
import { separationOf } from './validate-reliefs.ts';

/** Every kind of layer, small. */
const SMALL: NetworkSpec = {
  id: 'small',
  input: [4, 13, 10],
  towers: [
    {
      name: 'shape',
      planes: [3, 4],
      share: 0.75,
      layers: [
        { kind: 'conv', filters: 6, size: 5, stride: 2 },
        { kind: 'fire', squeeze: 3, expand: 4 },
        { kind: 'pool', size: 3, stride: 2 },
        { kind: 'flatten' },
        { kind: 'dropout', share: 0.1 },
        { kind: 'dense', units: 12 },
        { kind: 'dense', units: 8, last: true },
      ],
    },
    {
      name: 'colour',
      planes: [0, 3],
      share: 0.25,
      optional: true,
      layers: [
        { kind: 'conv', filters: 5, size: 3 },
        { kind: 'average' },
        { kind: 'dense', units: 4, last: true },
      ],
    },
  ],
};

const RECIPE: Recipe = {
  seed: 'test',
  loss: 'supervised-contrastive',
  temperature: 0.1,
  steps: [6, 4],
  rate: 3e-3,
  cosface: { scale: 16, margin: 0.2 },
  alikeFrom: 4,
  every: 2,
  patience: 10,
};

/** People whose pictures are a pattern of their own in noise. */
const CROWD: BatchSource = {
  people: 6,
  batch(random) {
    const size = 4 * 13 * 10;
    const labels = Int32Array.from({ length: 18 }, (_, i) => i % 6);
    const input = new Float32Array(labels.length * size);
    labels.forEach((label, n) => {
      const own = new Random(`crowd ${label}`);
      for (let i = 0; i < size; i++) input[n * size + i] = own.normal() + 0.5 * random.normal();
    });
    return { input, labels };
  },
  portrait(label) {
    const own = new Random(`crowd ${label}`);
    return Float32Array.from({ length: 4 * 13 * 10 }, () => own.normal());
  },
};

let folder: string;
beforeAll(async () => {
  await tf.setBackend('cpu');
  folder = await mkdtemp(join(tmpdir(), 'facet-trainer-'));
});
afterAll(() => rm(folder, { recursive: true }));

const request = (name: string, more: Partial<TrainRequest> = {}): TrainRequest => ({
  tf,
  spec: SMALL,
  recipe: RECIPE,
  source: CROWD,
  data: 'crowd',
  measure: () => ({ trueAccept: 0.5, equalError: 0.1 }),
  checkpoint: join(folder, name),
  signal: new AbortController().signal,
  progress: () => undefined,
  ...more,
});

async function onnx(bytes: Uint8Array, input: Float32Array, shape: readonly number[]) {
  const session = await InferenceSession.create(bytes);
  const { embedding } = await session.run({ tensor: new Tensor('float32', input, [...shape]) });
  return embedding.data as Float32Array;
}

describe('a network', () => {
  it.each([SMALL, FACET_RGBD, ARTICLE])('$id is the same in ONNX as in TensorFlow', async (spec) => {
    const network = new TfNetwork(tf, spec, 'parity');
    const random = new Random('parity');
    // Running statistics of its own, as after training.
    network.write(
      new Map(
        [...network.read()].map(([name, { shape, data }]) => [
          name,
          {
            shape,
            data: name.endsWith('/kernel') ? data : data.map((value) => value + random.between(0, 0.3)),
          },
        ]),
      ),
    );
    const [planes, rows, columns] = spec.input;
    const input = Float32Array.from({ length: 2 * planes * rows * columns }, () => random.normal());
    if (spec.towers.length > 1) input.fill(0, 0, 3 * rows * columns);
    const own = tf.tidy(() => network.embed(tf.tensor4d(input, [2, ...spec.input])).dataSync());
    const theirs = await onnx(exportNetwork(spec, network.read()), input, [2, ...spec.input]);
    expect(theirs.length).toBe(own.length);
    expect(Math.max(...own.map((value, i) => Math.abs(value - theirs[i])))).toBeLessThan(1e-4);
    const half = own.length / 2;
    for (const vector of [own.subarray(0, half), own.subarray(half)])
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    // Without colour its tower is silent.
    if (spec === SMALL) expect(theirs.subarray(8, 12).every((value) => value === 0)).toBe(true);
  });
});

describe('training', () => {
  it('learns to tell people apart', async () => {
    const losses: number[] = [];
    const outcome = await trainNetwork(
      request('learn', {
        recipe: { ...RECIPE, steps: [24, 0] },
        progress: (_, __, loss) => losses.push(loss),
      }),
    );
    expect(outcome).toMatchObject({ end: 'finished', steps: 24 });
    expect(losses.at(-1)!).toBeLessThan(0.75 * losses[0]);
  });

  it('goes on after it was interrupted as if it had not been', async () => {
    const whole = await trainNetwork(request('whole'));
    const stop = new AbortController();
    const part = await trainNetwork(
      request('part', { signal: stop.signal, progress: (step) => step === 7 && stop.abort() }),
    );
    expect(part).toMatchObject({ end: 'interrupted', steps: 7 });
    const rest = await trainNetwork(request('part'));
    expect(rest).toMatchObject({ end: 'finished', steps: 10 });
    expect(rest.history.map(({ step }) => step)).toEqual(whole.history.map(({ step }) => step));
    for (const [name, { data }] of whole.weights)
      expect(
        Math.max(...data.map((value, i) => Math.abs(value - rest.weights.get(name)!.data[i]))),
      ).toBeLessThan(1e-5);
  });

  it('keeps the last good weights where the loss is not a number any more', async () => {
    let batches = 0;
    const source: BatchSource = {
      ...CROWD,
      batch: (random) => {
        const batch = CROWD.batch(random);
        if (++batches > 4) batch.input.fill(NaN);
        return batch;
      },
    };
    const outcome = await trainNetwork(request('nan', { source }));
    expect(outcome).toMatchObject({ end: 'diverged', steps: 4 });
    for (const { data } of outcome.weights.values()) expect(data.every(Number.isFinite)).toBe(true);
  });

  it('stops early where the validation people are told apart no better', async () => {
    const scores = [0.5, 0.9, 0.8, 0.7, 0.6, 0.5];
    const outcome = await trainNetwork(
      request('early', {
        recipe: { ...RECIPE, steps: [20, 0], patience: 2 },
        measure: () => ({ trueAccept: scores.shift()!, equalError: 0 }),
      }),
    );
    expect(outcome).toMatchObject({ end: 'early', steps: 8 });
  });

  it.each([
    ['of another run', async () => undefined],
    ['cut off', async (path: string) => writeFile(path, (await readFile(path)).subarray(0, 5000))],
    ['of something else', async (path: string) => writeFile(path, 'not a checkpoint')],
  ])('refuses a checkpoint %s', async (kind, harm) => {
    await trainNetwork(request(kind, { recipe: { ...RECIPE, steps: [2, 0] } }));
    await harm(join(folder, kind));
    const again = trainNetwork(request(kind, { recipe: { ...RECIPE, rate: 1e-4 } }));
    await expect(again).rejects.toMatchObject({ code: 'bad-input' });
  });
});

describe('separation', () => {
  it('is that of two distributions', () => {
    const same = Array.from({ length: 100 }, (_, i) => i / 100);
    const other = Array.from({ length: 10_000 }, (_, i) => 0.8 + i / 10_000);
    const { trueAccept, equalError } = separationOf(same, other);
    expect(trueAccept).toBeCloseTo(0.81, 2);
    expect(equalError).toBeCloseTo(0.1, 1);
    // One visit out of ten far from all others: missed until a tenth of the strangers pass.
    const strangers = Array.from({ length: 100 }, (_, i) => 1 + i / 100);
    expect(separationOf([...Array<number>(9).fill(0), 5], strangers).equalError).toBeCloseTo(0.1, 9);
    expect(separationOf([0.1, 0.2], [0.9, 1])).toEqual({ trueAccept: 1, equalError: 0 });
  });
});

describe.skipIf(!existsSync(tensorflowPackage()))('on the native library', () => {
  it('a network trains and is the same in ONNX', async () => {
    const native = loadTensorflow();
    const { weights, end } = await trainNetwork(request('native', { tf: native }));
    expect(end).toBe('finished');
    const network = new TfNetwork(native, SMALL, 'native');
    network.write(weights);
    const { input } = CROWD.batch(new Random('native'));
    const shape = [18, ...SMALL.input] as [number, number, number, number];
    const own = native.tidy(() => network.embed(native.tensor4d(input, shape)).dataSync());
    const theirs = await onnx(exportNetwork(SMALL, weights), input, shape);
    expect(Math.max(...own.map((value, i) => Math.abs(value - theirs[i])))).toBeLessThan(1e-4);
  });

  it('batch norm and ReLU have the gradients that TensorFlow.js takes apart', () => {
    const native: Tensorflow = loadTensorflow();
    const random = new Random('native');
    const make = (shape: number[]) =>
      native.tensor(
        Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
        shape,
      );
    const given = [make([4, 5, 3, 6]), make([6]), make([6])];
    const dy = make([4, 5, 3, 6]);
    const fused = native.grads((x, gamma, beta) =>
      relu(
        native,
        batchNorm(native, x as tf.Tensor4D, gamma, beta, 1e-3, () => undefined),
      ),
    );
    const apart = native.grads((x, gamma, beta) => {
      const { mean, variance } = native.moments(x, [0, 1, 2]);
      return native.relu(native.batchNorm(x, mean, variance, beta, gamma, 1e-3));
    });
    const theirs = apart(given, dy);
    fused(given, dy).forEach((gradient, i) => {
      expect(native.max(native.abs(native.sub(gradient, theirs[i]))).dataSync()[0]).toBeLessThan(1e-4);
    });
  });
});
