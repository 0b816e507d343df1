/** Error rates with their uncertainty, as ISO/IEC 19795-1 wants them. */

export interface Rate {
  readonly errors: number;
  readonly of: number;
  readonly rate: number;
  /** 95 % interval (Clopper and Pearson 1934); with no error its upper end is about 3/N, the rule of 3. */
  readonly low: number;
  readonly high: number;
}

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
  `${(100 * rate).toFixed(2)} % (${errors} of ${of}; 95 %: ${(100 * low).toFixed(2)} to ${(100 * high).toFixed(2)} %)`;
