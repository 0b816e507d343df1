import type { AdaptationBounds } from './bounds.ts';

/** Bounds of faces whose shape is the embedding `shape`. */
export const boundsOf = (change: Partial<AdaptationBounds> = {}): AdaptationBounds => ({
  kind: 'shape',
  pooling: { nearest: 1 },
  opens: 0.5,
  remember: 0.6,
  follow: 0.4,
  reach: { limits: [{ fusedFrames: 1, distance: 0.6 }] },
  confident: 0.9,
  ...change,
});
