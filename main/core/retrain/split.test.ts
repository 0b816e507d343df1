import { describe, expect, it } from 'vitest';
import { deg } from '../../contract/units.ts';
import type { Gallery } from '../people/gallery.ts';
import { galleryOf } from '../people/gallery.fixture.ts';
import { POLICY, views } from './gallery.fixture.ts';
import { splitLooks } from './split.ts';

const split = (gallery: Gallery, seed = '1') => splitLooks(gallery, POLICY, 1000, seed);
const refusal = (gallery: Gallery) => {
  const result = split(gallery);
  return result.ok ? expect.fail('was split') : result.message;
};

describe('what a head learns from', () => {
  it('is three quarters of the views; the rest, of all directions, judge it', () => {
    const result = split(galleryOf(views(16)));
    if (!result.ok) return expect.fail(result.message);
    const { training, heldOut } = result.value;
    expect([training.length, heldOut.length]).toEqual([12, 4]);
    expect(new Set([...training, ...heldOut]).size).toBe(16);
  });

  it('is the same for the same seed and another for another', () => {
    const gallery = galleryOf(views(16));
    expect(split(gallery)).toEqual(split(gallery));
    expect(split(gallery)).not.toEqual(split(gallery, '2'));
  });

  it('is nothing that followed by itself', () => {
    const followed = views(3, { source: 'adaptation' });
    const result = split(galleryOf([...views(16), ...followed]));
    expect(result.ok && [...result.value.training, ...result.value.heldOut]).toHaveLength(16);
  });

  it.each([
    ['no look', galleryOf([]), 'No look is set up yet'],
    ['one view', galleryOf(views(1)), 'there is only 1'],
    ['few views', galleryOf(views(7)), 'there are only 7'],
    ['one pose', galleryOf(views(16, { pose: { yaw: deg(2), pitch: deg(1), roll: deg(0) } })), 'same way'],
    ['views of other networks', galleryOf(views(16, { networks: 'earlier' })), 'another version of Facet'],
  ])('cannot be %s, and the refusal says what to do', (_, gallery, sentence) => {
    expect(refusal(gallery)).toContain(sentence);
  });
});
