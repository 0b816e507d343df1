/** settings.json in the data folder. A file that cannot be used is kept under another name, and Facet starts with the first settings. */
import { createHash } from 'node:crypto';
import type { Settings } from '../../contract/api.ts';
import {
  decodeSettings,
  DEFAULT_SETTINGS,
  encodeSettings,
  type SettingsVault,
} from '../../core/shell/settings.ts';
import type { Result } from '../../contract/result.ts';
import type { Store } from '../../core/ports.ts';

export const SETTINGS_FILE = 'settings.json';
const ASIDE = 'settings-aside-';

export class SettingsFile implements SettingsVault {
  constructor(
    private readonly store: Store,
    /** What holds until somebody changes it. */
    private readonly first: Settings = DEFAULT_SETTINGS,
  ) {}

  async load(): Promise<{ settings: Settings; warning?: string }> {
    const bytes = await this.store.read(SETTINGS_FILE);
    if (!bytes.ok) return { settings: this.first, warning: bytes.message };
    if (!bytes.value) return { settings: this.first };
    const settings = decodeSettings(bytes.value);
    if (settings.ok) return { settings: settings.value };
    // Named by its content: the same file set aside twice is kept once, and none overwrites another.
    const aside = `${ASIDE}${createHash('sha256').update(bytes.value).digest('hex').slice(0, 16)}.json`;
    const kept = await this.store.write(aside, bytes.value);
    if (kept.ok) await this.store.remove(SETTINGS_FILE);
    const where = kept.ok ? `It is kept as ${aside} in the data folder` : 'It stays where it is';
    return {
      settings: this.first,
      warning: `${settings.message}. ${where}; Facet starts with its first settings: look through them.`,
    };
  }

  save(settings: Settings): Promise<Result<void>> {
    return this.store.write(SETTINGS_FILE, encodeSettings(settings));
  }

  async remove(): Promise<Result<void>> {
    const asides = await this.store.list(ASIDE);
    if (!asides.ok) return asides;
    for (const name of [...asides.value, SETTINGS_FILE]) {
      const removed = await this.store.remove(name);
      if (!removed.ok) return removed;
    }
    return { ok: true, value: undefined };
  }
}
