import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { makePool } from '../../../adapters/evaluation/retraining/make-pool.ts';
import { modelsFolder } from '../../../adapters/program-files.ts';
import { EXIT } from '../exit-codes.ts';
import { countOf, megabytes, outputOf, untilInterrupted } from '../options.ts';
import { finish } from '../output.ts';

export function pool(program: Command): void {
  program
    .command('pool')
    .description('Make the people that retraining compares with, for the networks of models/manifest.json')
    .option('--people <count>', 'how many synthetic people', countOf, 1500)
    .option('--films <folder>', 'where what was rendered is kept, to go on from', 'out/corpus/pool')
    .option('--threads <count>', 'worker threads', countOf, availableParallelism())
    .action(async (options: { people: number; films: string; threads: number }, command: Command) => {
      const output = outputOf(command);
      await finish(output, async () => {
        const { people, films, threads } = options;
        const made = await makePool(modelsFolder(), {
          folder: films,
          people,
          threads,
          signal: untilInterrupted(),
          progress: (share) => output.progress(`Filming: ${Math.round(100 * share)} %`),
        });
        output.result(
          { ok: true, ...made },
          `${made.people} synthetic people in ${made.file}, ${megabytes(made.bytes)}.`,
        );
        return EXIT.ok;
      });
    });
}
