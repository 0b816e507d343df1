import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FacetError } from '../../../contract/result.ts';
import { encodePack, openPack, type StoredTexture } from './pack-format.ts';
import { decodeHeadPack, headPackFile, loadHeadPack } from './pack.ts';

const pack = loadHeadPack();

const failureOf = (act: () => unknown): FacetError => {
  try {
    act();
  } catch (error) {
    if (error instanceof FacetError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('the head pack', () => {
  test('holds the head, its targets and its pictures', () => {
    expect(pack.mesh('skin').triangles.length / 3).toBe(9688);
    expect(new Set(pack.mesh('skin').references).size).toBe(4893);
    expect(pack.content.targets).toHaveLength(488);
    expect(pack.content.skins).toHaveLength(20);
    expect(pack.content.eyes).toHaveLength(9);
    expect(pack.content.brows).toHaveLength(12);
    expect(pack.content.hair).toHaveLength(9);
    const { width, height, channels } = pack.texture('skin/old_african_male');
    expect([width, height, channels]).toEqual([408, 352, 3]);
  });

  test('has a skin without holes but where the shoulders are cut', () => {
    const { references, triangles } = pack.mesh('skin');
    const uses = new Map<string, number>();
    for (let i = 0; i < triangles.length; i++) {
      const next = i % 3 === 2 ? i - 2 : i + 1;
      const edge = [references[triangles[i]], references[triangles[next]]].sort((a, b) => a - b);
      uses.set(edge.join(), (uses.get(edge.join()) ?? 0) + 1);
    }
    const open = [...uses].filter(([, count]) => count === 1).map(([edge]) => edge.split(','));
    expect(open.length).toBeGreaterThan(0);
    for (const point of open.flat()) expect(pack.points[Number(point) * 3 + 1]).toBeLessThan(490);
  });

  test('fits the room that the repository has for it', () => {
    expect(readFileSync(headPackFile()).length).toBeLessThan(8e6);
  });

  test.each([
    // Read from the package's targets.bin itself: place of the vertex at rest (mm), its shift (0.1 mm).
    ['nose/nose-hump-morehump', [0, 719.63, 153.64], [0, -8, 44]],
    ['macrodetails/african-male-old', [0, 698.9, -25.71], [0, 1415, -223]],
    ['expression/units/asian/mouth-open', [0, 620.06, 143.44], [0, -219, -321]],
    ['asym/asym-jaw-1-l', [-50.99, 653.42, 74.26], [43, -32, 0]],
    ['ears/l-ear-size-big', [57.29, 673.87, 60.68], [-46, -95, 25]],
  ] as const)('moves vertices by %s as the package does', (name, place, shift) => {
    const target = pack.targets.get(name)!;
    const index = target.points.findIndex((p) =>
      place.every((v, k) => Math.abs(pack.points[p * 3 + k] - v) < 0.006),
    );
    expect([target.x[index], target.y[index], target.z[index]]).toEqual(shift);
  });

  test('turns the face wholly with the head and the shoulders not at all', () => {
    const { references, follow } = pack.mesh('skin');
    references.forEach((p, i) => {
      if (pack.points[p * 3 + 2] > 110 && pack.points[p * 3 + 1] > 640) expect(follow[i]).toBe(1);
      if (Math.abs(pack.points[p * 3]) > 150) expect(follow[i]).toBeLessThan(0.05);
    });
  });

  test('names the file and the cure where it is missing', () => {
    const failure = failureOf(() => loadHeadPack('/nowhere/head-pack.bin'));
    expect(failure.code).toBe('bad-input');
    expect(failure.message).toMatch(/\/nowhere\/head-pack\.bin.*make-head-pack/);
  });

  test.each([0, 11, 5000, -1])('says that it is cut off when %i bytes are left', (length) => {
    const bytes = readFileSync(headPackFile()).subarray(0, length);
    const failure = failureOf(() => decodeHeadPack(bytes, 'cut.bin'));
    expect(failure.code).toBe('bad-input');
    expect(failure.message).toMatch(/cut\.bin is cut off/);
  });

  test('notices a single altered byte', () => {
    const bytes = readFileSync(headPackFile());
    bytes[bytes.length >> 1] ^= 4;
    expect(failureOf(() => decodeHeadPack(bytes, 'altered.bin')).message).toMatch(/altered/);
  });

  test('refuses a foreign file', () => {
    const failure = failureOf(() => decodeHeadPack(Buffer.alloc(500, 'x'), 'foreign.bin'));
    expect(failure.message).toMatch(/foreign\.bin is not a head pack/);
  });
});

describe('the pack format', () => {
  const texture = fc
    .record({
      width: fc.integer({ min: 1, max: 9 }),
      height: fc.integer({ min: 1, max: 9 }),
      channels: fc.constantFrom(2 as const, 3 as const, 4 as const),
    })
    .chain((size): fc.Arbitrary<StoredTexture> => {
      const length = size.width * size.height * size.channels;
      return fc.uint8Array({ minLength: length, maxLength: length }).map((data) => ({ ...size, data }));
    });

  test('gives back every number and pixel', () => {
    fc.assert(
      fc.property(
        fc.uint16Array(),
        fc.int16Array(),
        fc.int32Array(),
        texture,
        (unsigned, short, long, picture) => {
          const bytes = encodePack(
            { note: 1 },
            new Map<string, Uint16Array | Int16Array | Int32Array>([
              ['u', unsigned],
              ['s', short],
              ['l', long],
            ]),
            new Map([['t', picture]]),
          );
          const opened = openPack<{ note: number }>(bytes, 'memory');
          expect(opened.content).toEqual({ note: 1 });
          expect(opened.array('u')).toEqual(unsigned);
          expect(opened.array('s')).toEqual(short);
          expect(opened.array('l')).toEqual(long);
          expect(opened.texture('t')).toEqual(picture);
        },
      ),
      { numRuns: 40 },
    );
  });
});
