import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { IDENTITY, squareToPicture, type Affine } from './affine.ts';
import { sample, type Normalisation } from './sample.ts';
import type { PixelSource } from './types.ts';

const AS_IS: Normalisation = { mean: [0, 0, 0], divisor: [1, 1, 1] };

const pictures = fc
  .record({ width: fc.integer({ min: 1, max: 24 }), height: fc.integer({ min: 1, max: 24 }) })
  .chain(({ width, height }) =>
    fc
      .constantFrom(1 as const, 3 as const, 4 as const)
      .chain((channels) =>
        fc
          .uint8Array({ minLength: width * height * channels, maxLength: width * height * channels })
          .map((data): PixelSource => ({ width, height, channels, data })),
      ),
  );

function cut(picture: PixelSource, map: Affine, width: number, height: number, normalisation = AS_IS) {
  const out = new Float32Array(3 * width * height);
  sample(picture, map, width, height, normalisation, out);
  return out;
}

const pixel = ({ data, width, channels }: PixelSource, x: number, y: number, channel: number): number =>
  data[(y * width + x) * channels + (channels === 1 ? 0 : channel)];

describe('sampling', () => {
  it('copies the picture under the identity', () =>
    fc.assert(
      fc.property(pictures, (picture) => {
        const { width, height } = picture;
        const out = cut(picture, IDENTITY, width, height);
        for (let c = 0; c < 3; c++)
          for (let y = 0; y < height; y++)
            for (let x = 0; x < width; x++)
              expect(out[(c * height + y) * width + x]).toBe(pixel(picture, x, y, c));
      }),
    ));

  it('shifts by whole pixels exactly, with black outside', () =>
    fc.assert(
      fc.property(
        pictures,
        fc.integer({ min: -9, max: 9 }),
        fc.integer({ min: -9, max: 9 }),
        (picture, dx, dy) => {
          const { width, height } = picture;
          const out = cut(picture, [1, 0, dx, 0, 1, dy], width, height);
          for (let y = 0; y < height; y++)
            for (let x = 0; x < width; x++) {
              const inside = x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height;
              expect(out[y * width + x]).toBe(inside ? pixel(picture, x + dx, y + dy, 0) : 0);
            }
        },
      ),
    ));

  it('mirrors exactly', () =>
    fc.assert(
      fc.property(pictures, (picture) => {
        const { width, height } = picture;
        const out = cut(picture, [-1, 0, width - 1, 0, 1, 0], width, height);
        for (let x = 0; x < width; x++) expect(out[x]).toBe(pixel(picture, width - 1 - x, 0, 0));
      }),
    ));

  it('leaves an even picture even at any scale and turn', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 255 }),
        fc.double({ min: 1, max: 30, noNaN: true }),
        fc.constantFrom(0, 0.4),
        (value, side, angle) => {
          const picture: PixelSource = {
            width: 64,
            height: 64,
            channels: 1,
            data: new Uint8Array(64 * 64).fill(value),
          };
          for (const out of cut(picture, squareToPicture(8, 31.5, 31.5, side, angle), 8, 8))
            expect(out).toBeCloseTo(value, 3);
        },
      ),
    ));

  it('stays within the range of the picture', () =>
    fc.assert(
      fc.property(pictures, fc.double({ min: 0.1, max: 9, noNaN: true }), (picture, scale) => {
        const out = cut(picture, [scale, 0.1, 0, -0.1, scale, 0], 6, 6);
        const most = Math.max(...picture.data);
        for (const value of out) expect(value >= 0 && value <= most + 1e-3).toBe(true);
      }),
    ));

  it('reproduces a gradient between pixels (bilinear)', () => {
    const picture: PixelSource = {
      width: 9,
      height: 1,
      channels: 1,
      data: Uint8Array.from([0, 10, 20, 30, 40, 50, 60, 70, 80]),
    };
    const out = cut(picture, [0.5, 0, 1.25, 0, 1, 0], 8, 1);
    for (let x = 0; x < 8; x++) expect(out[x]).toBeCloseTo(10 * (1.25 + x / 2), 4);
  });

  it.each([0, 0.3])('averages away noise that it shrinks by four, turned by %f', (angle) => {
    const random = new Random('noise');
    const data = Uint8Array.from({ length: 256 * 256 }, () => random.below(256));
    const picture: PixelSource = { width: 256, height: 256, channels: 1, data };
    const spread = (values: Float32Array) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    };
    // Four samples at least make an output pixel, so the noise halves or better.
    expect(spread(cut(picture, squareToPicture(32, 127, 127, 128, angle), 32, 32))).toBeLessThan(74 * 0.55);
  });

  it('normalises each channel by its own mean and divisor, grey too', () => {
    const normalisation = { mean: [1, 2, 3], divisor: [10, 20, 30] };
    for (const map of [IDENTITY, [3, 0, 1, 0, 3, 1] as const]) {
      const out = cut(
        { width: 3, height: 3, channels: 1, data: new Uint8Array(9).fill(101) },
        map,
        1,
        1,
        normalisation,
      );
      expect([...out].map((value) => Number(value.toFixed(4)))).toEqual([10, 4.95, 3.2667]);
    }
  });

  it('writes at the offset and nowhere else', () => {
    const out = new Float32Array(9).fill(-1);
    sample({ width: 1, height: 1, channels: 3, data: Uint8Array.of(1, 2, 3) }, IDENTITY, 1, 1, AS_IS, out, 3);
    expect([...out]).toEqual([-1, -1, -1, 1, 2, 3, -1, -1, -1]);
  });
});
