/** `npm run facet -- <command>`: sets up what is missing, then runs the command line. Its stdout is the command's alone. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setUp } from './setup.mjs';
import { root } from './steps.mjs';

await setUp();
const child = spawn(
  process.execPath,
  ['--enable-source-maps', join(root, 'out/cli.js'), ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('close', (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
