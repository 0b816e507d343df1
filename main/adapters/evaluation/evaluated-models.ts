/** Which models an evaluation of recordings asks for, and the path of a frame with them in it. */
import { FacetError } from '../../contract/result.ts';
import { alonePolicy, matchPolicy, POOLING, type MatchPolicy } from '../../core/judge/policy.ts';
import type { FaceModels } from '../../core/observer.ts';
import { OnnxEmbedder } from '../onnx/face-models.ts';
import { DESCRIPTOR_MODEL, loadFaceModels, matchModels, SHAPE_MODEL } from '../onnx/load-face-models.ts';
import { openModelLibrary, type ModelLibrary } from '../onnx/model-library.ts';

/** Shape and descriptor together, as the app decides. */
export const FUSED = 'fused';

export interface EvaluatedModels {
  /** Which model reads the relief. */
  readonly shape: string;
  /** As the app decides with this shape model. */
  readonly together: MatchPolicy;
  /** What decides: the same, or one model alone. */
  readonly decides: MatchPolicy;
}

/**
 * @param choice `fused`, or the id of an embedder of the manifest
 * @throws FacetError `bad-argument` for another one, `model-altered` where it has no thresholds
 */
export function evaluatedModels(
  library: Pick<ModelLibrary, 'models' | 'fusions' | 'entry'>,
  choice: string,
): EvaluatedModels {
  const embedders = library.models.filter(({ role }) => role === 'embedder');
  const read = embedders.find(({ id }) => id === SHAPE_MODEL)?.input.preprocessing;
  const usable = embedders.filter(({ id, input }) => id === DESCRIPTOR_MODEL || input.preprocessing === read);
  const chosen = usable.find(({ id }) => id === choice);
  if (!chosen && choice !== FUSED)
    throw new FacetError(
      'bad-argument',
      `There is no model "${choice}" that recordings can be evaluated with. Use ${[...usable.map(({ id }) => id), FUSED].join(', ')}.`,
    );
  const shape = !chosen || choice === DESCRIPTOR_MODEL ? SHAPE_MODEL : choice;
  const together = matchPolicy(matchModels(library, shape));
  const pooling = choice === DESCRIPTOR_MODEL ? POOLING.descriptor : POOLING.shape;
  return { shape, together, decides: chosen ? alonePolicy(chosen, pooling) : together };
}

/**
 * The path's models on one thread, with another shape model where one is asked for.
 * @throws FacetError `model-missing`, `model-altered`
 */
export async function loadEvaluated(folder: string, shape: string): Promise<FaceModels> {
  const models = await loadFaceModels(folder, { threads: 1 });
  if (models.shape.modelId === shape) return models;
  const library = await openModelLibrary(folder);
  return { ...models, shape: await OnnxEmbedder.open(library, shape, { threads: 1 }) };
}
