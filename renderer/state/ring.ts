/** The enrolment's ring as the person sees it: mirrored, so that their left is the screen's left. */
import { SECTORS, type Sector } from '../../main/contract/codes.ts';
import type { EnrolmentView } from '../../main/contract/states/enrolment.ts';

const TICKS = 64;

/** Where each sector lies on the screen, degrees anticlockwise from the right. */
const ANGLE: Readonly<Record<Sector, number>> = {
  right: 0,
  'up-right': 45,
  up: 90,
  'up-left': 135,
  left: 180,
  'down-left': 225,
  down: 270,
  'down-right': 315,
};

export interface Tick {
  readonly angle: number;
  readonly sector: Sector;
}

/** The ticks from the right, anticlockwise; each belongs to the sector that it is nearest to. */
export const ticks: readonly Tick[] = Array.from({ length: TICKS }, (_, i) => {
  const angle = ((i + 0.5) * 360) / TICKS;
  return { angle, sector: SECTORS.find((sector) => turnBetween(ANGLE[sector], angle) <= 22.5)! };
});

/** The head's turn at which the pointer reaches the ring, degrees; up and down are harder, so they count more. */
const REACH = 20;
const PITCH_SCALE = 1.4;

/** Where the pointer stands in the ring: −1 … 1 to the right and down. */
export function pointerPlace(pointer: { yaw: number; pitch: number }): { x: number; y: number } {
  const x = -pointer.yaw / REACH;
  const y = (-pointer.pitch * PITCH_SCALE) / REACH;
  const length = Math.max(1, Math.hypot(x, y));
  return { x: x / length, y: y / length };
}

/** The sector that the person is asked for, or the nearest empty one while they turn freely. */
export function nextSector({ kind, guidance, filled, pointer }: EnrolmentView): Sector | undefined {
  if (kind !== 'turning') return undefined;
  const asked = SECTORS.find((sector) => guidance === `turn-${sector}`);
  if (asked || !pointer) return asked;
  const { x, y } = pointerPlace(pointer);
  const angle = (Math.atan2(-y, x) * 180) / Math.PI;
  const missing = SECTORS.filter((sector) => !filled.includes(sector));
  return missing.sort((a, b) => turnBetween(ANGLE[a], angle) - turnBetween(ANGLE[b], angle))[0];
}

/** The smaller angle between two directions, 0 … 180. */
function turnBetween(a: number, b: number): number {
  const turn = Math.abs(a - b) % 360;
  return Math.min(turn, 360 - turn);
}
