/** Loads everything that a frame's path runs. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FacetError } from '../../contract/result.ts';
import { decodeMeanFace, type MeanFace } from '../../core/mean-face.ts';
import type { FaceModels } from '../../core/observer.ts';
import { BlazefaceDetector, FacemeshLandmarks, OnnxEmbedder, OnnxEyelids } from './face-models.ts';
import { openModelLibrary } from './model-library.ts';
import type { NetworkOptions } from './network.ts';

/** The embedder of the relief that the app uses. */
export const SHAPE_MODEL = 'facet-linear';
export const DESCRIPTOR_MODEL = 'face-rgb';

/** @throws FacetError `model-missing`, `model-altered` */
export async function loadFaceModels(folder: string, options?: NetworkOptions): Promise<FaceModels> {
  const library = await openModelLibrary(folder);
  const [detector, landmarks, eyelids, descriptor, shape, mean] = await Promise.all([
    BlazefaceDetector.open(library, options),
    FacemeshLandmarks.open(library, options),
    OnnxEyelids.open(library, options),
    OnnxEmbedder.open(library, DESCRIPTOR_MODEL, options),
    OnnxEmbedder.open(library, SHAPE_MODEL, options),
    loadMeanFace(folder),
  ]);
  return { detector, landmarks, eyelids, descriptor, shape, mean };
}

/** @throws FacetError `model-missing`, `model-altered` */
export async function loadMeanFace(folder: string): Promise<MeanFace> {
  const path = join(folder, 'mean-face.bin');
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new FacetError('model-missing', `${path} cannot be read. Restore it from the repository.`, {
      cause,
    });
  });
  return decodeMeanFace(bytes);
}
