import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { encode as encodeBitmap } from 'bmp-ts';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FacetError } from '../../contract/result.ts';
import { ms } from '../../contract/units.ts';
import type { SensorFrame } from '../../core/sense/frames.ts';
import { ReplaySensor } from '../sensors/replay/replay-sensor.ts';
import { decodeBitmap } from './bitmap.ts';
import { parseDepthTable } from './depth-table.ts';
import { importFolder } from './import-folder.ts';
import { readGrey16 } from './picture.ts';

let root = '';
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'facet-import-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const options = { softwareVersion: '0.1.0', lossless: true };
const WIDTH = 16;
const HEIGHT = 12;

async function refusal(action: Promise<unknown>): Promise<string> {
  try {
    await action;
  } catch (error) {
    if (!(error instanceof FacetError)) throw error;
    expect(error.message).toMatch(/^[^\n]{20,400}\.$/);
    return `${error.code}: ${error.message}`;
  }
  return 'it was accepted';
}

async function replay(path: string): Promise<SensorFrame[]> {
  const clock = { now: () => ms(0), wallTime: () => 0 };
  const sensor = await ReplaySensor.load(path, clock, { pace: 'virtual' });
  const frames: SensorFrame[] = [];
  for await (const frame of sensor.open(new AbortController().signal)) frames.push(frame);
  return frames;
}

const grey16 = (data: Uint16Array, width = WIDTH, height = HEIGHT) =>
  sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toBuffer();
const depthOf = (i: number) =>
  Uint16Array.from({ length: WIDTH * HEIGHT }, (_, p) => (p * 331 + i * 7919) & 0xffff);
const colourOf = (i: number) =>
  Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, p) => (p * 7 + i * 50) & 255);
const rgbPng = (i: number) =>
  sharp(colourOf(i), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .png()
    .toBuffer();
const intrinsicJson = (changes: object = {}) =>
  JSON.stringify({
    width: WIDTH,
    height: HEIGHT,
    intrinsic_matrix: [20, 0, 0, 0, 21, 0, 7.5, 5.5, 1],
    ...changes,
  });

/** A folder with two good frames, to be spoilt. */
async function open3dFolder(): Promise<string> {
  const folder = join(root, `open3d-${count++}`);
  for (const name of ['color', 'depth', 'infrared']) await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, 'intrinsic.json'), intrinsicJson());
  for (const i of [0, 1]) {
    await writeFile(join(folder, 'color', `00000${i}.png`), await rgbPng(i));
    await writeFile(join(folder, 'depth', `00000${i}.png`), await grey16(depthOf(i)));
  }
  await writeFile(join(folder, 'infrared', '000000.png'), await grey16(depthOf(9)));
  return folder;
}

/** The header of a PNG that claims a size, and nothing more. */
function hugePng(width: number, height: number): Buffer {
  const header = Buffer.from([
    0,
    0,
    0,
    13,
    ...Buffer.from('IHDR'),
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    16,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  ]);
  header.writeUInt32BE(width, 8);
  header.writeUInt32BE(height, 12);
  header.writeUInt32BE(crc32(header.subarray(4, 21)), 21);
  const data = Buffer.from([0, 0, 0, 0, ...Buffer.from('IDAT'), 0x35, 0xaf, 0x06, 0x1e]);
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), header, data]);
}

