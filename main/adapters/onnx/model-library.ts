/** The models folder: its manifest, and files whose hash is checked before anything runs them. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  parseManifest,
  type FusionEntry,
  type LastingEntry,
  type ModelEntry,
  type ModelManifest,
} from '../../contract/manifest.ts';
import { FacetError } from '../../contract/result.ts';

/** A model that is what the manifest says. */
export interface LoadedModel {
  readonly entry: ModelEntry;
  readonly bytes: Uint8Array;
}

export interface ModelLibrary {
  readonly models: readonly ModelEntry[];
  readonly fusions: readonly FusionEntry[];
  /** @throws FacetError `model-missing` where no model has this id. */
  entry(id: string): ModelEntry;
  /** Reads the file. @throws FacetError `model-missing` without it, `model-altered` if its hash is another. */
  load(id: string): Promise<LoadedModel>;
  /** The mean face's bytes, checked likewise. */
  loadMeanFace(): Promise<Uint8Array>;
  /** What lasts of a face, and its entry; undefined where the manifest names none. */
  loadLasting(): Promise<{ readonly entry: LastingEntry; readonly bytes: Uint8Array } | undefined>;
  /** The impostor pool's bytes, checked likewise. @throws FacetError `model-missing` where the manifest names none. */
  loadImpostors(): Promise<Uint8Array>;
  /** The bytes of the same people's reliefs, likewise. */
  loadImpostorReliefs(): Promise<Uint8Array>;
}

/**
 * Opens the library. @param folder the one that holds manifest.json (models/ of the project).
 * @throws FacetError `model-missing` without a manifest, `model-altered` if it cannot be understood.
 */
export async function openModelLibrary(folder: string): Promise<ModelLibrary> {
  const path = join(folder, 'manifest.json');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new FacetError('model-missing', `${path} cannot be read. Reinstall Facet, or run npm run setup.`, {
      cause,
    });
  });
  const { models, fusions, meanFace, lasting, impostors } = parse(path, text);

  const entry = (id: string): ModelEntry => {
    const found = models.find((model) => model.id === id);
    if (!found)
      throw new FacetError('model-missing', `${path} lists no model named ${id}. Run npm run setup.`);
    return found;
  };
  return {
    models,
    fusions,
    entry,
    load: async (id) => {
      const model = entry(id);
      return {
        entry: model,
        bytes: await readChecked(join(folder, model.file), model.sha256, remedyFor(model)),
      };
    },
    loadMeanFace: () => readChecked(join(folder, meanFace.file), meanFace.sha256, remedyFor(meanFace)),
    loadLasting: async () =>
      lasting && {
        entry: lasting,
        bytes: await readChecked(join(folder, lasting.file), lasting.sha256, MAKE_LASTING),
      },
    loadImpostors: () => loadPeople(impostors),
    loadImpostorReliefs: () => loadPeople(impostors?.reliefs),
  };

  async function loadPeople(
    named: { readonly file: string; readonly sha256: string } | undefined,
  ): Promise<Uint8Array> {
    if (!named)
      throw new FacetError(
        'model-missing',
        `${path} names no people to compare you with. Reinstall Facet, or make them: npm run facet -- pool.`,
      );
    return readChecked(
      join(folder, named.file),
      named.sha256,
      'Reinstall Facet, or make it again: npm run facet -- pool.',
    );
  }
}

/** How to get a file of the manifest back: what is not built comes with Facet. */
export const remedyFor = ({ file }: { readonly file: string }): string =>
  file.startsWith('built/')
    ? 'Run npm run setup to build it again.'
    : `Reinstall Facet, or get it back: git checkout models/${file}.`;

const MAKE_LASTING = 'Reinstall Facet, or make it again: npm run facet -- train --network lasting.';

async function readChecked(file: string, sha256: string, remedy: string): Promise<Uint8Array> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new FacetError('model-missing', `The model ${file} cannot be read. ${remedy}`, { cause });
  });
  if (createHash('sha256').update(bytes).digest('hex') !== sha256)
    throw new FacetError(
      'model-altered',
      `The model ${file} is not the one that models/manifest.json names. ${remedy}`,
    );
  return bytes;
}

function parse(path: string, text: string): ModelManifest {
  try {
    return parseManifest(JSON.parse(text));
  } catch (cause) {
    throw new FacetError(
      'model-altered',
      `${path} cannot be understood. Restore it from the release, then run npm run setup.`,
      { cause },
    );
  }
}
