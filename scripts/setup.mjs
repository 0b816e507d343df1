/** Everything that a fresh machine needs before Facet can run: dependencies, face models, the program and its page. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as buildAddon } from './native.mjs';
import { fingerprint, root, run, stamp, step, tool, upToDate } from './steps.mjs';

const [major, minor] = process.versions.node.split('.').map(Number);

export async function setUp() {
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(
      `Facet needs Node 20.19 or newer; this is ${process.version}. Install a newer Node and run the command again.`,
    );
    process.exit(1);
  }
  await must('Dependencies', installDependencies, 'Check the network and run the command again.');
  await must('Face models', convertModels, 'Delete node_modules and run the command again.');
  await step('Addon for a Kinect v1', addonForKinectV1);
  await must('Program', build, 'The messages above say which file does not compile.');
  await must('Page', buildPage, 'The messages above say which file does not compile.');
}

async function must(title, work, remedy) {
  const result = await step(title, work);
  if (result.code === 0) return;
  console.error(`${title}: failed. ${remedy}`);
  process.exit(1);
}

async function installDependencies() {
  const print = fingerprint(['package.json', 'package-lock.json']);
  if (existsSync(join(root, 'node_modules')) && upToDate('dependencies', print))
    return { code: 0, skipped: true };
  const result = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    quiet: true,
    // The CUDA files and the Electron binary are not needed to test; Electron fetches its own when the app starts.
    env: { ONNXRUNTIME_NODE_INSTALL: 'skip', ELECTRON_SKIP_BINARY_DOWNLOAD: '1' },
  });
  if (result.code === 0) stamp('dependencies', print);
  return result;
}

async function convertModels() {
  const print = fingerprint([
    'scripts/convert-models.ts',
    'scripts/models',
    'models/manifest.json',
    'main/adapters/onnx/onnx-writer.ts',
  ]);
  if (existsSync(join(root, 'models/built')) && upToDate('models', print)) return { code: 0, skipped: true };
  const result = await run(tool('tsx'), ['scripts/convert-models.ts'], { quiet: true });
  if (result.code === 0) stamp('models', print);
  return result;
}

/** Facet does without: `facet doctor` says what a Kinect v1 lacks. */
async function addonForKinectV1() {
  if (process.platform === 'win32') return { code: 0, skipped: true };
  const result = await buildAddon('freenect1');
  if (result.code === 0) return result;
  console.error(
    '\n  Not built: a Kinect v1 cannot be used. Install a C++ compiler and Python 3, and run npm run setup again.',
  );
  return { code: 0 };
}

const build = async () => (await import('./build.mjs')).build();
const buildPage = async () => (await import('./build.mjs')).buildPage();

if (process.argv[1] === fileURLToPath(import.meta.url)) await setUp();
