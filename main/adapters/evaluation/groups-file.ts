/** Which group each person belongs to, from a file. */
import { readFile } from 'node:fs/promises';
import { FacetError } from '../../contract/result.ts';

/**
 * Lines `name<TAB>group`; empty ones and those that begin with # are passed over.
 * @throws FacetError `bad-input` naming the line that is not as it should be
 */
export async function readGroups(file: string): Promise<ReadonlyMap<string, string>> {
  const content = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new FacetError('bad-input', `The groups file ${file} cannot be read; check the path.`, { cause });
  });
  const groups = new Map<string, string>();
  for (const [i, line] of content
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [name, group, ...more] = line.split('\t').map((field) => field.trim());
    if (!name || !group || more.length > 0)
      throw new FacetError('bad-input', `The groups file ${file} needs "name<TAB>group" in line ${i + 1}.`);
    groups.set(name, group);
  }
  return groups;
}
