/** What `facet doctor` looks at. Nothing is created, changed or unlocked by looking. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, resolve } from 'node:path';
import { FacetError } from '../../contract/result.ts';
import { loadMeanFace } from '../onnx/load-face-models.ts';
import { openModelLibrary } from '../onnx/model-library.ts';
import { Network } from '../onnx/network.ts';
import { packageFile } from '../program-files.ts';
import { fileFailure } from '../store/file-failure.ts';
import { FileStore } from '../store/file-store.ts';
import { chooseKeySource } from '../vault/choose-key-source.ts';
import { ask, type Keychain } from '../vault/keychain.ts';
import { openKeyring } from '../vault/keyring.ts';
import { openKeytar } from '../vault/keytar.ts';
import { VAULT_FILE } from '../vault/vault-record.ts';
import type { ListedSensor } from '../../contract/states/sensors.ts';

export interface Check {
  readonly id:
    'node' | 'models' | 'onnxruntime' | 'key' | 'data' | 'electron' | 'browser' | 'display' | 'sensors';
  /** `warning`: something is missing that Facet does without. */
  readonly state: 'ok' | 'warning' | 'problem';
  /** What was found, in one sentence. */
  readonly found: string;
  /** What to do about it, in one sentence; absent where all is well. */
  readonly remedy?: string;
}

export interface Machine {
  readonly nodeVersion: string;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly modelsFolder: string;
  readonly dataFolder: string;
  readonly sensors: readonly ListedSensor[];
  /** As chooseKeySource takes them. */
  readonly keychains?: Readonly<Record<Keychain['kind'], () => ReturnType<typeof openKeytar>>>;
}

/** All checks, in the order in which things depend on each other. */
export async function checkMachine(machine: Machine): Promise<Check[]> {
  return [
    checkNode(machine),
    await checkModels(machine),
    await checkRuntime(machine),
    await checkDataFolder(machine),
    await checkKey(machine),
    checkElectron(),
    checkBrowser(machine),
    checkDisplay(machine),
    checkSensors(machine),
  ];
}

const LEAST_NODE = [20, 19] as const;

function checkNode({ nodeVersion }: Machine): Check {
  const [major, minor] = nodeVersion.replace(/^v/, '').split('.').map(Number);
  const enough = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
  const found = `Node.js ${nodeVersion}.`;
  if (enough) return { id: 'node', state: 'ok', found };
  return { id: 'node', state: 'problem', found, remedy: `Install Node.js ${LEAST_NODE.join('.')} or newer.` };
}

async function checkModels({ modelsFolder }: Machine): Promise<Check> {
  const wrong: string[] = [];
  let count = 0;
  try {
    const library = await openModelLibrary(modelsFolder);
    for (const { id } of library.models) {
      count++;
      await library.load(id).catch((error: unknown) => wrong.push(sentence(error)));
    }
    await loadMeanFace(modelsFolder).catch((error: unknown) => wrong.push(sentence(error)));
  } catch (error) {
    wrong.push(sentence(error));
  }
  if (wrong.length === 0)
    return {
      id: 'models',
      state: 'ok',
      found: `All ${count} models are there and as models/manifest.json names them.`,
    };
  return { id: 'models', state: 'problem', found: wrong.join(' '), remedy: 'Run npm run setup.' };
}

/** The smallest model runs on zeros. */
const TRIAL_MODEL = 'blazeface';

async function checkRuntime({ modelsFolder }: Machine): Promise<Check> {
  try {
    const network = await Network.open(await (await openModelLibrary(modelsFolder)).load(TRIAL_MODEL));
    await network.close();
    const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as {
      version: string;
    };
    return { id: 'onnxruntime', state: 'ok', found: `ONNX Runtime ${version} loads and runs a model.` };
  } catch (error) {
    return {
      id: 'onnxruntime',
      state: 'problem',
      found: `ONNX Runtime could not run a model: ${sentence(error)}`,
      remedy: 'Run npm run setup; where that does not help, delete node_modules and run it again.',
    };
  }
}

async function checkDataFolder({ dataFolder }: Machine): Promise<Check> {
  const folder = resolve(dataFolder);
  let nearest = folder;
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  // The name of the store's own temporary files: were this process to die here, the store would clear it.
  const probe = join(nearest, `.tmp-${randomBytes(12).toString('hex')}`);
  try {
    if (!(await stat(nearest)).isDirectory()) throw Object.assign(new Error(), { code: 'EEXIST' });
    await writeFile(probe, '', { flag: 'wx', mode: 0o600 });
    await rm(probe);
  } catch (error) {
    const [found, remedy] = fileFailure('write to the data folder', folder, error).message.split(': ', 2);
    return { id: 'data', state: 'problem', found: `${found}.`, remedy: capital(remedy) };
  }
  const found =
    nearest === folder
      ? `The data folder ${folder} can be written.`
      : `The data folder ${folder} can be made.`;
  return { id: 'data', state: 'ok', found };
}

