import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { trainLinear } from '../../../adapters/corpus/train-linear.ts';
import { modelsFolder } from '../../../adapters/program-files.ts';
import { EXIT } from '../exit-codes.ts';
import { countOf, outputOf } from '../options.ts';
import { finish } from '../output.ts';

export function train(program: Command): void {
  program
    .command('train')
    .description('Make the mean face, the linear shape model and their thresholds from synthetic people')
    .option('--people <count>', 'training people', countOf, 2500)
    .option('--validation <count>', 'people whose visits set the thresholds', countOf, 80)
    .option('--threads <count>', 'worker threads', countOf, availableParallelism())
    .action(async (options: { people: number; validation: number; threads: number }, command: Command) => {
      const output = outputOf(command);
      await finish(output, async () => {
        const report = await trainLinear({
          ...options,
          folder: modelsFolder(),
          progress: (stage, share) => output.progress(`${stage}: ${Math.round(share * 100)} %`),
        });
        output.result(
          { ok: true, ...report },
          `Trained on ${report.samples} reliefs of ${report.people} synthetic people; ${report.dimensions} dimensions.`,
        );
        return EXIT.ok;
      });
    });
}
