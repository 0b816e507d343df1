/** Error rates with their uncertainty, as ISO/IEC 19795-1 wants them. */

export interface Rate {
  readonly errors: number;
  readonly of: number;
  readonly rate: number;
  /** 95 % interval. */
  readonly low: number;
  readonly high: number;
}

/** With the exact interval (Clopper and Pearson 1934); with no error its upper end is about 3.7/N. */
export function rateOf(errors: number, of: number): Rate {
  if (of === 0) return { errors, of, rate: NaN, low: 0, high: 1 };
  return {
    errors,
    of,
    rate: errors / of,
    low: errors === 0 ? 0 : quantile((p) => 1 - binomialBelow(errors, of, p), 0.025),
    high: errors === of ? 1 : quantile((p) => binomialBelow(errors + 1, of, p), 0.025, true),
  };
}

const Z = 1.959964;

/** With the interval of Wilson (1927), which counts in the millions allow; with no error its upper end is 3/N, the rule of 3. */
export function wilsonRate(errors: number, of: number): Rate {
  if (of === 0) return { errors, of, rate: NaN, low: 0, high: 1 };
  const rate = errors / of;
  const middle = (rate + Z ** 2 / (2 * of)) / (1 + Z ** 2 / of);
  const half = (Z / (1 + Z ** 2 / of)) * Math.sqrt((rate * (1 - rate)) / of + Z ** 2 / (4 * of ** 2));
  return {
    errors,
    of,
    rate,
    low: errors === 0 ? 0 : errors === of ? Math.max(0, 1 - 3 / of) : middle - half,
    high: errors === of ? 1 : errors === 0 ? Math.min(1, 3 / of) : middle + half,
  };
}

/** A count with that interval, for what keeps no rate beside it. */
export function countedRate(errors: number, of: number): Omit<Rate, 'rate'> {
  const { rate: _, ...kept } = wilsonRate(errors, of);
  return kept;
}

/** P(X < k) for X binomial with n trials of probability p, summed in logarithms. */
function binomialBelow(k: number, n: number, p: number): number {
  if (p <= 0) return 1;
  if (p >= 1) return k > n ? 1 : 0;
  let sum = 0;
  let log = n * Math.log1p(-p);
  for (let i = 0; i < k; i++) {
    sum += Math.exp(log);
    log += Math.log((n - i) / (i + 1)) + Math.log(p) - Math.log1p(-p);
  }
  return Math.min(1, sum);
}

/** The p in 0 … 1 at which a monotonic function of it crosses `level`, by bisection. */
function quantile(f: (p: number) => number, level: number, falling = false): number {
  let low = 0;
  let high = 1;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (f(middle) < level === !falling) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

export const describeRate = ({ errors, of, rate, low, high }: Rate): string =>
  of === 0
    ? 'nothing to judge'
    : `${(100 * rate).toFixed(2)} % (${errors} of ${of}; 95 %: ${(100 * low).toFixed(2)} to ${(100 * high).toFixed(2)} %)`;

/** To two digits, without an exponent. */
export function percent(share: number): string {
  const value = Number((100 * share).toPrecision(2));
  return `${value === 0 ? '0' : value.toFixed(Math.max(0, 1 - Math.floor(Math.log10(value))))} %`;
}

/** A rate as it may be claimed: fewer than three errors are "< 3/N", with the number worked out. */
export function describeShare({ errors, of, rate, low, high }: Rate): string {
  if (of === 0) return 'not measured (no comparison)';
  if (errors >= 3) return `${percent(rate)} (${errors} of ${of}; 95 %: ${percent(low)} to ${percent(high)})`;
  if (of <= 3) return `unresolved (${errors} of ${of})`;
  return `< 3/${of} = ${percent(3 / of)} (${errors} of ${of}${errors > 0 ? `; 95 %: up to ${percent(high)}` : ''})`;
}
