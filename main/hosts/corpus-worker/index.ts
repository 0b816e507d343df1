/** One thread of corpus work. */
import { parentPort } from 'node:worker_threads';
import { reliefSamples } from '../../adapters/corpus/relief-sessions.ts';
import type { WorkerJob } from '../../adapters/corpus/spread.ts';
import { loadMeanFace } from '../../adapters/onnx/load-face-models.ts';
import { modelsFolder } from '../../adapters/program-files.ts';
import { loadHeadPack } from '../../adapters/synthetic/people/pack.ts';

const pack = loadHeadPack();
const mean = await loadMeanFace(modelsFolder());

parentPort!.on('message', ({ seed }: WorkerJob) => {
  const samples = reliefSamples(pack, mean, seed);
  parentPort!.postMessage(samples, [samples.buffer as ArrayBuffer]);
});
