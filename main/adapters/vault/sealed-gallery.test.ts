import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fail } from '../../contract/result.ts';
import type { FileStore } from '../store/file-store.ts';
import { chooseKeySource, renewKeySource } from './choose-key-source.ts';
import { SealedGalleries } from './sealed-gallery.ts';
import { keychains, MemoryKeychain, syntheticGallery, temporaryStore, unwrap } from './vault-test-support.ts';

let store: FileStore;
let folder: string;
let dispose: () => void;
let keychain: MemoryKeychain;
let vault: SealedGalleries;
const FILE = 'gallery-ada.sealed';
const ada = syntheticGallery('ada');

async function openVault(options: { withKeychain: boolean } = { withKeychain: true }) {
  const given = options.withKeychain ? keychains(keychain) : keychains();
  return new SealedGalleries(store, unwrap(await chooseKeySource({ store, folder, keychains: given })));
}

beforeEach(async () => {
  ({ store, folder, dispose } = await temporaryStore());
  keychain = new MemoryKeychain();
  vault = await openVault();
});
afterEach(() => dispose());

const bytesOf = (name = FILE) => fs.readFileSync(path.join(folder, name));
const asides = () => fs.readdirSync(folder).filter((name) => name.startsWith('aside-'));

/** Loading must refuse, say what to do, and keep the file both in place and aside. */
async function refuses(bytes: Uint8Array, user = 'ada', name = FILE) {
  await store.write(name, bytes);
  const failure = await vault.load(user);
  expect(failure).toMatchObject({ ok: false, code: 'store-altered' });
  expect(failure).toHaveProperty(
    'message',
    expect.stringMatching(/enter the PIN and enrol .* again.*kept as aside-/),
  );
  expect(bytesOf(name)).toEqual(Buffer.from(bytes));
  expect(asides().map((aside) => bytesOf(aside))).toContainEqual(Buffer.from(bytes));
}

