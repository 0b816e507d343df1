/** The command line: the same program as the app, without a window. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { packageFile } from '../../adapters/program-files.ts';
import { evaluate } from './commands/evaluate.ts';
import { train } from './commands/train.ts';
import { enroll } from './commands/enroll.ts';
import { unlock } from './commands/unlock.ts';
import { EXIT } from './exit-codes.ts';

const { version } = JSON.parse(readFileSync(packageFile(), 'utf8')) as { version: string };

const program = new Command('facet')
  .description('Facet: a desktop unlock that knows the shape of your face')
  .version(version)
  .option('--json', 'one JSON document on stdout instead of sentences')
  .showHelpAfterError('(facet --help lists the commands; facet COMMAND --help its options)')
  .exitOverride();

for (const add of [enroll, unlock, evaluate, train]) add(program);
for (const command of program.commands)
  command.exitOverride().showHelpAfterError().option('--json', 'one JSON document on stdout');

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
}