describe('an Open3D folder', () => {
  test('becomes a recording with the same depth, infrared, colour and intrinsics, at the frame rate asked for', async () => {
    const folder = await open3dFolder();
    const path = join(root, 'good.mcap');
    const report = await importFolder(folder, path, { ...options, fps: 20 });
    expect(report).toMatchObject({ kind: 'open3d', frames: 2, skipped: [] });
    const frames = await replay(path);
    expect(frames.map((f) => [f.sequence, f.capturedAt])).toEqual([
      [0, 0],
      [1, 50],
    ]);
    for (const [i, frame] of frames.entries()) {
      expect(frame.depth.data).toEqual(depthOf(i));
      expect(Uint8Array.from(frame.colour!.data)).toEqual(colourOf(i));
      expect(frame.depth.intrinsics).toEqual({
        width: WIDTH,
        height: HEIGHT,
        fx: 20,
        fy: 21,
        cx: 7.5,
        cy: 5.5,
      });
      expect(frame.colour!.intrinsics).toEqual(frame.depth.intrinsics);
      expect(frame.depthToColour).toEqual({ rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], translation: [0, 0, 0] });
    }
    expect(frames[0].infrared!.data).toEqual(depthOf(9));
    expect(frames[1].infrared).toBeUndefined();
  });

  test('may hold JPEG in colour/, grey or not', async () => {
    const folder = await open3dFolder();
    await rm(join(folder, 'color'), { recursive: true });
    await mkdir(join(folder, 'colour'));
    const rgb = sharp(await rgbPng(0));
    await writeFile(join(folder, 'colour', '000000.jpg'), await rgb.clone().jpeg().toBuffer());
    await writeFile(join(folder, 'colour', '000001.jpeg'), await rgb.clone().greyscale().jpeg().toBuffer());
    const path = join(root, 'jpeg.mcap');
    expect(await importFolder(folder, path, options)).toMatchObject({ frames: 2, skipped: [] });
    expect((await replay(path))[1].colour!.data).toHaveLength(WIDTH * HEIGHT * 3);
  });

  test('keeps every bit of any 16-bit picture', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 8, max: 20 }),
        fc.array(fc.integer({ min: 0, max: 65535 }), { minLength: 160, maxLength: 160 }),
        async (width, values) => {
          const height = 8;
          const data = Uint16Array.from(values).slice(0, width * height);
          const path = join(root, 'bits.png');
          await writeFile(path, await grey16(data, width, height));
          expect(await readGrey16(path)).toEqual({ width, height, data });
        },
      ),
      { numRuns: 30 },
    ));

  test('skips the frames that do not do and says why, each in one sentence', async () => {
    const folder = await open3dFolder();
    const write = async (name: string, content: Uint8Array) => writeFile(join(folder, name), content);
    const spoil = async (i: string, depth: Uint8Array, colour?: Uint8Array) => {
      await write(`depth/00000${i}.png`, depth);
      await write(`color/00000${i}.png`, colour ?? (await rgbPng(0)));
    };
    const good = await grey16(depthOf(0));
    const grey8 = sharp(colourOf(0).slice(0, WIDTH * HEIGHT), {
      raw: { width: WIDTH, height: HEIGHT, channels: 1 },
    });
    await spoil('2', await grey8.toColourspace('b-w').png().toBuffer());
    await spoil('3', good.subarray(0, good.length >> 1));
    await spoil('4', await grey16(Uint16Array.of(500), 1, 1));
    await spoil('5', hugePng(20_000, 20_000));
    await spoil('6', Buffer.from('no picture at all'));
    await spoil('7', good, Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="16" height="12"/>'));
    await spoil('8', await grey16(depthOf(0).slice(0, 64), 8, 8));
    await write('depth/000009.png', good);
    await write('color/000010.png', await rgbPng(0));
    const path = join(root, 'skips.mcap');
    const { frames, skipped } = await importFolder(folder, path, options);
    expect(frames).toBe(2);
    for (const sentence of skipped) expect(sentence).toMatch(/^[^\n]{20,300}\.$/);
    const why = (name: string) => skipped.find((sentence) => sentence.includes(name));
    expect(why('000010.png')).toContain('has no depth picture');
    expect(why('000002.png')).toContain('16-bit grey PNG');
    expect(why('000003.png')).toContain('cannot be decoded');
    expect(why('000004.png')).toContain('1×1');
    expect(why('000005.png')).toContain('20000×20000');
    expect(why('000006.png')).toContain('cannot be decoded');
    expect(why('000007.png')).toContain('is svg');
    expect(why('000008.png')).toContain('8×8 pixels and intrinsic.json 16×12');
    expect(why('000009.png')).toContain('no colour picture');
    expect(skipped).toHaveLength(9);
  });

  test.each([
    ['missing', undefined, 'no such file'],
    ['not JSON', '{', 'is not JSON'],
    ['of another kind', '{"fx": 500}', 'PinholeCameraIntrinsic'],
    ['too short', intrinsicJson({ intrinsic_matrix: [20, 0, 0] }), 'nine finite numbers'],
    ['row-major', intrinsicJson({ intrinsic_matrix: [20, 0, 7.5, 0, 20, 5.5, 0, 0, 1] }), 'column-major'],
    ['with focal length 0', intrinsicJson({ intrinsic_matrix: [0, 0, 0, 0, 20, 0, 7.5, 5.5, 1] }), 'fx = 0'],
    [
      'with an absurd principal point',
      intrinsicJson({ intrinsic_matrix: [20, 0, 0, 0, 20, 0, 1e6, 5.5, 1] }),
      'principal point',
    ],
    ['for an enormous picture', intrinsicJson({ width: 1e9 }), '8 to 4096'],
    ['huge itself', ' '.repeat(100_000), '100000 bytes'],
  ])('whose intrinsic.json is %s is refused, and no recording stays behind', async (_, json, sentence) => {
    const folder = await open3dFolder();
    if (json === undefined) await rm(join(folder, 'intrinsic.json'));
    else await writeFile(join(folder, 'intrinsic.json'), json);
    const path = join(root, `intrinsics-${count++}.mcap`);
    expect(await refusal(importFolder(folder, path, options))).toContain(sentence);
    expect((await readdir(root)).filter((name) => name.startsWith('intrinsics-'))).toEqual([]);
  });

  test('in which nothing does is refused with the first reason; the recording that was there stays', async () => {
    const folder = await open3dFolder();
    for (const i of [0, 1]) await writeFile(join(folder, 'depth', `00000${i}.png`), await rgbPng(i));
    const path = join(root, 'kept.mcap');
    await writeFile(path, 'precious');
    expect(await refusal(importFolder(folder, path, { ...options, overwrite: true }))).toMatch(
      /^bad-input: No frame of .* could be imported: .*000000\.png has 3 channel\(s\) of 8 bits/,
    );
    expect(await refusal(importFolder(folder, path, options))).toContain('bad-argument');
    expect(await readFile(path, 'utf8')).toBe('precious');
  });

  test.skipIf(process.platform === 'win32')(
    'with a pipe for a picture does not wait for its writer',
    async () => {
      const folder = await open3dFolder();
      await rm(join(folder, 'depth', '000001.png'));
      execFileSync('sh', ['-c', 'mkfifo "$0"', join(folder, 'depth', '000001.png')]);
      const { skipped } = await importFolder(folder, join(root, 'pipe.mcap'), options);
      expect(skipped).toEqual([expect.stringContaining('is not a file')]);
    },
  );
});

