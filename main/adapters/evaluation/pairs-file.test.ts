import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPairs } from './pairs-file.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'facet-pairs-'));
  for (const name of ['Ada', 'Bea_B', 'Cy D']) await mkdir(join(root, name));
  for (const picture of [
    'Ada/Ada_0001.jpg',
    'Ada/Ada_0012.jpg',
    'Bea_B/Bea_B_0001.png',
    'Bea_B/Bea_B_0002.jpg',
    'Cy D/Cy D_0001.jpg',
  ])
    await writeFile(join(root, picture), '');
});
afterAll(() => rm(root, { recursive: true }));

async function pairsOf(text: string) {
  const file = join(root, 'pairs.txt');
  await writeFile(file, text);
  return readPairs(file, root);
}
const path = (picture: string) => join(root, picture);

describe('a pairs file', () => {
  it('lists folds of pairs of one person and of two, JPEG or PNG, however its lines end', async () => {
    const fold1 = ['Ada\t1\t12', 'Ada\t1\tCy D\t1'];
    const fold2 = ['Bea_B\t1\t2', 'Bea_B\t2\tAda\t12'];
    const pairs = await pairsOf(`\uFEFF${['2\t1', ...fold1, ...fold2].join('\r\n')}\r\n\r\n`);
    expect(pairs).toEqual([
      { fold: 0, same: true, first: path('Ada/Ada_0001.jpg'), second: path('Ada/Ada_0012.jpg') },
      { fold: 0, same: false, first: path('Ada/Ada_0001.jpg'), second: path('Cy D/Cy D_0001.jpg') },
      { fold: 1, same: true, first: path('Bea_B/Bea_B_0001.png'), second: path('Bea_B/Bea_B_0002.jpg') },
      { fold: 1, same: false, first: path('Bea_B/Bea_B_0002.jpg'), second: path('Ada/Ada_0012.jpg') },
    ]);
  });

  it('with one number has one fold, and spaces will do', async () => {
    expect(await pairsOf('1\nAda 1 12\nAda 1 Bea_B 2')).toMatchObject([
      { fold: 0, same: true },
      { fold: 0, same: false },
    ]);
  });

  it.each([
    ['is empty', '', /does not begin with/],
    ['begins with words', 'pairs\nAda\t1\t12', /does not begin with/],
    ['has a fold too few', '2\t1\nAda\t1\t12\nAda\t1\tBea_B\t2', /announces 2 × 2 × 1 pairs and holds 2/],
    ['has the kinds the wrong way round', '1\nAda\t1\tBea_B\t2\nAda\t1\t12', /"name i j" in line 2/],
    ['has a number that is none', '1\nAda\t1\tx\nAda\t1\tBea_B\t2', /"Ada x".*line 2/],
    ['leads out of the folder', '1\n..\t1\t2\nAda\t1\tBea_B\t2', /line 2/],
    [
      'names a picture that is not there',
      '1\nAda\t1\t12\nAda\t3\tBea_B\t2',
      /Ada_0003\.jpg \(line 3\).*not there/,
    ],
  ])('that %s is refused in one sentence', async (_, text, why) => {
    await expect(pairsOf(text)).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(why) as string,
    });
  });

  it('that is not there is refused', async () => {
    await expect(readPairs(path('none.txt'), root)).rejects.toMatchObject({ code: 'bad-input' });
  });
});
