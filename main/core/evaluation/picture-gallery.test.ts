import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalised } from '../face/embedding.ts';
import { galleryDistance } from '../judge/match.ts';
import { comparePictures, enrolPictures, templatesOf } from './picture-gallery.ts';
import type { DistanceTally } from './tally.ts';

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

  it('is compared as unlocking would, whatever is pooled', () =>
    fc.assert(
      fc.property(crowd, fc.integer({ min: 1, max: 3 }), (people, nearest) => {
        const most = 3;
        const gallery = enrolPictures(people, most);
        const groupOf = (name: string) => (name === 'p0' ? undefined : String(Number(name.slice(1)) % 2));
        const told: number[] = [];
        const compared = comparePictures(gallery, { full: most, pooling: { nearest }, groupOf }, (done) =>
          told.push(done),
        );
        const naive = gallery.probes.flatMap(({ name, descriptor }) =>
          people
            .filter(({ descriptors }) => descriptors.length > 1)
            .map((owner) => {
              const templates = owner.descriptors.slice(0, Math.min(most, owner.descriptors.length - 1));
              const distance = galleryDistance(
                new Map([['x', descriptor]]),
                templates.map((template) => new Map([['x', template]])),
                'x',
                { nearest },
              )!;
              const group = groupOf(name) === groupOf(owner.name) ? groupOf(name) : undefined;
              return { distance, own: name === owner.name, full: templates.length === most, group };
            }),
        );
        // Where no distance lies so near a limit that rounding decides.
        const same = (tally: DistanceTally | undefined, expected: readonly { distance: number }[]) => {
          expect(tally?.total ?? 0).toBe(expected.length);
          for (const limit of [0.3, 0.7, 1, 1.4])
            if (expected.every(({ distance }) => Math.abs(distance - limit) > 1e-4))
              expect(tally?.within(limit) ?? 0).toBe(
                expected.filter(({ distance }) => distance <= limit).length,
              );
        };
        same(
          compared.all.genuine,
          naive.filter(({ own }) => own),
        );
        same(
          compared.all.impostor,
          naive.filter(({ own }) => !own),
        );
        same(
          compared.full.genuine,
          naive.filter(({ own, full }) => own && full),
        );
        same(
          compared.full.impostor,
          naive.filter(({ own, full }) => !own && full),
        );
        for (const group of ['0', '1'])
          same(
            compared.groups.get(group),
            naive.filter((each) => !each.own && each.group === group),
          );
        expect(told).toEqual(gallery.probes.map((_, i) => i + 1));
      }),
    ));
});
