import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileStore } from '../store/file-store.ts';
import { chooseKeySource, renewKeySource } from './choose-key-source.ts';
import type { KeySourceOptions } from './choose-key-source.ts';
import { keychains, MemoryKeychain, temporaryStore, unwrap } from './vault-test-support.ts';

let store: FileStore;
let folder: string;
let dispose: () => void;
beforeEach(async () => {
  ({ store, folder, dispose } = await temporaryStore());
});
afterEach(() => dispose());

const choose = (options: Partial<KeySourceOptions> = {}) =>
  chooseKeySource({ store, folder, keychains: keychains(), ...options });
const keyOf = async (options: Partial<KeySourceOptions> = {}) =>
  unwrap(await unwrap(await choose(options)).source.key());
const phrase = (text: string) => async () => text;
const PHRASE = phrase('correct horse battery staple');

describe('the first choice of a key source', () => {
  it.each([
    ['keytar', ['keytar', 'keyring']],
    ['keyring', ['keyring']],
  ] as const)('is %s when %j work', async (kind, working) => {
    const given = keychains(...working.map((name) => new MemoryKeychain(name)));
    const { source } = unwrap(await choose({ keychains: given, passphrase: PHRASE }));
    expect(source).toMatchObject({ kind });
    expect(source.warning).toBeUndefined();
    expect(unwrap(await source.key())).toHaveLength(32);
  });

  it.each(['locked', 'forgetful'] as const)('passes over a keychain that is %s', async (flaw) => {
    const broken = new MemoryKeychain('keytar');
    broken[flaw] = true;
    const given = keychains(broken, new MemoryKeychain('keyring'));
    expect(unwrap(await choose({ keychains: given })).source.kind).toBe('keyring');
  });

  it('is the passphrase without a keychain, and the key file without either; both warn', async () => {
    const { source } = unwrap(await choose({ passphrase: PHRASE }));
    expect(source.kind).toBe('passphrase');
    expect(source.warning).toContain('hard to guess');
    const other = await temporaryStore();
    const file = unwrap(await choose(other)).source;
    expect(file.kind).toBe('key-file');
    expect(file.warning).toContain(path.join(other.folder, 'vault.key'));
    other.dispose();
  });

  it('leaves no probe behind in the keychain', async () => {
    const keychain = new MemoryKeychain();
    await choose({ keychains: keychains(keychain) });
    expect([...keychain.secrets.keys()]).toEqual([expect.stringMatching(/^key-[0-9a-f]{32}$/)]);
  });

  it('refuses a short passphrase rather than falling back to a key file', async () => {
    expect(await choose({ passphrase: phrase('short') })).toMatchObject({ ok: false, code: 'bad-argument' });
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it('gives two folders different keys in one keychain', async () => {
    const given = keychains(new MemoryKeychain());
    const other = await temporaryStore();
    expect(await keyOf({ keychains: given })).not.toEqual(await keyOf({ ...other, keychains: given }));
    other.dispose();
  });

  it('is not made where galleries lie without their vault.json', async () => {
    await store.write('gallery-ada.sealed', new Uint8Array(9));
    expect(await choose()).toMatchObject({ ok: false, code: 'key-unavailable' });
    expect(fs.readdirSync(folder)).toEqual(['gallery-ada.sealed']);
  });
});

describe('the remembered key source', () => {
  it('gives the same key again, and stays when something better appears', async () => {
    const key = await keyOf();
    expect(await keyOf({ keychains: keychains(new MemoryKeychain('keytar')), passphrase: PHRASE })).toEqual(
      key,
    );
  });

  it('gives the same key for the same passphrase, and key-unavailable for another one or none', async () => {
    const key = await keyOf({ passphrase: PHRASE });
    expect(await keyOf({ passphrase: PHRASE })).toEqual(key);
    for (const passphrase of [phrase('incorrect horse battery'), async () => undefined]) {
      const failure = await unwrap(await choose({ passphrase })).source.key();
      expect(failure).toMatchObject({ ok: false, code: 'key-unavailable' });
      expect(failure).toHaveProperty('message', expect.stringContaining('FACET_PASSPHRASE'));
    }
  });

  it('is not replaced when its keychain is locked, gone, emptied, or holds another key', async () => {
    const keychain = new MemoryKeychain();
    const key = await keyOf({ keychains: keychains(keychain) });
    const before = fs.readFileSync(path.join(folder, 'vault.json'));
    const failing = async (given: KeySourceOptions['keychains']) => {
      const chosen = await choose({ keychains: given!, passphrase: PHRASE });
      const result = chosen.ok ? await chosen.value.source.key() : chosen;
      expect(result).toMatchObject({ ok: false, code: 'key-unavailable' });
      expect(result).toHaveProperty('message', expect.stringMatching(/PIN/));
    };
    await failing(keychains(new MemoryKeychain('keytar')));
    keychain.locked = true;
    await failing(keychains(keychain));
    keychain.locked = false;
    const [[account, secret]] = [...keychain.secrets] as [[string, string]];
    keychain.secrets.set(account, Buffer.alloc(32).toString('base64'));
    await failing(keychains(keychain));
    keychain.secrets.delete(account);
    await failing(keychains(keychain));
    keychain.secrets.set(account, secret);
    expect(await keyOf({ keychains: keychains(keychain) })).toEqual(key);
    expect(fs.readFileSync(path.join(folder, 'vault.json'))).toEqual(before);
  });

  it.each(['', '{', '{"version":2}', '{"version":1,"id":"../x","kind":"key-file","check":""}'])(
    'is not guessed from a damaged vault.json: %j',
    async (text) => {
      await store.write('vault.json', Buffer.from(text));
      expect(await choose()).toMatchObject({ ok: false, code: 'key-unavailable' });
    },
  );

  it('refuses a missing, cut or exchanged key file', async () => {
    await keyOf();
    for (const bytes of [undefined, new Uint8Array(31), new Uint8Array(32)]) {
      await (bytes ? store.write('vault.key', bytes) : store.remove('vault.key'));
      expect(await unwrap(await choose()).source.key()).toMatchObject({ ok: false, code: 'key-unavailable' });
    }
  });

  it('says that the key file is missing, also where it goes right after it was read', async () => {
    await keyOf();
    const gone = await temporaryStore();
    const { source } = unwrap(await choose({ folder: gone.folder }));
    const missing = {
      ok: false,
      message: expect.stringMatching(/vault\.key is missing: restore it/) as string,
    };
    expect(await source.key()).toMatchObject(missing);
    await store.remove('vault.key');
    expect(await unwrap(await choose()).source.key()).toMatchObject(missing);
    gone.dispose();
  });

  it.runIf(process.platform !== 'win32')(
    'keeps the key file from others, and refuses one that others may read',
    async () => {
      await keyOf();
      const file = path.join(folder, 'vault.key');
      expect(fs.statSync(file).mode & 0o777).toBe(0o600);
      fs.chmodSync(file, 0o640);
      const failure = await unwrap(await choose()).source.key();
      expect(failure).toHaveProperty('message', expect.stringContaining('chmod 600'));
    },
  );
});

it('a renewed key is another one, and what is needed to go back is kept', async () => {
  const key = await keyOf();
  const renewed = unwrap(await renewKeySource({ store, folder, keychains: keychains() }));
  expect(unwrap(await renewed.source.key())).not.toEqual(key);
  const old = fs.readdirSync(folder).filter((name) => name.startsWith('vault-old-'));
  expect(old.map((name) => path.extname(name)).sort()).toEqual(['.json', '.key']);
  expect(
    fs.readFileSync(
      path.join(
        folder,
        old.find((name) => name.endsWith('.key'))!,
      ),
    ),
  ).toEqual(Buffer.from(key));
});
