import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../../core/random.ts';
import { FileStore } from './file-store.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'facet-store-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const posix = process.platform !== 'win32';
const text = (value: string) => new TextEncoder().encode(value);
const mode = (file: string) => fs.statSync(file).mode & 0o777;

async function open(at = path.join(folder, 'data')): Promise<FileStore> {
  const store = await FileStore.open(at);
  if (!store.ok) throw new Error(store.message);
  return store.value;
}

describe('the file store', () => {
  it('gives back what was written last, and nothing for what never was', async () => {
    const store = await open();
    await store.write('a.json', text('old'));
    await store.write('a.json', text('new'));
    expect(await store.read('a.json')).toEqual({ ok: true, value: text('new') });
    expect(await store.read('b.json')).toEqual({ ok: true, value: undefined });
  });

  it('keeps nothing of a removed file, and removing twice is no failure', async () => {
    const store = await open();
    await store.write('a', text('x'));
    expect((await store.remove('a')).ok && (await store.remove('a')).ok).toBe(true);
    expect(fs.readdirSync(store.folder)).toEqual([]);
  });

  it('lists names by prefix, sorted, without strangers in the folder', async () => {
    const store = await open();
    for (const name of ['gallery-b', 'gallery-a', 'pin-a']) await store.write(name, text('x'));
    fs.writeFileSync(path.join(store.folder, 'Notes of mine.txt'), '');
    fs.mkdirSync(path.join(store.folder, 'gallery-folder'));
    expect(await store.list('gallery-')).toEqual({ ok: true, value: ['gallery-a', 'gallery-b'] });
  });

  it.each(['', '.', '..', '../x', 'a/b', 'a\\b', '.hidden', 'UPPER', 'nul\0', 'a b', 'ü', 'x'.repeat(241)])(
    'refuses the name %j and touches nothing',
    async (name) => {
      const store = await open();
      for (const result of [
        await store.read(name),
        await store.write(name, text('x')),
        await store.remove(name),
      ])
        expect(result).toMatchObject({ ok: false, code: 'bad-argument' });
      expect(fs.readdirSync(folder)).toEqual(['data']);
      expect(fs.readdirSync(store.folder)).toEqual([]);
    },
  );

  it.runIf(posix)(
    'lets nobody else read: 0700 for the folder, 0600 for files, also where they were wider',
    async () => {
      const data = path.join(folder, 'data');
      fs.mkdirSync(data, { mode: 0o755 });
      const store = await open(data);
      await store.write('a', text('x'));
      fs.chmodSync(path.join(data, 'a'), 0o644);
      await store.write('a', text('y'));
      expect([mode(data), mode(path.join(data, 'a'))]).toEqual([0o700, 0o600]);
    },
  );

  it.runIf(posix)('does not follow a link planted in the folder', async () => {
    const store = await open();
    const outside = path.join(folder, 'outside');
    fs.writeFileSync(outside, 'secret');
    fs.symlinkSync(outside, path.join(store.folder, 'a'));
    expect(await store.read('a')).toMatchObject({ ok: false, code: 'store-unwritable' });
    await store.write('a', text('mine'));
    expect(fs.readFileSync(outside, 'utf8')).toBe('secret');
    expect(await store.read('a')).toEqual({ ok: true, value: text('mine') });
  });

  it('clears temporary files that a crash left behind, not those of a write under way', async () => {
    const store = await open();
    const [old, young] = ['0'.repeat(24), '1'.repeat(24)].map((id) => path.join(store.folder, `.tmp-${id}`));
    for (const file of [old, young]) fs.writeFileSync(file, '');
    fs.utimesSync(old, new Date(0), new Date(0));
    await open();
    expect(fs.readdirSync(store.folder)).toEqual([path.basename(young)]);
  });

  it('refuses a file far too large to be a gallery before reading it', async () => {
    const store = await open();
    fs.writeFileSync(path.join(store.folder, 'a'), '');
    fs.truncateSync(path.join(store.folder, 'a'), 65 * 1024 * 1024);
    expect(await store.read('a')).toMatchObject({ ok: false, code: 'store-altered' });
  });
});

