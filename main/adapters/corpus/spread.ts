/** Spreads work on people over worker threads; results come back in order whatever thread made them. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { hostFile } from '../program-files.ts';

/** What a worker is asked for and answers with; the bundled worker is hosts/corpus-worker. */
export interface WorkerJob {
  readonly kind: 'relief-samples';
  readonly seed: string;
}

/** @param progress called with jobs done so far */
export async function spread(
  jobs: readonly WorkerJob[],
  take: (index: number, result: Float32Array) => void,
  progress: (done: number) => void = () => undefined,
  threads = availableParallelism(),
): Promise<void> {
  let next = 0;
  let done = 0;
  const work = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(hostFile('corpus-worker'));
      let index = -1;
      const give = () => {
        index = next++;
        if (index >= jobs.length) {
          void worker.terminate();
          resolve();
        } else worker.postMessage(jobs[index]);
      };
      worker.on('message', (result: Float32Array) => {
        take(index, result);
        progress(++done);
        give();
      });
      worker.on('error', reject);
      give();
    });
  await Promise.all(Array.from({ length: threads }, work));
}
