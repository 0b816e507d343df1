import type { Command } from 'commander';
import { listSensors } from '../../../adapters/system-check/list-sensors.ts';
import type { ListedSensor } from '../../../contract/states/sensors.ts';
import { EXIT } from '../exit-codes.ts';
import { outputOf } from '../options.ts';
import { finish } from '../output.ts';

const STATE: Readonly<Record<ListedSensor['state'], string>> = {
  available: 'ready',
  trouble: 'attached, and needs attention',
  'no-device': 'not attached',
  'driver-missing': 'something must be installed first',
  unknown: 'may be attached',
  elsewhere: 'not on this system',
};

export function sensors(program: Command): void {
  program
    .command('sensors')
    .description('List what --sensor takes, what is attached, and what each missing one needs')
    .action(async (_options: unknown, command: Command) => {
      const output = outputOf(command);
      await finish(output, async () => {
        const list = await listSensors();
        output.result({ ok: true, sensors: list }, list.map(describe).join('\n'));
        return EXIT.ok;
      });
    });
}

/** One sensor: what it is and how it stands; then each trouble with its remedy, or what it needs. */
function describe({ spec, title, serial, state, troubles, needs }: ListedSensor): string {
  const indent = ' '.repeat(11);
  const head = `${spec.padEnd(10)} ${title}${serial ? ` (${serial})` : ''}: ${STATE[state]}`;
  if (troubles.length === 0) return `${head}\n${indent}Needs: ${needs}`;
  const lines = troubles.flatMap(({ what, remedy }) => [
    // Where it cannot be used at all, the head has said so.
    ...(state === 'elsewhere' ? [] : [what]),
    `→ ${remedy}`,
  ]);
  return [head, ...lines.map((line) => indent + line)].join('\n');
}
