import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeEqualError, describePoint, ratesAt, reportComparisons } from './comparison-report.ts';
import { reportGroups } from './groups.ts';
import { beginComparisons, DistanceTally, type Comparisons } from './tally.ts';

/** The tally's own step. */
const STEP = 2 ** -16;

function tallied(genuine: readonly number[], impostor: readonly number[]): Comparisons {
  const comparisons = beginComparisons();
  for (const distance of genuine) comparisons.genuine.add(distance);
  for (const distance of impostor) comparisons.impostor.add(distance);
  return comparisons;
}

/** Shares by counting, one threshold at a time. */
const naive = (genuine: readonly number[], impostor: readonly number[], threshold: number) => ({
  fmr: impostor.filter((distance) => distance <= threshold).length / impostor.length,
  fnmr: genuine.filter((distance) => distance > threshold).length / genuine.length,
});

/** Distances on a coarse grid meet each other often; free ones hardly ever. */
const coarse = fc.integer({ min: 0, max: 64 }).map((n) => n / 32);
const free = fc.float({ min: 0, max: 2, noNaN: true });
const distances = (min: number) =>
  fc.oneof(...[coarse, free].map((one) => fc.array(one, { minLength: min, maxLength: 400 })));

describe('comparisons', () => {
  it('have the rates that counting gives, at every threshold of the curve', () =>
    fc.assert(
      fc.property(distances(1), distances(1), (genuine, impostor) => {
        for (const { threshold, fmr, fnmr } of reportComparisons(tallied(genuine, impostor)).det)
          expect({ fmr, fnmr }).toEqual(naive(genuine, impostor, threshold));
      }),
    ));

  it('meet a false-match rate at the farthest threshold that keeps it', () =>
    fc.assert(
      fc.property(distances(1), distances(300), (genuine, impostor) => {
        for (const point of reportComparisons(tallied(genuine, impostor)).points) {
          expect(point.resolved).toBe(point.fmr * impostor.length >= 3);
          if (!point.resolved) continue;
          const at = naive(genuine, impostor, point.threshold);
          expect(at.fmr).toBeLessThanOrEqual(point.fmr);
          expect(point.falseMatches.rate).toBe(at.fmr);
          expect(point.falseNonMatches.rate).toBeCloseTo(at.fnmr, 12);
          expect(naive(genuine, impostor, point.threshold + STEP).fmr).toBeGreaterThan(point.fmr);
        }
      }),
    ));

  it('have the equal error rate that trying every threshold gives', () =>
    fc.assert(
      fc.property(
        fc.array(coarse, { minLength: 1, maxLength: 200 }),
        fc.array(coarse, { minLength: 1, maxLength: 200 }),
        (genuine, impostor) => {
          const tried = [-STEP, ...Array.from({ length: 65 }, (_, n) => n / 32)].map((threshold) => {
            const { fmr, fnmr } = naive(genuine, impostor, threshold);
            return { gap: Math.abs(fmr - fnmr), rate: (fmr + fnmr) / 2 };
          });
          const nearest = Math.min(...tried.map(({ gap }) => gap));
          const { rate } = reportComparisons(tallied(genuine, impostor)).equalError!;
          const candidates = tried.filter(({ gap }) => gap <= nearest + 1e-12).map((each) => each.rate);
          expect(Math.min(...candidates.map((each) => Math.abs(each - rate)))).toBeLessThan(1e-12);
        },
      ),
    ));

  it('have a curve that never turns back', () =>
    fc.assert(
      fc.property(distances(1), distances(1), (genuine, impostor) => {
        const { det } = reportComparisons(tallied(genuine, impostor));
        for (const [i, { fmr, fnmr, threshold }] of det.entries()) {
          if (i === 0) continue;
          expect(fmr).toBeGreaterThanOrEqual(det[i - 1].fmr);
          expect(fnmr).toBeLessThanOrEqual(det[i - 1].fnmr);
          expect(threshold).toBeGreaterThan(det[i - 1].threshold);
        }
        expect(det.at(-1)).toMatchObject({ fmr: 1, fnmr: 0 });
      }),
    ));

  it('say what was not measured instead of inventing it', () => {
    const apart = reportComparisons(tallied(Array<number>(400).fill(0.2), Array<number>(4000).fill(1)));
    expect(describeEqualError(apart)).toBe('< 3/400 = 0.75 % (400 genuine and 4000 impostor comparisons)');
    expect(apart.points.map(describePoint)).toEqual([
      '< 3/400 = 0.75 % (0 of 400) at distance 1.0000',
      '< 3/400 = 0.75 % (0 of 400) at distance 1.0000',
      'unresolved: takes 30000 impostor comparisons',
      'unresolved: takes 300000 impostor comparisons',
      'unresolved: takes 3000000 impostor comparisons',
    ]);
    const copies = reportComparisons(tallied([0.1], Array<number>(400).fill(0)));
    expect(copies.points.map(describePoint)[0]).toBe(
      'unresolved (1 of 1) at no distance: even 0 lets in more',
    );
    const nobody = reportComparisons(tallied([], [1, 1]));
    expect(nobody).toMatchObject({ genuine: 0, impostor: 2, equalError: undefined, det: [] });
    expect(describeEqualError(nobody)).toContain('not measured');
  });

  it('of 10⁸ impostors are counted exactly, in the memory of ten', () => {
    const { genuine, impostor } = tallied([0.5], []);
    for (let i = 0; i < 1e8; i++) impostor.add(i < 100 ? 0.25 : 1.25);
    const { points } = reportComparisons({ genuine, impostor });
    expect(points.at(-1)).toMatchObject({
      resolved: true,
      falseMatches: { errors: 100, of: 1e8, rate: 1e-6 },
      falseNonMatches: { errors: 0, of: 1 },
    });
  });

  it('refuse what is no distance, and count as far whatever is farther than the span', () => {
    const tally = new DistanceTally();
    for (const wrong of [NaN, -0.1]) expect(() => tally.add(wrong)).toThrow(RangeError);
    tally.add(2.0000002);
    tally.add(0);
    expect([tally.total, tally.within(2), tally.within(1.99), tally.within(0)]).toEqual([2, 2, 1, 1]);
    expect(tally.binned(4, 2)).toEqual([1, 0, 0, 1]);
  });

  it('are judged at a given threshold, those at it accepted', () => {
    const { falseMatches, falseNonMatches } = ratesAt(tallied([0.25, 0.5, 0.75], [0.5, 1]), 0.5);
    expect([falseMatches.errors, falseNonMatches.errors]).toEqual([1, 1]);
  });
});

