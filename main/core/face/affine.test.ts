import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply, compose, fitSimilarity, invert, squareToPicture, type Affine } from './affine.ts';

const coordinate = fc.double({ min: -500, max: 500, noNaN: true });
const similarity = fc
  .record({
    scale: fc.double({ min: 0.1, max: 10, noNaN: true }),
    angle: fc.double({ min: -3, max: 3, noNaN: true }),
    x: coordinate,
    y: coordinate,
  })
  .map(({ scale, angle, x, y }): Affine => {
    const [cos, sin] = [scale * Math.cos(angle), scale * Math.sin(angle)];
    return [cos, -sin, x, sin, cos, y];
  });

const close = (p: readonly number[], q: readonly number[], digits = 6) =>
  p.forEach((value, i) => expect(value).toBeCloseTo(q[i], digits));

describe('affine maps', () => {
  it('are undone by their inverse', () =>
    fc.assert(
      fc.property(similarity, coordinate, coordinate, (map, x, y) => {
        close(apply(invert(map), ...apply(map, x, y)), [x, y]);
      }),
    ));

  it('compose as functions do: the inner first', () =>
    fc.assert(
      fc.property(similarity, similarity, coordinate, coordinate, (outer, inner, x, y) => {
        close(apply(compose(outer, inner), x, y), apply(outer, ...apply(inner, x, y)));
      }),
    ));

  it('have no inverse when flat', () => {
    expect(() => invert([1, 2, 0, 2, 4, 0])).toThrow(RangeError);
  });

  it('place the middle of a square on its centre and its edge half a side away', () => {
    const map = squareToPicture(100, 40, 30, 50, Math.PI / 2);
    close(apply(map, 49.5, 49.5), [40, 30]);
    // The input's right edge points down in a picture turned by a quarter.
    close(apply(map, 99.5, 49.5), [40, 55]);
  });
});

describe('fitting a similarity', () => {
  const points = fc
    .array(coordinate, { minLength: 6, maxLength: 20 })
    .map((list) => list.slice(0, list.length & ~1));
  const spread = (p: number[]) => Math.hypot(p[0] - p[2], p[1] - p[3]) > 1;

  it('finds the similarity that moved the points', () =>
    fc.assert(
      fc.property(points.filter(spread), similarity, (from, map) => {
        const to: number[] = [];
        for (let i = 0; i < from.length; i += 2) to.push(...apply(map, from[i], from[i + 1]));
        close(fitSimilarity(from, to), map, 4);
      }),
    ));

  it('is the best there is: any small change fits worse', () =>
    fc.assert(
      fc.property(points.filter(spread), fc.infiniteStream(coordinate), (from, noise) => {
        const to = from.map((value) => value + noise.next().value! / 50);
        const error = ([a, b, c, d, e, f]: Affine) => {
          let sum = 0;
          for (let i = 0; i < from.length; i += 2) {
            const [x, y] = apply([a, b, c, d, e, f], from[i], from[i + 1]);
            sum += (x - to[i]) ** 2 + (y - to[i + 1]) ** 2;
          }
          return sum;
        };
        const [a, b, c, d, e, f] = fitSimilarity(from, to);
        const best = error([a, b, c, d, e, f]);
        for (const h of [0.01, -0.01]) {
          expect(error([a + h, b, c, d, e + h, f])).toBeGreaterThanOrEqual(best - 1e-6);
          expect(error([a, b - h, c, d + h, e, f])).toBeGreaterThanOrEqual(best - 1e-6);
          expect(error([a, b, c + h, d, e, f - h])).toBeGreaterThanOrEqual(best - 1e-6);
        }
      }),
    ));

  it('needs points that differ', () => {
    expect(() => fitSimilarity([1, 1, 1, 1], [0, 0, 2, 2])).toThrow(RangeError);
  });
});
