import { describe, expect, it } from 'vitest';
import { removeLook, renameLook } from '../people/looks.ts';
import { GALLERY_LIMITS, PREPROCESSING, type Gallery, type PersonalHead } from '../people/gallery.ts';
import { galleryOf } from '../people/gallery.fixture.ts';
import { POLICY, views } from './gallery.fixture.ts';
import { headStates, keepHead, recognition, useHead } from './versions.ts';

const head = (change: Partial<PersonalHead> = {}): Omit<PersonalHead, 'version'> => ({
  fittedAt: 5,
  networks: 'now',
  preprocessing: PREPROCESSING,
  looks: ['plain'],
  terms: { colour: { offset: 0.1, distances: new Map(), weights: new Map() } },
  ...change,
});
const before = galleryOf(views(8));
const after = keepHead(before, head());
const decides = (gallery: Gallery) => recognition(gallery, POLICY).policy !== POLICY;
const value = (result: ReturnType<typeof useHead>) =>
  result.ok ? result.value : expect.fail(result.message);

describe('retrained versions', () => {
  it('decide from the moment that they are kept', () => {
    expect(decides(before)).toBe(false);
    expect(decides(after)).toBe(true);
    expect(recognition(after, POLICY).policy.colour[1].head?.offset).toBe(0.1);
  });

  it('can be undone to any of the last five, or to none', () => {
    let gallery = before;
    for (let i = 0; i < 7; i++) gallery = keepHead(gallery, head({ fittedAt: i }));
    expect(headStates(gallery, POLICY).map(({ version }) => version)).toEqual([7, 6, 5, 4, 3]);
    expect(gallery.heads?.versions).toHaveLength(GALLERY_LIMITS.heads);
    const back = value(useHead(gallery, 4, POLICY));
    expect(headStates(back, POLICY).find(({ inUse }) => inUse)?.version).toBe(4);
    expect(decides(value(useHead(back, 0, POLICY)))).toBe(false);
    expect(useHead(gallery, 2, POLICY)).toMatchObject({ ok: false, code: 'bad-argument' });
    // Counting goes on: what was undone is not overwritten.
    expect(keepHead(back, head()).heads?.inUse).toBe(8);
  });

  it('decide nothing for other networks or other steps', () => {
    expect(decides(keepHead(before, head({ networks: 'earlier' })))).toBe(false);
    expect(decides(keepHead(before, head({ preprocessing: PREPROCESSING - 1 })))).toBe(false);
    const outdated = keepHead(before, head({ networks: 'earlier' }));
    expect(headStates(outdated, POLICY)).toMatchObject([{ version: 1, inUse: false, outdated: true }]);
    expect(useHead(outdated, 1, POLICY)).toMatchObject({
      ok: false,
      message: expect.stringMatching(/other networks.*retrain\.$/) as string,
    });
    expect(useHead(outdated, 0, POLICY)).toMatchObject({ ok: true });
  });

  it('go with a look that they learned from, and follow its name', () => {
    const both = keepHead(
      galleryOf([...views(8), ...views(8, { look: 'with glasses' })]),
      head({ looks: ['plain', 'with glasses'] }),
    );
    const renamed = renameLook(both, 'plain', 'work');
    expect(renamed.ok && renamed.value.heads?.versions[0].looks).toEqual(['work', 'with glasses']);
    expect(renamed.ok && decides(renamed.value)).toBe(true);
    const removed = removeLook(both, 'with glasses');
    expect(removed.ok && removed.value.heads).toEqual({ inUse: 0, versions: [] });
    // However a look went.
    expect(decides({ ...both, templates: views(8) })).toBe(false);
  });
});
