import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { acquireFolderLock } from './folder-lock.ts';

let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'facet-lock-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  fs.rmSync(folder, { recursive: true, force: true });
});

/** Another process that takes the folder when told and says what it got. */
const TAKER = `
  import { acquireFolderLock } from ${JSON.stringify(new URL('./folder-lock.ts', import.meta.url).href)};
  process.on('message', async () => process.send((await acquireFolderLock(process.argv[1])).ok));
  process.send('ready');`;

async function taker(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', TAKER, folder], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  children.push(child);
  await once(child);
  return child;
}

const once = (child: ChildProcess) => new Promise<unknown>((resolve) => child.once('message', resolve));
const take = (child: ChildProcess) => {
  const answer = once(child);
  child.send('take');
  return answer;
};
const stale = (holder: unknown) => fs.writeFileSync(path.join(folder, 'folder.lock'), JSON.stringify(holder));

it('a second taker is told who holds the folder and what to do, until it is released', async () => {
  const first = await acquireFolderLock(folder);
  const second = await acquireFolderLock(folder);
  expect(second).toMatchObject({ ok: false, code: 'busy' });
  expect(second).toHaveProperty(
    'message',
    expect.stringMatching(new RegExp(`process ${process.pid}.*--data`)),
  );
  if (first.ok) await first.value.release();
  const third = await acquireFolderLock(folder);
  expect(third.ok).toBe(true);
  if (first.ok) await first.value.release(); // a second release must not free somebody else's lock
  expect((await acquireFolderLock(folder)).ok).toBe(false);
});

it('a killed holder does not keep the folder, and of several takers one gets it', async () => {
  const holder = await taker();
  expect(await take(holder)).toBe(true);
  const takers = await Promise.all([taker(), taker(), taker()]);
  expect(await Promise.all(takers.map(take))).toEqual([false, false, false]);
  const gone = new Promise((resolve) => holder.once('close', resolve));
  holder.kill('SIGKILL');
  await gone;
  expect((await Promise.all(takers.map(take))).filter(Boolean)).toHaveLength(1);
});

it.each([
  ['empty', ''],
  ['damaged', '{"pid":'],
  ['of nobody', '{"pid":-1,"token":"x"}'],
])('a lock file that is %s is taken over', async (_, content) => {
  fs.writeFileSync(path.join(folder, 'folder.lock'), content);
  expect((await acquireFolderLock(folder)).ok).toBe(true);
});

it.runIf(process.platform === 'linux')(
  'a process number that was given to another process is not the holder',
  async () => {
    stale({ pid: process.pid, started: 'another boot 42', token: 'x' });
    expect((await acquireFolderLock(folder)).ok).toBe(true);
  },
);

it('a take-over that died is cleared', async () => {
  stale({ pid: 2 ** 30, token: 'x' });
  const guard = path.join(folder, 'folder.lock.takeover');
  fs.mkdirSync(guard);
  fs.utimesSync(guard, new Date(0), new Date(0));
  expect((await acquireFolderLock(folder)).ok).toBe(true);
});

it('a folder that is not there is named', async () => {
  const failure = await acquireFolderLock(path.join(folder, 'missing'));
  expect(failure).toMatchObject({ ok: false, code: 'store-unwritable' });
  expect(failure).toHaveProperty('message', expect.stringContaining('missing'));
});
