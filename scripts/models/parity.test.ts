/**
 * The converted models against TensorFlow.js running the originals, on a real picture.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as TfjsWasm from '@tensorflow/tfjs-backend-wasm';
import type * as Tfjs from '@tensorflow/tfjs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseManifest, type ModelEntry } from '../../main/contract/manifest.ts';
import { RECIPES, sourcePath } from './recipes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const require = createRequire(import.meta.url);
const tf = require('@tensorflow/tfjs') as typeof Tfjs;
const wasm = require('@tensorflow/tfjs-backend-wasm') as typeof TfjsWasm;
const manifest = parseManifest(JSON.parse(readFileSync(join(root, 'models/manifest.json'), 'utf8')));
const converted = new Map<string, Uint8Array>();

/** A window of the demo picture around a face, NHWC and normalised as the manifest says. */
async function pictureFor({ input }: ModelEntry): Promise<Float32Array> {
  const [, height, width] = input.shape as [number, number, number];
  const file = join(root, 'node_modules/@vladmandic/face-api/demo/sample1.jpg');
  const pixels = await sharp(file)
    .extract({ left: 380, top: 360, width: 280, height: 280 })
    .resize(width, height)
    .removeAlpha()
    .raw()
    .toBuffer();
  return Float32Array.from(pixels, (value, i) => (value - input.mean[i % 3]) / input.divisor[i % 3]);
}

function toPlanes(nhwc: Float32Array): Float32Array {
  const plane = nhwc.length / 3;
  return Float32Array.from(nhwc, (_, i) => nhwc[(i % plane) * 3 + Math.floor(i / plane)]);
}

async function runConverted(entry: ModelEntry, nhwc: Float32Array): Promise<Float32Array[]> {
  const session = await InferenceSession.create(converted.get(entry.id)!);
  const image = new Tensor('float32', toPlanes(nhwc), [1, ...entry.input.shape]);
  const results = await session.run({ [entry.input.name]: image });
  return entry.outputs.map(({ name }) => results[name].data as Float32Array);
}

async function runOriginal(file: string, nhwc: Float32Array, size: number, outputs: string[]) {
  const json = JSON.parse(readFileSync(sourcePath(file), 'utf8')) as {
    modelTopology: object;
    weightsManifest: { paths: string[]; weights: [] }[];
  };
  const [group] = json.weightsManifest;
  const weights = readFileSync(join(dirname(sourcePath(file)), group.paths[0]));
  const model = await tf.loadGraphModel({
    load: () =>
      Promise.resolve({
        modelTopology: json.modelTopology,
        weightSpecs: group.weights,
        weightData: new Uint8Array(weights).buffer,
      }),
  });
  const tensors = model.execute(tf.tensor(nhwc, [1, size, size, 3]), outputs);
  return Promise.all([tensors].flat().map((tensor) => tensor.data() as Promise<Float32Array>));
}

function largestDifference(p: Float32Array, q: Float32Array): number {
  expect(p.length).toBe(q.length);
  return p.reduce((most, value, i) => Math.max(most, Math.abs(value - q[i])), 0);
}

const entryOf = (id: string): ModelEntry => manifest.models.find((model) => model.id === id)!;

describe('converted models', () => {
  beforeAll(async () => {
    for (const [id, recipe] of Object.entries(RECIPES)) converted.set(id, recipe());
    wasm.setWasmPaths(join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), '/'));
    wasm.setThreadsCount(1);
    await tf.setBackend('wasm');
    await tf.ready();
  });

  it.each(Object.keys(RECIPES))('%s has exactly the bytes that the manifest names', (id) => {
    expect(createHash('sha256').update(converted.get(id)!).digest('hex')).toBe(entryOf(id).sha256);
  });

  it('detect as the original detector does', async () => {
    const entry = entryOf('blazeface');
    const input = await pictureFor(entry);
    const [scores, boxes] = await runConverted(entry, input);
    const [fineScores, coarseScores, fineBoxes, coarseBoxes] = await runOriginal(
      'blazeface.json',
      input,
      256,
      ['Identity', 'Identity_1', 'Identity_2', 'Identity_3'],
    );
    expect(Math.max(...scores)).toBeGreaterThan(2); // the picture does show a face
    // Logits of clear background reach hundreds, where float32 itself is coarse: compare the probabilities.
    const probability = (logits: Float32Array) => logits.map((logit) => 1 / (1 + Math.exp(-logit)));
    const differences = [
      largestDifference(probability(scores), probability(Float32Array.of(...fineScores, ...coarseScores))),
      largestDifference(boxes, Float32Array.of(...fineBoxes, ...coarseBoxes)),
    ];
    console.log('blazeface: largest difference of scores and boxes (px)', differences);
    for (const difference of differences) expect(difference).toBeLessThan(1e-3);
  });

  it('fit landmarks as the original mesh does', async () => {
    const entry = entryOf('facemesh');
    const input = await pictureFor(entry);
    const [mesh, score] = await runConverted(entry, input);
    const [originalMesh, originalScore] = await runOriginal('facemesh.json', input, 192, [
      'Identity_2',
      'Identity_1',
    ]);
    expect(score[0]).toBeGreaterThan(0.9);
    const differences = [largestDifference(mesh, originalMesh), largestDifference(score, originalScore)];
    console.log('facemesh: largest difference of landmarks (px) and score', differences);
    for (const difference of differences) expect(difference).toBeLessThan(1e-3);
  });

  it('outline eyelids as the original iris model does', async () => {
    const entry = entryOf('eyelids');
    const input = await pictureFor(entry);
    const [contour] = await runConverted(entry, input);
    const [original] = await runOriginal('iris.json', input, 64, ['Identity']);
    const difference = largestDifference(contour, original.subarray(0, contour.length));
    console.log('eyelids: largest difference of the contour (px)', difference);
    expect(difference).toBeLessThan(1e-3);
  });
});
