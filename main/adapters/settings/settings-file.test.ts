import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, encodeSettings } from '../../core/shell/settings.ts';
import { temporaryStore } from '../vault/vault-test-support.ts';
import { SETTINGS_FILE, SettingsFile } from './settings-file.ts';

const changed = { ...DEFAULT_SETTINGS, idleLockMinutes: 60 };
const text = (content: string) => new TextEncoder().encode(content);

const disposals: (() => void)[] = [];
afterEach(() => {
  for (const dispose of disposals.splice(0)) dispose();
});

async function settingsIn(content?: Uint8Array) {
  const { store, dispose } = await temporaryStore();
  disposals.push(dispose);
  if (content) await store.write(SETTINGS_FILE, content);
  return { store, file: new SettingsFile(store) };
}

describe('the settings file', () => {
  it('begins with the first settings, without a warning, and keeps what is saved', async () => {
    const { store, file } = await settingsIn();
    expect(await file.load()).toEqual({ settings: DEFAULT_SETTINGS });
    expect(await file.save(changed)).toMatchObject({ ok: true });
    expect(await new SettingsFile(store).load()).toEqual({ settings: changed });
  });

  it.each([
    ['cut short', encodeSettings(changed).slice(0, 40)],
    ['hostile', text('{"version":1,"settings":{"constructor":{}}}')],
    ['of a newer Facet', text('{"version":7,"settings":{"new":true}}')],
  ])('that is %s is kept aside with a warning, and never stands in the way', async (_what, content) => {
    const { store, file } = await settingsIn(content);
    const { settings, warning } = await file.load();
    expect(settings).toEqual(DEFAULT_SETTINGS);
    const aside = /settings-aside-[0-9a-f]{16}\.json/.exec(warning ?? '')?.[0];
    expect(await store.read(aside!)).toEqual({ ok: true, value: content });
    expect(await file.save(changed)).toMatchObject({ ok: true });
    expect(await file.load()).toEqual({ settings: changed });
    await file.remove();
    expect(await store.list('settings')).toEqual({ ok: true, value: [] });
  });
});
