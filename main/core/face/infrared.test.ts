import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InfraredImage } from '../sense/frames.ts';
import { Random } from '../random.ts';
import { toneMapInfrared, type Region } from './infrared.ts';

const width = 64;
const height = 48;
const intrinsics = { width, height, fx: 60, fy: 60, cx: 32, cy: 24 };
const face: Region = { x: 20, y: 12, width: 24, height: 24 };

/** A dim face-like patch with texture in front of a wall, linear. */
function picture(signal: number, wall = 20): InfraredImage {
  const random = new Random('infrared');
  const data = Uint16Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const inside = x >= 20 && x < 44 && y >= 12 && y < 36;
    return inside ? signal * (0.4 + 0.6 * random.uniform()) : wall;
  });
  return { width, height, data, intrinsics };
}

describe('tone-mapped infrared', () => {
  it('uses the whole range of grey on the face', () => {
    const { data } = toneMapInfrared(picture(900), face);
    const inside = [...data].filter(
      (_, i) => i % width >= 20 && i % width < 44 && i >= 12 * width && i < 36 * width,
    );
    expect(Math.min(...inside)).toBeLessThan(40);
    expect(Math.max(...inside)).toBe(255);
  });

  it('does not depend on the brightness of the lamp or the distance', () =>
    fc.assert(
      fc.property(fc.integer({ min: 400, max: 60000 }), (signal) => {
        const [reference, scaled] = [
          toneMapInfrared(picture(8000), face),
          toneMapInfrared(picture(signal), face),
        ];
        for (let y = 12; y < 36; y++)
          for (let x = 20; x < 44; x++)
            expect(Math.abs(scaled.data[y * width + x] - reference.data[y * width + x])).toBeLessThanOrEqual(
              16,
            );
      }),
    ));

  it('is brighter where the signal is', () => {
    const infrared = picture(900);
    const { data } = toneMapInfrared(infrared, face);
    for (let i = 1; i < data.length; i++)
      if (infrared.data[i] > infrared.data[i - 1]) expect(data[i]).toBeGreaterThanOrEqual(data[i - 1]);
  });

  it('is not led astray by a lamp in the picture or dead pixels', () => {
    const infrared = picture(900);
    for (let i = 0; i < 200; i++)
      infrared.data[12 * width + 20 + (i % 24) + width * Math.floor(i / 24)] = i % 2 ? 65535 : 0;
    const clean = toneMapInfrared(picture(900), face).data[30 * width + 30];
    expect(Math.abs(toneMapInfrared(infrared, face).data[30 * width + 30] - clean)).toBeLessThan(16);
  });

  it('looks at the middle without a focus, and is black without a signal', () => {
    expect(Math.max(...toneMapInfrared(picture(900)).data)).toBe(255);
    expect(Math.max(...toneMapInfrared(picture(0, 0)).data)).toBe(0);
    expect(Math.max(...toneMapInfrared(picture(900), { x: -50, y: -50, width: 9, height: 9 }).data)).toBe(0);
  });
});
