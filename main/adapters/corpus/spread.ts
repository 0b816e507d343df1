/** Spreads work on people over worker threads; which thread does what does not change the result. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { hostFile } from '../program-files.ts';

/**
 * @param jobs plain data, understood by the bundled worker (hosts/worker)
 * @param take called with each result, in no particular order
 */
export async function spread<Job, Outcome>(
  jobs: readonly Job[],
  take: (outcome: Outcome, index: number) => void,
  threads = availableParallelism(),
): Promise<void> {
  let next = 0;
  const work = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(hostFile('worker'));
      let index = -1;
      const give = () => {
        index = next++;
        if (index < jobs.length) worker.postMessage(jobs[index]);
        else void worker.terminate().then(() => resolve());
      };
      worker.on('message', (outcome: Outcome) => {
        take(outcome, index);
        give();
      });
      worker.on('error', reject);
      give();
    });
  await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, work));
}
