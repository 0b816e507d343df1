/** Builds the adapters of a command that works on somebody's data. */
import { homedir } from 'node:os';
import { systemClock } from '../../adapters/clock/system-clock.ts';
import { DESCRIPTOR_MODEL, SHAPE_MODEL } from '../../adapters/onnx/load-face-models.ts';
import { openModelLibrary } from '../../adapters/onnx/model-library.ts';
import { ChildPipeline } from '../../adapters/pipeline/child-pipeline.ts';
import { hostFile, modelsFolder } from '../../adapters/program-files.ts';
import { defaultDataFolder } from '../../adapters/store/default-data-folder.ts';
import { FileStore } from '../../adapters/store/file-store.ts';
import { acquireFolderLock } from '../../adapters/store/folder-lock.ts';
import { chooseKeySource, renewKeySource } from '../../adapters/vault/choose-key-source.ts';
import { PinRecords } from '../../adapters/vault/pin-record.ts';
import { SealedGalleries } from '../../adapters/vault/sealed-gallery.ts';
import { FacetError, ok, type Failure, type Result } from '../../contract/result.ts';
import { AppService } from '../../core/app-service.ts';
import type { GalleryVault } from '../../core/gallery.ts';
import { matchPolicy, type MatchPolicy } from '../../core/policy.ts';
import { unwrap } from './output.ts';

export interface OpenApp {
  readonly app: AppService;
  readonly vault: GalleryVault;
  /** Process id of the pipeline while it runs. */
  readonly pipelinePid: () => number | undefined;
  readonly close: () => Promise<void>;
}

/**
 * @param data the data folder; the system's usual place where undefined
 * @param key `renew` makes a new key in place of one that is lost: only after the PIN, and galleries under the old one stay shut
 * @throws FacetError
 */
export async function openApp(
  data: string | undefined,
  key: 'remembered' | 'renew' = 'remembered',
): Promise<OpenApp> {
  const folder = data ?? defaultDataFolder(process.platform, process.env, homedir());
  const store = unwrap(await FileStore.open(folder));
  const folderLock = await acquireFolderLock(folder);
  // Where nothing can be written there is nothing to keep apart, and the PIN must work.
  if (!folderLock.ok && folderLock.code !== 'store-unwritable')
    throw new FacetError(folderLock.code, folderLock.message);
  const passphrase = process.env['FACET_PASSPHRASE'];
  const choose = key === 'renew' ? renewKeySource : chooseKeySource;
  const chosen = await choose({
    store,
    folder,
    ...(passphrase === undefined ? {} : { passphrase: () => Promise.resolve(passphrase) }),
  });
  // Without its key the galleries stay shut, but the PIN works.
  const vault = chosen.ok ? new SealedGalleries(store, chosen.value) : shutVault(chosen);
  const warning = chosen.ok ? chosen.value.source.warning : undefined;
  const pipeline = new ChildPipeline({ entry: hostFile('pipeline') });
  const app = new AppService({
    pipeline,
    vault,
    pins: new PinRecords(store),
    store,
    clock: systemClock,
    loadPolicy,
    ...(warning === undefined ? {} : { keyWarning: warning }),
  });
  return {
    app,
    vault,
    pipelinePid: () => pipeline.pid,
    close: async () => {
      await pipeline.close();
      if (folderLock.ok) await folderLock.value.release();
    },
  };
}

async function loadPolicy(): Promise<Result<MatchPolicy>> {
  try {
    const library = await openModelLibrary(modelsFolder());
    return ok(matchPolicy(library.entry(DESCRIPTOR_MODEL), library.entry(SHAPE_MODEL)));
  } catch (error) {
    if (error instanceof FacetError) return error.toFailure();
    throw error;
  }
}

/** Galleries whose key cannot be had. */
const shutVault = (failure: Failure): GalleryVault => {
  const refuse = () => Promise.resolve(failure);
  return { users: refuse, load: refuse, save: refuse, remove: refuse };
};

/** The user that a command means: the named one, or the only one there is. @throws FacetError */
export async function chooseUser(vault: GalleryVault, named: string | undefined): Promise<string> {
  if (named !== undefined) return named;
  const users = unwrap(await vault.users());
  if (users.length === 1) return users[0];
  throw new FacetError(
    users.length === 0 ? 'not-enrolled' : 'bad-argument',
    users.length === 0
      ? 'Nobody is enrolled yet. Enrol first: npm run facet -- enroll --user NAME.'
      : `Several people are enrolled (${users.join(', ')}). Say who with --user NAME.`,
  );
}
