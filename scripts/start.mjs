/**
 * `npm start`: sets up what is missing, then opens the app: in Electron where its binary is or can be had, else in the browser.
 *   npm start -- [--host electron|web] [--port N] [--no-open] [--sensor S] [--data DIR] [--user NAME]
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setUp } from './setup.mjs';
import { root, run, stamp, step, tool, upToDate } from './steps.mjs';

/** Electron's binary is large: a download that does not end in this time is given up, milliseconds. */
const DOWNLOAD = 180_000;

const options = {
  host: { type: 'string' },
  port: { type: 'string' },
  'no-open': { type: 'boolean' },
  sensor: { type: 'string' },
  data: { type: 'string' },
  user: { type: 'string' },
};
let given;
try {
  given = parseArgs({ options }).values;
  if (!['electron', 'web', undefined].includes(given.host))
    throw new Error(`There is no host "${given.host}"; choose electron or web.`);
} catch (error) {
  console.error(
    `${error.message}\nUse: npm start -- [--host electron|web] [--port N] [--no-open] [--sensor S] [--data DIR] [--user NAME]`,
  );
  process.exit(64);
}

await setUp();
const host = await chooseHost();
const rest = ['sensor', 'data', 'user'].flatMap((name) =>
  given[name] === undefined ? [] : [`--${name}`, given[name]],
);
if (host === 'electron') openElectron();
else await openWeb();

async function chooseHost() {
  if (given.host === 'web') return 'web';
  // What only the web host can do, and a machine without a display, ask for it.
  const wantsWeb = given.port !== undefined || given['no-open'] || !hasDisplay();
  if (given.host === undefined && wantsWeb) return 'web';
  if (electronBinary() || (await installElectron())) return 'electron';
  if (given.host === undefined) return 'web';
  console.error(
    'Electron’s binary could not be had. Check the network and run the command again, or use --host web.',
  );
  process.exit(1);
}

function hasDisplay() {
  const { platform, env } = process;
  return platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

function electronBinary() {
  const folder = join(root, 'node_modules/electron');
  const name = existsSync(join(folder, 'path.txt'))
    ? readFileSync(join(folder, 'path.txt'), 'utf8')
    : undefined;
  const binary = name === undefined ? undefined : join(folder, 'dist', name);
  return binary !== undefined && existsSync(binary) ? binary : undefined;
}

/** Tries once a day, unless it is asked for by name: without a network every start would wait for it. */
async function installElectron() {
  const today = new Date().toISOString().slice(0, 10);
  if (process.env.CI || (given.host === undefined && upToDate('electron-missed', today))) return false;
  const { code } = await step('Electron', () =>
    run(tool('install-electron'), [], { quiet: true, timeout: DOWNLOAD }),
  );
  if (code !== 0) stamp('electron-missed', today);
  return electronBinary() !== undefined;
}

/** In this process: there is no other to be left behind. */
async function openWeb() {
  const port = given.port === undefined ? [] : ['--port', given.port];
  process.argv = [
    process.argv[0],
    join(root, 'out/web.js'),
    ...port,
    ...(given['no-open'] ? ['--no-open'] : []),
    ...rest,
  ];
  process.setSourceMapsEnabled(true);
  await import('../out/web.js');
}

function openElectron() {
  const child = spawn(electronBinary(), [root, ...rest], { stdio: 'inherit' });
  // Ctrl-C reaches the child by itself; a signal to this process alone is passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill('SIGTERM'));
  child.on('error', (error) => {
    console.error(`Electron could not be started: ${error.message}. Use --host web.`);
    process.exit(1);
  });
  child.on('close', (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
}