async function checkKey(machine: Machine): Promise<Check> {
  const { dataFolder, env } = machine;
  const keychains = machine.keychains ?? { keytar: openKeytar, keyring: openKeyring };
  if (existsSync(join(dataFolder, VAULT_FILE))) {
    const store = await FileStore.open(dataFolder);
    if (!store.ok) return unavailable(store.message);
    const passphrase = env['FACET_PASSPHRASE'];
    // A folder that has its record only looks up the key that it has; it never makes one.
    const chosen = await chooseKeySource({
      store: store.value,
      folder: dataFolder,
      keychains,
      ...(passphrase === undefined ? {} : { passphrase: () => Promise.resolve(passphrase) }),
    });
    if (!chosen.ok) return unavailable(chosen.message);
    const key = await chosen.value.source.key();
    if (!key.ok) return unavailable(key.message);
    const { kind, warning } = chosen.value.source;
    const found = `The key of the galleries is there (${kind}).`;
    return warning === undefined
      ? { id: 'key', state: 'ok', found }
      : { id: 'key', state: 'warning', found, remedy: warning };
  }
  for (const open of Object.values(keychains)) {
    const keychain = await open();
    const answered = keychain.ok && (await ask(keychain.value, keychain.value.get('doctor')));
    if (keychain.ok && answered && answered.ok)
      return {
        id: 'key',
        state: 'ok',
        found: `The key will be kept in the system's keychain (${keychain.value.kind}).`,
      };
  }
  if (env['FACET_PASSPHRASE'] !== undefined)
    return {
      id: 'key',
      state: 'ok',
      found: 'The key will be derived from FACET_PASSPHRASE; no keychain answers.',
    };
  return {
    id: 'key',
    state: 'warning',
    found: 'No keychain answers, so the key will lie in a file beside the galleries.',
    remedy:
      'Install and unlock a keychain (such as gnome-keyring), or set FACET_PASSPHRASE, before you enrol.',
  };
}

const unavailable = (message: string): Check => ({
  id: 'key',
  state: 'problem',
  found: message,
  remedy: 'The PIN works meanwhile.',
});

/** Looked up by path: only Electron's own host may import it. */
function checkElectron(): Check {
  const folder = join(dirname(packageFile()), 'node_modules', 'electron');
  if (existsSync(join(folder, 'dist')))
    return { id: 'electron', state: 'ok', found: 'Electron is there with its binary.' };
  const installed = existsSync(folder);
  return {
    id: 'electron',
    state: 'warning',
    found: `Electron is ${installed ? 'there without its binary' : 'not installed'}, so the app has no window of its own.`,
    remedy: `Run ${installed ? 'npx install-electron' : 'npm install'}; the command line works without.`,
  };
}

const BROWSERS = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome.exe',
  'msedge.exe',
];

function checkBrowser({ env }: Machine): Check {
  const folders = (env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const browser = folders.flatMap((folder) => BROWSERS.map((name) => join(folder, name))).find(existsSync);
  if (browser) return { id: 'browser', state: 'ok', found: `${browser} can run the tests of the page.` };
  return {
    id: 'browser',
    state: 'warning',
    found: 'No Chromium or Chrome is on the path; only the tests of the page need one.',
    remedy: 'Install chromium to run them.',
  };
}

function checkDisplay({ platform, env }: Machine): Check {
  const display = env['WAYLAND_DISPLAY'] || env['DISPLAY'];
  if (platform !== 'linux' || display)
    return {
      id: 'display',
      state: 'ok',
      found: display ? `There is a display (${display}).` : 'There is a display.',
    };
  return {
    id: 'display',
    state: 'warning',
    found: 'There is no display (neither WAYLAND_DISPLAY nor DISPLAY is set), so no window can open.',
    remedy: 'Log in to a desktop session for the app; the command line works without.',
  };
}

function checkSensors({ sensors }: Machine): Check {
  const attached = sensors.filter((sensor) => sensor.attached);
  const nameOf = ({ title, serial }: ListedSensor) => (serial ? `${title} (${serial})` : title);
  const found = attached
    .filter(({ state }) => state === 'available')
    .map((sensor) => `${nameOf(sensor)} is attached and can be used.`);
  const concerned = attached.length > 0 ? attached : sensors.filter(({ state }) => state !== 'elsewhere');
  const troubles = concerned.flatMap((sensor) =>
    sensor.troubles.map(({ what, remedy }) => ({ what: `${nameOf(sensor)}: ${what}`, remedy })),
  );
  const remedies = new Set(troubles.map(({ remedy }) => remedy));
  if (attached.length === 0) {
    if (!sensors.some(({ state }) => state === 'unknown')) found.push('No Kinect is attached.');
    remedies.add('Run npm run facet -- sensors for what each needs; simulated and replay work without.');
  }
  const all = [...found, ...troubles.map(({ what }) => what)].join(' ');
  if (remedies.size === 0) return { id: 'sensors', state: 'ok', found: all };
  return { id: 'sensors', state: 'warning', found: all, remedy: [...remedies].join(' ') };
}

const sentence = (error: unknown): string =>
  error instanceof FacetError ? error.message : `${error instanceof Error ? error.message : String(error)}.`;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
