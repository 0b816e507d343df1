/** Where the program's own files are: beside the bundles in out/ and beside the sources alike. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'models', 'manifest.json'))) {
    const parent = dirname(folder);
    if (parent === folder)
      throw new Error(`Facet's models folder is not above ${fileURLToPath(import.meta.url)}`);
    folder = parent;
  }
  return folder;
}

export const modelsFolder = (): string => join(projectRoot(), 'models');
export const assetsFolder = (): string => join(projectRoot(), 'assets');
/** A bundled host: `cli`, `pipeline`, … */
export const hostFile = (name: string): string => join(projectRoot(), 'out', `${name}.js`);
/** What Electron puts before the page. */
export const preloadFile = (): string => join(projectRoot(), 'out', 'preload.cjs');
/** The built page. */
export const pageFolder = (): string => join(projectRoot(), 'out', 'page');
export const packageFile = (): string => join(projectRoot(), 'package.json');