describe('a sealed gallery', () => {
  it('comes back as it was saved, also in the next process, and counts its versions', async () => {
    const first = unwrap(await vault.save(ada));
    expect(first).toEqual({ ...ada, version: 1 });
    const again = await openVault();
    expect(unwrap(await again.load('ada'))).toEqual(first);
    expect(unwrap(await again.save(first)).version).toBe(2);
  });

  it('is absent for a user who never enrolled, and lists those who did', async () => {
    expect(unwrap(await vault.load('bob'))).toBeUndefined();
    for (const user of ['Zoë', 'ada']) unwrap(await vault.save(syntheticGallery(user)));
    expect(unwrap(await vault.users())).toEqual(['Zoë', 'ada']);
  });

  it('looks different each time it is saved, the same gallery too', async () => {
    unwrap(await vault.save(ada));
    const first = bytesOf();
    unwrap(await vault.save(ada));
    expect(bytesOf().subarray(-60)).not.toEqual(first.subarray(-60));
  });

  it('is refused with any byte changed', async () => {
    unwrap(await vault.save(ada));
    const sealed = bytesOf();
    // All of the header, nonce and tag, and every 97th byte of the rest.
    for (let at = 0; at < sealed.length; at += at < 60 || at > sealed.length - 20 ? 1 : 97) {
      const bytes = Buffer.from(sealed);
      bytes[at] ^= 1 << (at % 8);
      await store.write(FILE, bytes);
      expect(await vault.load('ada')).toMatchObject({ ok: false, code: 'store-altered' });
    }
  });

  it('is refused when cut at any length, empty, or longer than it was', async () => {
    unwrap(await vault.save(ada));
    const sealed = bytesOf();
    for (const length of [0, 1, 8, 11, 30, 60, sealed.length - 17, sealed.length - 1])
      await refuses(sealed.subarray(0, length));
    await refuses(Buffer.concat([sealed, Buffer.of(0)]));
  });

  it("is refused in another user's place", async () => {
    unwrap(await vault.save(ada));
    await refuses(bytesOf(), 'bob', 'gallery-bob.sealed');
  });

  it('is refused on another machine, which has another key', async () => {
    unwrap(await vault.save(ada));
    const sealed = bytesOf();
    const other = await temporaryStore();
    await other.store.write(FILE, sealed);
    await other.store.write('vault.json', Buffer.from(bytesOf('vault.json')));
    const chosen = await chooseKeySource({ ...other, keychains: keychains(new MemoryKeychain()) });
    expect(await new SealedGalleries(other.store, unwrap(chosen)).load('ada')).toMatchObject({
      code: 'key-unavailable',
    });
    other.dispose();
  });

  it('that cannot be opened is kept aside when a new enrolment takes its place', async () => {
    unwrap(await vault.save(ada));
    const broken = bytesOf().subarray(5);
    await store.write(FILE, broken);
    expect(unwrap(await vault.save(ada)).version).toBe(2);
    expect(asides().map((name) => bytesOf(name))).toEqual([broken]);
    expect((await vault.load('ada')).ok).toBe(true);
  });

  it('is not overwritten while its key is unavailable', async () => {
    unwrap(await vault.save(ada));
    const sealed = bytesOf();
    keychain.locked = true;
    const next = await openVault();
    expect(await next.load('ada')).toMatchObject({ ok: false, code: 'key-unavailable' });
    expect(await next.save(ada)).toMatchObject({ ok: false, code: 'key-unavailable' });
    expect(bytesOf()).toEqual(sealed);
  });

  it('is not taken for a rollback when a keychain locks itself and answers nothing', async () => {
    unwrap(await vault.save(unwrap(await vault.save(ada))));
    unwrap(await vault.load('ada'));
    const secrets = [...keychain.secrets];
    keychain.secrets.clear();
    expect(await vault.load('ada')).toMatchObject({ ok: false, code: 'key-unavailable' });
    expect(asides()).toEqual([]);
    for (const [account, secret] of secrets) keychain.secrets.set(account, secret);
    expect((await vault.load('ada')).ok).toBe(true);
  });

  it('is kept aside before a new enrolment takes its place where its mark is damaged', async () => {
    const whole = unwrap(await vault.save(ada));
    const sealed = bytesOf();
    for (const name of keychain.secrets.keys())
      if (name.startsWith('version-')) keychain.secrets.set(name, 'x');
    await refuses(sealed);
    unwrap(await vault.save({ ...whole, templates: [] }));
    expect(asides().map((name) => bytesOf(name))).toEqual([sealed]);
  });

  it('is not there when the first save could not be marked, and as it was saved when a later one could not', async () => {
    const chosen = unwrap(await chooseKeySource({ store, folder, keychains: keychains(keychain) }));
    const write = async () => fail('key-unavailable', 'The keychain takes nothing.');
    const unmarked = new SealedGalleries(store, { ...chosen, marks: { ...chosen.marks, write } });
    expect(await unmarked.save(ada)).toMatchObject({ ok: false, code: 'key-unavailable' });
    expect(unwrap(await vault.users())).toEqual([]);
    const saved = unwrap(await vault.save(ada));
    expect(await unmarked.save(saved)).toMatchObject({ ok: false, code: 'key-unavailable' });
    expect((await vault.load('ada')).ok).toBe(true);
  });

  it('is no rollback when it is saved while it is loaded, and absent when it is removed meanwhile', async () => {
    const chosen = unwrap(await chooseKeySource({ store, folder, keychains: keychains(keychain) }));
    let first = unwrap(await vault.save(ada));
    let meanwhile = async () => void (first = unwrap(await vault.save(first)));
    const read = async (user: string) => {
      await meanwhile();
      return chosen.marks.read(user);
    };
    const disturbed = new SealedGalleries(store, { ...chosen, marks: { ...chosen.marks, read } });
    expect(unwrap(await disturbed.load('ada'))?.version).toBe(2);
    meanwhile = async () => void unwrap(await vault.remove('ada'));
    expect(unwrap(await disturbed.load('ada'))).toBeUndefined();
    expect(asides()).toEqual([]);
  });

  it('refuses a user name that no file can have', async () => {
    for (const user of ['', 'x'.repeat(300), '名'.repeat(60)])
      expect(await vault.save(syntheticGallery(user))).toMatchObject({ ok: false, code: 'bad-argument' });
  });

  it('refuses to seal an embedding that is not a unit vector', async () => {
    const [template] = ada.templates;
    const broken = {
      ...ada,
      templates: [{ ...template, embeddings: new Map([['m', new Float32Array(4)]]) }],
    };
    expect(await vault.save(broken)).toMatchObject({ ok: false, code: 'bad-input' });
    expect(fs.existsSync(path.join(folder, FILE))).toBe(false);
  });
});

