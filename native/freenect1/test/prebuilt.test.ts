/** The addon as it is committed, without a device and without a library. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadFreenect } from '../../../main/adapters/sensors/freenect/freenect-addon.ts';

const folder = join(import.meta.dirname, '..');

describe('the prebuilt addon', () => {
  it.each(readdirSync(join(folder, 'prebuilds')))('for %s is built from the sources beside it', (system) => {
    const hash = createHash('sha256');
    for (const part of [folder, join(folder, '..', 'shared')])
      for (const file of readdirSync(part).sort())
        if (/\.(gyp|cc|h)$/.test(file)) hash.update(readFileSync(join(part, file)));
    const built = readFileSync(join(folder, 'prebuilds', system, 'sources.sha256'), 'utf8').trim();
    expect(built, 'run npm run build:freenect1').toBe(hash.digest('hex'));
  });

  it('loads without libfreenect, and says what the loader said of it', async () => {
    const addon = loadFreenect();
    const session = await new Promise<ReturnType<typeof addon.open>>((resolve) => {
      const opened = addon.open(['libnothing.so.1', 'libnothing.so.2'], '', false, () => resolve(opened));
    });
    expect(addon.take(session).state).toBe('over');
    const { stage, detail } = addon.why(session);
    expect(stage).toBe('library');
    expect(detail).toMatch(/libnothing\.so\.1.*; .*libnothing\.so\.2/);
  });

  it('refuses what is no session, in words', () => {
    const addon = loadFreenect();
    expect(() => addon.take({} as never)).toThrow('not a session');
    expect(() => addon.open(undefined as never, '', false, () => undefined)).toThrow('open(');
  });
});
