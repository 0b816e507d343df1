/** Every limit of the lock, in one place. Durations in milliseconds. */
import { ms } from '../../contract/units.ts';

/** Real misses in a row that pause the face (Android class 3, NIST SP 800-63B-4). */
export const MISSES_TO_PAUSE = 5;
/** How long a pause lasts while Facet runs. */
export const PAUSE = ms(30_000);
/** Misses since the last PIN that turn the face off until the PIN (NIST: 50); also what ten pauses add up to. */
export const MISSES_TO_PIN = 50;
/** Time without the PIN after which the face needs it again (Android: 72 h). */
export const PIN_AGE = ms(72 * 3_600_000);
/** Wrong PINs in a row that are free; from this one on each is followed by the next delay. */
export const PIN_MISSES_TO_DELAY = 5;
/** Delay after the 5th, 6th, … wrong PIN; the last repeats. */
export const PIN_DELAYS = [30_000, 60_000, 300_000, 900_000, 3_600_000].map(ms);
/** How much running time may pass without writing the ledger: bounds what a crash and a false clock can hide of the PIN's age. */
export const LEDGER_INTERVAL = ms(600_000);
