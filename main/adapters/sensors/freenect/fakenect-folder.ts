/**
 * A folder that fakenect plays in the place of a Kinect v1. It ends the whole program where a file is missing and reads beyond
 * those that are too short, so that the folder is looked through before.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FacetError } from '../../../contract/result.ts';

export const INDEX = 'INDEX.txt';
const LINE = /^([dra])-\d+(?:\.\d+)?-\d+\.(pgm|ppm|dump)$/;
/** Bytes of pixels by the letter that a name begins with: 640 × 480 of 16 bits, or of RGB. */
const PIXELS = { d: 640 * 480 * 2, r: 640 * 480 * 3 } as const;
/** Looked at together. */
const BATCH = 64;

/** @throws FacetError `bad-input` naming the first file that is missing, too short, or named as none that fakenect writes */
export async function checkFakenectFolder(folder: string): Promise<void> {
  const refuse = (what: string): FacetError =>
    new FacetError(
      'bad-input',
      `${what}, so fakenect cannot play ${folder}. Record it again with fakenect-record, or set FAKENECT_PATH to a folder that is whole.`,
    );
  const text = await readFile(join(folder, INDEX), 'utf8').catch(() => {
    throw refuse(`There is no ${INDEX} that can be read`);
  });
  const names = text.split('\n').filter((line) => line !== '');
  const lengths = { d: 0, r: 0 };
  const look = async (name: string): Promise<void> => {
    const kind = LINE.exec(name)?.[1];
    if (!kind) throw refuse(`${INDEX} has a line that names no picture (${name.slice(0, 60)})`);
    const { size } = await stat(join(folder, name)).catch(() => {
      throw refuse(`${name} is missing`);
    });
    if (kind !== 'd' && kind !== 'r') return;
    lengths[kind]++;
    if (size <= PIXELS[kind]) throw refuse(`${name} ends early`);
  };
  for (let i = 0; i < names.length; i += BATCH) await Promise.all(names.slice(i, i + BATCH).map(look));
  if (lengths.d === 0 || lengths.r === 0) throw refuse(`${INDEX} names no depth or no colour`);
}
