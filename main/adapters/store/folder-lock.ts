/**
 * One Facet process per data folder: two would overwrite each other's galleries and double the free misses.
 * The lock is a file that appears complete (hard link from a temporary file) and names its holder; where the holder is
 * gone (no such process, or the process number was given to another that started later) it is taken over.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fail, ok } from '../../contract/result.ts';
import type { Result } from '../../contract/result.ts';
import { fileFailure } from './file-failure.ts';

const LOCK = 'folder.lock';
/** Exists for the moment in which a stale lock is removed, so that two takers cannot remove each other's new lock. */
const TAKING_OVER = 'folder.lock.takeover';
/** A take-over lasts microseconds; one this old belonged to a process that died in it. Milliseconds. */
const TAKE_OVER_DIED = 10_000;

interface Holder {
  readonly pid: number;
  /** When the process started, as the system counts it; undefined where it cannot be told. */
  readonly started: string | undefined;
  readonly token: string;
}

export interface FolderLock {
  /** Gives the folder free; a second call does nothing. */
  release(): Promise<void>;
}

/** Takes the folder, or fails with `busy` (another process holds it) or `store-unwritable`. */
export async function acquireFolderLock(folder: string): Promise<Result<FolderLock>> {
  const file = path.join(path.resolve(folder), LOCK);
  const mine: Holder = {
    pid: process.pid,
    started: await startOf(process.pid),
    token: randomBytes(12).toString('hex'),
  };
  const temporary = path.join(path.dirname(file), `.tmp-${mine.token}`);
  try {
    await fs.writeFile(temporary, JSON.stringify(mine), { mode: 0o600, flag: 'wx' });
    for (let attempt = 0; attempt < 50; attempt++) {
      try {
        await appear(temporary, file);
        return ok({ release: () => release(file, mine) });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const text = await fs.readFile(file, 'utf8').catch(() => undefined);
      if (text === undefined) continue; // released in between
      const holder = parse(text);
      if (holder && (await isAlive(holder)))
        return fail(
          'busy',
          `Another Facet (process ${holder.pid}) is using ${path.dirname(file)}; close it or choose another folder with --data. If that process is no Facet, remove ${LOCK} there.`,
        );
      await takeOver(file, text);
    }
    return fail('busy', `Another Facet is starting in ${path.dirname(file)}; try again in a moment.`);
  } catch (error) {
    return fileFailure('write', file, error);
  } finally {
    await fs.rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** Makes the lock visible at once and whole; file systems without hard links (FAT) get it written in place. */
async function appear(temporary: string, file: string): Promise<void> {
  try {
    await fs.link(temporary, file);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
    await fs.copyFile(temporary, file, fs.constants.COPYFILE_EXCL);
  }
}

/** Removes the lock if it still is the stale one that was seen. */
async function takeOver(file: string, seen: string): Promise<void> {
  const guard = path.join(path.dirname(file), TAKING_OVER);
  try {
    await fs.mkdir(guard);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const stat = await fs.stat(guard).catch(() => undefined);
    if (stat && Date.now() - stat.mtimeMs > TAKE_OVER_DIED) await fs.rmdir(guard).catch(() => undefined);
    else await new Promise((resolve) => setTimeout(resolve, 20));
    return;
  }
  try {
    if ((await fs.readFile(file, 'utf8').catch(() => undefined)) === seen) await fs.rm(file, { force: true });
  } finally {
    await fs.rmdir(guard).catch(() => undefined);
  }
}

async function release(file: string, mine: Holder): Promise<void> {
  const text = await fs.readFile(file, 'utf8').catch(() => '');
  if (parse(text)?.token === mine.token) await fs.rm(file, { force: true });
}

function parse(text: string): Holder | undefined {
  try {
    const value = JSON.parse(text) as Partial<Holder> | null;
    if (!Number.isSafeInteger(value?.pid) || value!.pid! <= 0 || typeof value!.token !== 'string')
      return undefined;
    return value as Holder;
  } catch {
    return undefined;
  }
}

async function isAlive(holder: Holder): Promise<boolean> {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const started = await startOf(holder.pid);
  return started === undefined || holder.started === undefined || started === holder.started;
}

/**
 * Boot id and start time in ticks since boot (field 22 of /proc/PID/stat, proc(5)); undefined off Linux. A zombie counts
 * as gone: it holds nothing.
 */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await fs.readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in brackets and may hold spaces and brackets of its own.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const boot = (await fs.readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    return fields[0] === 'Z' ? 'gone' : `${boot} ${fields[19]}`;
  } catch {
    return undefined;
  }
}
