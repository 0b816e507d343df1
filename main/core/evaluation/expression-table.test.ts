import { expect, it } from 'vitest';
import { RELIEF, RELIEF_CELLS } from '../shape/relief.ts';
import { expressionTable } from './expression-table.ts';

/** A relief whose height follows from the place, millimetres. */
const relief = (height: (x: number, y: number) => number): Float32Array =>
  Float32Array.from({ length: RELIEF_CELLS }, (_, i) =>
    height(
      RELIEF.left + ((i % RELIEF.columns) + 0.5) * RELIEF.cell,
      RELIEF.top - (Math.floor(i / RELIEF.columns) + 0.5) * RELIEF.cell,
    ),
  );
const flat = (height: number) => relief(() => height);
/** A mouth that opens: everything below −60 mm goes back by so much. */
const jaw = (height: number, down: number) => relief((_, y) => (y < -60 ? height - down : height));

it('tells by height how far an expression moves a relief, and how people differ there', () => {
  const people = [
    new Map([
      ['enrol', flat(0)],
      ['open', jaw(0, 4)],
    ]),
    new Map([
      ['enrol', flat(2)],
      ['open', jaw(2, 6)],
    ]),
    new Map([
      ['enrol', flat(4)],
      ['open', jaw(4, 5)],
    ]),
  ];
  const { bands, moved, between } = expressionTable(people, 'enrol', ['open', 'smile']);
  expect(bands.at(-1)).toEqual([-90, -60]);
  const [open, smile] = moved;
  expect(open.millimetres).toEqual([0, 0, 0, 0, 0, 5]);
  expect(between.map((value) => Math.round(1000 * value))).toEqual(bands.map(() => 2000));
  expect(smile.millimetres.every(Number.isNaN)).toBe(true);
});

it('leaves holes out, and a band in which nothing was seen', () => {
  const people = [
    new Map([
      ['enrol', relief((x, y) => (y < -60 || x < 0 ? NaN : 1))],
      ['talk', relief((x) => (x > 20 ? NaN : 3))],
    ]),
  ];
  const { moved } = expressionTable(people, 'enrol', ['talk']);
  expect(moved[0].millimetres.slice(0, -1)).toEqual([2, 2, 2, 2, 2]);
  expect(moved[0].millimetres.at(-1)).toBeNaN();
});
