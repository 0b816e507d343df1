import type { Command } from 'commander';
import { listSensors } from '../../../adapters/system-check/list-sensors.ts';
import { findUsbKinects } from '../../../adapters/system-check/usb-kinects.ts';
import { EXIT } from '../exit-codes.ts';
import { outputOf } from '../options.ts';
import { finish } from '../output.ts';

const STATE = {
  available: 'available',
  'no-device': 'no device attached',
  'driver-missing': 'driver not in this version',
} as const;

export function sensors(program: Command): void {
  program
    .command('sensors')
    .description('List what --sensor takes, what is attached, and what each missing one needs')
    .action(async (_options: unknown, command: Command) => {
      const output = outputOf(command);
      await finish(output, async () => {
        const list = listSensors(process.platform === 'linux' ? await findUsbKinects() : undefined);
        const lines = list.map(({ name, title, state, attached, needs }) => {
          const devices = attached.map(({ id, serial }) => ` (attached: ${id}${serial ? ` ${serial}` : ''})`);
          return `${name.padEnd(10)} ${title}: ${STATE[state]}${devices.join('')}\n${' '.repeat(11)}${needs}`;
        });
        output.result({ ok: true, sensors: list }, lines.join('\n'));
        return EXIT.ok;
      });
    });
}
