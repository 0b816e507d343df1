/**
 * How the key of a data folder is kept is decided once, on first use, and remembered in vault.json: keytar, else
 * @napi-rs/keyring, else a passphrase where one is given, else a key file. From then on only that way is used. If it fails,
 * the failure is `key-unavailable`; another key is never made silently, since the galleries would be lost with the old
 * one. The caller holds the folder's lock.
 */
import { randomBytes } from 'node:crypto';
import { fail, ok } from '../../contract/result.ts';
import type { Result } from '../../contract/result.ts';
import type { KeySource, Store } from '../../core/ports.ts';
import type { Keychain } from './keychain.ts';
import { createKeychainKey, keychainKeySource } from './keychain-key.ts';
import { openKeyring } from './keyring.ts';
import { openKeytar } from './keytar.ts';
import { createFileKey, fileKeySource } from './key-file.ts';
import { createPassphraseKey, passphraseKeySource } from './passphrase.ts';
import type { AskPassphrase } from './passphrase.ts';
import { keyCheck, readVaultRecord, VAULT_FILE, writeVaultRecord } from './vault-record.ts';
import type { VaultRecord } from './vault-record.ts';
import { fileMarks, keychainMarks } from './version-marks.ts';
import type { VersionMarks } from './version-marks.ts';

export interface KeySourceOptions {
  readonly store: Store;
  /** The store's folder, for messages and for the mode of the key file. */
  readonly folder: string;
  readonly passphrase?: AskPassphrase;
  /** In order of preference; the system's own unless told otherwise. */
  readonly keychains?: Readonly<Record<Keychain['kind'], () => Promise<Result<Keychain>>>>;
}

export interface ChosenKeySource {
  readonly source: KeySource;
  readonly marks: VersionMarks;
}

/** The remembered key source, or on first use the first that works. Fails with `key-unavailable`, `bad-argument` or `store-unwritable`. */
export async function chooseKeySource(options: KeySourceOptions): Promise<Result<ChosenKeySource>> {
  const record = await readVaultRecord(options.store);
  if (!record.ok) return record;
  if (record.value) return remembered(options, record.value);
  const galleries = await options.store.list('gallery-');
  if (!galleries.ok) return galleries;
  if (galleries.value.length > 0)
    return fail(
      'key-unavailable',
      `${VAULT_FILE} is missing from ${options.folder}, so the key of the galleries cannot be found: restore the file, or enrol again with your PIN and a new key (facet enroll --renew-key).`,
    );
  return first(options);
}

/**
 * Makes a new key although there was one, for a person who has entered the PIN and will enrol again. Old galleries
 * stay where they are until the vault puts them aside; they cannot be opened any more, unless the old vault.json
 * (kept as vault-old-….json) is put back.
 */
export async function renewKeySource(options: KeySourceOptions): Promise<Result<ChosenKeySource>> {
  const old = await options.store.read(VAULT_FILE);
  if (!old.ok) return old;
  if (old.value) {
    const kept = await options.store.write(`vault-old-${randomBytes(6).toString('hex')}.json`, old.value);
    if (!kept.ok) return kept;
  }
  return first(options);
}

const keychainsOf = (options: KeySourceOptions) =>
  options.keychains ?? { keytar: openKeytar, keyring: openKeyring };

async function remembered(options: KeySourceOptions, record: VaultRecord): Promise<Result<ChosenKeySource>> {
  const { store, folder, passphrase = async () => undefined } = options;
  if (record.kind === 'keytar' || record.kind === 'keyring') {
    const keychain = await keychainsOf(options)[record.kind]();
    if (!keychain.ok) return keychain;
    return ok({
      source: keychainKeySource(keychain.value, record),
      marks: keychainMarks(keychain.value, record.id),
    });
  }
  const source =
    record.kind === 'passphrase'
      ? passphraseKeySource(passphrase, record)
      : fileKeySource(store, folder, record);
  return ok({ source, marks: fileMarks(store, source) });
}

async function first(options: KeySourceOptions): Promise<Result<ChosenKeySource>> {
  const made = await create(options, randomBytes(16).toString('hex'));
  if (!made.ok) return made;
  const written = await writeVaultRecord(options.store, made.value);
  return written.ok ? remembered(options, made.value) : written;
}

async function create(options: KeySourceOptions, id: string): Promise<Result<VaultRecord>> {
  for (const open of Object.values(keychainsOf(options))) {
    const keychain = await open();
    const key = keychain.ok ? await createKeychainKey(keychain.value, id) : keychain;
    if (keychain.ok && key.ok)
      return ok({ version: 1, id, kind: keychain.value.kind, check: keyCheck(key.value) });
  }
  const passphrase = await options.passphrase?.();
  if (passphrase !== undefined) {
    const made = await createPassphraseKey(passphrase);
    if (!made.ok) return made;
    return ok({
      version: 1,
      id,
      kind: 'passphrase',
      check: keyCheck(made.value.key),
      scrypt: made.value.scrypt,
    });
  }
  // A key file that is there already belongs to galleries whose vault.json was lost: it is kept, not overwritten.
  const old = await options.store.read('vault.key');
  if (!old.ok) return old;
  if (old.value) {
    const kept = await options.store.write(`vault-old-${randomBytes(6).toString('hex')}.key`, old.value);
    if (!kept.ok) return kept;
  }
  const key = await createFileKey(options.store);
  return key.ok ? ok({ version: 1, id, kind: 'key-file', check: keyCheck(key.value) }) : key;
}
