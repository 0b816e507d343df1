import { describe, expect, it } from 'vitest';
import { readdirSync } from 'node:fs';
import { chooseKeySource } from './choose-key-source.ts';
import { eraseData } from './erase-data.ts';
import { LateGalleries } from './late-galleries.ts';
import { PinRecords } from './pin-record.ts';
import { keychains, MemoryKeychain, syntheticGallery, temporaryStore, unwrap } from './vault-test-support.ts';

describe('erasing', () => {
  it('forgets the mark of somebody who deleted all looks before', async () => {
    const { store, folder, dispose } = await temporaryStore();
    const keychain = new MemoryKeychain();
    const keys = { store, folder, keychains: keychains(keychain) };
    const vault = new LateGalleries(keys);
    for (const user of ['ada', 'bob']) {
      unwrap(await vault.save(syntheticGallery(user)));
      unwrap(await vault.remove(user));
    }
    for (const name of ['pin-ada.json', 'lock-bob.json']) unwrap(await store.write(name, Uint8Array.of(1)));
    unwrap(await eraseData(keys));
    expect([...keychain.secrets.keys()]).toEqual([]);
    dispose();
  });

  it.each([true, false])(
    'leaves no gallery, PIN, setting or key, with a keychain: %s',
    async (withKeychain) => {
      const { store, folder, dispose } = await temporaryStore();
      const keychain = new MemoryKeychain();
      const keys = { store, folder, keychains: withKeychain ? keychains(keychain) : keychains() };
      const vault = new LateGalleries(keys);
      unwrap(await vault.save(syntheticGallery('ada')));
      unwrap(await new PinRecords(store, { N: 2 ** 15, r: 8, p: 1 }).set('ada', '271828'));
      for (const name of ['lock-ada.json', 'settings.json', 'settings-aside-1.json', 'aside-1.sealed'])
        unwrap(await store.write(name, Uint8Array.of(1)));
      unwrap(await eraseData(keys));
      expect(readdirSync(folder)).toEqual([]);
      expect(keychain.secrets.size).toBe(0);
      expect(await chooseKeySource(keys)).toMatchObject({ ok: true });
      vault.reopen();
      expect(await vault.load('ada')).toEqual({ ok: true, value: undefined });
      // A new enrolment is sealed with a new key.
      unwrap(await vault.save(syntheticGallery('ada')));
      expect(await vault.users()).toEqual({ ok: true, value: ['ada'] });
      dispose();
    },
  );
});
