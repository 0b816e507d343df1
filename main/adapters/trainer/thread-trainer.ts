/** Retrains in a thread (hosts/trainer), which a cancel ends at any instant. */
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { fail, type Result } from '../../contract/result.ts';
import { BACKENDS, type Backend, type RetrainProgress } from '../../contract/states/retrain.ts';
import type { HeadTrainer, RetrainOutcome, RetrainTask } from '../../core/retrain/retrain.ts';
import { STOPPED } from '../../core/retrain/retraining.ts';
import { hostFile } from '../program-files.ts';

export interface TrainerWork {
  readonly task: RetrainTask;
  readonly backend?: Backend;
}

/** Only whether a deeper retraining can be done. */
export interface DeeperQuestion {
  readonly question: 'deeper';
}

type Trained = Awaited<ReturnType<HeadTrainer['retrain']>>;
type Message = { readonly progress: RetrainProgress } | { readonly outcome: Trained };

const CANCELLED = fail('cancelled', STOPPED);
const ENDED = fail('fault', 'Retraining stopped by itself. Nothing was changed; try again.');
const NO_MEMORY = fail(
  'fault',
  'There was too little memory to retrain. Nothing was changed; close other programs and try again.',
);

const NOT_LOADED = fail(
  'model-missing',
  'TensorFlow ended by itself when it was loaded, so Facet cannot retrain deeper here. Run node scripts/tensorflow.mjs again.',
);

/** With the environment of the process, for TensorFlow reads there whether to greet (load-tensorflow.ts). */
const start = (entry: URL | string, workerData: TrainerWork | DeeperQuestion): Worker =>
  new Worker(entry, { workerData, env: SHARE_ENV });

/**
 * A fault in the thread is thrown; that it ended by itself, or had too little memory, is a failure.
 * @param backend the one to use; `FACET_BACKEND`, else the fastest that loads, where undefined
 * @param entry what the thread runs
 */
export const threadTrainer = (
  backend = askedFor(process.env['FACET_BACKEND']),
  entry = hostFile('trainer'),
): HeadTrainer => ({
  goesDeeper: onceItIs(
    () =>
      new Promise((resolve) => {
        const worker = start(entry, { question: 'deeper' });
        worker.on('message', resolve);
        // What ends with its thread does not load.
        worker.on('error', () => resolve(NOT_LOADED));
        worker.on('exit', () => resolve(NOT_LOADED));
      }),
  ),
  retrain: (task, signal, show) =>
    new Promise<Result<RetrainOutcome & { readonly backend: Backend }>>((resolve, reject) => {
      if (signal.aborted) return resolve(CANCELLED);
      const work: TrainerWork = { task, ...(backend === undefined ? {} : { backend }) };
      const worker = start(entry, work);
      const end = (outcome: Trained) => {
        signal.removeEventListener('abort', cancel);
        resolve(outcome);
        void worker.terminate();
      };
      const cancel = () => end(CANCELLED);
      signal.addEventListener('abort', cancel);
      worker.on('message', (message: Message) => {
        if ('progress' in message) {
          if (!signal.aborted) show(message.progress);
        } else end(message.outcome);
      });
      worker.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') return end(NO_MEMORY);
        signal.removeEventListener('abort', cancel);
        reject(error);
      });
      worker.on('exit', () => end(ENDED));
    }),
});

/** Asks until it is so: what loaded once is there, and what did not may be installed meanwhile. */
function onceItIs(ask: () => Promise<Result<void>>): () => Promise<Result<void>> {
  let asked: Promise<Result<void>> | undefined;
  return async () => {
    const answer = await (asked ??= ask());
    if (!answer.ok) asked = undefined;
    return answer;
  };
}

const askedFor = (text: string | undefined): Backend | undefined =>
  BACKENDS.find((backend) => backend === text);
