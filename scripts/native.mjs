/** Builds our own addons (native/). `npm run build:freenect1` makes the prebuilt file that is committed. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root, run, tool } from './steps.mjs';

/** Node's headers where they came with it; node-gyp fetches them otherwise. */
function headers() {
  const beside = resolve(dirname(process.execPath), '..');
  return existsSync(join(beside, 'include/node/node_api.h')) ? { npm_config_nodedir: beside } : {};
}

/** What an addon is made of: its own files, then those that addons share. */
const sourcesOf = (name) =>
  [name, 'shared'].flatMap((folder) =>
    readdirSync(join(root, 'native', folder))
      .filter((file) => /\.(gyp|cc|h)$/.test(file))
      .sort()
      .map((file) => join(root, 'native', folder, file)),
  );

/** SHA-256 of the sources: kept beside a prebuilt file, it tells whether that is theirs. */
const sourcesHash = (name) =>
  sourcesOf(name)
    .reduce((hash, file) => hash.update(readFileSync(file)), createHash('sha256'))
    .digest('hex');

/** A prebuilt file for this system, good for Node and Electron alike: `native/NAME/prebuilds/PLATFORM-ARCH/NAME.node`. */
async function prebuild(name) {
  const folder = join(root, 'native', name);
  const result = await run(
    tool('prebuildify'),
    ['--napi', '--strip', '--name', name, '--target', process.version, '--cwd', folder],
    { quiet: true, env: headers() },
  );
  if (result.code !== 0) return result;
  // The loader would prefer what the build left behind.
  rmSync(join(folder, 'build'), { recursive: true });
  writeFileSync(
    join(folder, 'prebuilds', `${process.platform}-${process.arch}`, 'sources.sha256'),
    `${sourcesHash(name)}\n`,
  );
  return result;
}

/** Builds an addon where none is there for this system. */
export async function build(name) {
  const folder = join(root, 'native', name);
  const there = ['build/Release', `prebuilds/${process.platform}-${process.arch}`].some((place) =>
    existsSync(join(folder, place, `${name}.node`)),
  );
  if (there) return { code: 0, skipped: true };
  return run(tool('node-gyp'), ['rebuild', '--directory', folder], { quiet: true, env: headers() });
}

/** Beside libfreenect2, which most systems must build themselves: nothing that others could use. */
async function buildBesideFreenect2() {
  const { code } = await run('pkg-config', ['--exists', 'freenect2'], { quiet: true });
  if (code !== 0)
    return {
      code,
      output:
        'pkg-config does not find freenect2. Build and install libfreenect2 0.2.1 (docs/hardware.md says how), or set PKG_CONFIG_PATH.',
    };
  return run(tool('node-gyp'), ['rebuild', '--directory', join(root, 'native', 'freenect2')], {
    quiet: true,
    env: headers(),
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const name = process.argv[2];
  const { code, output } = await (name === 'freenect2' ? buildBesideFreenect2() : prebuild(name));
  if (code !== 0) console.error(output);
  process.exitCode = code;
}
