/** `facet pool`: the impostor pool of the networks that the manifest names. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { networksOf } from '../../../core/judge/policy.ts';
import { PREPROCESSING } from '../../../core/people/gallery.ts';
import { putImpostors, writeWhole } from '../../corpus/write-models.ts';
import { OnnxEmbedder } from '../../onnx/face-models.ts';
import { DESCRIPTOR_MODEL, SHAPE_MODEL } from '../../onnx/load-face-models.ts';
import { openModelLibrary } from '../../onnx/model-library.ts';
import { encodePool } from '../../trainer/impostor-pool.ts';
import { encodeReliefs } from '../../trainer/impostor-reliefs.ts';
import { RELIEFS, reliefIn } from '../films/develop.ts';
import { filmPeople, type Filming } from './film-people.ts';

const FILE = 'impostors.bin';
const RELIEF_FILE = 'impostor-reliefs.bin';
/** The first of the training pool whom no network was trained on. */
const FROM = 10_000;
/** Two days of each, so that it shows how a face changes. */
const DAYS = 2;

export interface MadePool {
  readonly file: string;
  readonly people: number;
  readonly bytes: number;
}

/** Films are reused: for other networks only what they make of them is made again. */
export async function makePool(
  models: string,
  filming: Pick<Filming, 'folder' | 'people' | 'threads' | 'signal' | 'progress'>,
): Promise<MadePool> {
  const library = await openModelLibrary(models);
  const shape = await OnnxEmbedder.open(library, SHAPE_MODEL, { threads: 1 });
  const request = { ...filming, pool: 'train', from: FROM, enrols: false, visits: DAYS } as const;
  const films = await filmPeople(shape, request);
  const networks = networksOf(library.entry(DESCRIPTOR_MODEL), library.entry(SHAPE_MODEL));
  // The last frame of a visit has most of it fused.
  const people = films.map(({ visits }) =>
    visits.flatMap((faces) => faces.slice(-1).map((f) => f.embeddings)),
  );
  const bytes = encodePool({ networks, preprocessing: PREPROCESSING, people });
  const reliefs = encodeReliefs(
    (await filmPeople(RELIEFS, request)).map(({ visits }) =>
      visits.flatMap((faces) => faces.slice(-1).map(reliefIn)),
    ),
  );
  await writeWhole(join(models, FILE), bytes);
  await writeWhole(join(models, RELIEF_FILE), reliefs);
  await putImpostors(models, {
    file: FILE,
    sha256: hashOf(bytes),
    reliefs: { file: RELIEF_FILE, sha256: hashOf(reliefs) },
    networks,
    people: people.length,
    licence: 'Apache-2.0 (this project); the heads come from CC0 assets (assets/people/PROVENANCE.md)',
    made: `npm run facet -- pool --people ${people.length}: synthetic people train/${FROM} to train/${FROM + people.length - 1}, whom no network was trained on`,
  });
  return { file: join(models, FILE), people: people.length, bytes: bytes.length + reliefs.length };
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
