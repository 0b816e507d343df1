import { randomBytes } from 'node:crypto';
import { fail, ok } from '../../contract/result.ts';
import type { Result } from '../../contract/result.ts';
import type { KeySource } from '../../core/ports.ts';
import { ask, keychainFailure, roundTrip } from './keychain.ts';
import type { Keychain } from './keychain.ts';
import { confirmKey } from './vault-record.ts';
import type { VaultRecord } from './vault-record.ts';

/** Under which account the key of a vault is kept. */
export const keyAccount = (id: string) => `key-${id}`;

/** Makes a key in a keychain that has just shown that it keeps what it is given. */
export async function createKeychainKey(keychain: Keychain, id: string): Promise<Result<Uint8Array>> {
  const works = await roundTrip(keychain);
  if (!works.ok) return works;
  const key = randomBytes(32);
  const set = await ask(keychain, keychain.set(keyAccount(id), key.toString('base64')));
  if (!set.ok) return set;
  const got = await ask(keychain, keychain.get(keyAccount(id)));
  if (!got.ok) return got;
  return got.value === key.toString('base64')
    ? ok(key)
    : keychainFailure(keychain.kind, 'it does not give back what was stored');
}

/** The key that was made for this folder; never another, never a new one. */
export function keychainKeySource(keychain: Keychain, record: VaultRecord): KeySource {
  let known: Result<Uint8Array> | undefined;
  return {
    kind: keychain.kind,
    async key() {
      if (known?.ok) return known;
      const got = await ask(keychain, keychain.get(keyAccount(record.id)));
      if (!got.ok) return got;
      const advice =
        'unlock the keychain it was kept in, or enrol again with your PIN and a new key (facet enroll --renew-key)';
      known =
        got.value === null
          ? fail(
              'key-unavailable',
              `The system's keychain does not give the key of the galleries: ${advice}.`,
            )
          : confirmKey(
              record,
              Buffer.from(got.value, 'base64'),
              `The system's keychain holds another key than the one the galleries were sealed with: ${advice}.`,
            );
      return known;
    },
  };
}
