import { existsSync } from 'node:fs';
import { realpath, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { systemClock } from '../../../adapters/clock/system-clock.ts';
import { exists, McapRecorder } from '../../../adapters/recorder/mcap-recorder.ts';
import { openSensor } from '../../../adapters/sensors/open-sensor.ts';
import { FacetError } from '../../../contract/result.ts';
import { ms } from '../../../contract/units.ts';
import type { SensorFrame } from '../../../core/sense/frames.ts';
import { EXIT } from '../exit-codes.ts';
import {
  colourOption,
  commonOptions,
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
  readonly colour: 'jpeg' | 'raw';
  readonly overwrite?: boolean;
  readonly consent?: string;
}

/** Sensors of today deliver this many frames a second. */
const RATE = 30;
/** Bytes a pixel in the file, measured on simulated frames of a Kinect v2 (see mcap-recorder.ts for the formats). */
const PER_PIXEL = { depth: 0.95, infrared: 1.2, jpeg: 0.36, raw: 2.2 } as const;

export function record(program: Command): void {
  colourOption(commonOptions(program.command('record <recording>'), 'sensor'))
    .description('Record a sensor into a file (MCAP, opens in Foxglove). The file shows faces, unencrypted')
    .option('--seconds <seconds>', 'how long', secondsOf, 10)
    .option('--consent <text>', 'who agreed to be recorded, and to what')
    .option('--overwrite', 'replace an existing recording')
    .action(async (path: string, options: RecordOptions, command: Command) => {
      const output = outputOf(command);
      await finish(output, async () => {
        if (options.overwrite) await refuseItsOwnSource(path, options.sensor);
        else if (existsSync(path)) throw exists(path);
        const signal = untilInterrupted();
        const pace = paceOf(options);
        const sensor = await openSensor(options.sensor, { pace, clock: systemClock });
        // Frames of a recording or simulation carry a time of their own that begins at 0.
        const clock = pace === 'live' ? systemClock : { now: () => ms(0), wallTime: () => Date.now() };
        const consent =
          options.consent ?? (sensor.info.driver === 'simulated' ? 'synthetic people' : 'not stated');
        let recorder: McapRecorder | undefined;
        let endedBy: 'time' | 'sensor' | 'interrupt' = 'sensor';
        let first: SensorFrame | undefined;
        let seconds = 0;
        try {
          for await (const frame of sensor.open(signal)) {
            // Only now: a sensor that sends nothing leaves no file, and costs no earlier one.
            if (!recorder) {
              first = frame;
              const expected = bytesOf(frame, options.colour) * RATE * options.seconds;
              await refuseWithoutRoom(path, expected);
              recorder = await McapRecorder.create(path, {
                sensor: sensor.info,
                softwareVersion: softwareVersion(),
                consent,
                clock,
                colour: options.colour,
                ...(options.overwrite === undefined ? {} : { overwrite: options.overwrite }),
              });
              output.note(
                `Recording ${options.seconds} s into ${path}, about ${megabytes(expected)}. Ctrl-C ends it.`,
              );
            }
            seconds = (frame.capturedAt - first!.capturedAt) / 1000;
            if (seconds >= options.seconds) {
              endedBy = 'time';
              break;
            }
            await recorder.write(frame);
            output.progress(`${seconds.toFixed(0)} of ${options.seconds} s`);
          }
        } catch (error) {
          await recorder?.close().catch(() => undefined);
          throw error;
        }
        if (!recorder) {
          if (signal.aborted)
            throw new FacetError('cancelled', 'The recording was cancelled before the first frame.');
          throw new FacetError('timed-out', `${options.sensor} sent no frame; nothing was recorded.`);
        }
        if (signal.aborted) endedBy = 'interrupt';
        const summary = await recorder.close();
        output.result(
          { ok: true, ...summary, endedBy },
          `Recorded ${summary.frames} frames into ${summary.path}: ${megabytes(summary.bytes)}.`,
        );
        return EXIT.ok;
      });
    });
}

const bytesOf = ({ depth, infrared, colour }: SensorFrame, as: 'jpeg' | 'raw'): number => {
  const pixels = (picture: { width: number; height: number } | undefined) =>
    picture ? picture.width * picture.height : 0;
  return (
    pixels(depth) * PER_PIXEL.depth + pixels(infrared) * PER_PIXEL.infrared + pixels(colour) * PER_PIXEL[as]
  );
};

/** Overwriting the recording that is played would destroy it. */
async function refuseItsOwnSource(path: string, sensor: string): Promise<void> {
  const source = /^replay:(.+)$/.exec(sensor)?.[1];
  if (source === undefined) return;
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
