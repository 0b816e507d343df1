/** `facet import DIR OUT.mcap`: folders of pictures become recordings. */
import { readdir } from 'node:fs/promises';
import { FacetError } from '../../contract/result.ts';
import { ms } from '../../contract/units.ts';
import type { SensorFrame, SensorInfo } from '../../core/sense/frames.ts';
import { record } from '../recorder/mcap-recorder.ts';
import type { RecorderOptions } from '../recorder/mcap-recorder.ts';
import { wholeFile } from '../recorder/whole-file.ts';
import { open3dFrames } from './open3d-folder.ts';
import type { ImportOptions } from './open3d-folder.ts';
import { VAP_DEPTH, vapFrames } from './vap-session.ts';

export interface ImportFolderOptions extends Pick<
  RecorderOptions,
  'softwareVersion' | 'lossless' | 'overwrite'
> {
  /** Frames a second that the folder is taken to have; 30 unless told. */
  readonly fps?: number;
  readonly consent?: string;
  readonly onFrame?: (frame: SensorFrame) => void;
}

export interface ImportReport {
  readonly kind: 'open3d' | 'vap';
  readonly path: string;
  readonly frames: number;
  readonly bytes: number;
  /** One sentence for each frame that was left out. */
  readonly skipped: readonly string[];
}

const KINDS: Record<
  ImportReport['kind'],
  {
    readonly sensor: SensorInfo;
    readonly frames: (folder: string, options: ImportOptions) => AsyncIterable<SensorFrame>;
  }
> = {
  open3d: {
    sensor: { driver: 'import-open3d', model: 'other', serial: '', simulated: true },
    frames: open3dFrames,
  },
  vap: {
    sensor: { driver: 'import-vap', model: 'kinect-v1', serial: '', simulated: true },
    frames: vapFrames,
  },
};

/**
 * Finds out what kind of folder it is, writes the recording and says what was left out. Leaves no file behind
 * where it fails: FacetError `bad-input` (no such folder, unknown kind, not one frame that does),
 * `bad-argument` (fps, or the recording exists), `store-unwritable`.
 */
export async function importFolder(
  folder: string,
  path: string,
  options: ImportFolderOptions,
): Promise<ImportReport> {
  const { fps = 30, consent = 'not known: imported pictures', onFrame, overwrite, ...recording } = options;
  if (!(fps >= 0.1 && fps <= 240))
    throw new FacetError('bad-argument', `--fps must be 0.1 to 240, not ${fps}.`);
  const kind = await kindOf(folder);
  const { sensor, frames } = KINDS[kind];
  const skipped: string[] = [];
  // Imported frames are timed from 0; the recording's clock starts with the import.
  const clock = { now: () => ms(0), wallTime: () => Date.now() };
  return wholeFile(path, overwrite, async (part) => {
    const arriving = async function* () {
      for await (const frame of frames(folder, { fps, onSkip: (reason) => skipped.push(reason) })) {
        yield frame;
        onFrame?.(frame);
      }
    };
    const summary = await record(arriving(), part, { ...recording, overwrite: true, sensor, consent, clock });
    if (summary.frames === 0) {
      throw new FacetError(
        'bad-input',
        `No frame of ${folder} could be imported: ${skipped[0] ?? 'it has none.'}`,
      );
    }
    return { kind, path, frames: summary.frames, bytes: summary.bytes, skipped };
  });
}

async function kindOf(folder: string): Promise<ImportReport['kind']> {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    const reason =
      cause.code === 'ENOENT'
        ? 'there is no such folder'
        : cause.code === 'ENOTDIR'
          ? 'it is not a folder'
          : (cause.code ?? cause.message);
    throw new FacetError('bad-input', `${folder} cannot be imported: ${reason}.`, { cause });
  });
  if (names.includes('depth') || names.includes('intrinsic.json')) return 'open3d';
  if (names.some((name) => VAP_DEPTH.test(name))) return 'vap';
  throw new FacetError(
    'bad-input',
    `${folder} is neither an Open3D folder (depth/, color/, intrinsic.json) nor a VAP session (*d.dat, *c.bmp).`,
  );
}
