/** What single comparisons amount to: error rates at given false-match rates, the equal error rate, the DET curve. */
import { probit } from './normal.ts';
import { describeShare, percent, wilsonRate, type Rate } from './rates.ts';
import type { Comparisons } from './tally.ts';

const FALSE_MATCH_RATES = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6] as const;

/** Fewer errors than this are no rate. */
const LEAST_EXPECTED = 3;

/** The false non-match rate at a false-match rate, or the comparisons that measuring it would take. */
export type OperatingPoint =
  | {
      readonly resolved: true;
      /** The false-match rate aimed at. */
      readonly fmr: number;
      /** Accept at or below: the farthest that lets in no more impostor comparisons than that. */
      readonly threshold: number;
      readonly falseMatches: Rate;
      readonly falseNonMatches: Rate;
    }
  | { readonly resolved: false; readonly fmr: number; readonly needed: number };

export interface DetPoint {
  readonly threshold: number;
  readonly fmr: number;
  readonly fnmr: number;
}

export interface ComparisonReport {
  /** How many comparisons of each kind. */
  readonly genuine: number;
  readonly impostor: number;
  /** Where both rates are nearest to each other: their mean. Undefined where one kind is missing. */
  readonly equalError: { readonly rate: number; readonly threshold: number } | undefined;
  readonly points: readonly OperatingPoint[];
  readonly det: readonly DetPoint[];
}

export function reportComparisons(comparisons: Comparisons): ComparisonReport {
  const { genuine, impostor } = comparisons;
  return {
    genuine: genuine.total,
    impostor: impostor.total,
    equalError: genuine.total > 0 && impostor.total > 0 ? equalError(comparisons) : undefined,
    points: FALSE_MATCH_RATES.map((fmr) => operatingPoint(comparisons, fmr)),
    det: genuine.total > 0 && impostor.total > 0 ? detCurve(comparisons) : [],
  };
}

/** Both rates where distances up to the threshold are accepted (to the step below). */
export const ratesAt = ({ genuine, impostor }: Comparisons, threshold: number) => ({
  falseMatches: wilsonRate(impostor.within(threshold), impostor.total),
  falseNonMatches: wilsonRate(genuine.total - genuine.within(threshold), genuine.total),
});

function operatingPoint(comparisons: Comparisons, fmr: number): OperatingPoint {
  const { impostor } = comparisons;
  // The product of two decimals may fall short of a whole number by a rounding error.
  const allowed = fmr * impostor.total * (1 + 1e-12);
  if (allowed < LEAST_EXPECTED) return { resolved: false, fmr, needed: Math.round(LEAST_EXPECTED / fmr) };
  let accepted = 0;
  let last = -1;
  while (last + 1 < impostor.counts.length && accepted + impostor.counts[last + 1] <= allowed)
    accepted += impostor.counts[++last];
  const threshold = last * impostor.step;
  return { resolved: true, fmr, threshold, ...ratesAt(comparisons, threshold) };
}

/** Both rates at each step, beginning where nothing is accepted. */
function* sweep({ genuine, impostor }: Comparisons): Generator<DetPoint> {
  let [accepted, falselyAccepted] = [0, 0];
  yield { threshold: -impostor.step, fmr: 0, fnmr: 1 };
  for (let i = 0; i < impostor.counts.length; i++) {
    if (genuine.counts[i] === 0 && impostor.counts[i] === 0) continue;
    accepted += genuine.counts[i];
    falselyAccepted += impostor.counts[i];
    yield {
      threshold: i * impostor.step,
      fmr: falselyAccepted / impostor.total,
      fnmr: (genuine.total - accepted) / genuine.total,
    };
  }
}

function equalError(comparisons: Comparisons) {
  let best: DetPoint | undefined;
  const gap = ({ fmr, fnmr }: DetPoint) => Math.abs(fmr - fnmr);
  for (const point of sweep(comparisons)) {
    if (!best || gap(point) < gap(best)) best = point;
    if (point.fmr >= point.fnmr) break;
  }
  return { rate: (best!.fmr + best!.fnmr) / 2, threshold: best!.threshold };
}

/** On the axes of the picture, points nearer than this are one. */
const VISIBLE = 0.01;

/** The points that a picture can tell apart. */
function detCurve(comparisons: Comparisons): DetPoint[] {
  const place = (rate: number, of: number) => probit(Math.min(1 - 0.5 / of, Math.max(0.5 / of, rate)));
  const points: DetPoint[] = [];
  let [x, y] = [NaN, NaN];
  let passed: DetPoint | undefined;
  for (const point of sweep(comparisons)) {
    const [u, v] = [
      place(point.fmr, comparisons.impostor.total),
      place(point.fnmr, comparisons.genuine.total),
    ];
    if (Math.abs(u - x) < VISIBLE && Math.abs(v - y) < VISIBLE) {
      passed = point;
      continue;
    }
    // A step begins where the curve had come to, not where it was last drawn.
    if (passed) points.push(passed);
    points.push(point);
    passed = undefined;
    [x, y] = [u, v];
  }
  if (passed) points.push(passed);
  return points;
}

export function describeEqualError({ genuine, impostor, equalError: equal }: ComparisonReport): string {
  const counts = `${genuine} genuine and ${impostor} impostor comparisons`;
  if (!equal) return `not measured (${counts})`;
  const fewest = Math.min(genuine, impostor);
  if (equal.rate * fewest >= LEAST_EXPECTED)
    return `${percent(equal.rate)} at distance ${equal.threshold.toFixed(4)} (${counts})`;
  return fewest > LEAST_EXPECTED
    ? `< 3/${fewest} = ${percent(3 / fewest)} (${counts})`
    : `unresolved (${counts})`;
}

export const describePoint = (point: OperatingPoint): string =>
  point.resolved
    ? `${describeShare(point.falseNonMatches)} at ${point.threshold < 0 ? 'no distance: even 0 lets in more' : `distance ${point.threshold.toFixed(4)}`}`
    : `unresolved: takes ${point.needed} impostor comparisons`;
