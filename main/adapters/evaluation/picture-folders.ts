/** A folder of people, a folder of files each. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FacetError } from '../../contract/result.ts';

export interface PersonFolder {
  readonly name: string;
  /** Paths, sorted by name. */
  readonly files: readonly string[];
}

export const PICTURES = /\.(jpe?g|png)$/i;
export const RECORDINGS = /\.mcap$/i;

/**
 * People sorted by name; folders without such a file, and what begins with a dot, are left out.
 * @param what what is looked for, for the sentence
 * @throws FacetError `bad-input` where there are fewer than two people
 */
export async function personFolders(folder: string, kind: RegExp, what: string): Promise<PersonFolder[]> {
  const bad = (why: string) =>
    new FacetError(
      'bad-input',
      `${folder} ${why}; give a folder with a folder of ${what} for each of two or more people.`,
    );
  const names = await readdir(folder).catch(() => undefined);
  if (!names) throw bad((await stat(folder).catch(() => undefined)) ? 'is not a folder' : 'does not exist');
  const people: PersonFolder[] = [];
  for (const name of names.sort()) {
    if (name.startsWith('.')) continue;
    const path = join(folder, name);
    if (!(await stat(path)).isDirectory()) continue;
    const files = (await readdir(path)).filter((file) => kind.test(file) && !file.startsWith('.')).sort();
    if (files.length > 0) people.push({ name, files: files.map((file) => join(path, file)) });
  }
  if (people.length === 0) throw bad(`holds no folder with ${what}`);
  if (people.length === 1) throw bad(`holds ${what} of one person only (${people[0].name})`);
  return people;
}