describe('a data folder that cannot be written', () => {
  it('is named, with the remedy, when the path is a file', async () => {
    const file = path.join(folder, 'file');
    fs.writeFileSync(file, '');
    for (const at of [file, path.join(file, 'below')]) {
      const failure = await FileStore.open(at);
      expect(failure).toMatchObject({ ok: false, code: 'store-unwritable' });
      expect(failure).toHaveProperty('message', expect.stringContaining(at));
      expect(failure).toHaveProperty('message', expect.stringContaining('--data'));
    }
  });

  it.skipIf(process.platform !== 'linux')(
    'is named, with the remedy, where no folder can be made',
    async () => {
      const failed = await FileStore.open('/proc/nowhere/facet');
      expect(failed).toMatchObject({ code: 'store-unwritable' });
      expect(!failed.ok && failed.message).toMatch(/\/proc\/nowhere.*--data/);
    },
  );

  it('is named, with the remedy, when a folder stands where the file should be', async () => {
    const store = await open();
    fs.mkdirSync(path.join(store.folder, 'a'));
    const failure = await store.write('a', text('x'));
    expect(failure).toMatchObject({ ok: false, code: 'store-unwritable' });
    expect(fs.readdirSync(store.folder)).toEqual(['a']);
  });

  it.runIf(posix)(
    'is named, with the remedy, when it is read-only; the old content can still be read',
    async () => {
      const store = await open();
      await store.write('a', text('old'));
      const root = process.geteuid!() === 0;
      if (root) fs.chmodSync(folder, 0o755);
      if (root) for (const at of [store.folder, path.join(store.folder, 'a')]) fs.chownSync(at, 65534, 65534);
      fs.chmodSync(store.folder, 0o500);
      if (root) process.seteuid!(65534);
      try {
        const failure = await store.write('a', text('new'));
        expect(failure).toMatchObject({ ok: false, code: 'store-unwritable' });
        expect(failure).toHaveProperty('message', expect.stringMatching(/EACCES.*owner/));
        expect(await store.read('a')).toEqual({ ok: true, value: text('old') });
      } finally {
        if (root) process.seteuid!(0);
        fs.chmodSync(store.folder, 0o700);
      }
    },
  );

  it('is named, with the remedy, when the disk is full; the old content stays', async ({ skip }) => {
    const disk = path.join(folder, 'disk');
    fs.mkdirSync(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', disk], { stdio: 'ignore' });
    } catch {
      return skip('a small disk can only be mounted by root on Linux');
    }
    try {
      const store = await open(path.join(disk, 'data'));
      await store.write('a', text('old'));
      const failure = await store.write('a', new Uint8Array(200_000));
      expect(failure).toMatchObject({ ok: false, code: 'store-unwritable' });
      expect(failure).toHaveProperty('message', expect.stringMatching(/ENOSPC.*free some space/));
      expect(await store.read('a')).toEqual({ ok: true, value: text('old') });
      expect(fs.readdirSync(store.folder)).toEqual(['a']);
    } finally {
      execFileSync('umount', ['-l', disk]);
    }
  });
});

describe('a process killed while it writes', () => {
  /** Writes generation after generation: 40 kB of one letter and a length, so that a mixture shows. */
  const WRITER = `
    import { FileStore } from ${JSON.stringify(new URL('./file-store.ts', import.meta.url).href)};
    const store = (await FileStore.open(process.argv[1])).value;
    for (let n = Number(process.argv[2]); n < 1e6; n++) {
      const bytes = new Uint8Array(40_000 + (n % 7)).fill(n % 251);
      const result = await store.write('gallery', bytes);
      if (!result.ok) throw new Error(result.message);
      process.send(n);
    }`;

  it('leaves the last finished file or the next one, whole, every time', async () => {
    const store = await open();
    const random = new Random('kill');
    let finished = 0;
    for (let life = 0; life < 6; life++) {
      const goal = finished + 8 + random.below(12);
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', '--input-type=module', '-e', WRITER, store.folder, String(finished + 1)],
        { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
      );
      await new Promise<void>((resolve) => {
        child.on('message', (n) => {
          finished = n as number;
          // A little later than the message, so that the kill falls into the next write.
          if (finished === goal) setTimeout(() => child.kill('SIGKILL'), random.uniform() * 4);
        });
        child.on('close', () => resolve());
      });
      const file = await store.read('gallery');
      if (!file.ok || !file.value) throw new Error('the file is gone');
      const bytes = file.value;
      expect(new Set(bytes).size).toBe(1);
      const next = [finished, finished + 1].find(
        (n) => bytes[0] === n % 251 && bytes.length === 40_000 + (n % 7),
      );
      expect(next, `generation ${finished} or the one after`).toBeDefined();
      finished = next!;
    }
    expect(finished).toBeGreaterThan(40);
  });
});
