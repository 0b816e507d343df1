import { describe, expect, it } from 'vitest';
import type { ModelEntry } from '../../contract/manifest.ts';
import type { MatchPolicy } from '../../core/judge/policy.ts';
import { openModelLibrary } from '../onnx/model-library.ts';
import { modelsFolder } from '../program-files.ts';
import { evaluatedModels } from './evaluated-models.ts';

const { models } = await openModelLibrary(modelsFolder());
const requirement = (kind: string) => ({ kind, pooling: { nearest: 1 }, limits: [] });
const policy: MatchPolicy = {
  colour: ['face-rgb', 'facet-linear'].map(requirement),
  infrared: ['face-rgb@infrared', 'facet-linear'].map(requirement),
};
const kinds = (choice: string) => {
  const { colour, infrared } = evaluatedModels(models, choice).only(policy);
  return [colour, infrared].map((all) => all.map(({ kind }) => kind));
};

describe('the model that decides', () => {
  it('is the shape, the descriptor in its spectrum, or both', () => {
    expect(kinds('facet-linear')).toEqual([['facet-linear'], ['facet-linear']]);
    expect(kinds('face-rgb')).toEqual([['face-rgb'], ['face-rgb@infrared']]);
    expect(kinds('fused')).toEqual([
      ['face-rgb', 'facet-linear'],
      ['face-rgb@infrared', 'facet-linear'],
    ]);
  });

  it('may be any embedder of the manifest that reads the relief', () => {
    const linear = models.find(({ id }) => id === 'facet-linear')!;
    const newer: ModelEntry = { ...linear, id: 'facet-newer' };
    expect(evaluatedModels([...models, newer], 'facet-newer').shape).toBe('facet-newer');
    const other = { ...newer, input: { ...newer.input, preprocessing: 'something-else-1' } };
    expect(() => evaluatedModels([...models, other], 'facet-newer')).toThrow(
      /Use face-rgb, facet-linear, fused\.$/,
    );
  });

  it('is no detector', () => {
    expect(() => evaluatedModels(models, 'blazeface')).toThrow('There is no model "blazeface"');
  });
});
