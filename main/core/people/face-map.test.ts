import { describe, expect, it } from 'vitest';
import type { MatchPolicy } from '../judge/policy.ts';
import { drawFaceMap, type Project } from './face-map.ts';
import { galleryOf, templateOf } from './gallery.fixture.ts';
import { PREPROCESSING, type Gallery, type Template } from './gallery.ts';
import { boundsOf } from '../adapt/bounds.fixture.ts';

/** Points of a circle, so many degrees from the person. */
const at = (degrees: number, kind = 'shape') =>
  new Map([
    [kind, Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180))],
  ]);
const POLICY: MatchPolicy = {
  colour: [],
  infrared: [
    {
      parts: [{ kind: 'shape', pooling: { nearest: 1 }, weight: 1 }],
      limits: [{ fusedFrames: 1, distance: 0.52 }],
    },
  ],
  networks: 'now',
  adaptation: boundsOf({ opens: 0.52, follow: 0.6 }),
};
const view = (degrees: number, change: Partial<Template> = {}) =>
  templateOf(at(degrees), { capturedAt: 5, ...change });
const project: Project = async (vectors) => ({
  pca: vectors.map(([x, y]) => [x, y]),
  umap: vectors.map((_, i) => [i, -i]),
});
const POOL = {
  networks: 'now',
  preprocessing: PREPROCESSING,
  people: [90, 180].map((degrees) => [at(degrees)]),
};
const draw = (gallery: Gallery, pool = POOL) => drawFaceMap(gallery, pool, POLICY, 10, project);

describe('a face map', () => {
  it('has a place for every view and everybody of the crowd, and says which is what', async () => {
    const drawn = await draw(
      galleryOf([view(0), view(6, { look: 'hat', source: 'adaptation', capturedAt: 7 })]),
    );
    if (!drawn.ok) throw new Error(drawn.message);
    expect(drawn.value.points.map((point) => point.view)).toEqual([
      { look: 'plain', capturedAt: 5, adapted: false },
      { look: 'hat', capturedAt: 7, adapted: true },
      undefined,
      undefined,
    ]);
    expect(drawn.value.points.map(({ umap }) => umap)).toEqual([
      [0, 1000],
      [333, 667],
      [667, 333],
      [1000, 0],
    ]);
    for (const { pca } of drawn.value.points)
      for (const place of pca) expect(Number.isInteger(place) && place >= 0 && place <= 1000).toBe(true);
  });

  it('tells distances in coarse bins alone, beside where the lock opens', async () => {
    const drawn = await draw(galleryOf([view(0), view(6)]));
    if (!drawn.ok) throw new Error(drawn.message);
    const { same, different, accepted } = drawn.value.histogram;
    expect([same[1], same.reduce((a, b) => a + b)]).toEqual([1, 1]);
    // √2 and 2, and a little less from the other view; 2 counts in the last bin.
    expect(different.reduce((a, b) => a + b)).toBe(4);
    expect([different[13], different[14], different[19]]).toEqual([1, 1, 2]);
    expect(accepted).toBe(5);
  });

  it('leaves out what the networks of now cannot compare, and says so where nothing is left', async () => {
    const other = view(3, { embeddings: at(3, 'another') });
    const drawn = await draw(galleryOf([view(0), view(1), other, view(2, { networks: 'earlier' })]));
    expect(drawn).toMatchObject({ ok: true });
    if (drawn.ok) expect(drawn.value.points).toHaveLength(4);
    expect(await draw(galleryOf([other, view(2, { networks: 'earlier' })]))).toMatchObject({
      ok: false,
      code: 'not-enrolled',
    });
    expect(await draw(galleryOf([view(0), view(1)]), { ...POOL, networks: 'earlier' })).toMatchObject({
      code: 'model-altered',
    });
  });
});
