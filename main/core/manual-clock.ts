import { ms } from '../contract/units.ts';
import type { Milliseconds } from '../contract/units.ts';
import type { Clock } from './ports.ts';

/** A clock that stands still until it is told otherwise: for tests and replays. */
export class ManualClock implements Clock {
  constructor(
    private monotonic = 0,
    private wall = Date.UTC(2026, 0, 1),
  ) {}

  now(): Milliseconds {
    return ms(this.monotonic);
  }

  wallTime(): number {
    return this.wall;
  }

  /** Lets time pass on both clocks, in milliseconds. */
  advance(by: number): void {
    this.monotonic += by;
    this.wall += by;
  }

  /** Sets the wall clock alone, as a person or a time server would. */
  setWall(wall: number): void {
    this.wall = wall;
  }
}
