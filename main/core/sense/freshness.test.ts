import { describe, expect, it } from 'vitest';
import { ms } from '../../contract/units.ts';
import type { SensorFrame } from './frames.ts';
import { Freshness, isCurrent, JUDGED_WITHIN, Lateness, STALE_MS } from './freshness.ts';

const intrinsics = { width: 64, height: 48, fx: 60, fy: 60, cx: 32, cy: 24 };

function frame(sequence: number, at: number, content = sequence): SensorFrame {
  const data = Uint16Array.from({ length: 64 * 48 }, (_, i) => 700 + ((i * 7 + content * 13) % 50));
  return {
    sequence,
    capturedAt: ms(at),
    depth: { width: 64, height: 48, data, intrinsics },
    depthToColour: { rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], translation: [0, 0, 0] },
  };
}

describe('freshness', () => {
  it('accepts new frames in order', () => {
    const freshness = new Freshness();
    expect([0, 1, 2, 5].map((n) => freshness.accepts(frame(n, n * 33), ms(n * 33 + 20)))).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  it('refuses a frame that is too old', () => {
    expect(new Freshness().accepts(frame(0, 0), ms(STALE_MS + 1))).toBe(false);
  });

  it('refuses a frame from the future', () => {
    expect(new Freshness().accepts(frame(0, 100), ms(90))).toBe(false);
    expect(new Freshness().accepts(frame(0, 100), ms(98))).toBe(true);
  });

  it('goes on after one frame from the future', () => {
    const freshness = new Freshness();
    expect([10, 3_600_000, 76].map((at, n) => freshness.accepts(frame(n, at), ms(n * 33 + 12)))).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('refuses a repeated frame, and one from before', () => {
    const freshness = new Freshness();
    freshness.accepts(frame(4, 100), ms(100));
    expect(freshness.accepts(frame(4, 100), ms(101))).toBe(false);
    expect(freshness.accepts(frame(3, 133), ms(134))).toBe(false);
    expect(freshness.accepts(frame(5, 99), ms(135))).toBe(false);
  });

  it('refuses a loop of the same pictures under new numbers', () => {
    const freshness = new Freshness();
    for (let n = 0; n < 20; n++) expect(freshness.accepts(frame(n, n * 33, n), ms(n * 33))).toBe(true);
    for (let n = 20; n < 40; n++) expect(freshness.accepts(frame(n, n * 33, n - 20), ms(n * 33))).toBe(false);
  });
});

describe('evidence', () => {
  const seen = (took?: number) => ({ capturedAt: ms(1000), ...(took !== undefined && { took: ms(took) }) });

  it('is current while its frame is fresh, besides the time that judging took', () => {
    expect(isCurrent(seen(), ms(1000 + STALE_MS))).toBe(true);
    expect(isCurrent(seen(), ms(1001 + STALE_MS))).toBe(false);
    expect(isCurrent(seen(500), ms(1500 + STALE_MS))).toBe(true);
    expect(isCurrent(seen(500), ms(1501 + STALE_MS))).toBe(false);
  });

  it('is none where judging took too long, or from the future', () => {
    expect(isCurrent(seen(JUDGED_WITHIN), ms(1000 + JUDGED_WITHIN))).toBe(true);
    expect(isCurrent(seen(JUDGED_WITHIN + 1), ms(1001 + JUDGED_WITHIN))).toBe(false);
    expect(isCurrent(seen(0), ms(990))).toBe(false);
  });

  it('that is late twice in a row, or fails to come, shows a machine that is too slow, until it is in time again', () => {
    const lateness = new Lateness();
    const after = (...nows: number[]) => {
      for (const now of nows) lateness.note(seen(10), ms(now));
      return lateness.tooSlow;
    };
    expect(after(1400)).toBe(false);
    expect(after(1020, 1400)).toBe(false);
    expect(after(1400)).toBe(true);
    expect(after(1020)).toBe(false);
    lateness.noteSilence(ms(1000));
    expect(lateness.tooSlow).toBe(false);
    lateness.noteSilence(ms(5000));
    expect(lateness.tooSlow).toBe(true);
  });
});