describe('groups', () => {
  const group = (errors: number, of: number) => {
    const tally = new DistanceTally();
    for (let i = 0; i < of; i++) tally.add(i < errors ? 0.3 : 1.2);
    return tally;
  };

  it('are compared at one threshold: worst to best, worst to mean', () => {
    const report = reportGroups(
      new Map([
        ['b', group(12, 1000)],
        ['a', group(4, 1000)],
        ['none', new DistanceTally()],
      ]),
      0.5,
    );
    expect(report.groups.map(({ group, falseMatches }) => [group, falseMatches.errors])).toEqual([
      ['a', 4],
      ['b', 12],
    ]);
    expect(report.worstToBest).toBeCloseTo(3, 12);
    expect(report.worstToMean).toBeCloseTo(1.5, 12);
  });

  it('with too few errors have no ratio', () => {
    const few = reportGroups(
      new Map([
        ['a', group(2, 1000)],
        ['b', group(9, 1000)],
      ]),
      0.5,
    );
    expect(few.worstToBest).toBeUndefined();
    expect(few.worstToMean).toBeCloseTo(9 / 5.5, 12);
    expect(reportGroups(new Map([['a', group(1, 9)]]), 0.5).worstToMean).toBeUndefined();
    expect(reportGroups(new Map(), 0.5)).toMatchObject({ groups: [], worstToBest: undefined });
  });
});
