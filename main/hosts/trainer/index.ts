/** One retraining in a thread of its own: the shell and the page go on meanwhile, and ending the thread cancels it. */
import { parentPort, workerData } from 'node:worker_threads';
import { modelsFolder } from '../../adapters/program-files.ts';
import { retrainHere } from '../../adapters/trainer/retrain-here.ts';
import type { TrainerWork } from '../../adapters/trainer/thread-trainer.ts';

const outcome = await retrainHere(modelsFolder(), workerData as TrainerWork, (progress) =>
  parentPort!.postMessage({ progress }),
);
parentPort!.postMessage({ outcome });
