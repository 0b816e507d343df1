/**
 * The vault against a real Secret Service: gnome-keyring on a session bus and in a home of its own, so that it meets
 * nobody's keychain. Needs the packages of scripts/system-packages.mjs, and is skipped with the reason without them.
 */
import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Keychain } from './keychain.ts';
import { openKeyring } from './keyring.ts';
import { openKeytar } from './keytar.ts';

const run = promisify(execFile);
let home: string;
beforeAll(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'facet-secrets-'));
});
afterAll(() => fs.rmSync(home, { recursive: true, force: true }));

/** Why the test cannot run here, or undefined. */
async function obstacle(kind: Keychain['kind']): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'the Secret Service is of Linux';
  for (const program of ['gnome-keyring-daemon', 'dbus-run-session'])
    try {
      execFileSync('which', [program], { stdio: 'ignore' });
    } catch {
      return `${program} is not installed (packages gnome-keyring and dbus-daemon)`;
    }
  const opened = await (kind === 'keytar' ? openKeytar() : openKeyring());
  return opened.ok ? undefined : opened.message;
}

const module = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);

/** What a Facet process does with its vault; prints one line of JSON. Only the named package may be used. */
const PROGRAM = `
  import { isDeepStrictEqual } from 'node:util';
  import { chooseKeySource } from ${module('./choose-key-source.ts')};
  import { openKeyring } from ${module('./keyring.ts')};
  import { openKeytar } from ${module('./keytar.ts')};
  import { keychainFailure } from ${module('./keychain.ts')};
  import { PinRecords } from ${module('./pin-record.ts')};
  import { SealedGalleries } from ${module('./sealed-gallery.ts')};
  import { syntheticGallery } from ${module('./vault-test-support.ts')};
  import { FileStore } from ${module('../store/file-store.ts')};
  const [folder, kind, task] = process.argv.slice(1);
  const store = (await FileStore.open(folder)).value;
  const no = (kind) => async () => keychainFailure(kind, 'left out of this test');
  const keychains = { keytar: no('keytar'), keyring: no('keyring'), [kind]: kind === 'keytar' ? openKeytar : openKeyring };
  const pins = new PinRecords(store, { N: 2 ** 15, r: 8, p: 1 });
  const chosen = await chooseKeySource({ store, folder, keychains });
  let loaded;
  if (chosen.ok) {
    const vault = new SealedGalleries(store, chosen.value);
    if (task === 'enrol') { await pins.set('ada', '480913'); await vault.save(syntheticGallery('ada')); }
    loaded = await vault.load('ada');
  }
  console.log(JSON.stringify({
    kind: chosen.ok ? chosen.value.source.kind : undefined,
    version: loaded?.ok ? loaded.value?.version : undefined,
    same: loaded?.ok ? isDeepStrictEqual(loaded.value, { ...syntheticGallery('ada'), version: 1 }) : false,
    code: chosen.ok ? loaded.code : chosen.code,
    message: chosen.ok ? loaded.message : chosen.message,
    pin: (await pins.verify('ada', '480913')).value,
  }));
  process.exit(0);`;

const UNLOCKED =
  'printf %s "$KEYRING_PASSWORD" | gnome-keyring-daemon --unlock --components=secrets >/dev/null';
const PROCESS = `"$NODE" --import tsx --input-type=module -e "$PROGRAM" "$HOME/data"`;

/** Runs the lines in one desktop session (a bus and its keyring daemon, both ended with it); one answer for each process. */
async function session(kind: Keychain['kind'], ...lines: string[]): Promise<Record<string, unknown>[]> {
  const own = path.join(home, kind);
  fs.mkdirSync(path.join(own, 'run'), { recursive: true, mode: 0o700 });
  const env = {
    PATH: process.env['PATH'],
    NODE: process.execPath,
    PROGRAM,
    KEYRING_PASSWORD: 'login password',
    HOME: own,
    XDG_RUNTIME_DIR: path.join(own, 'run'),
  };
  const script = lines.join('\n');
  const { stdout } = await run('dbus-run-session', ['--', 'sh', '-c', script], { env, timeout: 50_000 });
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe.sequential.each(['keyring', 'keytar'] as const)('the Secret Service through %s', (kind) => {
  const sealed = { kind, version: 1, same: true, pin: true };

  it('keeps the key where another process finds it', async ({ skip }) => {
    const reason = await obstacle(kind);
    if (reason) return skip(reason);
    const answers = await session(kind, UNLOCKED, `${PROCESS} ${kind} enrol`, `${PROCESS} ${kind} load`);
    expect(answers).toEqual([sealed, sealed]);
    expect(fs.existsSync(path.join(home, kind, 'data', 'vault.key'))).toBe(false);
  });

  it('keeps the key over a restart of the bus and its daemon', async ({ skip }) => {
    const reason = await obstacle(kind);
    if (reason) return skip(reason);
    expect(await session(kind, UNLOCKED, `${PROCESS} ${kind} load`)).toEqual([sealed]);
  });

  it('says that the keychain is locked, replaces nothing, and lets the PIN work', async ({ skip }) => {
    const reason = await obstacle(kind);
    if (reason) return skip(reason);
    const [answer] = await session(kind, `${PROCESS} ${kind} load`);
    expect(answer).toMatchObject({ same: false, code: 'key-unavailable', pin: true });
    expect(answer['message']).toMatch(/unlock (it|the keychain)/);
    expect(await session(kind, UNLOCKED, `${PROCESS} ${kind} load`)).toEqual([sealed]);
  });
});

it('never takes the kernel keyring for a keychain: it forgets at the next start', async ({ skip }) => {
  const reason = await obstacle('keyring');
  if (reason) return skip(reason);
  const own = path.join(home, 'none');
  fs.mkdirSync(own, { mode: 0o700 });
  // No bus at all: the package's own choice would be the kernel's keyring.
  const { stdout } = await run(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', PROGRAM, path.join(own, 'data'), 'keyring', 'enrol'],
    { env: { PATH: process.env['PATH'], HOME: own, DBUS_SESSION_BUS_ADDRESS: `unix:path=${own}/none` } },
  );
  expect(JSON.parse(stdout)).toMatchObject({ kind: 'key-file', same: true });
});
