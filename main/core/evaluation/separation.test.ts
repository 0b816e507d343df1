import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { separationOf } from './separation.ts';

describe('how far owners and others lie apart', () => {
  it('is told by the share that is missed where nobody else is accepted, and by the margin', () => {
    const apart = separationOf('shape', [0.4, 0.1, 0.2, 0.3], [0.35, 0.9]);
    expect(apart).toMatchObject({ genuine: 4, impostor: 2, farthest: 0.4, nearestImpostor: 0.35 });
    expect(apart.missedAtZero).toMatchObject({ errors: 1, of: 4 });
    expect(apart.margin).toBeCloseTo(-0.05, 12);
    expect(apart.p50).toBe(0.2);
    expect(apart.p95).toBe(0.4);
  });

  it('has an equal error rate of 0 where every owner is nearer than every other', () => {
    expect(separationOf('apart', [0.1, 0.2], [0.3, 0.4]).equalError).toBe(0);
  });

  it('has one of a half where both are alike, and of 1 where they are the wrong way round', () => {
    const distances = [0.1, 0.2, 0.3, 0.4];
    expect(separationOf('alike', distances, distances).equalError).toBeCloseTo(0.5, 12);
    expect(separationOf('reversed', [0.3, 0.4], [0.1, 0.2]).equalError).toBe(1);
  });

  it('has the equal error rate of a threshold that misses as many as it accepts', () => {
    // At 0.5: one of five owners is farther, one of five others is as near.
    expect(separationOf('mixed', [0.1, 0.2, 0.3, 0.5, 0.7], [0.4, 0.6, 0.8, 0.9, 1]).equalError).toBeCloseTo(
      0.2,
      12,
    );
  });

  it('does not depend on the order of the distances', () => {
    const distances = fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(distances, distances, (own, others) => {
        expect(separationOf('', own, others)).toEqual(
          separationOf('', [...own].reverse(), [...others].reverse()),
        );
      }),
    );
  });

  it('is no number without others', () => {
    const alone = separationOf('alone', [0.1], []);
    expect(alone.equalError).toBeNaN();
    expect(alone.margin).toBeNaN();
  });
});
