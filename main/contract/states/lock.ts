/** What the page may know about the lock: whether, why and how long; never a score. */
import { z } from 'zod';
import type { Milliseconds } from '../units.ts';

const duration = z
  .number()
  .nonnegative()
  .transform((value) => value as Milliseconds);

const face = z.discriminatedUnion('kind', [
  /** `missesLeft` real misses remain before the face is paused. */
  z.strictObject({ kind: z.literal('ready'), missesLeft: z.int().nonnegative(), watching: z.boolean() }),
  /** Off for `left` after five misses; the PIN works meanwhile. */
  z.strictObject({ kind: z.literal('paused'), left: duration }),
  /** Off until the PIN: fifty misses, 72 h without the PIN, a lost lock record, or one that cannot be written. */
  z.strictObject({
    kind: z.literal('pin-needed'),
    because: z.enum(['misses', 'age', 'record-lost', 'record-unwritable']),
  }),
]);

const pin = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready') }),
  z.strictObject({ kind: z.literal('checking') }),
  /** After five wrong PINs; `left` until the next one is looked at. */
  z.strictObject({ kind: z.literal('delayed'), left: duration }),
]);

export const lockStateSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('unlocked'), by: z.enum(['face', 'pin']) }),
  z.strictObject({ kind: z.literal('locked'), face, pin }),
]);

/** The lock as the page sees it. */
export type LockState = z.infer<typeof lockStateSchema>;
/** Whether a face may be tried now. */
export type FaceGate = z.infer<typeof face>;
/** Whether a PIN may be tried now. */
export type PinGate = z.infer<typeof pin>;
