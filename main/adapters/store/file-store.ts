/**
 * Files by name in one folder. A write goes to a temporary file in the same folder, is flushed, renamed over the old
 * file, and the folder is flushed: after a crash or power cut at any instant the name holds the old or the new bytes.
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fail, ok } from '../../contract/result.ts';
import type { Result } from '../../contract/result.ts';
import type { Store } from '../../core/ports.ts';
import { fileFailure } from './file-failure.ts';
import { makeFolder } from './make-folder.ts';

/** Lower case only, so that names stay distinct where the file system ignores case; no leading dot, no separator. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,239}$/;
const TEMPORARY = /^\.tmp-[0-9a-f]{24}$/;
/** Far above any gallery; a file beyond it is not ours and would only fill the memory. */
const LARGEST = 64 * 1024 * 1024;
/** A temporary file this old was left by a crash, not by a write under way. Milliseconds. */
const LEFT_BEHIND = 3_600_000;
/** POSIX only: a link planted in the folder must not lead reads elsewhere. */
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;

export class FileStore implements Store {
  private constructor(readonly folder: string) {}

  /** Makes the folder (0700; an existing one is narrowed to 0700) and clears what a crash left behind. */
  static async open(folder: string): Promise<Result<FileStore>> {
    const absolute = path.resolve(folder);
    try {
      await makeFolder(absolute, 0o700);
    } catch (error) {
      return fileFailure('make the data folder', absolute, error);
    }
    // On a read-only disk the store still reads: the PIN must work there.
    await fs.chmod(absolute, 0o700).catch(() => undefined);
    await clearLeftBehind(absolute);
    return ok(new FileStore(absolute));
  }

  async read(name: string): Promise<Result<Uint8Array | undefined>> {
    const target = this.locate(name);
    if (!target.ok) return target;
    try {
      const file = await fs.open(target.value, constants.O_RDONLY | NO_FOLLOW);
      try {
        const { size } = await file.stat();
        if (size > LARGEST)
          return fail(
            'store-altered',
            `${target.value} is too large to be Facet's; move it away and enrol again.`,
          );
        return ok(new Uint8Array(await file.readFile()));
      } finally {
        await file.close();
      }
    } catch (error) {
      return isMissing(error) ? ok(undefined) : fileFailure('read', target.value, error);
    }
  }

  async write(name: string, bytes: Uint8Array): Promise<Result<void>> {
    const target = this.locate(name);
    if (!target.ok) return target;
    const temporary = path.join(this.folder, `.tmp-${randomBytes(12).toString('hex')}`);
    try {
      const file = await fs.open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await fs.rename(temporary, target.value);
      await this.flush();
      return ok(undefined);
    } catch (error) {
      await fs.rm(temporary, { force: true }).catch(() => undefined);
      return fileFailure('write', target.value, error);
    }
  }

  async remove(name: string): Promise<Result<void>> {
    const target = this.locate(name);
    if (!target.ok) return target;
    try {
      await fs.unlink(target.value);
      await this.flush();
    } catch (error) {
      if (!isMissing(error)) return fileFailure('remove', target.value, error);
    }
    return ok(undefined);
  }

  /** Names that begin with `prefix`, sorted; other things in the folder are not Facet's and not listed. */
  async list(prefix: string): Promise<Result<string[]>> {
    try {
      const entries = await fs.readdir(this.folder, { withFileTypes: true });
      const names = entries
        .filter((entry) => entry.isFile() && NAME.test(entry.name))
        .map(({ name }) => name);
      return ok(names.filter((name) => name.startsWith(prefix)).sort());
    } catch (error) {
      return isMissing(error) ? ok([]) : fileFailure('list', this.folder, error);
    }
  }

  private locate(name: string): Result<string> {
    if (NAME.test(name)) return ok(path.join(this.folder, name));
    return fail(
      'bad-argument',
      `"${name}" cannot be a file name in ${this.folder}: use a-z, 0-9, '.', '_' and '-'.`,
    );
  }

  /** Makes a rename outlive a power cut. Windows cannot open folders and journals renames itself. */
  private async flush(): Promise<void> {
    if (process.platform === 'win32') return;
    const folder = await fs.open(this.folder, constants.O_RDONLY);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

async function clearLeftBehind(folder: string): Promise<void> {
  const names = await fs.readdir(folder).catch(() => []);
  for (const name of names.filter((entry) => TEMPORARY.test(entry))) {
    const file = path.join(folder, name);
    const stat = await fs.stat(file).catch(() => undefined);
    if (stat && Date.now() - stat.mtimeMs > LEFT_BEHIND)
      await fs.rm(file, { force: true }).catch(() => undefined);
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';
