import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { LockSession } from '../../core/lock/lock-session.ts';
import { systemClock } from '../clock/system-clock.ts';
import { chooseKeySource } from './choose-key-source.ts';
import { PinRecords } from './pin-record.ts';
import { SealedGalleries } from './sealed-gallery.ts';
import { keychains, syntheticGallery, temporaryStore, unwrap } from './vault-test-support.ts';

const PIN = '480913726';
const gallery = syntheticGallery('ada');

/** Everything that must not be on disk, as the bytes it would be there. */
function secrets(): [string, Buffer][] {
  const found: [string, Buffer][] = [
    ['the PIN', Buffer.from(PIN)],
    ['the PIN in UTF-16', Buffer.from(PIN, 'utf16le')],
  ];
  const models = [...gallery.templates, ...gallery.reliefs].flatMap(({ embeddings }) => [
    ...embeddings.values(),
  ]);
  for (const vector of models) {
    const bytes = Buffer.from(vector.buffer);
    for (let at = 0; at + 8 <= bytes.length; at += 8) found.push(['two floats', bytes.subarray(at, at + 8)]);
    found.push(['big-endian floats', Buffer.from(bytes).swap32().subarray(0, 8)]);
    // Base64 shows three bytes in four letters, so the bytes may begin at any of three places.
    for (const shift of [0, 1, 2])
      found.push(['floats in base64', Buffer.from(bytes.subarray(shift, shift + 24).toString('base64'))]);
    found.push(['floats in hexadecimal', Buffer.from(bytes.toString('hex').slice(0, 24))]);
    found.push(['a float in decimal', Buffer.from(String(vector[0]).slice(0, 10))]);
  }
  return [...found, ['the look', Buffer.from('with glasses')]];
}

const leaks = (folder: string) =>
  fs.readdirSync(folder).flatMap((name) => {
    const bytes = fs.readFileSync(path.join(folder, name));
    return secrets().flatMap(([what, secret]) => (bytes.includes(secret) ? [`${what} in ${name}`] : []));
  });

it.each(['key-file', 'passphrase'] as const)(
  'no template and no PIN lies in clear in the data folder (%s)',
  async (kind) => {
    const { store, folder, dispose } = await temporaryStore();
    const phrase = 'correct horse battery staple';
    const passphrase = async () => (kind === 'passphrase' ? phrase : undefined);
    const chosen = unwrap(await chooseKeySource({ store, folder, passphrase, keychains: keychains() }));
    expect(chosen.source.kind).toBe(kind);
    const pins = new PinRecords(store);
    const vault = new SealedGalleries(store, chosen);
    unwrap(await pins.set('ada', PIN));
    unwrap(await vault.save(gallery));
    const lock = await LockSession.open(
      { store, clock: systemClock, user: 'ada', enrolled: true },
      () => undefined,
    );
    unwrap(await lock.tryPin(() => pins.verify('ada', PIN)));
    // A damaged gallery that is put aside, and the next one.
    const sealed = unwrap(await store.read('gallery-ada.sealed'))!;
    await store.write('gallery-ada.sealed', sealed.subarray(0, 900));
    expect((await vault.load('ada')).ok).toBe(false);
    unwrap(await vault.save(gallery));

    expect(fs.readdirSync(folder).length).toBeGreaterThanOrEqual(5);
    expect(leaks(folder)).toEqual([]);
    for (const name of fs.readdirSync(folder))
      expect(fs.readFileSync(path.join(folder, name)).includes(Buffer.from(phrase))).toBe(false);

    // The search finds what it is looking for where it is.
    const { encodeGallery } = await import('../../core/people/gallery-codec.ts');
    await store.write('planted', Buffer.concat([unwrap(encodeGallery(gallery)), Buffer.from(PIN)]));
    expect(new Set(leaks(folder))).toEqual(
      new Set(['two floats in planted', 'the PIN in planted', 'the look in planted']),
    );
    dispose();
  },
);
