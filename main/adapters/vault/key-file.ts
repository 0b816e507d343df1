import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fail, ok } from '../../contract/result.ts';
import type { Result } from '../../contract/result.ts';
import type { KeySource, Store } from '../../core/ports.ts';
import { confirmKey } from './vault-record.ts';
import type { VaultRecord } from './vault-record.ts';

const KEY_FILE = 'vault.key';

/** Makes the key of a new folder and keeps it beside the galleries. */
export async function createFileKey(store: Store): Promise<Result<Uint8Array>> {
  const key = randomBytes(32);
  const written = await store.write(KEY_FILE, key);
  if (!written.ok) return written;
  const read = await store.read(KEY_FILE);
  if (!read.ok) return read;
  return read.value && key.equals(read.value)
    ? ok(key)
    : fail('store-unwritable', `${KEY_FILE} does not read back as written; check the disk.`);
}

/** The key from its file, which nobody but its owner may be able to read. */
export function fileKeySource(store: Store, folder: string, record: VaultRecord): KeySource {
  const file = path.join(folder, KEY_FILE);
  return {
    kind: 'key-file',
    warning:
      `The key of the galleries lies beside them in ${file}, because this system offers no keychain: whoever can read the ` +
      'folder or its backups can read the templates. Install and unlock a keychain, or set FACET_PASSPHRASE, and enrol again.',
    async key() {
      const read = await store.read(KEY_FILE);
      if (!read.ok) return read;
      const advice =
        'restore it from a backup, or enrol again with your PIN and a new key (facet enroll --renew-key)';
      const stat = await fs.stat(file).catch(() => undefined);
      if (!read.value || !stat) return fail('key-unavailable', `The key file ${file} is missing: ${advice}.`);
      if (process.platform !== 'win32' && stat.mode & 0o077)
        return fail(
          'key-unavailable',
          `Others may read the key file ${file}: run chmod 600 on it; if they did read it, enrol again.`,
        );
      return confirmKey(
        record,
        read.value,
        `The key file ${file} is not the one the galleries were sealed with: ${advice}.`,
      );
    },
  };
}
