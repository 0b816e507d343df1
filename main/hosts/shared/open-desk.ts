/** Builds the adapters of the app and one desk on top of them, for the hosts that show the page. */
import { systemClock } from '../../adapters/clock/system-clock.ts';
import { threadTrainer } from '../../adapters/trainer/thread-trainer.ts';
import { ChildPipeline, type ChildPipelineOptions } from '../../adapters/pipeline/child-pipeline.ts';
import { hostFile, modelsFolder } from '../../adapters/program-files.ts';
import { loadImpostorPool } from '../../adapters/trainer/impostor-pool.ts';
import { projectInThreads } from '../../adapters/trainer/project-map.ts';
import { SettingsFile } from '../../adapters/settings/settings-file.ts';
import { listSensors } from '../../adapters/system-check/list-sensors.ts';
import { askEvery } from '../../adapters/system-check/usb-bus.ts';
import { eraseData } from '../../adapters/vault/erase-data.ts';
import { LateGalleries } from '../../adapters/vault/late-galleries.ts';
import { PinRecords } from '../../adapters/vault/pin-record.ts';
import type { AppState } from '../../contract/states/app.ts';
import { ms } from '../../contract/units.ts';
import { Desk, type DeskOptions } from '../../core/shell/desk.ts';
import { openDataFolder } from './data-folder.ts';
import { loadLevels, loadPolicy } from './policy.ts';
import { softwareVersion } from './software-version.ts';

export interface DeskOpening extends DeskOptions {
  readonly host: AppState['host'];
  /** The data folder; the system's usual place where undefined. */
  readonly data?: string;
  readonly spawn?: NonNullable<ChildPipelineOptions['spawn']>;
  readonly startAtLogin?: (enabled: boolean) => void;
}

export interface OpenDesk {
  readonly desk: Desk;
  readonly close: () => Promise<void>;
}

/** How often the desk looks at the time, ms. */
const TICK = 250;

/** @throws FacetError where the data folder cannot be made, or another Facet uses it */
export async function openDesk(opening: DeskOpening): Promise<OpenDesk> {
  const { store, keys, release } = await openDataFolder(opening.data);
  const vault = new LateGalleries(keys);
  const pipeline = new ChildPipeline({
    entry: hostFile('pipeline'),
    ...(opening.spawn ? { spawn: opening.spawn } : {}),
  });
  const desk = await Desk.open(
    {
      host: opening.host,
      version: softwareVersion(),
      levels: await loadLevels(),
      pipeline,
      vault,
      keyWarning: () => vault.warning(),
      pins: new PinRecords(store),
      settings: new SettingsFile(store),
      sensors: { every: ms(askEvery()), list: () => listSensors() },
      store,
      clock: systemClock,
      trainer: threadTrainer(),
      loadPolicy,
      crowd: () => loadImpostorPool(modelsFolder()),
      project: projectInThreads,
      erase: async () => {
        const erased = await eraseData(keys);
        vault.reopen();
        return erased;
      },
      ...(opening.startAtLogin ? { startAtLogin: opening.startAtLogin } : {}),
      report: (error) => process.stderr.write(`facet: this is a fault in Facet: ${describe(error)}\n`),
    },
    opening,
  );
  const ticking = setInterval(() => void desk.tick(), TICK);
  return {
    desk,
    close: async () => {
      clearInterval(ticking);
      await desk.close();
      await release();
    },
  };
}

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
