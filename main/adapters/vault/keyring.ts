import type { Result } from '../../contract/result.ts';
import { ok } from '../../contract/result.ts';
import { keychainFailure, SERVICE } from './keychain.ts';
import type { Keychain } from './keychain.ts';

/**
 * The keychain through @napi-rs/keyring. Not through its `/keytar` entry: on Linux that one falls back, without a word,
 * to the kernel's keyring, which forgets everything when the machine restarts; the galleries would be lost with it. The
 * package's own entry can be held to the Secret Service.
 */
export async function openKeyring(): Promise<Result<Keychain>> {
  try {
    const { AsyncEntry } = await import('@napi-rs/keyring');
    const entry = (account: string) =>
      new AsyncEntry(SERVICE, account, { linux: { store: 'secret-service' } });
    return ok({
      kind: 'keyring',
      get: async (account) => (await entry(account).getPassword()) ?? null,
      set: async (account, secret) => entry(account).setPassword(secret),
      remove: async (account) => void (await entry(account).deletePassword()),
    });
  } catch (error) {
    return keychainFailure('keyring', error);
  }
}
