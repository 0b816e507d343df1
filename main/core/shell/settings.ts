/** What a person may set, what it is at first, and how it is kept: small JSON, nothing secret. */
import { z } from 'zod';
import { settingsSchema, type Settings } from '../../contract/api.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import { DEFAULT_SENSITIVITY } from '../judge/policy.ts';

export const DEFAULT_SETTINGS: Settings = {
  sensitivity: DEFAULT_SENSITIVITY,
  attentionRequired: true,
  idleLockMinutes: 5,
  sensor: 'simulated',
  startAtLogin: false,
  theme: 'system',
  adaptation: true,
};

/** Keeps the settings; reading never fails, so that the lock screen always comes up. */
export interface SettingsVault {
  /** @returns the settings, and a sentence where they are the first ones because the file could not be used */
  load(): Promise<{ readonly settings: Settings; readonly warning?: string }>;
  save(settings: Settings): Promise<Result<void>>;
  remove(): Promise<Result<void>>;
}

/** The change that a caller asks for; a key that is left out, or undefined, stays. */
export type SettingsChange = { readonly [K in keyof Settings]?: Settings[K] | undefined };

export function changeSettings(before: Settings, change: SettingsChange): Settings {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  return { ...before, ...Object.fromEntries(given) };
}

/** Whether somebody at an open screen must not do this without the PIN. */
export function weakens(before: Settings, after: Settings): boolean {
  // Never (0) is the longest time.
  const idle = ({ idleLockMinutes }: Settings) => (idleLockMinutes === 0 ? Infinity : idleLockMinutes);
  return (
    after.sensitivity > before.sensitivity ||
    (before.attentionRequired && !after.attentionRequired) ||
    idle(after) > idle(before) ||
    after.sensor !== before.sensor ||
    (before.startAtLogin && !after.startAtLogin) ||
    (!before.adaptation && after.adaptation)
  );
}

const VERSION = 1;
const header = z.object({ version: z.int().positive() });
const file = z.strictObject({
  version: z.literal(VERSION),
  // A file from before there was adaptation has no word on it.
  settings: settingsSchema.extend({ adaptation: z.boolean().default(DEFAULT_SETTINGS.adaptation) }),
});

export const encodeSettings = (settings: Settings): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify({ version: VERSION, settings }, undefined, 2)}\n`);

/** Strict: anything but settings as written is refused. The failure says whether a newer Facet wrote them. */
export function decodeSettings(bytes: Uint8Array): Result<Settings> {
  const damaged = fail('store-altered', 'The settings file is cut short or altered');
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return damaged;
  }
  const parsed = file.safeParse(json);
  if (parsed.success) return ok(parsed.data.settings);
  const { success, data } = header.safeParse(json);
  return success && data.version > VERSION
    ? fail('store-altered', 'The settings file was written by a newer Facet')
    : damaged;
}
