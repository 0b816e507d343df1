import { expect, it } from 'vitest';
import { nearest } from './pairing.ts';

it('takes the nearest picture, before or after, and none that is too far', () => {
  const to = (time: number) => (picture: number) => Math.abs(picture - time);
  expect(nearest([0, 66, 132], to(100), 80)).toBe(132);
  expect(nearest([0, 66], to(100), 80)).toBe(66);
  expect(nearest([20], to(100), 80)).toBe(20);
  expect(nearest([19], to(100), 80)).toBeUndefined();
  expect(nearest([], to(100), 80)).toBeUndefined();
  expect(nearest([181n], (picture) => picture - 100n, 80n)).toBeUndefined();
});
