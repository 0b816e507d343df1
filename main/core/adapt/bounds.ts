/** How far templates may follow their person: limits that were measured for the shape alone (core/judge/policy.ts). */
import type { EmbeddingKind } from '../../contract/evidence.ts';
import type { Pooling, Requirement } from '../judge/match.ts';
import type { RememberedLook } from '../people/gallery.ts';
import type { Lasting } from './lasting.ts';

export interface AdaptationBounds {
  /** The embedding that bounds: the shape without colour. */
  readonly kind: EmbeddingKind;
  readonly pooling: Pooling;
  /** Within this the shape alone opens the lock at its usual level: nothing adapts by it, it is there to be shown. */
  readonly opens: number;
  /** Bounds what is remembered, and whom that helps to recognise; nothing is remembered where it was not made for this shape. */
  readonly lasting?: Lasting;
  /** Farthest from the enrolled templates that one may be which follows the person from day to day. */
  readonly follow: number;
  /** Farthest from the enrolled templates that a face may be which those help to recognise that followed the person. */
  readonly reach: Pick<Requirement, 'limits'>;
  /** An unlock is confident within this share of every limit. */
  readonly confident: number;
}

const DAY = 86_400_000;

export const ADAPTATION_LIMITS = {
  /** A PIN counts as the refused person's for so long after the refusal, milliseconds. */
  pinWithin: 30_000,
  /** Faces of a refused attempt that are kept, and how far apart they are at least, milliseconds. */
  faces: 6,
  apart: 100,
  /** Fewer than these are no look: one frame may show anything. */
  leastFaces: 3,
  /** Remembered looks at one time. */
  looks: 6,
  /** A remembered look that was not used for so long is not compared any more, and goes with the next change, milliseconds. */
  unused: 60 * DAY,
  /** Templates of one sector that follow the person: about a week of daily use. */
  perSector: 6,
} as const;

/** Wall time from which a remembered look is not compared any more, unless it is used again. */
export const expiryOf = ({ usedAt }: Pick<RememberedLook, 'usedAt'>): number =>
  usedAt + ADAPTATION_LIMITS.unused;

/** A clock that was set back makes nothing expire. */
export const isExpired = (look: Pick<RememberedLook, 'usedAt'>, wallTime: number): boolean =>
  wallTime > expiryOf(look);

/** Which day it is at a wall time, where the machine stands: days count up by one. */
export const dayOf = (wallTime: number): number =>
  Math.floor((wallTime - new Date(wallTime).getTimezoneOffset() * 60_000) / DAY);
