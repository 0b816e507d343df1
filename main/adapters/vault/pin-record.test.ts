import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileStore } from '../store/file-store.ts';
import { PinRecords } from './pin-record.ts';
import { temporaryStore, unwrap } from './vault-test-support.ts';

let store: FileStore;
let folder: string;
let dispose: () => void;
let pins: PinRecords;
beforeEach(async () => {
  ({ store, folder, dispose } = await temporaryStore());
  pins = new PinRecords(store, { N: 2 ** 15, r: 8, p: 1 });
});
afterEach(() => dispose());

const FILE = 'pin-ada.json';
const record = () => JSON.parse(fs.readFileSync(path.join(folder, FILE), 'utf8')) as Record<string, unknown>;

describe('a PIN record', () => {
  it('knows the right PIN from every other, in the next process too', async () => {
    unwrap(await pins.set('ada', '480913'));
    const next = new PinRecords(store);
    expect(unwrap(await next.verify('ada', '480913'))).toBe(true);
    for (const pin of ['480914', '0480913', '4809130', '48091', '', '9'.repeat(1000)])
      expect(unwrap(await next.verify('ada', pin))).toBe(false);
  });

  it('costs at least scrypt N=2^15, r=8 by default, with a salt of its own for the same PIN', async () => {
    const strong = new PinRecords(store);
    unwrap(await strong.set('ada', '480913'));
    const first = record();
    unwrap(await strong.set('ada', '480913'));
    expect(record()).toMatchObject({ version: 1, kdf: 'scrypt', r: 8 });
    expect(record()['N']).toBeGreaterThanOrEqual(2 ** 15);
    expect(record()['salt']).not.toBe(first['salt']);
    expect(record()['hash']).not.toBe(first['hash']);
  });

  it('is not written for a PIN that is not allowed', async () => {
    expect(await pins.set('ada', '48091')).toMatchObject({ ok: false, code: 'pin-too-short' });
    expect(await pins.set('ada', '123456')).toMatchObject({ ok: false, code: 'bad-argument' });
    expect(unwrap(await pins.exists('ada'))).toBe(false);
    expect(await pins.verify('ada', '123456')).toMatchObject({ ok: false, code: 'not-enrolled' });
  });

  it('belongs to one user', async () => {
    unwrap(await pins.set('ada', '480913'));
    unwrap(await pins.set('bob', '777123'));
    expect(unwrap(await pins.verify('bob', '480913'))).toBe(false);
    unwrap(await pins.remove('ada'));
    expect(await pins.verify('ada', '480913')).toMatchObject({ code: 'not-enrolled' });
    expect(unwrap(await pins.verify('bob', '777123'))).toBe(true);
  });

  it.each<[string, (good: Record<string, unknown>) => unknown]>([
    ['empty', () => ''],
    ['of another version', (good) => ({ ...good, version: 2 })],
    ['made cheap to guess', (good) => ({ ...good, N: 2 })],
    ['made to eat all memory', (good) => ({ ...good, N: 2 ** 30 })],
    ['with a cost that scrypt does not have', (good) => ({ ...good, N: 2 ** 15 + 1 })],
    ['with a short hash', (good) => ({ ...good, hash: 'AAAA' })],
    ['without salt', (good) => ({ ...good, salt: '' })],
  ])('is refused when it is %s', async (_, change) => {
    unwrap(await pins.set('ada', '480913'));
    const changed = change(record());
    await store.write(FILE, Buffer.from(typeof changed === 'string' ? changed : JSON.stringify(changed)));
    const failure = await pins.verify('ada', '480913');
    expect(failure).toMatchObject({ ok: false, code: 'store-altered' });
    expect(failure).toHaveProperty('message', expect.stringContaining(FILE));
  });
});
