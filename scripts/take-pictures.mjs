/** Takes the README's pictures from the real app, into docs/pictures: `node scripts/take-pictures.mjs`. Needs a Chromium (see e2e/browser.ts). */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { root, tool } from './steps.mjs';

const { status } = spawnSync(tool('playwright'), ['test', '--config', 'e2e/pictures.config.ts'], {
  cwd: root,
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
if (status !== 0) {
  console.error('The pictures could not be taken; see above.');
  process.exit(1);
}
// A palette makes them a third of the size, and nothing is seen of it.
const folder = join(root, 'docs', 'pictures');
for (const name of readdirSync(folder).filter((file) => file.endsWith('.png'))) {
  const file = join(folder, name);
  writeFileSync(
    file,
    await sharp(readFileSync(file)).png({ palette: true, quality: 95, effort: 8 }).toBuffer(),
  );
}
console.log(`Pictures are in ${join('docs', 'pictures')}.`);
