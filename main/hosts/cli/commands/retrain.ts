import { InvalidArgumentError, Option, type Command } from 'commander';
import { threadTrainer } from '../../../adapters/trainer/thread-trainer.ts';
import { BACKENDS, type Backend, type RetrainReport } from '../../../contract/states/retrain.ts';
import { BACKEND, RETRAIN_STAGE, retrainSentences } from '../../../contract/words.ts';
import { EXIT } from '../exit-codes.ts';
import { chooseUser, openApp } from '../open-app.ts';
import { commonOptions, outputOf, untilInterrupted, type CommonOptions } from '../options.ts';
import { finish, unwrap } from '../output.ts';
import { readPin } from '../read-pin.ts';

interface RetrainOptions extends Pick<CommonOptions, 'data' | 'pinStdin'> {
  readonly user?: string;
  readonly seed: string;
  readonly backend?: Backend;
  readonly undo?: number | true;
}

export function retrain(program: Command): void {
  commonOptions(program.command('retrain'), 'data', 'pin')
    .description(
      'Learn from the stored looks to tell their owner from others; kept only where held-out looks and people say that it is no worse. Exits 0 kept, 1 not kept',
    )
    .option('--user <name>', 'whose looks (default: the only one enrolled)')
    .option('--seed <text>', 'equal looks and seeds give equal results', '1')
    .addOption(
      new Option('--backend <name>', 'what computes (default: the fastest there is)').choices(BACKENDS),
    )
    .option('--undo [version]', 'go back to a version (0: as Facet came; default: the one before)', versionOf)
    .action(async (options: RetrainOptions, command: Command) => {
      const output = outputOf(command);
      await finish(output, async () => {
        const { app, vault, close } = await openApp(
          options.data,
          'remembered',
          threadTrainer(options.backend),
        );
        try {
          const user = await chooseUser(vault, options.user);
          unwrap(await app.enterPin(user, await readPin(options.pinStdin ?? false)));
          if (options.undo !== undefined) {
            const versions = unwrap(await app.retraining.versions(user));
            // Latest first, and before none of them there is none.
            const current = versions.findIndex(({ inUse }) => inUse);
            const before = current < 0 ? 0 : (versions[current + 1]?.version ?? 0);
            const to = options.undo === true ? before : options.undo;
            unwrap(await app.retraining.use(user, to));
            output.result(
              { ok: true, version: to },
              to === 0
                ? 'You are recognised as Facet came, without retraining.'
                : `Version ${to} is in use again.`,
            );
            return EXIT.ok;
          }
          const report = unwrap(
            await app.retraining.run(user, { seed: options.seed }, untilInterrupted(), (now) =>
              output.progress(
                `${RETRAIN_STAGE[now.stage]}${now.backend ? ` (${BACKEND[now.backend]})` : ''}: ${10 * Math.floor(10 * now.share)} %`,
              ),
            ),
          );
          output.result({ ok: true, ...report }, describe(report));
          return report.promoted ? EXIT.ok : EXIT.refused;
        } finally {
          await close();
        }
      });
    });
}

const describe = (report: RetrainReport): string =>
  [...retrainSentences(report), `${BACKEND[report.backend]}, ${report.seconds.toFixed(1)} s.`].join('\n');

function versionOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Give the number of a version, or 0.');
  return Number(text);
}
