/** Embeddings to a plane in threads of their own: what shows the page is not held up. */
import { PROJECTIONS, type Projection } from '../../contract/states/face-map.ts';
import type { Project } from '../../core/people/face-map.ts';
import { spread } from '../corpus/spread.ts';

/** Each projection in a thread. */
export const projectInThreads: Project = async (vectors) => {
  const places = new Map<Projection, number[][]>();
  await spread<object, number[][]>(
    PROJECTIONS.map((projection) => ({ kind: 'projection', projection, vectors })),
    (place, i) => void places.set(PROJECTIONS[i], place),
  );
  return { pca: places.get('pca')!, umap: places.get('umap')! };
};
