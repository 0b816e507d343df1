/**
 * One retraining, or one projection of the face map, in a thread of its own: the shell and the page go on meanwhile, and ending
 * the thread cancels it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { modelsFolder } from '../../adapters/program-files.ts';
import { projected } from '../../adapters/trainer/map-picture.ts';
import type { ProjectionWork } from '../../adapters/trainer/project-map.ts';
import { goesDeeperHere, retrainHere } from '../../adapters/trainer/retrain-here.ts';
import type { DeeperQuestion, TrainerWork } from '../../adapters/trainer/thread-trainer.ts';

const work = workerData as TrainerWork | ProjectionWork | DeeperQuestion;
if ('question' in work) parentPort!.postMessage(await goesDeeperHere(modelsFolder()));
else if ('projection' in work) parentPort!.postMessage(projected(work.vectors, work.projection));
else {
  const outcome = await retrainHere(modelsFolder(), work, (progress) =>
    parentPort!.postMessage({ progress }),
  );
  parentPort!.postMessage({ outcome });
}
