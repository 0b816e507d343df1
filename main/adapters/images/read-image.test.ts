import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readImage } from './read-image.ts';

const demo = fileURLToPath(
  new URL('../../../node_modules/@vladmandic/face-api/demo/sample1.jpg', import.meta.url),
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facet-images-'));
});
afterAll(() => rm(folder, { recursive: true }));

const file = async (name: string, bytes: Uint8Array | string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
};

const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: { r: 200, g: 100, b: 50 } } });

/** A PNG of the given size whose pixels, all black, take next to no bytes in the file. */
function hugePng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1; // one bit per pixel, grey
  const rows = deflateSync(Buffer.alloc(height * (1 + Math.ceil(width / 8))));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('reading a picture', () => {
  it('gives RGB in the size of the file', async () => {
    const read = await readImage(await file('small.png', await plain(40, 30).png().toBuffer()));
    expect(read).toMatchObject({ ok: true, value: { width: 40, height: 30, scale: 1 } });
    if (!read.ok) return;
    const { picture } = read.value;
    expect(picture).toMatchObject({ width: 40, height: 30, channels: 3 });
    expect([...picture.data.subarray(0, 3)]).toEqual([200, 100, 50]);
    expect(picture.data.length).toBe(40 * 30 * 3);
  });

  it('shrinks a big one and says by how much', async () => {
    const read = await readImage(demo);
    expect(read).toMatchObject({
      ok: true,
      value: { width: 1920, height: 1280, picture: { width: 1600, height: 1067 } },
    });
    if (read.ok) expect(read.value.scale).toBeCloseTo(1.2, 2);
  });

  it('turns it upright as its EXIF orientation says', async () => {
    const rotated = await sharp({ create: { width: 60, height: 30, channels: 3, background: '#000' } })
      .composite([{ input: await plain(20, 30).png().toBuffer(), left: 0, top: 0 }])
      .withMetadata({ orientation: 6 }) // to be turned clockwise by a quarter
      .png()
      .toBuffer();
    const read = await readImage(await file('turned.png', rotated));
    expect(read).toMatchObject({
      ok: true,
      value: { width: 30, height: 60, picture: { width: 30, height: 60 } },
    });
    if (!read.ok) return;
    // The left third is now the top third.
    expect(read.value.picture.data[3 * (30 * 10 + 15)]).toBe(200);
    expect(read.value.picture.data[3 * (30 * 50 + 15)]).toBe(0);
  });

  it.each([
    ['grey', () => plain(40, 40).greyscale().jpeg()],
    ['with alpha', () => plain(40, 40).ensureAlpha(0.5).png()],
    ['with 16 bits', () => plain(40, 40).toColourspace('rgb16').png()],
    ['in CMYK', () => plain(40, 40).toColourspace('cmyk').jpeg()],
    ['with a palette', () => plain(40, 40).png({ palette: true })],
  ])('reads one %s', async (name, make) => {
    const read = await readImage(await file(name, await make().toBuffer()));
    expect(read).toMatchObject({ ok: true, value: { picture: { width: 40, height: 40, channels: 3 } } });
    if (read.ok) expect(read.value.picture.data.length).toBe(40 * 40 * 3);
  });
});

describe('a picture that cannot be read', () => {
  const cases: [string, () => Promise<string>, RegExp][] = [
    ['1×1', async () => file('one.png', await plain(1, 1).png().toBuffer()), /1×1 pixels.*at least 16×16/],
    ['20,000×20,000', () => file('huge.png', hugePng(20_000, 20_000)), /at most 150 megapixels/],
    [
      'cut short, JPEG',
      async () => file('cut.jpg', (await readFile(demo)).subarray(0, 60_000)),
      /damaged or breaks off/,
    ],
    [
      'cut short, PNG',
      async () => {
        const noise = Buffer.from(Array.from({ length: 120_000 }, (_, i) => (i * i) % 251));
        const png = await sharp(noise, { raw: { width: 200, height: 200, channels: 3 } })
          .png()
          .toBuffer();
        return file('cut.png', png.subarray(0, png.length / 2));
      },
      /damaged or breaks off/,
    ],
    ['text', () => file('text.jpg', 'not a picture at all'), /not a picture.*JPEG or PNG/],
    ['empty', () => file('empty.jpg', ''), /not a picture|damaged/],
    [
      'a drawing',
      () => file('a.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"/>'),
      /svg.*JPEG or PNG/,
    ],
    ['a WebP', async () => file('a.webp', await plain(40, 40).webp().toBuffer()), /webp.*JPEG or PNG/],
    ['a folder', () => Promise.resolve(folder), /not a picture/],
    ['absent', () => Promise.resolve(join(folder, 'nowhere.jpg')), /does not exist/],
  ];

  it.each(cases)('%s: bad-input in one sentence that names the file', async (_, make, sentence) => {
    const path = await make();
    const read = await readImage(path);
    expect(read).toMatchObject({ ok: false, code: 'bad-input' });
    if (read.ok) return;
    expect(read.message).toMatch(sentence);
    expect(read.message.startsWith(path)).toBe(true);
    expect(read.message.endsWith('.')).toBe(true);
    expect(read.message).not.toContain('\n');
  });
});
