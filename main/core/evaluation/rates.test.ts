import { describe, expect, it } from 'vitest';
import { rateOf } from './rates.ts';

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
