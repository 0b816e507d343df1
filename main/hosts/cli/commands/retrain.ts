import { InvalidArgumentError, Option, type Command } from 'commander';
import { threadTrainer } from '../../../adapters/trainer/thread-trainer.ts';
import {
  BACKENDS,
  RETRAIN_SCOPES,
  type Backend,
  type HeadState,
  type RetrainProgress,
  type RetrainReport,
  type RetrainScope,
} from '../../../contract/states/retrain.ts';
import { ms } from '../../../contract/units.ts';
import {
  BACKEND,
  epochOf,
  LOOKING_AGAIN,
  RETRAIN_STAGE,
  retrainSentences,
  secondsLeft,
} from '../../../contract/words.ts';
import { EXIT } from '../exit-codes.ts';
import { chooseUser, openApp } from '../open-app.ts';
import {
  commonOptions,
  outputOf,
  paceOf,
  secondsOf,
  untilInterrupted,
  withTurn,
  type CommonOptions,
} from '../options.ts';
import { finish, unwrap } from '../output.ts';
import { readPin } from '../read-pin.ts';
import { GUIDANCE } from '../words.ts';

interface RetrainOptions extends CommonOptions {
  readonly user?: string;
  readonly scope: RetrainScope;
  readonly timeout: number;
  readonly seed: string;
  readonly backend?: Backend;
  readonly versions?: boolean;
  readonly undo?: number | true;
}

export function retrain(program: Command): void {
  commonOptions(program.command('retrain'), 'sensor', 'data', 'pin')
    .description(
      'Learn from the stored looks to tell their owner from others; kept only where held-out looks and people say that it is no worse. Exits 0 kept, 1 not kept',
    )
    .option('--user <name>', 'whose looks (default: the only one enrolled)')
    .addOption(
      new Option(
        '--scope <scope>',
        'head: from the stored looks alone. deeper: the end of the shape network too; looks at you again through --sensor, and keeps nothing of what it sees',
      )
        .choices(RETRAIN_SCOPES)
        .default('head'),
    )
    .option('--timeout <seconds>', 'deeper: how long to wait for the next look that is needed', secondsOf, 60)
    .option('--seed <text>', 'equal looks and seeds give equal results', '1')
    .addOption(
      new Option('--backend <name>', 'what computes (default: the fastest there is)').choices(BACKENDS),
    )
    .option('--versions', 'list the versions that can be gone back to')
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
          if (options.versions) {
            const versions = unwrap(await app.retraining.versions(user));
            output.result({ ok: true, versions }, versionList(versions));
            return EXIT.ok;
          }
          if (options.undo !== undefined) {
            const versions = unwrap(await app.retraining.versions(user));
            // Latest first, and before none of them there is none.
            const current = versions.findIndex(({ inUse }) => inUse);
            const earlier = current < 0 ? [] : versions.slice(current + 1);
            const before = earlier.find(({ outdated }) => !outdated)?.version ?? 0;
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
          const signal = untilInterrupted();
          const see = () =>
            app.lookAgain(
              {
                user,
                sensor: withTurn(options.sensor),
                pace: paceOf(options),
                patience: ms(options.timeout * 1000),
              },
              signal,
              ({ guidance, progress }) =>
                output.progress(`${LOOKING_AGAIN}: ${Math.round(progress * 100)} %  ${GUIDANCE[guidance]}`),
            );
          const report = unwrap(
            await app.retraining.run(
              user,
              { seed: options.seed, ...(options.scope === 'deeper' && { see }) },
              signal,
              (now) => {
                // Each of them would be a line where no terminal replaces it.
                if (now.epoch % TOLD_EVERY === 0) output.progress(progressLine(now));
              },
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

/** Epochs. */
const TOLD_EVERY = 10;

const progressLine = ({ stage, backend, loss, secondsLeft: left, ...at }: RetrainProgress): string =>
  [
    backend ? `${RETRAIN_STAGE[stage]} (${BACKEND[backend]})` : RETRAIN_STAGE[stage],
    ...(at.epochs > 0 ? [epochOf(at)] : []),
    ...(loss === undefined ? [] : [`loss ${loss.toFixed(3)}`]),
    ...(left === undefined ? [] : [secondsLeft(left)]),
  ].join(', ');

const describe = ({ version, ...report }: RetrainReport): string =>
  [
    ...retrainSentences(report),
    ...(version === undefined ? [] : [`Version ${version} is in use.`]),
    `${BACKEND[report.backend]}, ${report.seconds.toFixed(1)} s.`,
  ].join('\n');

/** Latest first, as they are given; at the end, Facet without any. */
function versionList(versions: readonly HeadState[]): string {
  const mark = (inUse: boolean) => (inUse ? ', in use' : '');
  return [
    ...versions.map(
      ({ version, fittedAt, looks, inUse, outdated, deeper }) =>
        `${version}  ${new Date(fittedAt).toLocaleString()}, from ${looks.join(', ')}${deeper ? ', deeper' : ''}${outdated ? ', outdated: made for other networks' : mark(inUse)}`,
    ),
    `0  as Facet came${mark(!versions.some(({ inUse }) => inUse))}`,
  ].join('\n');
}

function versionOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Give the number of a version, or 0.');
  return Number(text);
}
