import { describe, expect, it } from 'vitest';
import { cosine, root, sine } from './exact.ts';
import { encode, LINEAR } from './srgb.ts';

describe('exact elementary functions', () => {
  it('agree with the engine to 1e-10', () => {
    for (let x = -50; x < 50; x += 0.37) {
      expect(Math.abs(sine(x) - Math.sin(x))).toBeLessThan(1e-10);
      expect(Math.abs(cosine(x) - Math.cos(x))).toBeLessThan(1e-10);
    }
    for (const x of [1e-9, 0.003, 0.5, 1, 7, 1e6]) {
      for (const n of [2, 5, 12]) expect(root(x, n) / x ** (1 / n)).toBeCloseTo(1, 9);
    }
  });

  it('give back every sRGB byte through linear light', () => {
    LINEAR.forEach((linear, byte) => expect(Math.round(255 * encode(linear))).toBe(byte));
  });
});
