/** Steps that the set-up, the build and the tests are made of: each is announced, timed and, where up to date, skipped. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Runs a command in the repository; resolves to its exit code. A signal to this program ends the command too, and then this program. */
export function run(command, args, { quiet = false, env = {}, timeout } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
      shell: process.platform === 'win32',
      timeout,
    });
    let stopped = false;
    const stop = (signal) => {
      stopped = true;
      child.kill(signal);
    };
    for (const signal of SIGNALS) process.on(signal, stop);
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => done({ code: 127, output: String(error) }));
    child.on('close', (code, signal) => {
      for (const name of SIGNALS) process.off(name, stop);
      if (stopped) process.exit(130);
      done({ code: code ?? (signal ? 128 : 1), output });
    });
  });
}

/** Path of a command that a dependency brought. */
export const tool = (name) =>
  join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name);

/** Announces a step on stderr, runs it, says how long it took; ends the program where it fails. */
export async function step(title, work) {
  const begun = Date.now();
  process.stderr.write(`· ${title} …`);
  const result = await work();
  const took = ((Date.now() - begun) / 1000).toFixed(1);
  if (result.code === 0)
    process.stderr.write(`\r✓ ${title} (${result.skipped ? 'up to date' : `${took} s`})\n`);
  else process.stderr.write(`\r✗ ${title} (${took} s)\n${result.output ?? ''}\n`);
  return result;
}

const stampFile = (name) => join(root, 'node_modules', '.cache', 'facet', name);

/** Hash of files and of everything below folders, by content. */
export function fingerprint(paths) {
  const hash = createHash('sha256');
  const visit = (path) => {
    if (!existsSync(path)) return;
    if (statSync(path).isDirectory()) for (const entry of readdirSync(path).sort()) visit(join(path, entry));
    else hash.update(relative(root, path)).update(readFileSync(path));
  };
  for (const path of paths) visit(join(root, path));
  return hash.digest('hex');
}

/** Whether this step was last done with the same inputs. */
export const upToDate = (name, print) =>
  existsSync(stampFile(name)) && readFileSync(stampFile(name), 'utf8') === print;

export function stamp(name, print) {
  mkdirSync(dirname(stampFile(name)), { recursive: true });
  writeFileSync(stampFile(name), print);
}
