import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { FacetError } from '../../contract/result.ts';

/** Opens an ordinary file for reading; throws FacetError `bad-input` for anything else, without waiting for a pipe's writer. */
export async function openInput(path: string): Promise<{ file: FileHandle; size: number }> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(
    (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'ENOENT' ? 'there is no such file' : (cause.code ?? cause.message);
      throw new FacetError('bad-input', `${path} cannot be opened: ${reason}.`, { cause });
    },
  );
  const stat = await file.stat();
  if (stat.isFile()) return { file, size: stat.size };
  await file.close();
  throw new FacetError('bad-input', `${path} is not a file.`);
}
