import { expect, it } from 'vitest';
import { Random } from '../../core/random.ts';
import { fitDiscriminants } from './linear-fit.ts';

it('keeps what tells people apart and drops what changes from day to day', () => {
  const random = new Random('discriminants');
  const LENGTH = 6;
  const [people, days] = [40, 8];
  // Two directions are the person's own; one changes far more, but on everybody; the rest is noise.
  const samples = Float32Array.from(
    Array.from({ length: people }, () => [random.normal(), random.normal()]).flatMap(([p, q]) =>
      Array.from({ length: days }, () => [
        p,
        q,
        5 * random.normal(),
        ...Array.from({ length: LENGTH - 3 }, () => 0.3 * random.normal()),
      ]).flat(),
    ),
  );
  const owner = Uint32Array.from({ length: people * days }, (_, i) => Math.floor(i / days));
  const weights = fitDiscriminants(samples, owner, LENGTH, { dimensions: 2, shrinkage: 0.1 });
  expect(weights).toHaveLength(2 * LENGTH);
  for (const row of [weights.subarray(0, LENGTH), weights.subarray(LENGTH)]) {
    const own = Math.hypot(row[0], row[1]);
    for (const other of row.subarray(2)) expect(Math.abs(other)).toBeLessThan(0.2 * own);
  }
  // Both directions are found, not one of them twice.
  const [a, b] = [weights, weights.subarray(LENGTH)];
  const turned = Math.abs(a[0] * b[1] - a[1] * b[0]);
  expect(turned / (Math.hypot(a[0], a[1]) * Math.hypot(b[0], b[1]))).toBeGreaterThan(0.9);
});
