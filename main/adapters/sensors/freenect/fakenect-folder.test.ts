import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { playableFolder } from './fakenect-folder.ts';
import { netpbmHeader } from './netpbm-header.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

const DEPTH = 'd-1.000000-60000.pgm';
const COLOUR = 'r-1.000000-60000.ppm';
/** A wall at 1.2 m: 768 is 0x0300, and 3 with its bytes the other way round. Somebody before it. */
const RAW = Buffer.from(
  Uint16Array.from({ length: 640 * 480 }, (_, i) => (i % 640 > 400 ? 600 : 768 + (i % 5))).buffer,
);

async function folderOf(
  index = `${COLOUR}\n${DEPTH}\n`,
  depth: Buffer = RAW,
  header = 'P5 640 480 65535\n',
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'facet-fakenect-test-'));
  folders.push(folder);
  await writeFile(join(folder, 'INDEX.txt'), index);
  await writeFile(join(folder, DEPTH), Buffer.concat([Buffer.from(header), depth]));
  await writeFile(join(folder, COLOUR), 'P6 640 480 255\n');
  await truncate(join(folder, COLOUR), 640 * 480 * 3 + 15);
  return folder;
}

describe('a folder for fakenect', () => {
  it.each([
    ['as it was recorded', `${COLOUR}\n${DEPTH}\n`],
    ['without a last line end', `${COLOUR}\n${DEPTH}`],
  ])('is played from where it is, %s', async (_, index) => {
    const folder = await folderOf(index);
    const film = await playableFolder(folder);
    expect(film.folder).toBe(folder);
    await film.remove();
    expect(await readdir(folder)).toHaveLength(3);
  });

  it.each([
    ['empty lines', `\n${COLOUR}\n\n${DEPTH}\n\n`],
    ['the line ends of Windows', `${COLOUR}\r\n${DEPTH}\r\n`],
  ])('is played through another index where its own has %s, of which nothing stays', async (_, index) => {
    const folder = await folderOf(index);
    await writeFile(join(folder, 'device.json'), '{}');
    const film = await playableFolder(folder);
    expect(film.folder).not.toBe(folder);
    expect(await readFile(join(film.folder, 'INDEX.txt'), 'utf8')).toBe(`${COLOUR}\n${DEPTH}\n`);
    expect((await readFile(join(film.folder, DEPTH))).subarray(17).equals(RAW)).toBe(true);
    expect(await readFile(join(film.folder, 'device.json'), 'utf8')).toBe('{}');
    await film.remove();
    await expect(readdir(film.folder)).rejects.toThrow();
    expect(await readdir(folder)).toHaveLength(4);
  });

  it.each([
    ['no index', '', /names no depth/],
    [
      'a missing picture',
      `${COLOUR}\n${DEPTH}\nd-2.000000-120000.pgm\n`,
      /d-2\.000000-120000\.pgm is missing/,
    ],
    ['a line that leads elsewhere', `${COLOUR}\n../../etc/passwd\n`, /names no picture/],
    ['no colour', `${DEPTH}\n`, /no depth or no colour/],
  ])('is refused by name with %s', async (_, index, message) => {
    await expect(folderOf(index).then(playableFolder)).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(message) as string,
    });
  });

  it.each([
    [
      'pixels with the higher byte first',
      Buffer.from(RAW).swap16(),
      undefined,
      /the higher byte of each pixel first/,
    ],
    ['depth in millimetres', Buffer.from(RAW).fill(0x10), undefined, /beyond the 2047/],
    ['a header of several lines', RAW, 'P5\n640 480\n65535\n', /more than one line before its pixels/],
    ['a comment', RAW, 'P5 640 480 # a wall\n65535\n', /a comment/],
    ['a header that ends with a space', RAW, 'P5 640 480 65535 ', /more than one line/],
    ['another size', RAW, 'P5 480 640 65535\n', /480 × 640/],
    ['pixels of one byte', RAW, 'P5 640 480 255\n', /values up to 255/],
    ['numbers in words', RAW, 'P2 640 480 65535\n', /no binary PGM/],
    ['no header', RAW, '\0\0', /no binary PGM/],
    ['a last pixel too few', RAW.subarray(2), undefined, /ends early/],
    ['half of its pixels', RAW.subarray(RAW.length / 2), undefined, /ends early/],
  ])('is refused with a picture that has %s', async (_, depth, header, message) => {
    await expect(folderOf(undefined, depth, header).then(playableFolder)).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(message) as string,
    });
  });

  it('is refused where there is none', async () => {
    await expect(playableFolder(join(tmpdir(), 'facet-nowhere'))).rejects.toMatchObject({
      code: 'bad-input',
    });
  });
});

describe('the header of a PGM', () => {
  const header = (text: string) => netpbmHeader(Buffer.from(text));

  it.each(['P5 640 480 65535\n', 'P5\n640 480\n65535\n', 'P5# made by hand\n640\t480\r\n# deep\n65535 '])(
    'is read as %j',
    (text) => {
      expect(header(`${text}\n \0`)).toEqual({
        magic: 'P5',
        width: 640,
        height: 480,
        maximum: 65_535,
        length: text.length,
      });
    },
  );

  it.each([
    '',
    'P5',
    'P5 640',
    'P5640 480 255\n',
    'P5 640 480 65536\n',
    'P5 640 480 255',
    'P5 0 480 255\n',
    'P5 6x 1 1\n',
  ])('is none in %j', (text) => {
    expect(header(text)).toBeUndefined();
  });
});
