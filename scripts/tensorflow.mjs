/**
 * TensorFlow for training: builds the binding of @tensorflow/tfjs-node against the library in TensorFlow's Python wheel,
 * for machines that the package's own installer leaves without one. Everything lands in node_modules/.cache/facet/tensorflow,
 * from where the package is loaded with
 * `createRequire('<root>/node_modules/.cache/facet/tensorflow/package.json')('@tensorflow/tfjs-node')`.
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fingerprint, root, run, stamp, step, upToDate } from './steps.mjs';

/** Its library has every call of the C API that tfjs-node 4.22, written for TensorFlow 2.9, makes. */
const WHEEL = {
  package: 'tensorflow-cpu',
  version: '2.15.1',
  file: 'tensorflow_cpu-2.15.1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
  sha256: '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26',
};
const TFJS_NODE = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).optionalDependencies[
  '@tensorflow/tfjs-node'
];

const home = join(root, 'node_modules/.cache/facet/tensorflow');
const tfjsNode = join(home, 'node_modules/@tensorflow/tfjs-node');
const wheel = join(home, WHEEL.file);

/** Says in a sentence what this machine lacks, if anything. */
async function missing() {
  if (
    process.platform !== 'linux' ||
    process.arch !== 'x64' ||
    !process.report.getReport().header.glibcVersionRuntime
  )
    return `TensorFlow's library is taken from a wheel for Linux on x64 with glibc; this is ${process.platform} on ${process.arch}. Install @tensorflow/tfjs-node there with its own installer.`;
  if (!existsSync(join(root, 'node_modules/@tensorflow/tfjs')))
    return '@tensorflow/tfjs is not installed. Run `npm run setup` first.';
  const commands = [
    ['python3', ['-m', 'pip', '--version'], 'pip for Python 3', 'python3-pip'],
    [process.env.CXX ?? 'g++', ['--version'], 'a C++ compiler', 'g++'],
    ['make', ['--version'], 'make', 'make'],
  ];
  for (const [command, args, what, debian] of commands)
    if ((await run(command, args, { quiet: true })).code !== 0)
      return `The binding cannot be built without ${what}. Install it (on Debian and Ubuntu: apt-get install ${debian}) and run the command again.`;
}

function fail(reason) {
  console.error(reason);
  process.exit(1);
}

async function must(title, work, remedy) {
  const result = await step(title, work);
  if (result.code !== 0) fail(`${title}: failed. ${remedy}, and run the command again.`);
}

