import { describe, expect, it } from 'vitest';
import { probit } from './normal.ts';

describe('the normal quantile', () => {
  it.each([
    [0.5, 0],
    [0.975, 1.959964],
    [0.9, 1.281552],
    [1e-3, -3.090232],
    [1e-6, -4.753424],
    [1e-12, -7.034484],
  ])('of %f is %f', (p, x) => {
    expect(probit(p)).toBeCloseTo(x, 5);
    expect(probit(1 - p)).toBeCloseTo(-x, p < 1e-9 ? 3 : 5);
  });

  it('has no end', () => expect([probit(0), probit(1)]).toEqual([-Infinity, Infinity]));
});
