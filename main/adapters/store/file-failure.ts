import { fail } from '../../contract/result.ts';
import type { Failure } from '../../contract/result.ts';

const REMEDIES: Record<string, string> = {
  EACCES: 'it belongs to somebody else; change its owner or mode, or choose another folder with --data',
  EPERM: 'the system does not permit it; change its owner or mode, or choose another folder with --data',
  EROFS: 'the disk is read-only; remount it or choose another folder with --data',
  ENOSPC: 'the disk is full; free some space and try again',
  EDQUOT: 'your disk quota is used up; free some space and try again',
  EFBIG: 'a file may not grow that large here; raise the limit or choose another folder with --data',
  ENOTDIR: 'a part of the path is a file; move that file or choose another folder with --data',
  EEXIST: 'a file stands where the folder should be; move it or choose another folder with --data',
  EISDIR: 'a folder stands where the file should be; move that folder away',
  ELOOP: 'it is a symbolic link, which Facet does not follow; replace it by the file itself',
  EMFILE: 'too many files are open; close some programs and try again',
};

/** What an I/O error on `target` means to a person: `store-unwritable`, with the path and what to do. */
export function fileFailure(doing: string, target: string, error: unknown): Failure {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  const remedy = REMEDIES[code] ?? 'check the disk or choose another folder with --data';
  return fail('store-unwritable', `Cannot ${doing} ${target} (${code}): ${remedy}.`);
}
