/** What models/manifest.json says about recognising: thresholds for the shell, measured rates for the page. */
import { loadMatchModels, matchModels } from '../../adapters/onnx/load-face-models.ts';
import { openModelLibrary } from '../../adapters/onnx/model-library.ts';
import { modelsFolder } from '../../adapters/program-files.ts';
import { FacetError, ok, type Result } from '../../contract/result.ts';
import type { AppState } from '../../contract/states/app.ts';
import { matchPolicy, SENSITIVITIES, type MatchPolicy, type Sensitivity } from '../../core/judge/policy.ts';

export async function loadPolicy(level?: Sensitivity): Promise<Result<MatchPolicy>> {
  try {
    const library = await openModelLibrary(modelsFolder());
    return ok(matchPolicy(await loadMatchModels(library), level));
  } catch (error) {
    if (error instanceof FacetError) return error.toFailure();
    throw error;
  }
}

/**
 * The levels whose rates were measured on real faces in colour: the stricter ones that the manifest has for synthetic people are no
 * promise to make to a person. None where the manifest cannot be read: the attempt then says why.
 */
export async function loadLevels(): Promise<AppState['levels']> {
  try {
    const { descriptor } = matchModels(await openModelLibrary(modelsFolder()));
    return SENSITIVITIES.flatMap((sensitivity) => {
      const found = descriptor.thresholds.find(
        (t) => t.falseAcceptRate === sensitivity && (t.spectrum ?? 'colour') === 'colour',
      );
      if (!found) return [];
      const { falseRejectRate, measuredOn } = found;
      return [{ sensitivity, falseRejectRate, measuredOn }];
    });
  } catch (error) {
    if (error instanceof FacetError) return [];
    throw error;
  }
}
