import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headDistance, NEARER, withHead, type HeadTerm } from './head.ts';
import { matchesGallery } from './match.ts';
import { PICTURE, POLICY, seen, SHAPE } from '../retrain/gallery.fixture.ts';

const head = (change: Partial<HeadTerm> = {}): HeadTerm => ({
  offset: 0,
  distances: new Map([
    [SHAPE, 0.8],
    [PICTURE, 0.2],
  ]),
  weights: new Map([[SHAPE, Float32Array.of(0, 0, 0)]]),
  ...change,
});
const gallery = [seen(0)];
const apart = (distance: number) =>
  new Map([
    [SHAPE, distance],
    [PICTURE, distance],
  ]);
const moved = (distance: number, angle: number, term: HeadTerm) =>
  headDistance(distance, apart(distance), seen(angle), term);
const accepts = (angle: number, term?: HeadTerm) =>
  matchesGallery(seen(angle), 1, gallery, withHead(POLICY, term ? { colour: term } : {}).colour);

describe('a personal head', () => {
  it('moves the fused distance, nearer or farther', () => {
    expect(accepts(0.65)).toBe(false);
    expect(accepts(0.65, head({ offset: -0.1 }))).toBe(true);
    expect(accepts(0.55)).toBe(true);
    expect(accepts(0.55, head({ offset: 0.1 }))).toBe(false);
  });

  it('weighs what it sees', () => {
    const weights = new Map([[SHAPE, Float32Array.of(0, 1, 0)]]);
    expect(moved(0.5, Math.PI / 6, head({ weights }))).toBeCloseTo(1);
  });

  it('brings nobody nearer than its bound, whatever it learned', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 2, noNaN: true }),
        fc.double({ min: -9, max: 9, noNaN: true }),
        fc.double({ min: -9, max: 9, noNaN: true }),
        (distance, weight, offset) => {
          const distances = new Map([[SHAPE, weight]]);
          expect(moved(distance, 1, head({ distances, offset }))).toBeGreaterThanOrEqual(distance - NEARER);
        },
      ),
    );
  });

  it('leaves the limit of the descriptor alone as it was measured', () => {
    expect(withHead(POLICY, { colour: head() }).colour[0]).toBe(POLICY.colour[0]);
    // Within the fused limit by the head, but not within the descriptor's own.
    expect(accepts(1.2, head({ offset: -9 }))).toBe(false);
  });

  it('decides only in the spectrum that it was fitted in', () => {
    expect(withHead(POLICY, { colour: head() }).infrared).toEqual(POLICY.infrared);
  });

  it('accepts nothing that it cannot read', () => {
    const weights = new Map([['another', Float32Array.of(0, 0, 0)]]);
    expect(moved(0, 0, head({ weights }))).toBeUndefined();
    expect(accepts(0, head({ weights }))).toBe(false);
    expect(moved(0, 0, head({ weights: new Map([[SHAPE, Float32Array.of(0, 0)]]) }))).toBeUndefined();
    expect(moved(0, 0, head({ distances: new Map([['another', 1]]) }))).toBeUndefined();
  });

  it("weighs a network of the person's own beside what is fused, within the same bounds", () => {
    const own = `facet-personal ${'5e'.repeat(8)}`;
    const term = head({ distances: new Map([...head().distances, [own, 0.5]]), offset: -0.5 });
    const policy = withHead(POLICY, { colour: term });
    expect(policy.colour[1].parts.slice(0, 2)).toEqual(POLICY.colour[1].parts);
    expect(policy.colour[0]).toBe(POLICY.colour[0]);
    const axis = (angle: number) => Float32Array.of(Math.cos(angle), Math.sin(angle));
    const templates = [seen(0), new Map([[own, axis(0)]])];
    const opens = (angle: number, personal: number) =>
      matchesGallery(new Map([...seen(angle), [own, axis(personal)]]), 1, templates, policy.colour);
    expect([opens(0.7, 0), opens(0.7, Math.PI)]).toEqual([true, false]);
    // Neither beyond the bound of a head, nor past the limit of the descriptor alone.
    expect(opens(0.85, 0)).toBe(false);
    expect(matchesGallery(seen(0), 1, templates, policy.colour)).toBe(false);
  });
});
