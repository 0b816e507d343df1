import { readFile, stat } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import { embedList } from '../../../adapters/images/embed-list.ts';
import { openFaceDescriber } from '../../../adapters/onnx/face-models.ts';
import { openModelLibrary } from '../../../adapters/onnx/model-library.ts';
import type { WhichFace } from '../../../core/face/describe.ts';
import { modelsFolder } from '../../../adapters/program-files.ts';
import { EXIT } from '../exit-codes.ts';
import { outputOf, untilInterrupted } from '../options.ts';
import { finish } from '../output.ts';

/** Progress is told this often, in milliseconds. */
const EVERY = 1000;

export function embed(program: Command): void {
  program
    .command('embed')
    .description('Describe a face of each picture, one JSON line a picture on stdout')
    .requiredOption('--images <list>', 'text file with the path of one JPEG or PNG a line')
    .addOption(
      new Option(
        '--face <which>',
        'the largest, or the one on the middle of the picture where there are several',
      )
        .choices(['largest', 'middle'])
        .default('largest'),
    )
    .action(async ({ images, face }: { images: string; face: WhichFace }, command: Command) => {
      const output = outputOf(command);
      await finish(output, async () => {
        const signal = untilInterrupted();
        const total = await countLines(images);
        const describer = await openFaceDescriber(await openModelLibrary(modelsFolder()));
        const begun = performance.now();
        let [done, found, unreadable, toldAt] = [0, 0, 0, begun];
        for await (const picture of embedList(images, describer, signal, face)) {
          await output.stream(picture);
          done++;
          if (picture.found) found++;
          else if ('error' in picture) unreadable++;
          const now = performance.now();
          if (now - toldAt < EVERY) continue;
          toldAt = now;
          const rate = (done / (now - begun)) * 1000;
          const left = total === undefined ? '' : `, ${Math.ceil((total - done) / rate)} s left`;
          output.progress(
            `${done}${total === undefined ? '' : ` of ${total}`} pictures, ${rate.toFixed(1)}/s${left}`,
          );
        }
        const seconds = (performance.now() - begun) / 1000;
        output.note(
          `${done} pictures in ${seconds.toFixed(1)} s: ${found} with a face, ${done - found - unreadable} without, ${unreadable} could not be read.`,
        );
        if (signal.aborted) return EXIT.cancelled;
        return done > 0 && unreadable === done ? EXIT.input : EXIT.ok;
      });
    });
}

/** How many pictures a list names; undefined where it can be read only once, or not at all (embedList says why). */
async function countLines(list: string): Promise<number | undefined> {
  const file = await stat(list).catch(() => undefined);
  if (!file?.isFile()) return undefined;
  const text = await readFile(list, 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#')).length;
}
