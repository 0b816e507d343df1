/** How far the distances of owners and of others lie apart: of counts small enough to keep each of them. */
import { rateOf, type Rate } from './rates.ts';

export interface Separation {
  readonly name: string;
  readonly genuine: number;
  readonly impostor: number;
  /** Where both rates are nearest to each other: their mean. NaN where one kind is missing. */
  readonly equalError: number;
  /** Genuine ones that lie no nearer than the nearest impostor. */
  readonly missedAtZero: Rate;
  readonly p50: number;
  readonly p95: number;
  readonly farthest: number;
  readonly nearestImpostor: number;
  /** The nearest impostor less the farthest genuine one: below 0 where they overlap. */
  readonly margin: number;
}

export function separationOf(
  name: string,
  genuine: readonly number[],
  impostor: readonly number[],
): Separation {
  const own = [...genuine].sort((a, b) => a - b);
  const others = [...impostor].sort((a, b) => a - b);
  const nearestImpostor = others[0] ?? NaN;
  const farthest = own.at(-1) ?? NaN;
  return {
    name,
    genuine: own.length,
    impostor: others.length,
    equalError: equalError(own, others),
    missedAtZero: rateOf(own.filter((distance) => distance >= nearestImpostor).length, own.length),
    p50: quantile(own, 0.5),
    p95: quantile(own, 0.95),
    farthest,
    nearestImpostor,
    margin: nearestImpostor - farthest,
  };
}

/** The nearest rank. */
const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;

/** @param own ascending @param others ascending */
function equalError(own: readonly number[], others: readonly number[]): number {
  if (own.length === 0 || others.length === 0) return NaN;
  let best = { gap: Infinity, rate: NaN };
  let [o, i] = [0, 0];
  for (const threshold of [-Infinity, ...[...own, ...others].sort((a, b) => a - b)]) {
    while (o < own.length && own[o] <= threshold) o++;
    while (i < others.length && others[i] <= threshold) i++;
    const [missed, matched] = [1 - o / own.length, i / others.length];
    const gap = Math.abs(missed - matched);
    if (gap < best.gap) best = { gap, rate: (missed + matched) / 2 };
  }
  return best.rate;
}
