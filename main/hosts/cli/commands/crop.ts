import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { systemClock } from '../../../adapters/clock/system-clock.ts';
import { loadFaceModels } from '../../../adapters/onnx/load-face-models.ts';
import { modelsFolder } from '../../../adapters/program-files.ts';
import { openSensor } from '../../../adapters/sensors/open-sensor.ts';
import { FacetError } from '../../../contract/result.ts';
import { Observer, type Observation } from '../../../core/observer.ts';
import { ARTICLE_CROP, articleCrop } from '../../../core/shape/tensor.ts';
import { EXIT } from '../exit-codes.ts';
import {
  commonOptions,
  outputOf,
  paceOf,
  secondsOf,
  untilInterrupted,
  type CommonOptions,
} from '../options.ts';
import { encodeNpy } from '../npy.ts';
import { finish } from '../output.ts';
import { GUIDANCE } from '../words.ts';

interface CropOptions extends CommonOptions {
  readonly timeout: number;
  readonly overwrite?: boolean;
}

export function crop(program: Command): void {
  const { side } = ARTICLE_CROP;
  commonOptions(program.command('crop <file>'), 'sensor')
    .description(
      `Save the first well-seen face as the article's network input: ${side}×${side}×4 float32 (red, green, blue, depth) in NumPy's .npy`,
    )
    .option('--timeout <seconds>', 'how long to wait for a face', secondsOf, 10)
    .option('--overwrite', 'replace an existing file')
    .action(async (path: string, options: CropOptions, command: Command) => {
      const output = outputOf(command);
      await finish(output, async () => {
        const signal = untilInterrupted();
        const pace = paceOf(options);
        const sensor = await openSensor(options.sensor, { pace, clock: systemClock });
        const observer = new Observer(await loadFaceModels(modelsFolder()), systemClock);
        let firstAt: number | undefined;
        let seen: Observation | undefined;
        for await (const frame of sensor.open(signal)) {
          firstAt ??= frame.capturedAt;
          if (frame.capturedAt - firstAt > options.timeout * 1000) break;
          const now = pace === 'live' ? systemClock.now() : frame.capturedAt;
          const evidence = await observer.observe(frame, 'unlock', now);
          // The crop needs colour: a face that was found in infrared has none to show.
          if (evidence.kind === 'face' && evidence.against.length === 0 && evidence.spectrum === 'colour') {
            seen = observer.latest;
            if (seen) break;
          }
          output.progress(GUIDANCE[evidence.kind === 'unclear' ? evidence.guidance : 'looking']);
        }
        if (signal.aborted) throw new FacetError('cancelled', 'The crop was cancelled; nothing was written.');
        if (!seen)
          throw new FacetError(
            'timed-out',
            `${options.sensor} showed no face well enough in light within ${options.timeout} s; nothing was written.`,
          );
        const { translation } = seen.settled?.headToCamera ?? seen.start;
        const tensor = channelsLast(articleCrop(seen.registered, translation));
        await save(path, encodeNpy(tensor, [side, side, 4]), options.overwrite ?? false);
        output.result(
          { ok: true, path, shape: [side, side, 4], channels: ['red', 'green', 'blue', 'depth'] },
          `Wrote ${path}: ${side}×${side}×4 float32. It shows a face, unencrypted.`,
        );
        return EXIT.ok;
      });
    });
}

/** [4, H, W] → [H, W, 4], as the article's network takes it. */
function channelsLast(planes: Float32Array): Float32Array {
  const pixels = planes.length / 4;
  return Float32Array.from(planes, (_, i) => planes[(i % 4) * pixels + Math.floor(i / 4)]);
}

async function save(path: string, bytes: Uint8Array, overwrite: boolean): Promise<void> {
  await writeFile(path, bytes, { flag: overwrite ? 'w' : 'wx', mode: 0o600 }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST')
        throw new FacetError(
          'bad-argument',
          `${path} exists already; choose another name or give --overwrite.`,
        );
      throw new FacetError(
        'store-unwritable',
        `${path} cannot be written (${error.code ?? error.message}); check the folder and the free space.`,
        { cause: error },
      );
    },
  );
}
