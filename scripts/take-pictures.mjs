/** Takes the README's pictures from the real app, into docs/pictures: `node scripts/take-pictures.mjs`. Needs a Chromium (see e2e/browser.ts). */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root, tool } from './steps.mjs';

const { status } = spawnSync(tool('playwright'), ['test', '--config', 'e2e/pictures.config.ts'], {
  cwd: root,
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
console.log(status === 0 ? `Pictures are in ${join('docs', 'pictures')}.` : 'The pictures could not be taken; see above.');
process.exit(status ?? 1);
