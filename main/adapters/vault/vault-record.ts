/**
 * What the data folder remembers of its key: how it is kept, and a check value that tells the right key from another.
 * Nothing in it helps to find the key.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { fail, ok } from '../../contract/result.ts';
import type { Result } from '../../contract/result.ts';
import type { Store } from '../../core/ports.ts';

export const VAULT_FILE = 'vault.json';

const base64 = (bytes: number) =>
  z
    .string()
    .refine((text) => Buffer.from(text, 'base64').length === bytes && /^[A-Za-z0-9+/]+=*$/.test(text));

const schema = z.strictObject({
  version: z.literal(1),
  /** Names this folder's entries in the keychain, so that two folders do not share a key. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  kind: z.enum(['keytar', 'keyring', 'passphrase', 'key-file']),
  check: base64(16),
  /** Passphrase only. */
  scrypt: z
    .strictObject({
      salt: base64(16),
      N: z.union([
        z.literal(2 ** 14),
        z.literal(2 ** 15),
        z.literal(2 ** 16),
        z.literal(2 ** 17),
        z.literal(2 ** 18),
      ]),
      r: z.literal(8),
      p: z.int().min(1).max(4),
    })
    .optional(),
});

export type VaultRecord = z.infer<typeof schema>;

/** The record, undefined for a new folder. */
export async function readVaultRecord(store: Store): Promise<Result<VaultRecord | undefined>> {
  const bytes = await store.read(VAULT_FILE);
  if (!bytes.ok || !bytes.value) return bytes as Result<undefined>;
  try {
    return ok(schema.parse(JSON.parse(Buffer.from(bytes.value).toString('utf8'))));
  } catch {
    return fail(
      'key-unavailable',
      `${VAULT_FILE} in the data folder is damaged, so the key of the galleries cannot be found: restore the file, or enrol again with your PIN and a new key (facet enroll --renew-key).`,
    );
  }
}

export const writeVaultRecord = (store: Store, record: VaultRecord): Promise<Result<void>> =>
  store.write(VAULT_FILE, Buffer.from(JSON.stringify(record, null, 2)));

/** 16 bytes in base64 that only this key gives. */
export const keyCheck = (key: Uint8Array): string =>
  createHmac('sha256', key).update('facet key check').digest().subarray(0, 16).toString('base64');

/** The key if it is the one of the record; another one is never used instead. */
export function confirmKey(record: VaultRecord, key: Uint8Array, otherwise: string): Result<Uint8Array> {
  const [given, kept] = [keyCheck(key), record.check].map((text) => Buffer.from(text, 'base64'));
  return timingSafeEqual(given, kept) ? ok(key) : fail('key-unavailable', otherwise);
}
