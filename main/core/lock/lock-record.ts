/** The ledger on disk: small JSON, one per user. It holds counts and times, nothing secret. */
import { z } from 'zod';
import type { Milliseconds } from '../../contract/units.ts';
import { fail, ok } from '../../contract/result.ts';
import type { Result } from '../../contract/result.ts';
import type { Ledger } from './lock.ts';

const count = z.int().nonnegative();
const duration = z.number().nonnegative() as unknown as z.ZodType<Milliseconds>;

const record = z.strictObject({
  version: z.literal(1),
  ledger: z.strictObject({
    misses: count.max(1000),
    totalMisses: count,
    pauseLeft: duration,
    pinMisses: count,
    pinDelayLeft: duration,
    pinAge: duration,
    latestWall: z.number().nonnegative(),
    recordLost: z.boolean(),
  }),
});

export const encodeLedger = (ledger: Ledger): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ version: 1, ledger }));

/** Strict: anything but a ledger as written is a failure `store-altered`, which the lock treats like a missing one. */
export function decodeLedger(bytes: Uint8Array): Result<Ledger> {
  try {
    return ok(record.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))).ledger);
  } catch {
    return fail('store-altered', 'The lock record cannot be read; faces wait until the PIN is entered once.');
  }
}
