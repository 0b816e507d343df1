/** Writes below models/: each file appears whole, and the manifest stays what its schema says. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  parseManifest,
  type FusionEntry,
  type ImpostorsEntry,
  type LastingEntry,
  type ModelEntry,
  type ModelManifest,
} from '../../contract/manifest.ts';

/** Puts entries into the manifest in place of those with their ids. */
export const putEntries = (folder: string, entries: readonly ModelEntry[]): Promise<void> =>
  change(folder, (manifest) => {
    const models = [...manifest.models];
    for (const entry of entries) {
      const at = models.findIndex(({ id }) => id === entry.id);
      if (at < 0) models.push(entry);
      else models[at] = entry;
    }
    return { ...manifest, models };
  });

/** Puts fusions into the manifest in place of those of the same models in the same spectrum. */
export const putFusions = (folder: string, entries: readonly FusionEntry[]): Promise<void> =>
  change(folder, (manifest) => {
    const key = ({ shape, descriptor, spectrum }: FusionEntry) => `${shape} ${descriptor} ${spectrum}`;
    const replaced = new Set(entries.map(key));
    const kept = manifest.fusions.filter((entry) => !replaced.has(key(entry)));
    return { ...manifest, fusions: [...kept, ...entries] };
  });

export const putMeanFace = (folder: string, meanFace: ModelManifest['meanFace']): Promise<void> =>
  change(folder, (manifest) => ({ ...manifest, meanFace }));

export const putLasting = (folder: string, lasting: LastingEntry): Promise<void> =>
  change(folder, (manifest) => ({ ...manifest, lasting }));

export const putImpostors = (folder: string, impostors: ImpostorsEntry): Promise<void> =>
  change(folder, (manifest) => ({ ...manifest, impostors }));

async function change(folder: string, to: (manifest: ModelManifest) => ModelManifest): Promise<void> {
  const path = join(folder, 'manifest.json');
  const manifest = parseManifest(JSON.parse(await readFile(path, 'utf8')));
  await writeWhole(path, Buffer.from(`${JSON.stringify(parseManifest(to(manifest)), null, 2)}\n`));
}

export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(`${path}.part`, bytes);
  await rename(`${path}.part`, path);
}