describe.each([{ withKeychain: true }, { withKeychain: false }])('rollback, %j', (options) => {
  beforeEach(async () => {
    dispose();
    ({ store, folder, dispose } = await temporaryStore());
    vault = await openVault(options);
  });

  it('is noticed when an older gallery is put back', async () => {
    const first = unwrap(await vault.save(ada));
    const old = bytesOf();
    unwrap(await vault.save(first));
    await refuses(old);
  });

  it('is noticed when a removed gallery is put back', async () => {
    unwrap(await vault.save(ada));
    const old = bytesOf();
    unwrap(await vault.remove('ada'));
    expect(unwrap(await vault.load('ada'))).toBeUndefined();
    await refuses(old);
    expect((await vault.save(ada)).ok).toBe(true);
    expect((await vault.load('ada')).ok).toBe(true);
  });

  it('is not seen in a save that was cut off before its mark was raised', async () => {
    const first = unwrap(await vault.save(ada));
    const mark = options.withKeychain
      ? [...keychain.secrets].find(([name]) => name.startsWith('version-'))!
      : bytesOf('version-ada');
    unwrap(await vault.save(first));
    if (Array.isArray(mark)) keychain.secrets.set(...mark);
    else await store.write('version-ada', mark);
    expect(unwrap(await vault.load('ada'))!.version).toBe(2);
  });

  it('is noticed when the mark is taken away, too', async () => {
    unwrap(await vault.save(unwrap(await vault.save(ada))));
    for (const name of keychain.secrets.keys())
      if (name.startsWith('version-')) keychain.secrets.delete(name);
    if (!options.withKeychain) await store.remove('version-ada');
    await refuses(bytesOf());
  });
});

it('a whole older folder put back is noticed with a keychain', async () => {
  const first = unwrap(await vault.save(ada));
  const backup = fs.readdirSync(folder).map((name) => [name, bytesOf(name)] as const);
  unwrap(await vault.save(first));
  for (const [name, bytes] of backup) await store.write(name, bytes);
  expect(await (await openVault()).load('ada')).toMatchObject({ ok: false, code: 'store-altered' });
});

it('a version mark kept in a file cannot be forged without the key', async () => {
  dispose();
  ({ store, folder, dispose } = await temporaryStore());
  vault = await openVault({ withKeychain: false });
  const first = unwrap(await vault.save(ada));
  const old = bytesOf();
  unwrap(await vault.save(first));
  await store.write(FILE, old);
  await store.write('version-ada', Buffer.from(bytesOf('version-ada').toString().replace(/^2/, '1')));
  expect(await vault.load('ada')).toMatchObject({ ok: false, code: 'store-altered' });
});

it.each([{ withKeychain: true }, { withKeychain: false }])(
  'a renewed key takes a new enrolment, and the old file is kept, %j',
  async (options) => {
    dispose();
    ({ store, folder, dispose } = await temporaryStore());
    vault = await openVault(options);
    unwrap(await vault.save(ada));
    const old = bytesOf();
    const given = options.withKeychain ? keychains(keychain) : keychains();
    const renewed = new SealedGalleries(
      store,
      unwrap(await renewKeySource({ store, folder, keychains: given })),
    );
    expect(await renewed.load('ada')).toMatchObject({ ok: false, code: 'store-altered' });
    unwrap(await renewed.save(ada));
    expect(asides().map((name) => bytesOf(name))).toEqual([old]);
    expect((await (await openVault(options)).load('ada')).ok).toBe(true);
  },
);
