/** Pairs of pictures as Labeled Faces in the Wild lists them. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FacetError } from '../../contract/result.ts';

export interface PicturePair {
  readonly fold: number;
  readonly same: boolean;
  readonly first: string;
  readonly second: string;
}

/**
 * Reads a pairs file: `folds<TAB>n` or `n`, then for each fold n lines `name i j` and n lines `name1 i name2 j`. Picture i of a
 * name is DIR/name/name_000i.jpg, or .png.
 * @throws FacetError `bad-input` naming the line that is not as it should be, or the picture that is not there
 */
export async function readPairs(file: string, images: string): Promise<PicturePair[]> {
  const bad = (why: string) => new FacetError('bad-input', `The pairs file ${file} ${why}.`);
  const content = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new FacetError('bad-input', `The pairs file ${file} cannot be read; check the path.`, { cause });
  });
  const lines = content
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line, i) => ({ number: i + 1, fields: fieldsOf(line) }))
    .filter(({ fields }) => fields.length > 0);
  const [head, ...rest] = lines;
  const counts = head?.fields.map(Number) ?? [];
  if (
    counts.length < 1 ||
    counts.length > 2 ||
    !counts.every((count) => Number.isInteger(count) && count > 0)
  )
    throw bad('does not begin with "folds<TAB>n" or "n", two whole numbers or one');
  const [folds, n] = counts.length === 2 ? counts : [1, counts[0]];
  if (rest.length !== 2 * n * folds)
    throw bad(
      `announces ${folds} × 2 × ${n} pairs and holds ${rest.length}; give n pairs of one person and n of two in each fold`,
    );
  const picture = (name: string, index: string, line: number): string => {
    if (!/^\d{1,9}$/.test(index) || /[\\/]/.test(name) || name.startsWith('.'))
      throw bad(`has no picture "${name} ${index}" that could be found (line ${line})`);
    const stem = join(images, name, `${name}_${index.padStart(4, '0')}`);
    const found = ['.jpg', '.png'].map((ending) => stem + ending).find((path) => existsSync(path));
    if (!found)
      throw bad(`names ${stem}.jpg (line ${line}), which is not there, nor as .png; check --images`);
    return found;
  };
  return rest.map(({ number, fields }, i) => {
    const fold = Math.floor(i / (2 * n));
    const same = i % (2 * n) < n;
    const wanted = same ? 'name i j' : 'name1 i name2 j';
    if (fields.length !== (same ? 3 : 4))
      throw bad(`needs "${wanted}" in line ${number} (fields are parted by tabs)`);
    const [name, i1, second, i2] = same ? [fields[0], fields[1], fields[0], fields[2]] : fields;
    return { fold, same, first: picture(name, i1, number), second: picture(second, i2, number) };
  });
}

/** Parted by tabs, since names may hold spaces; where there is no tab, by spaces. */
const fieldsOf = (line: string): string[] =>
  line.trim() === '' ? [] : line.trim().split(line.includes('\t') ? /\t+/ : / +/);
