import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settingsSchema } from '../../contract/api.ts';
import { changeSettings, decodeSettings, DEFAULT_SETTINGS, encodeSettings, weakens } from './settings.ts';

const settings = fc.record({
  sensitivity: fc.constantFrom(1e-4 as const, 1e-5 as const),
  attentionRequired: fc.boolean(),
  idleLockMinutes: fc.integer({ min: 0, max: 240 }),
  sensor: fc.string({ minLength: 1, maxLength: 40 }),
  startAtLogin: fc.boolean(),
  theme: fc.constantFrom('system' as const, 'light' as const, 'dark' as const),
  adaptation: fc.boolean(),
});
const bytes = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));

describe('settings', () => {
  it('read back as written', () => {
    fc.assert(
      fc.property(settings, (some) => {
        expect(decodeSettings(encodeSettings(some))).toEqual({ ok: true, value: some });
      }),
    );
  });

  it('cut short anywhere, or with any byte changed, are either refused or whole', () => {
    const whole = encodeSettings(DEFAULT_SETTINGS);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.option(fc.nat(255)), (at, byte) => {
        const damaged = byte === null ? whole.slice(0, at) : whole.with(at, byte);
        const read = decodeSettings(damaged);
        if (read.ok) expect(settingsSchema.safeParse(read.value).success).toBe(true);
        else expect(read.code).toBe('store-altered');
      }),
    );
  });

  it.each([
    '',
    'null',
    '[]',
    '{"version":1}',
    '{"version":1,"settings":{"__proto__":{"sensitivity":1}}}',
    JSON.stringify({ version: 1, settings: { ...DEFAULT_SETTINGS, sensitivity: 1 } }),
    JSON.stringify({ version: 1, settings: { ...DEFAULT_SETTINGS, extra: true } }),
    JSON.stringify({ version: 1, settings: { ...DEFAULT_SETTINGS, sensor: 'x'.repeat(5000) } }),
    '['.repeat(100_000),
  ])('in a hostile file are refused', (text) => {
    expect(decodeSettings(new TextEncoder().encode(text))).toMatchObject({
      ok: false,
      code: 'store-altered',
    });
  });

  it('of a newer Facet are refused by name', () => {
    const newer = decodeSettings(bytes({ version: 2, settings: {}, more: 1 }));
    expect(newer).toHaveProperty('message', expect.stringContaining('newer'));
  });

  it('from before there was adaptation adapt', () => {
    const { adaptation: _, ...earlier } = { ...DEFAULT_SETTINGS, theme: 'dark' as const };
    expect(decodeSettings(bytes({ version: 1, settings: earlier }))).toEqual({
      ok: true,
      value: { ...DEFAULT_SETTINGS, theme: 'dark' },
    });
  });

  it('change only where a value is given', () => {
    expect(changeSettings(DEFAULT_SETTINGS, { theme: 'dark', sensor: undefined })).toEqual({
      ...DEFAULT_SETTINGS,
      theme: 'dark',
    });
  });

  it('are never weaker than themselves, and weaker one way at most where one thing differs', () => {
    fc.assert(
      fc.property(
        settings,
        fc.constantFrom('sensitivity' as const, 'attentionRequired' as const, 'idleLockMinutes' as const),
        settings,
        (a, key, other) => {
          expect(weakens(a, a)).toBe(false);
          const b = { ...a, [key]: other[key] };
          expect(weakens(a, b) && weakens(b, a)).toBe(false);
          if (a[key] !== b[key]) expect(weakens(a, b) || weakens(b, a)).toBe(true);
        },
      ),
    );
  });
});
