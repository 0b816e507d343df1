/**
 * The highest version of each user's gallery that was ever saved: an older file put back in its place is a rollback.
 *
 * In the keychain the mark lies outside the data folder, so putting back any older state of the folder is detected, as
 * long as the keychain itself is not put back with it. With a passphrase or key file there is nothing outside the folder:
 * the mark is a file with a MAC, which detects an older gallery put back alone, but not the whole folder put back.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { fail, ok } from '../../contract/result.ts';
import type { Result } from '../../contract/result.ts';
import type { KeySource, Store } from '../../core/ports.ts';
import { userFile } from '../../core/people/gallery-user-file.ts';
import { keyAccount } from './keychain-key.ts';
import { ask, keychainFailure } from './keychain.ts';
import type { Keychain } from './keychain.ts';

export interface VersionMarks {
  /** The mark, 0 where nothing was ever saved. */
  read(user: string): Promise<Result<number>>;
  write(user: string, version: number): Promise<Result<void>>;
}

const altered = (user: string, where: string) =>
  fail(
    'store-altered',
    `The version mark of ${user}'s gallery in ${where} is damaged; enter the PIN and enrol again.`,
  );

const parse = (text: string): number | undefined => (/^[0-9]{1,15}$/.test(text) ? Number(text) : undefined);

/** Under which account the mark of a user's gallery is kept. */
export const markAccount = (vaultId: string, user: string): string => `version-${vaultId}-${userFile(user)}`;

export function keychainMarks(keychain: Keychain, vaultId: string): VersionMarks {
  const account = (user: string) => markAccount(vaultId, user);
  return {
    async read(user) {
      const got = await ask(keychain, keychain.get(account(user)));
      if (!got.ok) return got;
      if (got.value === null) {
        // keytar answers null for a locked keychain too: an absent mark counts only where the key is seen beside it.
        const key = await ask(keychain, keychain.get(keyAccount(vaultId)));
        if (!key.ok) return key;
        return key.value === null ? keychainFailure(keychain.kind, 'it does not give the key') : ok(0);
      }
      const version = parse(got.value);
      return version === undefined ? altered(user, 'the keychain') : ok(version);
    },
    write: (user, version) => ask(keychain, keychain.set(account(user), String(version))),
  };
}

export function fileMarks(store: Store, source: KeySource): VersionMarks {
  const file = (user: string) => `version-${userFile(user)}`;
  const sign = (key: Uint8Array, user: string, version: number) =>
    createHmac('sha256', key).update(`facet version ${version} ${user}`).digest();
  return {
    async read(user) {
      const [key, bytes] = [await source.key(), await store.read(file(user))];
      if (!key.ok) return key;
      if (!bytes.ok) return bytes;
      if (!bytes.value) return ok(0);
      const [text = '', mac = ''] = Buffer.from(bytes.value).toString('latin1').split(' ');
      const version = parse(text);
      const given = Buffer.from(mac, 'hex');
      if (version === undefined || given.length !== 32) return altered(user, file(user));
      return timingSafeEqual(given, sign(key.value, user, version)) ? ok(version) : altered(user, file(user));
    },
    async write(user, version) {
      const key = await source.key();
      if (!key.ok) return key;
      return store.write(
        file(user),
        Buffer.from(`${version} ${sign(key.value, user, version).toString('hex')}`),
      );
    },
  };
}
