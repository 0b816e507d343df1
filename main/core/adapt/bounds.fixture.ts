import type { AdaptationBounds } from './bounds.ts';
import type { Lasting } from './lasting.ts';

/** All of a shape lasts. @param length of its embedding */
export const lastingWithin = (distance: number, length = 4): Lasting => ({
  weights: Float32Array.from({ length: length * length }, (_, i) => (i % (length + 1) === 0 ? 1 : 0)),
  dimensions: length,
  limits: [{ fusedFrames: 1, distance }],
});

/** Bounds of faces whose shape is the embedding `shape`. */
export const boundsOf = (change: Partial<AdaptationBounds> = {}): AdaptationBounds => ({
  kind: 'shape',
  pooling: { nearest: 1 },
  opens: 0.5,
  lasting: lastingWithin(0.6),
  follow: 0.4,
  reach: { limits: [{ fusedFrames: 1, distance: 0.6 }] },
  confident: 0.9,
  ...change,
});
