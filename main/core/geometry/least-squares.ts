/**
 * Solves the symmetric positive definite system A·x = b by Cholesky decomposition.
 * @param a n × n, row by row; only the upper triangle is read
 * @returns undefined where the system is singular
 */
export function solveSymmetric(a: Float64Array, b: Float64Array): Float64Array | undefined {
  const n = b.length;
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a[j * n + i];
      for (let k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k];
      if (i === j) {
        if (!(sum > 1e-9 * Math.abs(a[i * n + i]))) return undefined;
        l[i * n + i] = Math.sqrt(sum);
      } else l[i * n + j] = sum / l[j * n + j];
    }
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= l[i * n + k] * x[k];
    x[i] /= l[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= l[k * n + i] * x[k];
    x[i] /= l[i * n + i];
  }
  return x;
}

/**
 * Ordinary least squares: the coefficients c that make row·c closest to each target.
 * @param rows n rows of k terms, laid end to end
 * @returns coefficients and the root mean square of what is left, or undefined where the terms do not determine them
 */
export function leastSquares(
  rows: Float64Array,
  targets: Float64Array,
  k: number,
): { coefficients: Float64Array; rms: number } | undefined {
  const a = new Float64Array(k * k);
  const b = new Float64Array(k);
  const n = targets.length;
  for (let i = 0, r = 0; i < n; i++, r += k)
    for (let m = 0; m < k; m++) {
      const term = rows[r + m];
      b[m] += term * targets[i];
      for (let j = m; j < k; j++) a[m * k + j] += term * rows[r + j];
    }
  const coefficients = solveSymmetric(a, b);
  if (!coefficients) return undefined;
  let sum = 0;
  for (let i = 0, r = 0; i < n; i++, r += k) {
    let left = targets[i];
    for (let m = 0; m < k; m++) left -= coefficients[m] * rows[r + m];
    sum += left * left;
  }
  return { coefficients, rms: Math.sqrt(sum / n) };
}
