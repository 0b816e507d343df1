/** Which models an evaluation of recordings asks for, and the path of a frame with them in it. */
import { FacetError } from '../../contract/result.ts';
import type { ModelEntry } from '../../contract/manifest.ts';
import type { MatchPolicy } from '../../core/judge/policy.ts';
import type { FaceModels } from '../../core/observer.ts';
import { OnnxEmbedder } from '../onnx/face-models.ts';
import { DESCRIPTOR_MODEL, loadFaceModels, SHAPE_MODEL } from '../onnx/load-face-models.ts';
import { openModelLibrary } from '../onnx/model-library.ts';

/** Shape and descriptor together, as the app decides. */
export const FUSED = 'fused';

export interface EvaluatedModels {
  /** Which model reads the relief. */
  readonly shape: string;
  /** What decides: the requirements of a policy that these models stand for. */
  only(policy: MatchPolicy): MatchPolicy;
}

/**
 * @param choice `fused`, or the id of an embedder of the manifest
 * @throws FacetError `bad-argument` for another one
 */
export function evaluatedModels(models: readonly ModelEntry[], choice: string): EvaluatedModels {
  const embedders = models.filter(({ role }) => role === 'embedder');
  const read = embedders.find(({ id }) => id === SHAPE_MODEL)?.input.preprocessing;
  const usable = embedders.filter(({ id, input }) => id === DESCRIPTOR_MODEL || input.preprocessing === read);
  if (choice === FUSED) return { shape: SHAPE_MODEL, only: (policy) => policy };
  if (!usable.some(({ id }) => id === choice))
    throw new FacetError(
      'bad-argument',
      `There is no model "${choice}" that recordings can be evaluated with. Use ${[...usable.map(({ id }) => id), FUSED].join(', ')}.`,
    );
  const isDescriptor = choice === DESCRIPTOR_MODEL;
  const keep = (kind: string) => kind.split('@')[0] === choice;
  return {
    shape: isDescriptor ? SHAPE_MODEL : choice,
    only: ({ colour, infrared }) => ({
      colour: colour.filter(({ kind }) => keep(kind)),
      infrared: infrared.filter(({ kind }) => keep(kind)),
    }),
  };
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
