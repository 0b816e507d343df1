/** One thread of work on synthetic people: datasets and reliefs to train on, trials to evaluate. */
import { parentPort } from 'node:worker_threads';
import { systemClock } from '../../adapters/clock/system-clock.ts';
import type { DatasetKind, SyntheticSource } from '../../adapters/corpus/dataset/labels.ts';
import { packPerson } from '../../adapters/corpus/dataset/people-source.ts';
import { reliefSamples } from '../../adapters/corpus/relief-sessions.ts';
import { runTrial, type TrialRequest } from '../../adapters/evaluation/people-trial.ts';
import { loadFaceModels, loadMeanFace } from '../../adapters/onnx/load-face-models.ts';
import { modelsFolder } from '../../adapters/program-files.ts';
import { loadHeadPack } from '../../adapters/synthetic/people/pack.ts';

export type WorkerJob =
  | { readonly kind: 'relief-samples'; readonly seed: string }
  | {
      readonly kind: 'dataset-person';
      readonly dataset: DatasetKind;
      readonly source: SyntheticSource;
      readonly position: number;
    }
  | { readonly kind: 'trial'; readonly trial: TrialRequest };

const once = <T>(make: () => T): (() => T) => {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};
const pack = once(() => loadHeadPack());
const mean = once(() => loadMeanFace(modelsFolder()));
// Each worker is one core's worth.
const models = once(() => loadFaceModels(modelsFolder(), { threads: 1 }));

async function work(job: WorkerJob): Promise<unknown> {
  switch (job.kind) {
    case 'relief-samples':
      return reliefSamples(pack(), await mean(), job.seed);
    case 'dataset-person':
      return packPerson(pack(), await mean(), job.dataset, job.source, job.position);
    case 'trial':
      return runTrial(await models(), systemClock, job.trial);
  }
}

parentPort!.on('message', (job: WorkerJob) => {
  // A failing job ends the thread, and with it the command: half a result is none.
  void work(job).then((outcome) => parentPort!.postMessage(outcome));
});
