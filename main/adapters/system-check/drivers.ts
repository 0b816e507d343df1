/** Whether what a driver stands on is installed. Nothing is loaded into this process: a library that crashes must not take the shell along. */
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import nodeGypBuild from 'node-gyp-build';
import type { DriverName, SensorTrouble } from '../../contract/states/sensors.ts';
import { nativeFolder } from '../program-files.ts';
import { probeFreenect2 } from '../sensors/freenect2/freenect2-probe.ts';

/** What is missing of each driver; nothing where it is whole. */
export type MissingDrivers = Readonly<Partial<Record<DriverName, Omit<SensorTrouble, 'blocks'>>>>;

type Missing = MissingDrivers[DriverName];

export async function missingDrivers(platform: NodeJS.Platform = process.platform): Promise<MissingDrivers> {
  const missing: Record<string, Missing> =
    platform === 'win32'
      ? { kinect2: await kinect2Lacks() }
      : { freenect: await freenectLacks(platform), freenect2: await freenect2Lacks(platform) };
  return Object.fromEntries(Object.entries(missing).filter(([, lack]) => lack !== undefined));
}

async function kinect2Lacks(): Promise<Missing> {
  try {
    createRequire(import.meta.url).resolve('kinect2');
  } catch {
    return {
      what: 'The npm package kinect2 is not installed.',
      remedy: 'Run npm ci on this Windows machine.',
    };
  }
  const runtime = join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'Kinect20.dll');
  if (await exists(runtime)) return undefined;
  return {
    what: 'The Kinect runtime is not installed.',
    remedy:
      'Install the Kinect for Windows Runtime 2.0 (or its SDK) from Microsoft, then start Windows again.',
  };
}

async function freenectLacks(platform: NodeJS.Platform): Promise<Missing> {
  if (!isBuilt('freenect1'))
    return {
      what: `Facet's addon for it is not built for this system.`,
      remedy: 'Install a C++ compiler and Python 3, then run npm run setup.',
    };
  const named = process.env['FACET_FREENECT'];
  if (named ? await exists(named) : await hasLibrary('freenect', platform)) return undefined;
  if (named)
    return {
      what: `FACET_FREENECT names ${named}, which is not there.`,
      remedy: `Correct the path, or unset it to use the system's libfreenect.`,
    };
  return {
    what: 'libfreenect is not installed.',
    remedy:
      platform === 'darwin'
        ? 'Install it: brew install libfreenect.'
        : 'Install it: sudo apt-get install libfreenect0.5 (Debian, Ubuntu) or sudo dnf install libfreenect (Fedora).',
  };
}

async function freenect2Lacks(platform: NodeJS.Platform): Promise<Missing> {
  if (isBuilt('freenect2')) {
    const loaded = await probeFreenect2();
    if (loaded.kind !== 'fails') return undefined;
    return {
      what: `libfreenect2 cannot be loaded (${loaded.why}).`,
      remedy: 'Put it back where it was, or install it again, then run npm run build:freenect2.',
    };
  }
  const library = await hasLibrary('freenect2', platform);
  return {
    what: library ? `Facet's addon for libfreenect2 is not built.` : 'libfreenect2 is not installed.',
    remedy: library
      ? 'Install its headers and pkg-config, a C++ compiler and Python 3, then run npm run build:freenect2.'
      : 'Build and install libfreenect2 0.2.1 (docs/hardware.md says how), then run npm run build:freenect2.',
  };
}

/** Whether the loader would find an addon: built here, or prebuilt for this system. */
function isBuilt(addon: string): boolean {
  try {
    nodeGypBuild.path(nativeFolder(addon));
    return true;
  } catch {
    return false;
  }
}

/** Homebrew's folders are not on every loader's path. */
export const MAC_FOLDERS = ['/opt/homebrew/lib', '/usr/local/lib', '/opt/local/lib'];

async function hasLibrary(name: string, platform: NodeJS.Platform): Promise<boolean> {
  if (platform === 'darwin') {
    const files = MAC_FOLDERS.map((folder) => join(folder, `lib${name}.dylib`));
    return (await Promise.all(files.map(exists))).includes(true);
  }
  // The loader's own index; its program is on no ordinary user's path.
  const index = await promisify(execFile)('/sbin/ldconfig', ['-p']).catch(() => ({ stdout: '' }));
  return index.stdout.includes(`lib${name}.so`);
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
