/** A person's looks among synthetic people, on a plane. It is drawn behind the PIN: positions and coarse counts, no embedding, no distance. */
import type { Failure } from '../result.ts';

export const PROJECTIONS = ['pca', 'umap'] as const;
export type Projection = (typeof PROJECTIONS)[number];
/** On each axis 0 … 1000, the axes alike. */
export type MapPlace = readonly [x: number, y: number];

export type MapPoint = Readonly<Record<Projection, MapPlace>> & {
  /** Absent for a synthetic person of the crowd. */
  readonly view?: {
    readonly look: string;
    /** Wall time. */
    readonly capturedAt: number;
    /** Facet learned it; it was not enrolled. */
    readonly adapted: boolean;
  };
};

/** How far views are from each other in shape, in bins of equal width from 0 on. */
export interface DistanceHistogram {
  /** Two views of this person. */
  readonly same: readonly number[];
  /** A view and a synthetic person. */
  readonly different: readonly number[];
  /** Shape alone opens the lock within so many bins from the first on; absent where that was not measured. */
  readonly accepted?: number;
}

export interface FaceMap {
  readonly points: readonly MapPoint[];
  readonly histogram: DistanceHistogram;
}

export type FaceMapState =
  | { readonly kind: 'drawing' }
  | { readonly kind: 'drawn'; readonly map: FaceMap }
  | { readonly kind: 'failed'; readonly message: Failure['message'] };
