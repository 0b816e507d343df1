import { fail } from '../../contract/result.ts';
import type { Failure } from '../../contract/result.ts';

/** ANOTHER stands for what they may choose instead. */
const REMEDIES: Record<string, string> = {
  ENOENT: 'the folder is gone, or the one above it takes nothing new; make it again or choose ANOTHER',
  EACCES: 'it belongs to somebody else; change its owner or mode, or choose ANOTHER',
  EPERM: 'the system does not permit it; change its owner or mode, or choose ANOTHER',
  EROFS: 'the disk is read-only; remount it or choose ANOTHER',
  ENOSPC: 'the disk is full; free some space and try again',
  EDQUOT: 'your disk quota is used up; free some space and try again',
  EFBIG: 'a file may not grow that large here; raise the limit or choose ANOTHER',
  ENOTDIR: 'a part of the path is a file; move that file or choose ANOTHER',
  EEXIST: 'a file stands where the folder should be; move it or choose ANOTHER',
  EISDIR: 'a folder stands where the file should be; move that folder away',
  ELOOP: 'it is a symbolic link, which Facet does not follow; replace it by the file itself',
  EMFILE: 'too many files are open; close some programs and try again',
};

/**
 * What an I/O error on `target` means to a person: `store-unwritable`, with the path and what to do.
 * @param another what they may choose instead
 */
export function fileFailure(
  doing: string,
  target: string,
  error: unknown,
  another = 'another folder with --data',
): Failure {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  const remedy = (REMEDIES[code] ?? 'check the disk or choose ANOTHER').replace('ANOTHER', another);
  return fail('store-unwritable', `Cannot ${doing} ${target} (${code}): ${remedy}.`);
}
