import { ms } from '../../contract/units.ts';
import type { Clock } from '../../core/ports.ts';

/** The machine's clocks. The monotonic one cannot be set, and stands still while the machine is suspended. */
export const systemClock: Clock = {
  now: () => ms(performance.now()),
  wallTime: () => Date.now(),
};