/** Installs the package in the versions of the project's lockfile, without the installer that fetches its library. */
async function installPackage() {
  mkdirSync(home, { recursive: true });
  copyFileSync(join(root, 'package-lock.json'), join(home, 'package-lock.json'));
  writeFileSync(
    join(home, 'package.json'),
    JSON.stringify({ private: true, dependencies: { '@tensorflow/tfjs-node': TFJS_NODE } }),
  );
  const result = await run(
    'npm',
    ['install', '--prefix', home, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    { quiet: true },
  );
  // One copy of TensorFlow.js only, the project's: its tensors and layers are then the same for all who load it.
  const scope = dirname(tfjsNode);
  if (result.code === 0)
    for (const name of readdirSync(scope))
      if (name !== 'tfjs-node') rmSync(join(scope, name), { recursive: true });
  return result;
}

/** Downloads the wheel whatever the Python here: its library has no part that belongs to a version of Python. */
async function downloadWheel() {
  const result = await run(
    'python3',
    [
      ...['-m', 'pip', 'download', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:'],
      ...['--platform', 'manylinux2014_x86_64', '--implementation', 'cp', '--python-version', '3.11'],
      ...['--dest', home, `${WHEEL.package}==${WHEEL.version}`],
    ],
    // A person sees pip's progress bar.
    { quiet: !process.stdout.isTTY },
  );
  if (result.code !== 0) return result;
  const hash = createHash('sha256');
  await pipeline(createReadStream(wheel), hash);
  const digest = hash.digest('hex');
  return digest === WHEEL.sha256
    ? result
    : { code: 1, output: `${WHEEL.file} has the SHA-256 ${digest}, not ${WHEEL.sha256}.` };
}

const UNPACK = `
import sys, zipfile
wanted = ('tensorflow/libtensorflow_', 'tensorflow/include/tensorflow/c/', 'tensorflow/include/tensorflow/core/platform/',
          'tensorflow/include/tsl/c/', 'tensorflow/include/tsl/platform/')
with zipfile.ZipFile(sys.argv[1]) as wheel:
    wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if name.startswith(wanted)])
`;

/** Lays library and headers out where binding.gyp looks for them; -ltensorflow then finds the library under its name in the wheel. */
async function unpackWheel() {
  const result = await run('python3', ['-c', UNPACK, wheel, home], { quiet: true });
  if (result.code !== 0) return result;
  const unpacked = join(home, 'tensorflow');
  const deps = join(tfjsNode, 'deps');
  mkdirSync(join(deps, 'lib'), { recursive: true });
  renameSync(join(unpacked, 'include'), join(deps, 'include'));
  for (const [link, name] of [
    ['libtensorflow.so', 'libtensorflow_cc.so.2'],
    ['libtensorflow_framework.so', 'libtensorflow_framework.so.2'],
  ]) {
    renameSync(join(unpacked, name), join(deps, 'lib', name));
    symlinkSync(name, join(deps, 'lib', link));
  }
  rmSync(unpacked, { recursive: true });
  rmSync(wheel);
  return result;
}

function buildBinding() {
  const node = dirname(dirname(process.execPath));
  // Without headers beside this Node, node-gyp downloads them.
  const headers = existsSync(join(node, 'include/node/node_api.h'));
  return run('npm', ['--prefix', tfjsNode, 'run', 'build-addon-from-source'], {
    quiet: true,
    env: headers ? { npm_config_nodedir: node } : {},
  });
}

/** With ones for image and filter, the gradient counts how often each weight meets the 3x3 image. */
const CHECK = `
const tf = require('node:module').createRequire(process.argv[1])('@tensorflow/tfjs-node');
const response = (filter) => tf.conv2d(tf.ones([1, 3, 3, 1]), filter, 1, 'same').sum();
const gradient = tf.grad(response)(tf.ones([3, 3, 1, 1])).dataSync();
if (tf.getBackend() !== 'tensorflow') throw new Error('TensorFlow.js chose the backend ' + tf.getBackend());
if (gradient.join() !== '4,6,4,6,9,6,4,6,4') throw new Error('The gradient is wrong: ' + gradient.join());
`;

const check = () =>
  run(process.execPath, ['-e', CHECK, join(home, 'package.json')], {
    quiet: true,
    env: { TF_CPP_MIN_LOG_LEVEL: '2' },
  });

const print = fingerprint(['scripts/tensorflow.mjs', 'package-lock.json']);
if (upToDate('tensorflow/stamp', print)) {
  await step(`TensorFlow ${WHEEL.version}`, async () => ({ code: 0, skipped: true }));
} else {
  const reason = await missing();
  if (reason) fail(reason);
  rmSync(home, { recursive: true, force: true });
  await must(`@tensorflow/tfjs-node ${TFJS_NODE}`, installPackage, 'Check the network');
  await must(`${WHEEL.package} ${WHEEL.version}, 207 MB`, downloadWheel, 'Check the network');
  await must('Library and headers, 620 MB', unpackWheel, 'Check the free disk space');
  await must('Binding', buildBinding, "Check that the C++ compiler and Node's headers are complete");
  await must('Gradient of a convolution', check, 'This processor or system may be too old for the library');
  stamp('tensorflow/stamp', print);
}
console.log(
  `TensorFlow ${WHEEL.version} is ready for @tensorflow/tfjs-node ${TFJS_NODE} in ${relative(root, home)}.`,
);
