import { describe, expect, it } from 'vitest';
import type { ModelEntry } from '../../contract/manifest.ts';
import { SHAPE_MODEL } from '../onnx/load-face-models.ts';
import { openModelLibrary } from '../onnx/model-library.ts';
import { modelsFolder } from '../program-files.ts';
import { evaluatedModels } from './evaluated-models.ts';

const library = await openModelLibrary(modelsFolder());
const kinds = (choice: string) => {
  const { colour, infrared } = evaluatedModels(library, choice).decides;
  return [colour, infrared].map((all) => all.map(({ parts }) => parts.map(({ kind }) => kind)));
};
/** The library with one more model in it. */
const withModel = (added: ModelEntry) => {
  const models = [...library.models, added];
  return { ...library, models, entry: (id: string) => models.find((model) => model.id === id)! };
};

describe('the model that decides', () => {
  it('is the shape, the descriptor in its spectrum, or both', () => {
    expect(kinds(SHAPE_MODEL)).toEqual([[[SHAPE_MODEL]], [[`${SHAPE_MODEL}@infrared`]]]);
    expect(kinds('sface')).toEqual([[['sface']], [['sface@infrared']]]);
    const [colour, infrared] = kinds('fused');
    expect(colour[0]).toEqual(['sface']);
    expect(infrared[0]).toEqual(['sface@infrared']);
    expect(colour[1]).toContain(SHAPE_MODEL);
    expect(infrared[1]).toContain(`${SHAPE_MODEL}@infrared`);
  });

  it('may be any embedder of the manifest that reads the relief', () => {
    const shape = library.entry(SHAPE_MODEL);
    const newer: ModelEntry = { ...shape, id: 'facet-newer' };
    expect(evaluatedModels(withModel(newer), 'facet-newer').shape).toBe('facet-newer');
    const other = { ...newer, input: { ...newer.input, preprocessing: 'something-else-1' } };
    expect(() => evaluatedModels(withModel(other), 'facet-newer')).toThrow(/Use sface, facet-.*, fused\.$/);
  });

  it('is no detector', () => {
    expect(() => evaluatedModels(library, 'blazeface')).toThrow('There is no model "blazeface"');
  });
});
