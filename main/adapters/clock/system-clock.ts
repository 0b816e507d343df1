import { ms } from '../../contract/units.ts';
import type { Clock } from '../../core/ports.ts';

/**
 * The machine's clocks. The monotonic one is the same in every process (performance.now() counts from each one's own
 * start), so that the shell can tell how old the pipeline's evidence is; it cannot be set, and stands still while the
 * machine is suspended.
 */
export const systemClock: Clock = {
  now: () => ms(Number(process.hrtime.bigint()) / 1e6),
  wallTime: () => Date.now(),
};
