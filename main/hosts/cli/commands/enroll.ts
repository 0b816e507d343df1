import type { Command } from 'commander';
import { ms } from '../../../contract/units.ts';
import { chooseUser, openApp } from '../open-app.ts';
import { EXIT } from '../exit-codes.ts';
import { finish, unwrap } from '../output.ts';
import {
  commonOptions,
  outputOf,
  paceOf,
  secondsOf,
  untilInterrupted,
  withTurn,
  type CommonOptions,
} from '../options.ts';
import { readPin } from '../read-pin.ts';
import { GUIDANCE } from '../words.ts';

export function enroll(program: Command): void {
  commonOptions(program.command('enroll'), 'sensor', 'data', 'pin')
    .description('Enrol a face: look straight, then turn the head all the way round')
    .requiredOption('--user <name>', 'who is enrolled')
    .option('--look <name>', 'name of the look, such as "with glasses"', 'plain')
    .option(
      '--straight',
      'look straight ahead, for whoever cannot turn the head; unlocks need a closer match',
    )
    .option(
      '--renew-key',
      'make a new key where the old one is lost; the looks under it must be enrolled again',
    )
    .option('--timeout <seconds>', 'how long to wait for the next look that is needed', secondsOf, 60)
    .action(
      async (
        options: CommonOptions & {
          user: string;
          look: string;
          timeout: number;
          renewKey?: boolean;
          straight?: boolean;
        },
        command: Command,
      ) => {
        const output = outputOf(command);
        await finish(output, async () => {
          const pin = await readPin(options.pinStdin ?? false);
          if (options.renewKey) {
            const before = await openApp(options.data);
            const right = await before.app.enterPin(options.user, pin).finally(before.close);
            unwrap(right);
          }
          const { app, vault, close } = await openApp(
            options.data,
            options.renewKey ? 'renew' : 'remembered',
          );
          try {
            const report = unwrap(
              await app.enrol(
                {
                  user: await chooseUser(vault, options.user),
                  pin,
                  look: options.look,
                  sensor: options.straight ? options.sensor : withTurn(options.sensor),
                  straight: options.straight ?? false,
                  pace: paceOf(options),
                  patience: ms(options.timeout * 1000),
                },
                untilInterrupted(),
                ({ guidance, progress }) =>
                  output.progress(
                    `${Math.round(progress * 100)
                      .toString()
                      .padStart(3)} %  ${GUIDANCE[guidance]}`,
                  ),
              ),
            );
            if (report.warning) output.note(report.warning);
            output.result(
              { ok: true, ...report },
              `Enrolled ${report.user} (${report.look}): ${report.templates} templates in ${report.seconds.toFixed(1)} s.`,
            );
            return EXIT.ok;
          } finally {
            await close();
          }
        });
      },
    );
}
