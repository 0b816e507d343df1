/** What a dataset says about its people, sessions and frames, and what it was made from. */
import { z } from 'zod';
import { ACCESSORIES } from '../../synthetic/people/person.ts';

export const KINDS = ['reliefs', 'crops'] as const;
/** `reliefs`: what a frame's relief holds; `crops`: the article's crop of a frame. */
export type DatasetKind = (typeof KINDS)[number];

export const POOLS = ['train', 'validation', 'test'] as const;
/** People of different pools are different people. */
export type Pool = (typeof POOLS)[number];

const poseSchema = z.object({ yaw: z.number(), pitch: z.number(), roll: z.number() });

const frameSchema = z.object({
  /** Degrees (core/geometry/pose.ts), the true one; null where nobody knows it. */
  pose: poseSchema.nullable(),
  /** Bytes of the frame in the shard, and CRC-32 of what they unpack to. */
  bytes: z.number().int().nonnegative(),
  crc: z.number().int().nonnegative(),
});

const sessionSchema = z.object({
  sensor: z.enum(['kinect-v1', 'kinect-v2', 'other']),
  /** `varied`: a lamp of random direction and colour. */
  light: z.enum(['office', 'window', 'varied', 'dark', 'unknown']),
  /** What paints the face. */
  spectrum: z.enum(['colour', 'infrared']),
  /** Millimetres; null where nobody measured it. */
  distance: z.number().nullable(),
  expression: z.string(),
  /** What is worn, a beard that was grown for the session included. */
  accessories: z.array(z.string()),
  /** Root mean square of the smooth depth error, millimetres; null where nobody knows it. */
  depthError: z.number().nullable(),
  frames: z.array(frameSchema),
});

const personSchema = z.object({
  /** The number in the pool: of `train/17` 17; of folders the place in their order. */
  index: z.number().int().nonnegative(),
  /** The identity's seed, or the folder's name. */
  name: z.string(),
  /** The largest share. */
  ancestry: z.enum(['african', 'asian', 'caucasian', 'unknown']),
  sex: z.enum(['female', 'male', 'unknown']),
  ageClass: z.enum(['young', 'middle-aged', 'old', 'unknown']),
  /** Whether the head was deformed beyond what the mesh family can show. */
  deformed: z.boolean(),
  sessions: z.array(sessionSchema),
});

export const shardIndexSchema = z.object({ kind: z.enum(KINDS), people: z.array(personSchema) });

export type FrameRecord = z.infer<typeof frameSchema>;
export type SessionRecord = z.infer<typeof sessionSchema>;
export type PersonRecord = z.infer<typeof personSchema>;

const syntheticSchema = z.object({
  kind: z.literal('synthetic'),
  pool: z.enum(POOLS),
  /** People `${pool}/${from}` to `${pool}/${from + people − 1}`. */
  from: z.number().int().nonnegative(),
  people: z.number().int().positive(),
  /** Sessions a person, and frames that were tried in each; a frame that does not settle is left out. */
  sessions: z.number().int().positive(),
  frames: z.number().int().positive(),
  /** Another seed draws other sessions of the same people. */
  seed: z.string(),
  /** What every session after the first in light, which enrols, wears besides what it draws. */
  worn: z.enum(ACCESSORIES).optional(),
  /** `fields`: heads of another family, whose details no morph target makes. */
  heads: z.literal('fields').optional(),
});

const vapSchema = z.object({
  kind: z.literal('vap'),
  pool: z.enum(['train', 'validation']),
  /** One folder a person, in order. */
  folders: z.array(z.string()).min(1),
});

const countsSchema = z.object({
  people: z.number().int().nonnegative(),
  sessions: z.number().int().nonnegative(),
  frames: z.number().int().nonnegative(),
});
export type DatasetCounts = z.infer<typeof countsSchema>;

/** Counts up where the format or the way of drawing changes: shards of different versions do not mix. */
export const DATASET_VERSION = 4;

/** What decides every byte of the shards. */
const recipeSchema = z.object({
  version: z.literal(DATASET_VERSION),
  kind: z.enum(KINDS),
  source: z.discriminatedUnion('kind', [syntheticSchema, vapSchema]),
  shardPeople: z.number().int().positive(),
  /** SHA-256 of mean-face.bin, on which reliefs settled and from which their heights count. */
  meanFace: z.string().regex(/^[0-9a-f]{64}$/),
});
export type DatasetRecipe = z.infer<typeof recipeSchema>;
export type DatasetSource = DatasetRecipe['source'];
export type SyntheticSource = z.infer<typeof syntheticSchema>;
export type VapSource = z.infer<typeof vapSchema>;

/** dataset.json; `counts` comes when the last shard is written. */
export const manifestSchema = z.object({
  /** The version of Facet that began it. */
  software: z.string(),
  recipe: recipeSchema,
  counts: countsSchema.optional(),
});
export type DatasetManifest = z.infer<typeof manifestSchema>;

export const MANIFEST_FILE = 'dataset.json';
export const MEAN_FACE_FILE = 'mean-face.bin';

export const peopleOf = (source: DatasetSource): number =>
  source.kind === 'synthetic' ? source.people : source.folders.length;

/** The shards' files, in order. */
export function shardFiles({ source, shardPeople }: DatasetRecipe): string[] {
  const shards = Math.ceil(peopleOf(source) / shardPeople);
  return Array.from({ length: shards }, (_, i) => `people-${String(i).padStart(4, '0')}.shard`);
}

/** What was done wrong to a dataset, and the way out: every shard can be made again. */
export const remake = (path: string): string =>
  `Delete ${path} and run the same facet dataset command again: it makes only what is missing.`;
