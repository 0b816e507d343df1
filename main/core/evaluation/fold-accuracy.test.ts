import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accuracyOverFolds, type JudgedPair } from './fold-accuracy.ts';

const pair = fc.record({
  fold: fc.integer({ min: 0, max: 3 }),
  same: fc.boolean(),
  distance: fc.oneof(
    fc.integer({ min: 0, max: 20 }).map((n) => n / 10),
    fc.constant(Infinity),
  ),
});

const right = (pairs: readonly JudgedPair[], threshold: number) =>
  pairs.filter(({ same, distance }) => Number.isFinite(distance) && distance <= threshold === same).length;

describe('accuracy over folds', () => {
  it('decides each fold at a threshold that no other would beat on the rest', () =>
    fc.assert(
      fc.property(fc.array(pair, { minLength: 2, maxLength: 80 }), (pairs) => {
        const { folds, mean, crossValidated } = accuracyOverFolds(pairs);
        const numbers = [...new Set(pairs.map(({ fold }) => fold))].sort();
        expect(folds).toHaveLength(numbers.length);
        for (const [i, { accuracy, threshold }] of folds.entries()) {
          const own = pairs.filter(({ fold }) => fold === numbers[i]);
          const rest = crossValidated ? pairs.filter(({ fold }) => fold !== numbers[i]) : own;
          for (let other = -1; other < 42; other++)
            expect(right(rest, threshold)).toBeGreaterThanOrEqual(right(rest, other / 20));
          expect(accuracy).toBe(right(own, threshold) / own.length);
        }
        const sum = folds.reduce((total, { accuracy }) => total + accuracy, 0);
        expect(mean).toBeCloseTo(sum / folds.length, 12);
      }),
    ));

  it('says that one fold decides itself', () => {
    const pairs = [
      { fold: 0, same: true, distance: 0.2 },
      { fold: 0, same: false, distance: 0.8 },
    ];
    expect(accuracyOverFolds(pairs)).toMatchObject({
      crossValidated: false,
      mean: 1,
      standardError: undefined,
      folds: [{ threshold: 0.5 }],
    });
  });
});
