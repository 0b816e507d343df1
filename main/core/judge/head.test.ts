import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headDistance, NEARER, withHead, type HeadTerm } from './head.ts';
import { matchesGallery } from './match.ts';
import { POLICY, seen, SHAPE } from '../retrain/gallery.fixture.ts';

const head = (change: Partial<HeadTerm> = {}): HeadTerm => ({
  scale: 1,
  offset: 0,
  weights: new Map([[SHAPE, Float32Array.of(0, 0, 0)]]),
  ...change,
});
const gallery = [seen(0)];
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
    expect(headDistance(0.5, seen(Math.PI / 6), head({ weights }))).toBeCloseTo(1);
  });

  it('brings nobody nearer than its bound, whatever it learned', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 2, noNaN: true }),
        fc.double({ min: -9, max: 9, noNaN: true }),
        fc.double({ min: -9, max: 9, noNaN: true }),
        (distance, scale, offset) => {
          expect(headDistance(distance, seen(1), head({ scale, offset }))).toBeGreaterThanOrEqual(
            distance - NEARER,
          );
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
    expect(headDistance(0, seen(0), head({ weights }))).toBeUndefined();
    expect(accepts(0, head({ weights }))).toBe(false);
    expect(
      headDistance(0, seen(0), head({ weights: new Map([[SHAPE, Float32Array.of(0, 0)]]) })),
    ).toBeUndefined();
  });
});
