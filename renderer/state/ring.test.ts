import { describe, expect, it } from 'vitest';
import { SECTORS, type Sector } from '../../main/contract/codes.ts';
import type { EnrolmentView } from '../../main/contract/states/enrolment.ts';
import { deg } from '../../main/contract/units.ts';
import { nextSector, pointerPlace, ticks } from './ring.ts';

const turning = (change: Partial<EnrolmentView> = {}): EnrolmentView => ({
  kind: 'turning',
  coverage: 'ring',
  offered: false,
  guidance: 'turn',
  progress: 0.2,
  filled: [],
  pointer: undefined,
  ...change,
});

describe('the ring of enrolment', () => {
  it('gives each of the eight sectors eight neighbouring ticks', () => {
    for (const sector of SECTORS) expect(ticks.filter((tick) => tick.sector === sector)).toHaveLength(8);
    expect(ticks.filter(({ sector }) => sector === 'up').map(({ angle }) => angle)).toEqual(
      [70.3, 75.9, 81.6, 87.2, 92.8, 98.4, 104.1, 109.7].map((angle) => expect.closeTo(angle, 0) as number),
    );
  });

  it('shows a head turned to its own left on the left, as a mirror does', () => {
    expect(pointerPlace({ yaw: 10, pitch: 0 }).x).toBeLessThan(0);
    expect(pointerPlace({ yaw: 0, pitch: 10 }).y).toBeLessThan(0);
  });

  it('keeps the pointer inside the ring however far the head turns', () => {
    const { x, y } = pointerPlace({ yaw: -80, pitch: 60 });
    expect(Math.hypot(x, y)).toBeCloseTo(1);
  });

  it('points out the sector that the words ask for', () => {
    expect(nextSector(turning({ guidance: 'turn-up-left' }))).toBe('up-left');
  });

  it('points out the empty sector nearest to where the head points', () => {
    const filled: Sector[] = ['left', 'up-left'];
    const pointer = { yaw: deg(12), pitch: deg(2) };
    expect(nextSector(turning({ filled, pointer }))).toBe('down-left');
    expect(nextSector(turning({ filled: ['left', 'down-left'], pointer }))).toBe('up-left');
  });

  it('points out nothing while the head is to be held straight or nobody is seen', () => {
    expect(nextSector(turning({ kind: 'straight', guidance: 'hold' }))).toBeUndefined();
    expect(nextSector(turning())).toBeUndefined();
  });
});
