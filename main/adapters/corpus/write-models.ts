/** Writes below models/: each file appears whole, and the manifest stays what its schema says. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseManifest, type ModelEntry } from '../../contract/manifest.ts';

/** Puts entries into the manifest in place of those with their ids. */
export async function putEntries(folder: string, entries: readonly ModelEntry[]): Promise<void> {
  const path = join(folder, 'manifest.json');
  const manifest = parseManifest(JSON.parse(await readFile(path, 'utf8')));
  const models = [...manifest.models];
  for (const entry of entries) {
    const at = models.findIndex(({ id }) => id === entry.id);
    if (at < 0) models.push(entry);
    else models[at] = entry;
  }
  await writeWhole(path, Buffer.from(`${JSON.stringify(parseManifest({ ...manifest, models }), null, 2)}\n`));
}

export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(`${path}.part`, bytes);
  await rename(`${path}.part`, path);
}
