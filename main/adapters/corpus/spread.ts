/** Spreads work on people over worker threads; which thread does what does not change the result. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { hostFile } from '../program-files.ts';

/**
 * The first failure, of a thread or of `take`, ends all threads and is thrown.
 * @param jobs plain data, understood by the bundled worker (hosts/worker)
 * @param take called with each result, in no particular order; its thread gets no new job before it is done
 * @param signal aborts the work: its reason is thrown
 */
export async function spread<Job, Outcome>(
  jobs: readonly Job[],
  take: (outcome: Outcome, index: number) => void | Promise<void>,
  threads = availableParallelism(),
  signal?: AbortSignal,
): Promise<void> {
  const workers: Worker[] = [];
  let next = 0;
  const work = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(hostFile('worker'));
      workers.push(worker);
      let index = -1;
      const give = () => {
        index = next++;
        if (index < jobs.length) worker.postMessage(jobs[index]);
        else resolve();
      };
      const taken = async (outcome: Outcome) => {
        await take(outcome, index);
        give();
      };
      worker.on('message', (outcome: Outcome) => void taken(outcome).catch(reject));
      worker.on('error', reject);
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      give();
    });
  try {
    signal?.throwIfAborted();
    await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, work));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
