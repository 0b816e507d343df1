import { InvalidArgumentError, Option, type Command } from 'commander';
import { editRecording, type Edit } from '../../../adapters/edit/edit-recording.ts';
import { FacetError } from '../../../contract/result.ts';
import { softwareVersion } from '../../shared/software-version.ts';
import { EXIT } from '../exit-codes.ts';
import { megabytes, outputOf, untilInterrupted } from '../options.ts';
import { finish } from '../output.ts';

const momentOf = (text: string): number => {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!(value >= 0 && value <= 86_400)) throw new InvalidArgumentError('Give seconds after the first frame.');
  return value;
};

interface TrimOptions {
  readonly from?: number;
  readonly to?: number;
  readonly overwrite?: boolean;
}

export function trim(program: Command): void {
  program
    .command('trim <recording> <trimmed>')
    .description('Keep a part of a recording, to the bit, as another recording')
    .option('--from <seconds>', 'where to begin, after the first frame', momentOf)
    .option('--to <seconds>', 'where to end', momentOf)
    .option('--overwrite', 'replace an existing recording')
    .action((from: string, to: string, options: TrimOptions, command: Command) => {
      const { overwrite, ...edit } = options;
      return run(command, from, to, edit, overwrite, () => {
        if (edit.from === undefined && edit.to === undefined)
          throw new FacetError('bad-argument', 'Say what to keep: --from SECONDS, --to SECONDS, or both.');
        if ((edit.from ?? 0) >= (edit.to ?? Infinity))
          throw new FacetError(
            'bad-argument',
            `--to ${edit.to} does not come after --from ${edit.from ?? 0}.`,
          );
      });
    });
}

interface AnonymiseOptions {
  readonly colour: 'drop' | 'blur';
  readonly dropInfrared?: boolean;
  readonly overwrite?: boolean;
}

export function anonymise(program: Command): void {
  program
    .command('anonymise <recording> <anonymous>')
    .alias('anonymize')
    .description(
      'Take the colour pictures out of a recording, or blur them beyond recognition. Depth stays: it has the shape of the face',
    )
    .addOption(
      new Option('--colour <how>', 'what becomes of the colour pictures')
        .choices(['drop', 'blur'])
        .default('drop'),
    )
    .option('--drop-infrared', 'take the infrared pictures out too: they show a face like a grey photograph')
    .option('--overwrite', 'replace an existing recording')
    .action((from: string, to: string, options: AnonymiseOptions, command: Command) =>
      run(
        command,
        from,
        to,
        { colour: options.colour, ...(options.dropInfrared && { infrared: 'drop' }) },
        options.overwrite,
      ),
    );
}

async function run(
  command: Command,
  source: string,
  path: string,
  edit: Edit,
  overwrite = false,
  check: () => void = () => undefined,
): Promise<void> {
  const output = outputOf(command);
  await finish(output, async () => {
    check();
    let shown = 0;
    const report = await editRecording(source, path, edit, {
      softwareVersion: softwareVersion(),
      overwrite,
      signal: untilInterrupted(),
      progress: (done, frames) => {
        if (performance.now() - shown < 500) return;
        shown = performance.now();
        output.progress(`${Math.floor(100 * done)} %, ${frames} frames`);
      },
    });
    output.result(
      { ok: true, ...report },
      `${report.path}: ${report.frames} frames, ${report.seconds.toFixed(1)} s, ${megabytes(report.bytes)}; ${report.edit}.`,
    );
    return EXIT.ok;
  });
}
