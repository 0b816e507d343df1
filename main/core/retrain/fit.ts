/**
 * Fits a head: logistic regression of a face's embeddings, and its distances to the looks, on whether it is the person. The looks
 * are multiplied by how other people's faces change from day to day, since a few views of one day say nothing of the next.
 */
import type { EmbeddingKind, Embeddings } from '../../contract/evidence.ts';
import type { HeadTerm } from '../judge/head.ts';
import { distancesApart, type Part } from '../judge/match.ts';
import type { Random } from '../random.ts';
import { onAnotherDay, type DayChange } from './pool.ts';

/** Chosen on validation people (`facet evaluate retrain --pool validation`). */
const RECIPE = {
  /** Days that each view is imagined on. */
  days: 10,
  epochs: 100,
  learningRate: 0.05,
  /** Pull towards zero of an embedding's weight, and of a distance's. */
  ridge: { embedding: 1e-3, distance: 1e-5 },
  /** The share of nearest impostors that may not come nearer. */
  nearest: 0.01,
} as const;

/** A logistic regression: the smallest weighted loss plus Σ ridge · coefficient². */
export interface FitProblem {
  /** Features of each row, end to end; the last feature of each is 1. */
  readonly rows: Float32Array;
  /** 1 for the person, −1 for others. */
  readonly labels: Float32Array;
  /** What each row counts; they add up to 1. */
  readonly counts: Float32Array;
  /** Where coefficients start, and what pulls each to zero. */
  readonly start: Float32Array;
  readonly ridge: Float32Array;
  readonly epochs: number;
  readonly learningRate: number;
}

/** @returns the coefficients of the log-odds of being the person */
export type Fitter = (problem: FitProblem) => Promise<Float32Array>;

/** A face of the person to learn from, and what it is compared with: everything but what was seen at the same moment. */
export interface Lesson {
  readonly face: Embeddings;
  readonly templates: readonly Embeddings[];
}

export interface FitInput {
  readonly lessons: readonly Lesson[];
  /** What others are compared with. */
  readonly templates: readonly Embeddings[];
  readonly impostors: readonly Embeddings[];
  readonly changes: readonly DayChange[];
  /** Of the fused requirement in this spectrum. */
  readonly parts: readonly Part[];
}

/**
 * The head is scaled so that the impostors it learned from lie where they did, and the nearest of them no nearer: what it gains, the
 * person's own looks gain.
 */
export async function fitTerm(
  { lessons, templates, impostors, changes, parts }: FitInput,
  random: Random,
  fit: Fitter,
): Promise<HeadTerm> {
  const others = impostors.map((face) => ({ face, apart: apartFrom(face, templates, parts) }));
  const own = lessons.flatMap((lesson) =>
    Array.from({ length: RECIPE.days }, () => {
      const face = onAnotherDay(lesson.face, changes, random);
      return { face, apart: apartFrom(face, lesson.templates, parts) };
    }),
  );
  const scales = parts.map((_, k) => moments(others.map(({ apart }) => apart[k])));
  const sizes = parts.map(({ kind }) => lessons[0].face.get(kind)!.length);
  const width = parts.length + sizes.reduce((a, b) => a + b, 0) + 1;
  const features = ({ face, apart }: (typeof others)[number], into: Float32Array) => {
    parts.forEach((_, k) => (into[k] = (apart[k] - scales[k].mean) / scales[k].deviation));
    let at = parts.length;
    for (const { kind } of parts) {
      into.set(face.get(kind)!, at);
      at += face.get(kind)!.length;
    }
    into[at] = 1;
  };
  const rows = new Float32Array((own.length + others.length) * width);
  [...own, ...others].forEach((row, i) => features(row, rows.subarray(i * width, (i + 1) * width)));
  const labels = new Float32Array(own.length + others.length).fill(-1).fill(1, 0, own.length);
  const counts = labels.map((label) => 0.5 / (label > 0 ? own.length : others.length));
  const start = new Float32Array(width);
  start.fill(-1, 0, parts.length);
  const ridge = new Float32Array(width).fill(RECIPE.ridge.embedding);
  ridge.fill(RECIPE.ridge.distance, 0, parts.length);
  ridge[width - 1] = 0;
  const { epochs, learningRate } = RECIPE;
  const odds = await fit({ rows, labels, counts, start, ridge, epochs, learningRate });

  const before = others.map(({ apart }) => parts.reduce((sum, { weight }, k) => sum + weight * apart[k], 0));
  const row = new Float32Array(width);
  const after = others.map((other) => {
    features(other, row);
    return -row.reduce((sum, value, i) => sum + value * odds[i], 0);
  });
  const [was, is] = [moments(before), moments(after)];
  const scale = was.deviation / is.deviation;
  const nearest = Math.max(1, Math.round(RECIPE.nearest * others.length));
  const shift = Math.max(
    was.mean - scale * is.mean,
    meanOf(smallest(before, nearest)) - scale * meanOf(smallest(after, nearest)),
  );
  return termOf(odds, scale, shift, parts, scales, sizes);
}

const apartFrom = (face: Embeddings, templates: readonly Embeddings[], parts: readonly Part[]): number[] => [
  ...distancesApart(face, templates, parts)!.values(),
];

/** The same sum in terms of plain distances and embeddings. */
function termOf(
  odds: Float32Array,
  scale: number,
  shift: number,
  parts: readonly Part[],
  scales: readonly { readonly mean: number; readonly deviation: number }[],
  sizes: readonly number[],
): HeadTerm {
  const distances = new Map<EmbeddingKind, number>();
  const weights = new Map<EmbeddingKind, Float32Array>();
  let offset = shift - scale * odds[odds.length - 1];
  let at = parts.length;
  parts.forEach(({ kind }, k) => {
    const { mean, deviation } = scales[k];
    distances.set(kind, (-scale * odds[k]) / deviation);
    offset += (scale * odds[k] * mean) / deviation;
    weights.set(
      kind,
      odds.slice(at, at + sizes[k]).map((value) => -scale * value),
    );
    at += sizes[k];
  });
  return { offset, distances, weights };
}

const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

function moments(values: readonly number[]): { mean: number; deviation: number } {
  const mean = meanOf(values);
  return { mean, deviation: Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2))) || 1 };
}

const smallest = (values: readonly number[], count: number): number[] =>
  [...values].sort((a, b) => a - b).slice(0, count);
