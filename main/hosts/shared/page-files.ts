/** The built page. Only files that lie in its folder can be asked for, by their exact names. */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

export interface PageFile {
  readonly bytes: Buffer;
  readonly type: string;
  /** Named by its content, so that it never changes. */
  readonly immutable: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

export class PageFiles {
  constructor(private readonly folder: string) {}

  /** @param path of the URL, such as `/assets/index-1a2b.js`; undefined where the page has no such file */
  async file(path: string): Promise<PageFile | undefined> {
    const name = path === '/' ? 'index.html' : path.slice(1);
    const type = TYPES[extname(name)];
    // Looked up among what is there, never joined first: no name can leave the folder.
    const names = await readdir(this.folder, { recursive: true }).catch(() => []);
    if (type === undefined || !names.map((entry) => entry.replaceAll('\\', '/')).includes(name))
      return undefined;
    const bytes = await readFile(join(this.folder, name)).catch(() => undefined);
    return bytes && { bytes, type, immutable: name.startsWith('assets/') };
  }
}
