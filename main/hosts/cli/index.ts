/** The command line: the same program as the app, without a window. */
import { Command, CommanderError } from 'commander';
import { bench } from './commands/bench.ts';
import { crop } from './commands/crop.ts';
import { dataset } from './commands/dataset.ts';
import { doctor } from './commands/doctor.ts';
import { anonymise, trim } from './commands/edit.ts';
import { embed } from './commands/embed.ts';
import { evaluate } from './commands/evaluate.ts';
import { importPictures } from './commands/import.ts';
import { pool } from './commands/pool.ts';
import { record } from './commands/record.ts';
import { retrain } from './commands/retrain.ts';
import { sensors } from './commands/sensors.ts';
import { soakTest } from './commands/soak.ts';
import { train } from './commands/train.ts';
import { enroll } from './commands/enroll.ts';
import { unlock } from './commands/unlock.ts';
import { EXIT } from './exit-codes.ts';
import { softwareVersion } from '../shared/software-version.ts';

// Whoever reads stdout may have seen enough (`| head`): that is no error to report.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT.cancelled);
});

const program = new Command('facet')
  .description('Facet: a desktop unlock that knows the shape of your face')
  .version(softwareVersion())
  .option('--json', 'one JSON document on stdout instead of sentences')
  .showHelpAfterError('(facet --help lists the commands; facet COMMAND --help its options)')
  .exitOverride();

for (const add of [
  sensors,
  doctor,
  record,
  trim,
  anonymise,
  importPictures,
  enroll,
  unlock,
  embed,
  crop,
  evaluate,
  dataset,
  train,
  retrain,
  pool,
  bench,
  soakTest,
])
  add(program);
for (const command of program.commands)
  command.exitOverride().showHelpAfterError().option('--json', 'one JSON document on stdout');

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error.exitCode !== 0 && process.argv.includes('--json')) {
    const message = error.message.replace(/^error: /, '');
    process.stdout.write(`${JSON.stringify({ ok: false, code: 'bad-argument', message })}\n`);
  }
}
