import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { embeddingDistance, meanEmbedding, normalised } from './embedding.ts';

const vectors = fc
  .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 })
  .map((values) => Float32Array.from(values))
  .filter((vector) => Math.hypot(...vector) > 0.1);

describe('embeddings', () => {
  it('have unit length once normalised', () =>
    fc.assert(
      fc.property(vectors, (v) => {
        expect(Math.hypot(...normalised(v))).toBeCloseTo(1, 5);
      }),
    ));

  it('stay zero where there is no direction', () => {
    expect([...normalised(new Float32Array(3))]).toEqual([0, 0, 0]);
  });

  it('are √(2 − 2·cos) apart', () =>
    fc.assert(
      fc.property(vectors, vectors, (v, w) => {
        const [p, q] = [normalised(v), normalised(w)];
        const cos = p.reduce((sum, value, i) => sum + value * q[i], 0);
        expect(embeddingDistance(p, q) ** 2).toBeCloseTo(2 - 2 * cos, 4);
      }),
    ));

  it('have a mean that is no farther from any of two than they are from one another', () =>
    fc.assert(
      fc.property(vectors, vectors, (v, w) => {
        const [p, q] = [normalised(v), normalised(w)];
        fc.pre(embeddingDistance(p, q) < 1.9);
        const mean = meanEmbedding([p, q]);
        expect(Math.hypot(...mean)).toBeCloseTo(1, 5);
        expect(embeddingDistance(mean, p)).toBeCloseTo(embeddingDistance(mean, q), 4);
        expect(embeddingDistance(mean, p)).toBeLessThanOrEqual(embeddingDistance(p, q) + 1e-4);
      }),
    ));
});
