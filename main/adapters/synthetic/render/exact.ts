/**
 * Elementary functions from exactly rounded operations alone (+ − × ÷ √), so that pictures are bit-equal on
 * every machine: ECMAScript leaves the last bits of Math.sin, Math.pow and the like to the engine.
 */

const TWO_PI = 6.283185307179586;

/** Sine of an angle in radians; error below 1e-11 for |x| < 1e4. */
export function sine(radians: number): number {
  let x = radians - TWO_PI * Math.floor(radians / TWO_PI + 0.5);
  if (x > TWO_PI / 4) x = TWO_PI / 2 - x;
  else if (x < -TWO_PI / 4) x = -TWO_PI / 2 - x;
  const s = x * x;
  let sum = 0;
  for (let n = 17; n >= 3; n -= 2) sum = ((1 + sum) * -s) / (n * (n - 1));
  return x * (1 + sum);
}

/** Cosine of an angle in radians. */
export const cosine = (radians: number): number => sine(radians + TWO_PI / 4);

export const radians = (degrees: number): number => (degrees * TWO_PI) / 360;

/** The n-th root of x ≥ 0 by Newton's method, started above the root so that it descends monotonically. */
export function root(x: number, n: number): number {
  if (x === 0) return 0;
  let y = Math.max(1, x);
  for (;;) {
    let power = 1;
    for (let i = 1; i < n; i++) power *= y;
    const next = y - (y - x / power) / n;
    if (!(next < y)) return y;
    y = next;
  }
}
