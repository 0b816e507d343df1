/**
 * A PIN as scrypt of it: no keychain, no passphrase, so that it works when those do not. Whoever can read the file can try
 * PINs on their own machine, at about 0.4 s and 128 MB each: a million PINs of six digits take days, not seconds. A longer PIN
 * takes ten times longer per digit.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { fail, ok } from '../../contract/result.ts';
import type { Result } from '../../contract/result.ts';
import { userFile, userOfFile } from '../../core/people/gallery-user-file.ts';
import { checkPin, PIN_LENGTH } from '../../core/people/pin.ts';
import type { PinVault } from '../../core/people/pin.ts';
import type { Store } from '../../core/ports.ts';
import { derive, STRONG } from './scrypt.ts';

const base64 = (bytes: number) =>
  z
    .string()
    .refine((text) => /^[A-Za-z0-9+/]+=*$/.test(text) && Buffer.from(text, 'base64').length === bytes);

/** Bounded on both sides: a forged record must neither be weak nor cost minutes and gigabytes. */
const schema = z.strictObject({
  version: z.literal(1),
  kdf: z.literal('scrypt'),
  N: z
    .int()
    .min(2 ** 15)
    .max(2 ** 18)
    .refine((value) => Number.isInteger(Math.log2(value))),
  r: z.literal(8),
  p: z.int().min(1).max(4),
  salt: base64(16),
  hash: base64(32),
});

export class PinRecords implements PinVault {
  constructor(
    private readonly store: Store,
    private readonly cost = STRONG,
  ) {}

  async users(): Promise<Result<string[]>> {
    const names = await this.store.list('pin-');
    if (!names.ok) return names;
    const users = names.value.map((name) => userOfFile(/^pin-(.+)\.json$/.exec(name)?.[1] ?? ''));
    return ok(users.filter((user) => user !== undefined).sort());
  }

  async exists(user: string): Promise<Result<boolean>> {
    const bytes = await this.store.read(fileOf(user));
    return bytes.ok ? ok(bytes.value !== undefined) : bytes;
  }

  async set(user: string, pin: string): Promise<Result<void>> {
    const allowed = checkPin(pin);
    if (!allowed.ok) return allowed;
    const salt = randomBytes(16);
    const hash = await derive(pin, salt, this.cost);
    const record = {
      version: 1,
      kdf: 'scrypt',
      ...this.cost,
      salt: salt.toString('base64'),
      hash: hash.toString('base64'),
    };
    return this.store.write(fileOf(user), Buffer.from(JSON.stringify(record)));
  }

  async verify(user: string, pin: string): Promise<Result<boolean>> {
    const bytes = await this.store.read(fileOf(user));
    if (!bytes.ok) return bytes;
    if (!bytes.value) return fail('not-enrolled', `${user} has no PIN yet; enrol first.`);
    const record = parse(bytes.value);
    if (!record)
      return fail(
        'store-altered',
        `The PIN record ${fileOf(user)} in the data folder is damaged, so the PIN cannot be checked: restore the file, or remove the data folder and enrol again.`,
      );
    if (pin.length > PIN_LENGTH.max) return ok(false);
    const hash = await derive(pin, Buffer.from(record.salt, 'base64'), record);
    return ok(timingSafeEqual(hash, Buffer.from(record.hash, 'base64')));
  }

  remove(user: string): Promise<Result<void>> {
    return this.store.remove(fileOf(user));
  }
}

const fileOf = (user: string): string => `pin-${userFile(user)}.json`;

function parse(bytes: Uint8Array): z.infer<typeof schema> | undefined {
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    return undefined;
  }
}
