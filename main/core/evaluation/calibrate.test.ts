import { describe, expect, it } from 'vitest';
import { distanceAt, shareAbove, thresholdFor } from './calibrate.ts';

const steps = (from: number, to: number, count: number) =>
  Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));

describe('a threshold', () => {
  it('lets in no more impostor comparisons than its rate', () => {
    const impostor = steps(0.4, 1.4, 10_000);
    for (const rate of [0, 1e-4, 1e-3, 1e-2])
      expect(impostor.filter((d) => d <= distanceAt(impostor, rate)).length).toBe(rate * 10_000);
  });

  it('is the rate alone where people overlap', () => {
    const distances = { genuine: steps(0.1, 0.6, 1000), impostor: steps(0.4, 1.4, 10_000) };
    expect(thresholdFor(distances, 1e-3, 0.5)).toBe(distanceAt(distances.impostor, 1e-3));
  });

  it('divides the gap where there is one', () => {
    const distances = { genuine: steps(0.1, 0.3, 1000), impostor: steps(0.7, 1.4, 10_000) };
    expect(thresholdFor(distances, 1e-4, 0.5)).toBeCloseTo(0.5, 2);
    expect(thresholdFor(distances, 1e-4, 0.25)).toBeCloseTo(0.4, 2);
    expect(shareAbove(distances.genuine, thresholdFor(distances, 1e-4, 0.25))).toBe(0);
  });
});
