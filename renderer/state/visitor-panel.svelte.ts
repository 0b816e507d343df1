/** Whether the visitor's drawer is open; remembered for this window. */
const KEY = 'facet.visitor';

export class VisitorDrawer {
  open = $state(true);

  constructor(
    private readonly memory: Pick<Storage, 'getItem' | 'setItem'>,
    /** Where nothing is remembered. */
    wide: boolean,
  ) {
    const remembered = memory.getItem(KEY);
    this.open = remembered ? remembered === 'open' : wide;
  }

  toggle(): void {
    this.open = !this.open;
    this.memory.setItem(KEY, this.open ? 'open' : 'closed');
  }
}

/** The head's turn where the pad's edge is, degrees: as far as the shell takes. */
const EDGE = { yaw: 45, pitch: 30 };
const STEP = 3;

const within = (value: number, limit: number) =>
  Math.round(Math.min(limit, Math.max(-limit, value)) * 10) / 10;

/** @param x,y place on the pad, −1 … 1 to the right and down; mirrored, so the head follows the pointer */
export const headAt = (x: number, y: number): { yaw: number; pitch: number } => ({
  yaw: within(-x * EDGE.yaw, EDGE.yaw),
  pitch: within(-y * EDGE.pitch, EDGE.pitch),
});

/** Where on the pad a head points, −1 … 1. */
export const placeOf = ({ yaw, pitch }: { yaw: number; pitch: number }): { x: number; y: number } => ({
  x: -yaw / EDGE.yaw,
  y: -pitch / EDGE.pitch,
});

/** @returns where an arrow key turns the head, Home straight; undefined for other keys */
export function headAfter(
  key: string,
  { yaw, pitch }: { yaw: number; pitch: number },
): { yaw: number; pitch: number } | undefined {
  switch (key) {
    case 'ArrowLeft':
      return { yaw: within(yaw + STEP, EDGE.yaw), pitch };
    case 'ArrowRight':
      return { yaw: within(yaw - STEP, EDGE.yaw), pitch };
    case 'ArrowUp':
      return { yaw, pitch: within(pitch + STEP, EDGE.pitch) };
    case 'ArrowDown':
      return { yaw, pitch: within(pitch - STEP, EDGE.pitch) };
    case 'Home':
      return { yaw: 0, pitch: 0 };
    default:
      return undefined;
  }
}
