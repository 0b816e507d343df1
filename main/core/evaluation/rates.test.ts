import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeShare, rateOf, wilsonRate } from './rates.ts';

describe('an error rate', () => {
  it('with no error in N trials is bounded by about 3/N', () => {
    const { rate, low, high } = rateOf(0, 300);
    expect(rate).toBe(0);
    expect(low).toBe(0);
    // Clopper–Pearson is two-sided: 1 − 0.025^(1/300).
    expect(high).toBeCloseTo(1 - 0.025 ** (1 / 300), 6);
  });

  it('has the exact interval of Clopper and Pearson', () => {
    // Known values for 10 of 100: 4.90 % to 17.62 %.
    const { low, high } = rateOf(10, 100);
    expect(low).toBeCloseTo(0.049, 4);
    expect(high).toBeCloseTo(0.1762, 4);
  });

  it('of one is bounded below only', () => {
    const { low, high } = rateOf(20, 20);
    expect(high).toBe(1);
    expect(low).toBeCloseTo(0.025 ** (1 / 20), 6);
  });

  it('of many trials does not underflow', () => {
    const { low, high } = rateOf(3, 1_000_000);
    expect(low).toBeGreaterThan(5e-7);
    expect(high).toBeLessThan(1e-5);
  });
});

describe("Wilson's interval", () => {
  it('has known values: 10 of 100 is 5.52 % to 17.44 %', () => {
    const { low, high } = wilsonRate(10, 100);
    expect(low).toBeCloseTo(0.0552, 4);
    expect(high).toBeCloseTo(0.1744, 4);
  });

  it('without an error ends at 3/N, and with nothing else begins there', () => {
    expect(wilsonRate(0, 600)).toMatchObject({ low: 0, high: 0.005 });
    expect(wilsonRate(600, 600)).toMatchObject({ low: 0.995, high: 1 });
    expect(wilsonRate(0, 2).high).toBe(1);
  });

  it('holds the rate, and lies beside the exact one', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 2000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (of, share) => {
          const errors = Math.round(share * of);
          const [wilson, exact] = [wilsonRate(errors, of), rateOf(errors, of)];
          expect(wilson.low).toBeLessThanOrEqual(wilson.rate);
          expect(wilson.high).toBeGreaterThanOrEqual(wilson.rate);
          expect(Math.abs(wilson.low - exact.low)).toBeLessThan(1 / of + 0.02);
          expect(Math.abs(wilson.high - exact.high)).toBeLessThan(1 / of + 0.02);
        },
      ),
    ));
});

describe('a rate in words', () => {
  it.each([
    [0, 4000, '< 3/4000 = 0.075 % (0 of 4000)'],
    [2, 4000, '< 3/4000 = 0.075 % (2 of 4000; 95 %: up to 0.18 %)'],
    [3, 4000, '0.075 % (3 of 4000; 95 %: 0.026 % to 0.22 %)'],
    [0, 3, 'unresolved (0 of 3)'],
    [0, 0, 'not measured (no comparison)'],
    [5, 5, '100 % (5 of 5; 95 %: 40 % to 100 %)'],
  ])('%i of %i is %s', (errors, of, words) => expect(describeShare(wilsonRate(errors, of))).toBe(words));
});
