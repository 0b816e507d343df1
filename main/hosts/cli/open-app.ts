/** Builds the adapters of a command that works on somebody's data. */
import { systemClock } from '../../adapters/clock/system-clock.ts';
import { threadTrainer } from '../../adapters/trainer/thread-trainer.ts';
import { ChildPipeline } from '../../adapters/pipeline/child-pipeline.ts';
import { hostFile } from '../../adapters/program-files.ts';
import { chooseKeySource, renewKeySource } from '../../adapters/vault/choose-key-source.ts';
import { PinRecords } from '../../adapters/vault/pin-record.ts';
import { SealedGalleries } from '../../adapters/vault/sealed-gallery.ts';
import { FacetError, type Failure } from '../../contract/result.ts';
import { AppService } from '../../core/shell/app-service.ts';
import type { GalleryVault } from '../../core/people/gallery.ts';
import { openDataFolder } from '../shared/data-folder.ts';
import { loadPolicy } from '../shared/policy.ts';
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
  trainer = threadTrainer(),
): Promise<OpenApp> {
  const { store, keys, release } = await openDataFolder(data);
  const chosen = await (key === 'renew' ? renewKeySource : chooseKeySource)(keys);
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
    trainer,
    loadPolicy,
    ...(warning === undefined ? {} : { keyWarning: warning }),
  });
  return {
    app,
    vault,
    pipelinePid: () => pipeline.pid,
    close: async () => {
      await app.settled();
      await pipeline.close();
      await release();
    },
  };
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
