import { existsSync } from 'node:fs';
import { realpath, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { systemClock } from '../../../adapters/clock/system-clock.ts';
import { hostFile } from '../../../adapters/program-files.ts';
import { buffered } from '../../../adapters/recorder/buffered.ts';
import { isHalved } from '../../../adapters/recorder/half-colour.ts';
import { McapRecorder, type RecordingSummary } from '../../../adapters/recorder/mcap-recorder.ts';
import { exists } from '../../../adapters/recorder/recording-file.ts';
import { openSensor } from '../../../adapters/sensors/open-sensor.ts';
import { ReplaySensor } from '../../../adapters/sensors/replay/replay-sensor.ts';
import { parseReplaySpec } from '../../../adapters/sensors/replay/replay-spec.ts';
import { Simulations } from '../../../adapters/sensors/simulated/simulations.ts';
import { FacetError } from '../../../contract/result.ts';
import { ms } from '../../../contract/units.ts';
import type { SensorFrame } from '../../../core/sense/frames.ts';
import { soundFrames } from '../../../core/sense/sound-frames.ts';
import { EXIT } from '../exit-codes.ts';
import {
  commonOptions,
  losslessOption,
  megabytes,
  outputOf,
  paceOf,
  secondsOf,
  untilInterrupted,
  type CommonOptions,
} from '../options.ts';
import { finish } from '../output.ts';
import { softwareVersion } from '../../shared/software-version.ts';

interface RecordOptions extends CommonOptions {
  readonly seconds: number;
  readonly lossless?: boolean;
  readonly overwrite?: boolean;
  readonly consent?: string;
}

/** Sensors of today deliver this many frames a second. */
const RATE = 30;
/** A third of a second of live frames may wait for the disk, about 90 MB of a Kinect v2's; those that find no room are dropped. */
const WAITING = 10;
/** Bytes a pixel in the file, measured on simulated frames of a Kinect v2 (see mcap-recorder.ts for the formats). */
const PER_PIXEL = {
  compact: { depth: 0.9, infrared: 0.55, colour: 0.12 },
  lossless: { depth: 0.9, infrared: 1.5, colour: 2.2 },
} as const;

export function record(program: Command): void {
  losslessOption(commonOptions(program.command('record <recording>'), 'sensor'))
    .description('Record a sensor into a file (MCAP, opens in Foxglove). The file shows faces, unencrypted')
    .option('--seconds <seconds>', 'how long', secondsOf, 10)
    .option('--consent <text>', 'who agreed to be recorded, and to what')
    .option('--overwrite', 'replace an existing recording')
    .action(async (path: string, options: RecordOptions, command: Command) => {
      const output = outputOf(command);
      await finish(output, async () => {
        if (options.overwrite) await refuseItsOwnSource(path, options.sensor);
        else if (existsSync(path)) throw exists(path);
        const interrupted = untilInterrupted();
        const enough = new AbortController();
        const signal = AbortSignal.any([interrupted, enough.signal]);
        const pace = paceOf(options);
        // Rendering takes a core; encoding takes the other.
        const sensor = await (new Simulations(hostFile('simulation')).open(options.sensor, pace) ??
          openSensor(options.sensor, { pace, clock: systemClock }));
        const live = pace === 'live';
        // Frames of a recording or simulation carry a time of their own that begins at 0.
        const clock = live ? systemClock : { now: () => ms(0), wallTime: () => Date.now() };
        // A recording of a recording shows whom the first one shows, by the sensor that saw them.
        const source = sensor instanceof ReplaySensor ? sensor.metadata : undefined;
        const recorded = source?.sensor ?? sensor.info;
        const consent =
          options.consent ??
          source?.consent ??
          (recorded.driver === 'simulated' ? 'synthetic people' : 'not stated');
        let recorder: McapRecorder | undefined;
        let endedBy: 'time' | 'sensor' | 'interrupt' = 'sensor';
        let firstAt: number | undefined;
        let shown = 0;
        const sound = soundFrames(
          sensor.open(signal),
          sensor.info.driver,
          live ? () => systemClock.now() : undefined,
        );
        try {
          for await (const frame of live ? buffered(sound, WAITING) : sound) {
            // Only now: a sensor that sends nothing leaves no file, and costs no earlier one.
            if (!recorder) {
              firstAt = frame.capturedAt;
              const expected = bytesOf(frame, options.lossless) * RATE * options.seconds;
              await refuseWithoutRoom(path, expected);
              recorder = await McapRecorder.create(path, {
                sensor: recorded,
                softwareVersion: softwareVersion(),
                consent,
                clock,
                ...(options.lossless ? { lossless: true } : { halfColour: true }),
                ...(options.overwrite && { overwrite: true }),
              });
              output.note(
                `Recording ${options.seconds} s into ${path}, about ${megabytes(expected)}. Ctrl-C ends it.`,
              );
            }
            const seconds = (frame.capturedAt - firstAt!) / 1000;
            if (seconds >= options.seconds) {
              endedBy = 'time';
              break;
            }
            await recorder.write(frame);
            if (seconds < shown) continue;
            shown = Math.floor(seconds) + 1;
            output.progress(`${shown - 1} of ${options.seconds} s: ${counts(recorder.summary)}`);
          }
        } catch (error) {
          const kept = await recorder?.close().catch(() => undefined);
          if (kept) output.note(`Until then ${path} was recorded: ${counts(kept)}.`);
          throw error;
        } finally {
          enough.abort();
        }
        if (!recorder) {
          if (interrupted.aborted)
            throw new FacetError('cancelled', 'The recording was cancelled before the first frame.');
          throw new FacetError('timed-out', `${options.sensor} sent no frame; nothing was recorded.`);
        }
        if (interrupted.aborted) endedBy = 'interrupt';
        const summary = await recorder.close();
        output.result({ ok: true, ...summary, endedBy }, `Recorded ${summary.path}: ${counts(summary)}.`);
        return EXIT.ok;
      });
    });
}

const counts = ({ frames, dropped, bytes }: RecordingSummary): string =>
  `${frames} frames, ${dropped} dropped, ${megabytes(bytes)}`;

const bytesOf = ({ depth, infrared, colour }: SensorFrame, lossless = false): number => {
  const each = PER_PIXEL[lossless ? 'lossless' : 'compact'];
  const pixels = (picture: { width: number; height: number } | undefined) =>
    picture ? picture.width * picture.height : 0;
  const kept = colour && !lossless && isHalved(colour) ? 0.25 : 1;
  return pixels(depth) * each.depth + pixels(infrared) * each.infrared + kept * pixels(colour) * each.colour;
};

/** Overwriting the recording that is played would destroy it. */
async function refuseItsOwnSource(path: string, sensor: string): Promise<void> {
  if (!sensor.startsWith('replay:')) return;
  const { path: source } = parseReplaySpec(sensor.slice('replay:'.length));
  const [from, to] = await Promise.all([source, path].map((file) => realpath(file).catch(() => undefined)));
  if (from !== undefined && from === to)
    throw new FacetError('bad-argument', `${path} is the recording that is played; choose another name.`);
}

async function refuseWithoutRoom(path: string, bytes: number): Promise<void> {
  const disk = await statfs(dirname(path)).catch(() => undefined);
  if (disk && disk.bavail * disk.bsize < bytes)
    throw new FacetError(
      'store-unwritable',
      `The recording ${path} needs about ${megabytes(bytes)} and the disk has ${megabytes(disk.bavail * disk.bsize)}; free some space or record less.`,
    );
}
