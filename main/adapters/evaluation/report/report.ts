/** What an evaluation tells, before it is a page. */
import {
  describeEqualError,
  describePoint,
  ratesAt,
  reportComparisons,
  type ComparisonReport,
} from '../../../core/evaluation/comparison-report.ts';
import { describeShare } from '../../../core/evaluation/rates.ts';
import type { Comparisons } from '../../../core/evaluation/tally.ts';

/** Comparisons of one kind; each has a line of its own in the pictures. */
export interface Curve {
  readonly name: string;
  readonly comparisons: Comparisons;
  readonly report: ComparisonReport;
  /** What the distances are, for the axis. */
  readonly axis: string;
  /** The largest distance that the app accepts, by this kind alone. */
  readonly limit: number;
}

export const curveOf = (name: string, comparisons: Comparisons, axis: string, limit: number): Curve => ({
  name,
  comparisons,
  report: reportComparisons(comparisons),
  axis,
  limit,
});

export interface Table {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface EvaluationReport {
  readonly title: string;
  /** What was measured on, in whole sentences; says "synthetic" where the people are. */
  readonly data: string;
  /** How to make it again. */
  readonly command: string;
  readonly curves: readonly Curve[];
  readonly tables: readonly Table[];
  /** What a reader must know to read the figures rightly. */
  readonly notes: readonly string[];
}

export const READING = [
  'FMR is the share of comparisons of different people that match, FNMR the share of comparisons of the same person that do not. Rates come with how many comparisons stand behind them and with 95 % intervals (Wilson).',
  'A rate behind which there are fewer than three errors is given as "< 3/N"; a false-match rate at which fewer than three errors are expected is unresolved.',
  'Comparisons that share a person or a picture are not independent, so the true intervals are wider.',
] as const;

/** The false non-match rates at given false-match rates, and both where the app decides. */
export function ratesTable({ name, comparisons, report, limit }: Curve): Table {
  const { falseMatches, falseNonMatches } = ratesAt(comparisons, limit);
  return {
    caption: `${name}: equal error rate ${describeEqualError(report)}`,
    head: ['FMR at most', 'FNMR', 'FMR measured'],
    rows: [
      ...report.points.map((point) => [
        point.fmr.toExponential(),
        describePoint(point),
        point.resolved ? describeShare(point.falseMatches) : '',
      ]),
      [
        'app',
        `${describeShare(falseNonMatches)} at distance ${limit.toFixed(4)}`,
        describeShare(falseMatches),
      ],
    ],
  };
}

/** The figures of a curve for programs. */
export const figuresOf = ({ name, axis, comparisons, report, limit }: Curve) => ({
  name,
  axis,
  ...report,
  app: { threshold: limit, ...ratesAt(comparisons, limit) },
});
