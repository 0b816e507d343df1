/** Affine maps of the picture plane. The centre of the top-left pixel is (0, 0). */

/** [a, b, c, d, e, f] maps (x, y) to (a·x + b·y + c, d·x + e·y + f). */
export type Affine = readonly [number, number, number, number, number, number];

export const IDENTITY: Affine = [1, 0, 0, 0, 1, 0];

/** outer ∘ inner: first `inner`, then `outer`. */
export function compose(outer: Affine, inner: Affine): Affine {
  const [a, b, c, d, e, f] = outer;
  const [p, q, r, s, t, u] = inner;
  return [a * p + b * s, a * q + b * t, a * r + b * u + c, d * p + e * s, d * q + e * t, d * r + e * u + f];
}

/** @throws RangeError where the map flattens the plane and so has no inverse. */
export function invert([a, b, c, d, e, f]: Affine): Affine {
  const determinant = a * e - b * d;
  if (!Number.isFinite(1 / determinant)) throw new RangeError('the map has no inverse');
  const [p, q, s, t] = [e / determinant, -b / determinant, -d / determinant, a / determinant];
  return [p, q, -(p * c + q * f), s, t, -(s * c + t * f)];
}

export const apply = ([a, b, c, d, e, f]: Affine, x: number, y: number): [number, number] => [
  a * x + b * y + c,
  d * x + e * y + f,
];

/**
 * Maps pixels of a size × size square onto the square of the picture with this centre and side, turned by
 * `angle` radians (clockwise as seen, since y points down).
 */
export function squareToPicture(
  size: number,
  centreX: number,
  centreY: number,
  side: number,
  angle = 0,
): Affine {
  const scale = side / size;
  const cos = Math.cos(angle) * scale;
  const sin = Math.sin(angle) * scale;
  const middle = (size - 1) / 2;
  return [cos, -sin, centreX - cos * middle + sin * middle, sin, cos, centreY - sin * middle - cos * middle];
}

/**
 * The similarity (turn, uniform scale, shift; no mirroring) that brings `from` onto `to` with the least
 * squared distance: Umeyama 1991, which in the plane is one complex division.
 * @param from n × (x, y), not all the same point. @param to n × (x, y).
 */
export function fitSimilarity(from: ArrayLike<number>, to: ArrayLike<number>): Affine {
  const n = from.length / 2;
  let [fromX, fromY, toX, toY] = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    fromX += from[2 * i] / n;
    fromY += from[2 * i + 1] / n;
    toX += to[2 * i] / n;
    toY += to[2 * i + 1] / n;
  }
  let [real, imaginary, spread] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [x, y] = [from[2 * i] - fromX, from[2 * i + 1] - fromY];
    const [u, v] = [to[2 * i] - toX, to[2 * i + 1] - toY];
    real += x * u + y * v;
    imaginary += x * v - y * u;
    spread += x * x + y * y;
  }
  if (spread === 0) throw new RangeError('the points coincide');
  const [cos, sin] = [real / spread, imaginary / spread];
  return [cos, -sin, toX - cos * fromX + sin * fromY, sin, cos, toY - sin * fromX - cos * fromY];
}
