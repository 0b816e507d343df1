import { randomBytes } from 'node:crypto';
import { fail, ok } from '../../contract/result.ts';
import type { Result } from '../../contract/result.ts';
import type { KeySource } from '../../core/ports.ts';
import { derive, STRONG } from './scrypt.ts';
import { confirmKey } from './vault-record.ts';
import type { VaultRecord } from './vault-record.ts';

/** Supplies the passphrase (FACET_PASSPHRASE, or a question to the person); undefined where there is none. */
export type AskPassphrase = () => Promise<string | undefined>;

/** Code points. Ten random words or twelve characters: scrypt makes each guess cost 0.4 s, not impossible. */
const SHORTEST = 12;

/** Makes the key of a new folder from a passphrase; the salt goes into the record. */
export async function createPassphraseKey(
  passphrase: string,
): Promise<Result<{ key: Uint8Array; scrypt: NonNullable<VaultRecord['scrypt']> }>> {
  if ([...passphrase].length < SHORTEST)
    return fail(
      'bad-argument',
      `The passphrase is too short; choose one of at least ${SHORTEST} characters.`,
    );
  const salt = randomBytes(16);
  return ok({
    key: await derive(passphrase.normalize('NFKC'), salt, STRONG),
    scrypt: {
      salt: salt.toString('base64'),
      ...(STRONG as Pick<NonNullable<VaultRecord['scrypt']>, 'N' | 'r' | 'p'>),
    },
  });
}

/** The key from the passphrase, asked for on first use. */
export function passphraseKeySource(passphrase: AskPassphrase, record: VaultRecord): KeySource {
  let known: Result<Uint8Array> | undefined;
  return {
    kind: 'passphrase',
    warning:
      'The galleries are protected by a passphrase instead of the system keychain: they are as safe as it is hard to guess.',
    async key() {
      if (known?.ok) return known;
      if (!record.scrypt)
        return fail(
          'key-unavailable',
          'The salt of the passphrase is missing from vault.json; restore the file.',
        );
      const given = await passphrase();
      if (given === undefined)
        return fail(
          'key-unavailable',
          'The galleries are sealed with a passphrase: set FACET_PASSPHRASE; the PIN works meanwhile.',
        );
      const { salt, ...cost } = record.scrypt;
      const key = await derive(given.normalize('NFKC'), Buffer.from(salt, 'base64'), cost);
      known = confirmKey(
        record,
        key,
        'The passphrase is not the one the galleries were sealed with: correct FACET_PASSPHRASE; the PIN works meanwhile.',
      );
      return known;
    },
  };
}
