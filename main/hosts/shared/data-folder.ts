/** Opens the data folder, for one Facet at a time. */
import { homedir } from 'node:os';
import { defaultDataFolder } from '../../adapters/store/default-data-folder.ts';
import { FileStore } from '../../adapters/store/file-store.ts';
import { acquireFolderLock } from '../../adapters/store/folder-lock.ts';
import type { KeySourceOptions } from '../../adapters/vault/choose-key-source.ts';
import { FacetError } from '../../contract/result.ts';

export interface DataFolder {
  readonly store: FileStore;
  /** What the key of the galleries is chosen with. */
  readonly keys: KeySourceOptions;
  /** Lets another Facet use the folder. */
  readonly release: () => Promise<void>;
}

/**
 * @param data the folder; the system's usual place where undefined
 * @throws FacetError `store-unwritable` where it cannot be made, `busy` where another Facet uses it
 */
export async function openDataFolder(data: string | undefined): Promise<DataFolder> {
  const folder = data ?? defaultDataFolder(process.platform, process.env, homedir());
  const store = await FileStore.open(folder);
  if (!store.ok) throw new FacetError(store.code, store.message);
  const lock = await acquireFolderLock(folder);
  // Where nothing can be written there is nothing to keep apart, and the PIN must work.
  if (!lock.ok && lock.code !== 'store-unwritable') throw new FacetError(lock.code, lock.message);
  const passphrase = process.env['FACET_PASSPHRASE'];
  return {
    store: store.value,
    keys: {
      store: store.value,
      folder,
      ...(passphrase === undefined ? {} : { passphrase: () => Promise.resolve(passphrase) }),
    },
    release: async () => {
      if (lock.ok) await lock.value.release();
    },
  };
}
