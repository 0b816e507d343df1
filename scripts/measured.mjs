/** What the scripts share that measure a page of docs and write it. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root, step } from './steps.mjs';

/** Runs `facet ARGS --json`; ends the program where it fails. @returns the document */
export async function documentOf(args, title = `facet ${args.join(' ')}`) {
  let document;
  const { code } = await step(title, () => {
    const child = spawn(process.execPath, [join(root, 'out', 'cli.js'), ...args, '--json'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, said] = ['', ''];
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (said = (said + chunk).slice(-2000)));
    return new Promise((done) =>
      child.on('close', (status) => {
        if (status === 0) document = JSON.parse(out);
        done({ code: status ?? 1, output: `${out}${said}` });
      }),
    );
  });
  if (code !== 0) process.exit(1);
  return document;
}

/** A share in per cent; small ones with more digits. */
export const share = (value) => `${(100 * value).toFixed(value > 0 && value < 1e-3 ? 4 : 2)} %`;

/** A table in Markdown. */
export const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
