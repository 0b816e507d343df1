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
  type CommonOptions,
} from '../options.ts';
import { readPin } from '../read-pin.ts';
import { GUIDANCE, REFUSAL } from '../words.ts';

export function unlock(program: Command): void {
  commonOptions(program.command('unlock'), 'sensor', 'data', 'pin')
    .description(
      'Try to unlock: exits 0 unlocked, 1 refused, 2 nobody seen in time, 3 locked out, 4 sensor trouble',
    )
    .option('--user <name>', 'who wants in (default: the only one enrolled)')
    .option('--timeout <seconds>', 'how long to wait for somebody', secondsOf, 10)
    .option('--no-attention', 'accept closed eyes')
    .option(
      '--accept-sensor',
      'with the PIN: where the sensor is another one than was enrolled with, use it from now on',
    )
    .action(
      async (
        options: CommonOptions & {
          user?: string;
          timeout: number;
          attention: boolean;
          acceptSensor?: boolean;
        },
        command: Command,
      ) => {
        const output = outputOf(command);
        await finish(output, async () => {
          const { app, vault, close } = await openApp(options.data);
          try {
            const user = await chooseUser(vault, options.user);
            if (options.pinStdin && !options.acceptSensor) {
              unwrap(await app.enterPin(user, await readPin(true)));
              output.result({ ok: true, unlocked: true, by: 'pin', user }, `Unlocked ${user} by PIN.`);
              return EXIT.ok;
            }
            const attempt = await app.unlock(
              {
                user,
                sensor: options.sensor,
                pace: paceOf(options),
                attentionRequired: options.attention,
                patience: ms(options.timeout * 1000),
              },
              untilInterrupted(),
              ({ guidance }) => output.progress(GUIDANCE[guidance]),
            );
            if (!attempt.ok && attempt.code === 'sensor-unknown' && options.acceptSensor) {
              output.note(attempt.message);
              unwrap(await app.enterPin(user, await readPin(options.pinStdin ?? false)));
              await app.settled();
              output.result({ ok: true, unlocked: true, by: 'pin', user }, `Unlocked ${user} by PIN.`);
              return EXIT.ok;
            }
            const outcome = unwrap(attempt);
            if (outcome.warning) output.note(outcome.warning);
            if (outcome.kind === 'unlocked') {
              output.result(
                { ok: true, unlocked: true, by: outcome.by, user, seconds: outcome.after / 1000 },
                `Unlocked ${user} by ${outcome.by} after ${(outcome.after / 1000).toFixed(2)} s.`,
              );
              return EXIT.ok;
            }
            output.result(
              { ok: true, unlocked: false, code: outcome.code, user, seconds: outcome.after / 1000 },
              REFUSAL[outcome.code],
            );
            return outcome.code === 'nobody' || outcome.code === 'slow' ? EXIT.nobody : EXIT.refused;
          } finally {
            await close();
          }
        });
      },
    );
}
