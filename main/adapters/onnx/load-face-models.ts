/** Loads everything that a frame's path runs. */
import { decodeMeanFace, type MeanFace } from '../../core/shape/mean-face.ts';
import type { FaceModels } from '../../core/observer.ts';
import {
  BlazefaceDetector,
  DESCRIPTOR_MODEL,
  FacemeshLandmarks,
  OnnxEmbedder,
  OnnxEyelids,
} from './face-models.ts';
import { openModelLibrary, type ModelLibrary } from './model-library.ts';
import { networksOf, type MatchModels } from '../../core/judge/policy.ts';
import type { NetworkOptions } from './network.ts';
import { readWeights } from './read-weights.ts';

/** The embedder of the relief that the app uses. */
export const SHAPE_MODEL = 'facet-rgbd';
/** What the siamese network has to beat: linear discriminants of the same relief. */
export const LINEAR_MODEL = 'facet-linear';
export { DESCRIPTOR_MODEL } from './face-models.ts';

/** @throws FacetError `model-missing`, `model-altered` */
export async function loadFaceModels(folder: string, options?: NetworkOptions): Promise<FaceModels> {
  const library = await openModelLibrary(folder);
  // Small networks lose more by waking a second thread than it does for them.
  const small = { ...options, threads: 1 };
  const [detector, landmarks, eyelids, descriptor, shape, mean] = await Promise.all([
    BlazefaceDetector.open(library, options),
    FacemeshLandmarks.open(library, small),
    OnnxEyelids.open(library, small),
    OnnxEmbedder.open(library, DESCRIPTOR_MODEL, options),
    OnnxEmbedder.open(library, SHAPE_MODEL, small),
    library.loadMeanFace().then(decodeMeanFace),
  ]);
  return { detector, landmarks, eyelids, descriptor, shape, mean };
}

/** What decides together; another shape model where one is asked for. @throws FacetError `model-missing` */
export const matchModels = (
  library: Pick<ModelLibrary, 'entry' | 'fusions'>,
  shape: string = SHAPE_MODEL,
): MatchModels => ({
  descriptor: library.entry(DESCRIPTOR_MODEL),
  shape: library.entry(shape),
  fusions: library.fusions,
});

/**
 * The same with what lasts of a face, where that was made for this shape.
 * @throws FacetError `model-missing`, `model-altered`
 */
export async function loadMatchModels(library: ModelLibrary): Promise<MatchModels> {
  const models = matchModels(library);
  const found = await library.loadLasting();
  if (found?.entry.shape !== networksOf(models.shape)) return models;
  const { dimensions, limits } = found.entry;
  const [{ data: weights }] = readWeights(found.bytes);
  return { ...models, lasting: { weights, dimensions, limits } };
}

/** @throws FacetError `model-missing`, `model-altered` */
export async function loadMeanFace(folder: string): Promise<MeanFace> {
  return decodeMeanFace(await (await openModelLibrary(folder)).loadMeanFace());
}
