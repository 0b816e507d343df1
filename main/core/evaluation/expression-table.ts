/** How far expressions move a settled relief, by height in the head's frame. */
import { RELIEF } from '../shape/relief.ts';

/** Heights above the point between the eyes, millimetres: from, to. */
const BANDS = [
  [20, 60],
  [0, 20],
  [-20, 0],
  [-40, -20],
  [-60, -40],
  [-90, -60],
] as const;
/** Cells farther to the side than this are cheeks' edges and hair, millimetres. */
const HALF_WIDTH = 50;

export interface ExpressionTable {
  readonly bands: readonly (readonly [from: number, to: number])[];
  /** Median over people of the median over the band's cells of |expression − neutral|, millimetres, a value a band. */
  readonly moved: readonly { readonly expression: string; readonly millimetres: readonly number[] }[];
  /** Median over the band's cells of how people differ from one another (standard deviation), millimetres. */
  readonly between: readonly number[];
}

/**
 * @param people heights by visit in millimetres on the relief's grid, NaN for a hole
 * @param neutral the visit that others are compared with
 */
export function expressionTable(
  people: readonly ReadonlyMap<string, Float32Array>[],
  neutral: string,
  expressions: readonly string[],
): ExpressionTable {
  const cells = BANDS.map(cellsOf);
  const moved = expressions.map((expression) => ({
    expression,
    millimetres: cells.map((band) =>
      median(
        people.flatMap((visits) => {
          const [before, after] = [visits.get(neutral), visits.get(expression)];
          if (!before || !after) return [];
          const middle = median(
            band.map((i) => Math.abs(after[i] - before[i])).filter((value) => !Number.isNaN(value)),
          );
          return Number.isNaN(middle) ? [] : [middle];
        }),
      ),
    ),
  }));
  const neutrals = people.flatMap((visits) => visits.get(neutral) ?? []);
  const between = cells.map((band) =>
    median(
      band.flatMap((i) => {
        const values = neutrals.map((heights) => heights[i]).filter((value) => !Number.isNaN(value));
        return values.length < 2 ? [] : [deviation(values)];
      }),
    ),
  );
  return { bands: BANDS, moved, between };
}

function cellsOf([from, to]: readonly [number, number]): number[] {
  const { columns, rows, cell, left, top } = RELIEF;
  const found: number[] = [];
  for (let i = 0; i < columns * rows; i++) {
    const x = left + ((i % columns) + 0.5) * cell;
    const y = top - (Math.floor(i / columns) + 0.5) * cell;
    if (Math.abs(x) <= HALF_WIDTH && y >= from && y < to) found.push(i);
  }
  return found;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
