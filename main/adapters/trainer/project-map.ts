/** Embeddings to a plane in threads of their own: what shows the page is not held up. */
import { Worker } from 'node:worker_threads';
import type { Projection } from '../../contract/states/face-map.ts';
import type { Project } from '../../core/people/face-map.ts';
import { hostFile } from '../program-files.ts';

export interface ProjectionWork {
  readonly projection: Projection;
  readonly vectors: readonly Float32Array[];
}

/** Each projection in a thread (hosts/trainer). */
export const projectInThreads: Project = async (vectors) => {
  const [pca, umap] = await Promise.all([
    inThread({ projection: 'pca', vectors }),
    inThread({ projection: 'umap', vectors }),
  ]);
  return { pca, umap };
};

const inThread = (work: ProjectionWork): Promise<number[][]> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(hostFile('trainer'), { workerData: work });
    worker.on('message', resolve);
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error(`The thread for ${work.projection} ended without a result.`)));
  });
