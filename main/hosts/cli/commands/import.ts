import { InvalidArgumentError, type Command } from 'commander';
import { importFolder } from '../../../adapters/import/import-folder.ts';
import { FacetError } from '../../../contract/result.ts';
import { EXIT } from '../exit-codes.ts';
import { losslessOption, megabytes, outputOf, untilInterrupted } from '../options.ts';
import { finish } from '../output.ts';
import { softwareVersion } from '../../shared/software-version.ts';

const rateOf = (text: string): number => {
  const value = Number(text);
  if (!(value >= 0.1 && value <= 240)) throw new InvalidArgumentError('Give 0.1 to 240 frames a second.');
  return value;
};

interface ImportOptions {
  readonly fps: number;
  readonly lossless?: boolean;
  readonly overwrite?: boolean;
  readonly consent?: string;
}

export function importPictures(program: Command): void {
  losslessOption(program.command('import <folder> <recording>'))
    .description('Turn an Open3D folder or a VAP RGB-D session into a recording (MCAP)')
    .option('--fps <rate>', 'frames a second that the folder is taken to have', rateOf, 30)
    .option('--consent <text>', 'who agreed to be recorded, and to what')
    .option('--overwrite', 'replace an existing recording')
    .action(async (folder: string, recording: string, options: ImportOptions, command: Command) => {
      const output = outputOf(command);
      await finish(output, async () => {
        const signal = untilInterrupted();
        let frames = 0;
        const report = await importFolder(folder, recording, {
          ...options,
          softwareVersion: softwareVersion(),
          onFrame: () => {
            // Whatever was written so far is removed again by the importer.
            if (signal.aborted)
              throw new FacetError('cancelled', 'The import was cancelled; no recording was left behind.');
            if (++frames % 30 === 0) output.progress(`${frames} frames`);
          },
        });
        for (const reason of report.skipped) output.note(`left out: ${reason}`);
        output.result(
          { ok: true, ...report },
          `Imported ${report.frames} frames of ${folder} (${report.kind}) into ${report.path}: ${megabytes(report.bytes)}` +
            `${report.skipped.length > 0 ? `, ${report.skipped.length} left out` : ''}.`,
        );
        return EXIT.ok;
      });
    });
}
