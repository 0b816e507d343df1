import type { Result } from '../../contract/result.ts';
import { ok } from '../../contract/result.ts';
import { keychainFailure, SERVICE } from './keychain.ts';
import type { Keychain } from './keychain.ts';

/** The keychain through keytar, loaded only now: the package is optional and may be missing or unbuilt. */
export async function openKeytar(): Promise<Result<Keychain>> {
  try {
    const { default: keytar } = await import('keytar');
    return ok({
      kind: 'keytar',
      get: (account) => keytar.getPassword(SERVICE, account),
      set: (account, secret) => keytar.setPassword(SERVICE, account, secret),
      remove: async (account) => void (await keytar.deletePassword(SERVICE, account)),
    });
  } catch (error) {
    return keychainFailure('keytar', error);
  }
}
