/** Where the program's own files are: beside the bundles in out/, beside the sources, and in a packaged app's resources. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** The folder above this one that holds models and assets. */
function projectRoot(): string {
  let folder = here;
  while (!existsSync(join(folder, 'models', 'manifest.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`Facet's models folder is not above ${here}`);
    folder = parent;
  }
  return folder;
}

/** The bundles: this one's own folder; a packaged app keeps them elsewhere than its models. */
const bundles = (): string => (basename(here) === 'out' ? here : join(projectRoot(), 'out'));

export const modelsFolder = (): string => join(projectRoot(), 'models');
export const assetsFolder = (): string => join(projectRoot(), 'assets');
/** An addon with its prebuilt binaries: `freenect1`, … */
export const nativeFolder = (name: string): string => join(projectRoot(), 'native', name);
/** A bundled host: `cli`, `pipeline`, … */
export const hostFile = (name: string): string => join(bundles(), `${name}.js`);
/** The package beside which `scripts/tensorflow.mjs` installs. */
export const tensorflowPackage = (): string =>
  join(projectRoot(), 'node_modules/.cache/facet/tensorflow/package.json');
/** What Electron puts before the page. */
export const preloadFile = (): string => join(bundles(), 'preload.cjs');
/** The built page. */
export const pageFolder = (): string => join(bundles(), 'page');
export const packageFile = (): string => join(bundles(), '..', 'package.json');
