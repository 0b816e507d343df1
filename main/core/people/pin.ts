import { fail, ok } from '../../contract/result.ts';
import type { Result } from '../../contract/result.ts';

/** NIST SP 800-63B-4 asks for six or more; the upper bound keeps a pasted book out of the hash. */
export const PIN_LENGTH = { min: 6, max: 32 };

/** Keeps each user's PIN as something it can be checked against; works without a keychain. */
export interface PinVault {
  /** Users with a PIN record, readable or not; sorted. */
  users(): Promise<Result<string[]>>;
  /** Whether the user has a PIN record, readable or not. */
  exists(user: string): Promise<Result<boolean>>;
  /** Sets or replaces the PIN. Fails with `pin-too-short`, `bad-argument` (see checkPin) or `store-unwritable`. */
  set(user: string, pin: string): Promise<Result<void>>;
  /** Compares in constant time. Fails with `not-enrolled` (no PIN) or `store-altered`. */
  verify(user: string, pin: string): Promise<Result<boolean>>;
  remove(user: string): Promise<Result<void>>;
}

/** Whether a new PIN may be set: 6 to 32 digits, and not one of those that everybody tries first. */
export function checkPin(pin: string): Result<void> {
  // The length first, so that a short PIN is told so whatever it is made of; digits are ASCII on every keyboard.
  if (pin.length < PIN_LENGTH.min)
    return fail('pin-too-short', `A PIN needs at least ${PIN_LENGTH.min} digits; choose a longer one.`);
  if (pin.length > PIN_LENGTH.max)
    return fail('bad-argument', `A PIN has at most ${PIN_LENGTH.max} digits; choose a shorter one.`);
  if (!/^[0-9]+$/.test(pin))
    return fail('bad-argument', 'A PIN is made of the digits 0 to 9 only; choose another one.');
  if (repeats(pin) || runs(pin))
    return fail(
      'bad-argument',
      'This PIN repeats or counts, so it is among the first to be tried; choose another one.',
    );
  return ok(undefined);
}

/** One, two or three digits over and over: 000000, 121212, 123123. */
const repeats = (pin: string): boolean =>
  [1, 2, 3].some((period) => [...pin].every((digit, i) => digit === pin[i % period]));

/** Up or down by one all the way, 0 after 9: 123456, 987654, 789012. */
const runs = (pin: string): boolean =>
  [1, 9].some((step) =>
    [...pin].every((digit, i) => i === 0 || Number(digit) === (Number(pin[i - 1]) + step) % 10),
  );
