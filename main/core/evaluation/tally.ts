/** Distances counted in fine steps: any number of comparisons in 1 MB each kind. */

/** Across the span; a power of two, so that distances between unit vectors (0 … 2) are counted in steps of exactly 2⁻¹⁶. */
const STEPS = 2 ** 17;

export class DistanceTally {
  /** `counts[i]`: how many lay in ((i − 1) · step, i · step]; the first are those of 0, the last all that lay beyond too. */
  readonly counts = new Float64Array(STEPS + 1);
  private added = 0;

  /** @param span the largest distance that is told from larger ones */
  constructor(readonly span = 2) {}

  get total(): number {
    return this.added;
  }

  get step(): number {
    return this.span / STEPS;
  }

  /** @throws RangeError for what is no distance (negative, NaN) */
  add(distance: number): void {
    if (!(distance >= 0)) throw new RangeError(`${distance} is no distance`);
    this.counts[Math.min(STEPS, Math.ceil(distance / this.step))]++;
    this.added++;
  }

  /** How many lay at most this far, to the step below. */
  within(distance: number): number {
    const last = Math.min(STEPS, Math.floor(distance / this.step));
    let sum = 0;
    for (let i = 0; i <= last; i++) sum += this.counts[i];
    return sum;
  }

  /** The same distances in few bins of equal width from 0 to `upTo`, for a picture. */
  binned(bins: number, upTo: number): number[] {
    const coarse = new Array<number>(bins).fill(0);
    for (let i = 0; i <= STEPS; i++)
      if (this.counts[i] > 0)
        coarse[Math.min(bins - 1, Math.floor(((i * this.step) / upTo) * bins))] += this.counts[i];
    return coarse;
  }

  /** The largest distance that was counted, to the step above. */
  get farthest(): number {
    return this.counts.findLastIndex((count) => count > 0) * this.step;
  }
}

/** Comparisons of one kind: of people with themselves, and with others. */
export interface Comparisons {
  readonly genuine: DistanceTally;
  readonly impostor: DistanceTally;
}

export const beginComparisons = (span?: number): Comparisons => ({
  genuine: new DistanceTally(span),
  impostor: new DistanceTally(span),
});
