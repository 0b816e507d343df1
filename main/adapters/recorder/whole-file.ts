import { rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { exists } from './recording-file.ts';

/** The name of a file while it is not whole. */
export const partOf = (path: string): string => `${path}.part`;

/**
 * Lets `write` make a file under another name, which gets its own once it is whole: whatever fails or dies in
 * between costs no earlier file.
 * @throws FacetError `bad-argument` where the file exists and may not be replaced; whatever `write` throws
 */
export async function wholeFile<T>(
  path: string,
  overwrite: boolean | undefined,
  write: (part: string) => Promise<T>,
): Promise<T> {
  if (!overwrite && existsSync(path)) throw exists(path);
  const part = partOf(path);
  try {
    const written = await write(part);
    await rename(part, path);
    return written;
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
