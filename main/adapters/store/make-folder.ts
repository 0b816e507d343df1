import { existsSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { FacetError } from '../../contract/result.ts';
import { fileFailure } from './file-failure.ts';

/**
 * Makes a folder and those above it that are missing. Node 20's own recursive mkdir never returns where an existing folder
 * denies that it exists to whoever writes into it, as those below /proc do.
 * @throws the system's error
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  try {
    await mkdir(path, mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || existsSync(parent)) throw error;
    await makeFolder(parent, mode);
    await makeFolder(path, mode);
  }
}

/** The same for a folder that somebody named. @throws FacetError `store-unwritable`, which says what to do */
export async function makeNamedFolder(path: string): Promise<void> {
  try {
    await makeFolder(resolve(path));
  } catch (cause) {
    const { message } = fileFailure('make the folder', path, cause, 'another folder');
    throw new FacetError('store-unwritable', message, { cause });
  }
}
