import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { calibrate } from '../../../adapters/corpus/calibrate-models.ts';
import { trainLinear } from '../../../adapters/corpus/train-linear.ts';
import { modelsFolder } from '../../../adapters/program-files.ts';
import { EXIT } from '../exit-codes.ts';
import { countOf, outputOf } from '../options.ts';
import { finish, type Output } from '../output.ts';

interface Options {
  readonly people: number;
  readonly threads: number;
}

const progressOf = (output: Output) => (stage: string, share: number) =>
  output.progress(`${stage}: ${Math.round(share * 100)} %`);

export function train(program: Command): void {
  program
    .command('train')
    .description('Make the mean face and the linear shape model from synthetic people; calibrate afterwards')
    .option('--people <count>', 'training people, train/0 …', countOf, 2000)
    .option('--threads <count>', 'worker threads', countOf, availableParallelism())
    .action(async (options: Options, command: Command) => {
      const output = outputOf(command);
      await finish(output, async () => {
        const report = await trainLinear({
          ...options,
          folder: modelsFolder(),
          progress: progressOf(output),
        });
        output.result(
          { ok: true, ...report },
          `Trained on ${report.samples} reliefs of ${report.people} synthetic people; ${report.dimensions} dimensions.`,
        );
        return EXIT.ok;
      });
    });
  program
    .command('calibrate')
    .description('Measure the thresholds on synthetic people of the validation pool')
    .option('--people <count>', 'validation people, validation/0 …', countOf, 60)
    .option('--threads <count>', 'worker threads', countOf, availableParallelism())
    .action(async (options: Options, command: Command) => {
      const output = outputOf(command);
      await finish(output, async () => {
        const progress = progressOf(output);
        const thresholds = await calibrate(modelsFolder(), options.people, options.threads, (share) =>
          progress('Visits', share),
        );
        output.result(
          { ok: true, synthetic: true, thresholds },
          thresholds
            .map(
              (t) =>
                `${(t.spectrum ?? `${t.fusedFrames} frames`).padEnd(10)} at ${t.falseAcceptRate}: ${t.distance.toFixed(3)}, false rejects ${(100 * t.falseRejectRate).toFixed(2)} %`,
            )
            .join('\n'),
        );
        return EXIT.ok;
      });
    });
}
