import { homedir } from 'node:os';
import type { Command } from 'commander';
import { modelsFolder } from '../../../adapters/program-files.ts';
import { defaultDataFolder } from '../../../adapters/store/default-data-folder.ts';
import { checkMachine } from '../../../adapters/system-check/check-machine.ts';
import { listSensors } from '../../../adapters/system-check/list-sensors.ts';
import { EXIT } from '../exit-codes.ts';
import { commonOptions, outputOf, type CommonOptions } from '../options.ts';
import { finish } from '../output.ts';

const MARK = { ok: '✓', warning: '!', problem: '✗' } as const;

export function doctor(program: Command): void {
  commonOptions(program.command('doctor'), 'data')
    .description('Check this machine: exits 0 where nothing keeps Facet from working, 5 where something does')
    .action(async (options: CommonOptions, command: Command) => {
      const output = outputOf(command);
      await finish(output, async () => {
        const { platform, env } = process;
        const checks = await checkMachine({
          nodeVersion: process.version,
          platform,
          env,
          modelsFolder: modelsFolder(),
          dataFolder: options.data ?? defaultDataFolder(platform, env, homedir()),
          sensors: await listSensors(platform),
        });
        const problem = checks.some(({ state }) => state === 'problem');
        output.result(
          { ok: !problem, checks },
          checks
            .map(({ state, found, remedy }) => `${MARK[state]} ${found}${remedy ? `\n  → ${remedy}` : ''}`)
            .join('\n'),
        );
        return problem ? EXIT.files : EXIT.ok;
      });
    });
}
