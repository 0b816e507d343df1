import { expect, it } from 'vitest';
import { ManualClock } from './manual-clock.ts';

it('a manual clock moves both clocks together, and the wall alone when set', () => {
  const clock = new ManualClock(10, 1000);
  clock.advance(5);
  expect([clock.now(), clock.wallTime()]).toEqual([15, 1005]);
  clock.setWall(3);
  expect([clock.now(), clock.wallTime()]).toEqual([15, 3]);
});
