/** One thread of work: datasets and reliefs of synthetic people to train on; trials, pictures and recordings to evaluate. */
import { parentPort } from 'node:worker_threads';
import { systemClock } from '../../adapters/clock/system-clock.ts';
import type { DatasetKind, SyntheticSource } from '../../adapters/corpus/dataset/labels.ts';
import { packPerson } from '../../adapters/corpus/dataset/people-source.ts';
import { reliefSamples } from '../../adapters/corpus/relief-sessions.ts';
import { lastingVisits, type LastingRequest } from '../../adapters/corpus/train-lasting.ts';
import { film, type FilmRequest } from '../../adapters/evaluation/adaptation/film.ts';
import { writeFilm } from '../../adapters/evaluation/films/film-file.ts';
import { describePictures } from '../../adapters/evaluation/describe-pictures.ts';
import { filmVisits, type VisitRequest } from '../../adapters/evaluation/retraining/visit-film.ts';
import { loadEvaluated } from '../../adapters/evaluation/evaluated-models.ts';
import { runReal, type RealRequest } from '../../adapters/evaluation/real-trial.ts';
import { runRecording } from '../../adapters/evaluation/recording-trial.ts';
import { runTrial, type TrialRequest } from '../../adapters/evaluation/people-trial.ts';
import { openFaceDescriber } from '../../adapters/onnx/face-models.ts';
import { loadFaceModels, loadMeanFace } from '../../adapters/onnx/load-face-models.ts';
import { openModelLibrary } from '../../adapters/onnx/model-library.ts';
import { modelsFolder } from '../../adapters/program-files.ts';
import { loadHeadPack } from '../../adapters/synthetic/people/pack.ts';
import { FacetError, type Failure } from '../../contract/result.ts';
import type { MatchPolicy } from '../../core/judge/policy.ts';

export type WorkerJob =
  | { readonly kind: 'relief-samples'; readonly seed: string }
  | { readonly kind: 'lasting'; readonly request: LastingRequest }
  | {
      readonly kind: 'dataset-person';
      readonly dataset: DatasetKind;
      readonly source: SyntheticSource;
      readonly position: number;
    }
  | { readonly kind: 'trial'; readonly trial: TrialRequest }
  | { readonly kind: 'film'; readonly film: FilmRequest; readonly path: string }
  | { readonly kind: 'visits'; readonly film: VisitRequest; readonly path: string }
  | { readonly kind: 'real'; readonly request: RealRequest }
  | { readonly kind: 'pictures'; readonly paths: readonly string[] }
  | {
      readonly kind: 'recording';
      readonly path: string;
      /** Which model reads the relief. */
      readonly shape: string;
      readonly policy: MatchPolicy;
    };

const once = <T>(make: () => T): (() => T) => {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};
const pack = once(() => loadHeadPack());
const mean = once(() => loadMeanFace(modelsFolder()));
// Each worker is one core's worth.
const models = once(() => loadFaceModels(modelsFolder(), { threads: 1 }));
const describer = once(async () => openFaceDescriber(await openModelLibrary(modelsFolder()), { threads: 1 }));
/** One command asks for one shape model. */
let evaluated: ReturnType<typeof loadEvaluated> | undefined;

async function work(job: WorkerJob): Promise<unknown> {
  switch (job.kind) {
    case 'relief-samples':
      return reliefSamples(pack(), await mean(), job.seed);
    case 'lasting':
      return lastingVisits(pack(), await mean(), job.request);
    case 'dataset-person':
      return packPerson(pack(), await mean(), job.dataset, job.source, job.position);
    case 'trial':
      return runTrial(await models(), systemClock, job.trial);
    case 'film':
      return writeFilm(job.path, await film(await models(), systemClock, job.film));
    case 'visits':
      return writeFilm(job.path, await filmVisits(await models(), systemClock, job.film));
    case 'real':
      return models().then((models) => runReal(models, systemClock, job.request), failureOf);
    case 'pictures':
      return describer().then((models) => describePictures(job.paths, models), failureOf);
    case 'recording':
      evaluated ??= loadEvaluated(modelsFolder(), job.shape);
      return evaluated.then((models) => runRecording(models, job.policy, systemClock, job.path), failureOf);
  }
}

parentPort!.on('message', (job: WorkerJob) => {
  // A failing job ends the thread, and with it the command: half a result is none.
  void work(job).then((outcome) => parentPort!.postMessage(outcome));
});

/** Models that are missing or altered: a value, so that the command can say it in one sentence. */
function failureOf(error: unknown): Failure {
  if (error instanceof FacetError) return error.toFailure();
  throw error;
}
