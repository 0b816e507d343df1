import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { systemClock } from './system-clock.ts';

it('the system clock tells the time of day, and a time that never goes back', () => {
  expect(Math.abs(systemClock.wallTime() - Date.now())).toBeLessThan(1000);
  const readings = Array.from({ length: 1000 }, () => systemClock.now());
  expect(readings).toEqual([...readings].sort((a, b) => a - b));
});

it('the monotonic time is the same in another process, which started later', () => {
  const before = systemClock.now();
  const inOther = Number(execFileSync(process.execPath, ['-p', 'Number(process.hrtime.bigint()) / 1e6']));
  expect(inOther).toBeGreaterThan(before);
  expect(inOther).toBeLessThan(systemClock.now());
});
