import { describe, expect, test } from 'vitest';
import { lookalike, sampleIdentity } from './identity.ts';
import { loadHeadPack } from './pack.ts';
import { neutralShape } from './shape.ts';

const pack = loadHeadPack();
const people = Array.from({ length: 120 }, (_, i) => sampleIdentity(pack, `train/${i}`));

/** Points of the inner face: what a relief of the face shows. */
const facePoints = (() => {
  const { points } = neutralShape(pack, people[0]);
  return [...new Set(pack.mesh('skin').references)].filter(
    (p) =>
      Math.abs(points[p * 3]) < 65 &&
      points[p * 3 + 1] > -90 &&
      points[p * 3 + 1] < 60 &&
      points[p * 3 + 2] > -20,
  );
})();

/** Root mean square distance between two heads in the face, mm. */
function distance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (const p of facePoints) for (let k = 0; k < 3; k++) sum += (a[p * 3 + k] - b[p * 3 + k]) ** 2;
  return Math.sqrt(sum / facePoints.length);
}

describe('sampled identities', () => {
  test('are plain data and the same for the same seed', () => {
    const again = sampleIdentity(pack, 'train/0');
    expect(again).toEqual(people[0]);
    expect(JSON.parse(JSON.stringify(again))).toEqual(again);
    expect(sampleIdentity(pack, 'validation/0')).not.toEqual({
      ...again,
      seed: 'validation/0',
    });
  });

  test('come from both sexes, three ancestries and all ages', () => {
    const share = (test: (p: (typeof people)[number]) => boolean) =>
      people.filter(test).length / people.length;
    expect(share((p) => p.male > 0.5)).toBeGreaterThan(0.35);
    expect(share((p) => p.male > 0.5)).toBeLessThan(0.65);
    for (const name of ['african', 'asian', 'caucasian'] as const) {
      expect(share((p) => p.ancestry[name] > 0.5)).toBeGreaterThan(0.2);
    }
    expect(share((p) => p.age < 40)).toBeGreaterThan(0.2);
    expect(share((p) => p.age > 60)).toBeGreaterThan(0.2);
    for (const { ancestry } of people)
      expect(ancestry.african + ancestry.asian + ancestry.caucasian).toBeCloseTo(1, 12);
  });

  test('name only targets, skins, eyes, brows and hair that the pack has', () => {
    for (const person of people) {
      for (const name of Object.keys(person.details)) expect(pack.targets.has(name)).toBe(true);
      expect(pack.content.skins).toContain(person.skin);
      expect(pack.content.eyes).toContain(person.eyes);
      expect(pack.content.brows).toContain(person.brows);
      expect([...pack.content.hair, 'none', 'cropped']).toContain(person.hair);
    }
  });

  test('differ in the face by as much as real heads do', () => {
    const shapes = people.map((p) => neutralShape(pack, p).points);
    const mean = shapes[0].map((_, i) => shapes.reduce((sum, s) => sum + s[i], 0) / shapes.length);
    const spread = Math.sqrt(shapes.reduce((sum, s) => sum + distance(s, mean) ** 2, 0) / shapes.length);
    expect(spread).toBeGreaterThan(4);
    expect(spread).toBeLessThan(5.5);
    let closest = Infinity;
    for (let i = 0; i < shapes.length; i++)
      for (let j = 0; j < i; j++) closest = Math.min(closest, distance(shapes[i], shapes[j]));
    expect(closest).toBeGreaterThan(1.5);
  });

  test('have left and right halves that are nearly alike', () => {
    for (const { details } of people.slice(0, 20))
      for (const [name, weight] of Object.entries(details)) {
        const other = details[name.replace('/l-', '/r-')];
        if (name.includes('/l-') && weight > 0.2) expect(other).toBeGreaterThan(0);
      }
  });
});

describe('a lookalike', () => {
  const [person] = people;
  const shape = (who: typeof person) => neutralShape(pack, who).points;
  const stranger = sampleIdentity(pack, 'validation/7');

  test('is the stranger in shape at share 0 and the person at share 1', () => {
    const near = lookalike(pack, person, 'validation/7', 1);
    expect(distance(shape(near), shape(person))).toBeLessThan(1e-9);
    const far = lookalike(pack, person, 'validation/7', 0);
    expect(distance(shape(far), shape(stranger))).toBeLessThan(1e-9);
  });

  test('comes nearer with a growing share and keeps skin, eyes, brows and hair', () => {
    const whole = distance(shape(stranger), shape(person));
    const sibling = lookalike(pack, person, 'validation/7', 0.7);
    const between = distance(shape(sibling), shape(person));
    expect(between).toBeGreaterThan(0.1 * whole);
    expect(between).toBeLessThan(0.5 * whole);
    expect(sibling).toMatchObject({
      skin: person.skin,
      eyes: person.eyes,
      brows: person.brows,
      hair: person.hair,
    });
  });
});
