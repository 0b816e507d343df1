/** Removes everything that Facet keeps of anybody. */
import { ok, type Result } from '../../contract/result.ts';
import { userOfFile } from '../../core/people/gallery-user-file.ts';
import type { Store } from '../../core/ports.ts';
import type { KeySourceOptions } from './choose-key-source.ts';
import { ask } from './keychain.ts';
import { keyAccount } from './keychain-key.ts';
import { openKeyring } from './keyring.ts';
import { openKeytar } from './keytar.ts';
import { readVaultRecord } from './vault-record.ts';
import { markAccount } from './version-marks.ts';

/** In this order: galleries become unreadable first, and a PIN that is left still guards what is left. */
const FILES = ['gallery-', 'aside-', 'version-', 'vault', 'settings', 'pin-', 'lock-'];

/** Every gallery, PIN, lock record, setting and key of the folder. A crash in between leaves a folder that can be erased again. */
export async function eraseData({ store, keychains }: KeySourceOptions): Promise<Result<void>> {
  const record = await readVaultRecord(store);
  if (record.ok && (record.value?.kind === 'keytar' || record.value?.kind === 'keyring')) {
    const keychain = await (keychains ?? { keytar: openKeytar, keyring: openKeyring })[record.value.kind]();
    // A keychain that is gone keeps nobody from removing the galleries: without them its key opens nothing.
    if (keychain.ok) {
      const { id } = record.value;
      const accounts = [keyAccount(id), ...(await knownUsers(store)).map((user) => markAccount(id, user))];
      for (const account of accounts) await ask(keychain.value, keychain.value.remove(account));
    }
  }
  for (const prefix of FILES) {
    const names = await store.list(prefix);
    if (!names.ok) return names;
    for (const name of names.value) {
      const removed = await store.remove(name);
      if (!removed.ok) return removed;
    }
  }
  return ok(undefined);
}

/** Everybody of whom there is a file. Who deleted all looks has no gallery any more, but its mark. */
async function knownUsers(store: Store): Promise<string[]> {
  const names = await store.list('');
  const users = (names.ok ? names.value : []).map((name) =>
    userOfFile(/^(?:gallery|pin|lock)-(.+)\.(?:sealed|json)$/.exec(name)?.[1] ?? ''),
  );
  return [...new Set(users)].filter((user) => user !== undefined);
}