const vapDepth = () =>
  Uint16Array.from({ length: 640 * 480 }, (_, i) => (i % 13 === 0 ? 0 : 500 + (i % 1500)));
const table = (depth: Uint16Array, width = 640, end = '\t\n') => {
  const lines: string[] = [];
  // The database writes −1 where nothing was measured.
  for (let at = 0; at < depth.length; at += width)
    lines.push(Array.from(depth.subarray(at, at + width), (d) => d || -1).join('\t') + end);
  return Buffer.from(lines.join(''));
};
const bitmap = (width: number, height: number) => {
  const data = Buffer.alloc(width * height * 4);
  for (let i = 0; i < data.length; i++) data[i] = i % 4 === 0 ? 255 : (i * 31) & 255;
  return encodeBitmap({ data, width, height, bitPP: 24 }).data;
};

describe('a VAP session', () => {
  test('becomes a recording, in the order of the numbers in the names', async () => {
    const folder = join(root, 'vap');
    await mkdir(folder);
    const depth = vapDepth();
    for (const name of ['2_1_', '10_1_']) {
      await writeFile(join(folder, `${name}d.dat`), table(depth.map((d) => (d ? d + name.length : 0))));
      await writeFile(join(folder, `${name}c.bmp`), bitmap(640, 480));
    }
    await writeFile(join(folder, '11_1_d.dat'), table(depth.subarray(640)));
    await writeFile(join(folder, '11_1_c.bmp'), bitmap(640, 480));
    await writeFile(join(folder, '12_1_d.dat'), table(depth));
    const path = join(root, 'vap.mcap');
    const { kind, frames, skipped } = await importFolder(folder, path, options);
    expect([kind, frames]).toEqual(['vap', 2]);
    expect(skipped).toEqual([
      expect.stringContaining('line 480 is missing'),
      expect.stringContaining('no colour picture'),
    ]);
    const replayed = await replay(path);
    expect(
      Buffer.from(replayed[0].depth.data.buffer).equals(
        Buffer.from(depth.map((d) => (d ? d + 4 : 0)).buffer),
      ),
    ).toBe(true);
    expect(replayed[1].depth.data[1]).toBe(depth[1] + 5);
    expect(replayed[0].depth.intrinsics).toEqual({
      width: 640,
      height: 480,
      fx: 575,
      fy: 575,
      cx: 319.5,
      cy: 239.5,
    });
  });

  test('may have colour twice as large', async () => {
    const folder = join(root, 'vap-large');
    await mkdir(folder);
    await writeFile(join(folder, 'd.dat'), table(vapDepth()));
    await writeFile(join(folder, 'c.bmp'), bitmap(1280, 960));
    const path = join(root, 'vap-large.mcap');
    await importFolder(folder, path, options);
    expect((await replay(path))[0].colour!.intrinsics).toEqual({
      width: 1280,
      height: 960,
      fx: 1150,
      fy: 1150,
      cx: 639.5,
      cy: 479.5,
    });
  });

  const parse = (text: string) => parseDepthTable(Buffer.from(text), 3, 2, 'd.dat');
  test('has tables that read to millimetres; nothing measured is 0', () => {
    const expected = Uint16Array.of(1, 2, 3, 4, 5, 6);
    for (const text of [
      '1\t2\t3\n4\t5\t6\n',
      '1\t2\t3\t\n4\t5\t6\t\n',
      '1\t2\t3\r\n4\t5\t6',
      '1\t2\t3\t\r\n4\t5\t6\t',
      '1.0\t 2\t3.4\n4e0\t4.6\t6\n\n',
    ]) {
      expect(parse(text)).toEqual(expected);
    }
    expect(parse('-1\tNaN\t-0.5\n70000\tInfinity\t0\n')).toEqual(new Uint16Array(6));
    expect(parse('1\t\t3\n4\t5\t6\n')).toEqual(Uint16Array.of(1, 0, 3, 4, 5, 6));
  });

  test.each([
    ['', 'line 1 is missing'],
    ['1\t2\t3\n', 'line 2 is missing'],
    ['1\t2\t3\n4\t5\n', 'line 2 has only 2'],
    ['1\t2\t3\t4\n4\t5\t6\n', 'line 1 is longer'],
    ['1\t2\t3\n4\t5\t6\n7\t8\t9\n', 'line 3 is one too many'],
    ['1\t2\t3\n\n\n', 'line 2 is missing'],
    ['1\tx2\t3\n4\t5\t6\n', '"x2", which is no number'],
    [`1\t${'9'.repeat(9)}z${'!'.repeat(100)}\t3\n`, 'no number'],
  ])('whose table is %j is refused', (text, sentence) => {
    expect(() => parse(text)).toThrow(sentence);
    expect(() => parse(text)).toThrow(FacetError);
  });

  test('with any bytes for a table gives a table or one sentence', () => {
    const characters = fc.constantFrom(...'0123456789\t\t\t\n\r-.eNax \u00ff\0');
    fc.assert(
      fc.property(fc.array(characters, { maxLength: 40 }), (text) => {
        try {
          expect(parseDepthTable(Buffer.from(text.join(''), 'latin1'), 2, 2, 'd.dat')).toHaveLength(4);
        } catch (error) {
          expect(error).toBeInstanceOf(FacetError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('with any table written out reads the same', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(65535), { minLength: 12, maxLength: 12 }),
        fc.constantFrom('\n', '\t\n', '\r\n'),
        (values, end) => {
          const depth = Uint16Array.from(values);
          expect(parseDepthTable(table(depth, 4, end), 4, 3, 'd.dat')).toEqual(depth);
        },
      ),
    );
  });
});

describe('a bitmap', () => {
  test('reads as the library wrote it, upside down or not', () => {
    const bytes = Buffer.from(bitmap(9, 8));
    const { width, height, data } = decodeBitmap(bytes, 'c.bmp');
    expect([width, height]).toEqual([9, 8]);
    // bmp-ts takes alpha, blue, green, red.
    const pixel = (x: number, y: number) =>
      [3, 2, 1].map((channel) => (((y * 9 + x) * 4 + channel) * 31) & 255);
    expect([...data.subarray(0, 3)]).toEqual(pixel(0, 0));
    expect([...data.subarray((7 * 9 + 5) * 3, (7 * 9 + 5) * 3 + 3)]).toEqual(pixel(5, 7));
  });

  test('that lies is refused in one sentence', () => {
    const good = Buffer.from(bitmap(9, 8));
    const spoilt = (change: (bytes: Buffer) => void) => {
      const bytes = Buffer.from(good);
      change(bytes);
      return () => decodeBitmap(bytes, 'c.bmp');
    };
    expect(() => decodeBitmap(good.subarray(0, 100), 'c.bmp')).toThrow('cut off');
    expect(() => decodeBitmap(Buffer.alloc(0), 'c.bmp')).toThrow('not a Windows bitmap');
    expect(spoilt((b) => b.writeInt32LE(2_000_000_000, 18))).toThrow('8 to 4096');
    expect(spoilt((b) => b.writeInt32LE(-(2 ** 31), 22))).toThrow('8 to 4096');
    expect(spoilt((b) => b.writeUInt16LE(8, 28))).toThrow('8-bit bitmap');
    expect(spoilt((b) => b.writeUInt32LE(1, 30))).toThrow('with compression');
    expect(spoilt((b) => b.writeUInt32LE(4_000_000_000, 10))).toThrow('cut off');
  });
});

describe('a folder', () => {
  test('of no known kind, missing, or no folder at all is refused', async () => {
    const empty = join(root, 'empty');
    await mkdir(empty);
    const out = join(root, 'never.mcap');
    expect(await refusal(importFolder(empty, out, options))).toContain('neither an Open3D folder');
    expect(await refusal(importFolder(join(root, 'missing'), out, options))).toContain('no such folder');
    await writeFile(join(root, 'file'), '');
    expect(await refusal(importFolder(join(root, 'file'), out, options))).toContain('not a folder');
    expect(await refusal(importFolder(empty, out, { ...options, fps: NaN }))).toContain('bad-argument');
  });
});
