import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalised } from '../face/embedding.ts';
import { galleryDistance } from '../judge/match.ts';
import { compareWithEverybody, enrolPictures, templatesOf } from './picture-gallery.ts';

const DIMENSIONS = 5;
const vector = fc
  .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: DIMENSIONS, maxLength: DIMENSIONS })
  .map((values) => normalised(Float32Array.from(values)));
const crowd = fc
  .array(fc.array(vector, { maxLength: 6 }), { maxLength: 8 })
  .map((people) => people.map((descriptors, i) => ({ name: `p${i}`, descriptors })));

describe('a gallery of pictures', () => {
  it('keeps the first as templates and one at least of everybody as a probe', () =>
    fc.assert(
      fc.property(crowd, fc.integer({ min: 1, max: 5 }), (people, most) => {
        const gallery = enrolPictures(people, most);
        expect(gallery.people).toEqual(people.filter((p) => p.descriptors.length > 1).map((p) => p.name));
        for (const [p, name] of gallery.people.entries()) {
          const { descriptors } = people.find((person) => person.name === name)!;
          expect(templatesOf(gallery, p)).toBe(Math.min(most, descriptors.length - 1));
        }
        for (const { name, descriptors } of people) {
          const probes = gallery.probes.filter((probe) => probe.name === name).map((p) => p.descriptor);
          expect(probes).toEqual(descriptors.slice(descriptors.length - probes.length));
          expect(probes.length > 0).toBe(descriptors.length > 0);
        }
      }),
    ));

  it('gives the distances that unlocking would, whatever is pooled', () =>
    fc.assert(
      fc.property(crowd, vector, fc.integer({ min: 1, max: 3 }), (people, probe, nearest) => {
        const gallery = enrolPictures(people, 4);
        const distances = new Float32Array(gallery.people.length);
        compareWithEverybody(probe, gallery, { nearest }, distances);
        for (const [p, name] of gallery.people.entries()) {
          const { descriptors } = people.find((person) => person.name === name)!;
          const templates = descriptors.slice(0, templatesOf(gallery, p)).map((d) => new Map([['x', d]]));
          const expected = galleryDistance(new Map([['x', probe]]), templates, 'x', { nearest })!;
          expect(distances[p]).toBeCloseTo(expected, 6);
        }
      }),
    ));
});
