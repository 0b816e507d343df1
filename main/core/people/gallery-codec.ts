/**
 * A gallery as bytes, before encryption: uint32 length (little-endian), that much JSON (everything but vectors and networks),
 * then all vectors as little-endian float32 in the order in which the JSON names them, then the networks' files likewise.
 */
import { z } from 'zod';
import type { Degrees } from '../../contract/units.ts';
import { LOOK_REASONS } from '../../contract/codes.ts';
import { ONE_LINE } from '../../contract/names.ts';
import { fail, ok } from '../../contract/result.ts';
import type { Failure, Result } from '../../contract/result.ts';
import type { Embeddings } from '../../contract/evidence.ts';
import type { PersonalNetwork } from '../judge/personal-network.ts';
import { GALLERY_LIMITS, type Gallery, type PersonalHead } from './gallery.ts';

/** Raise it when the layout changes; newer files are refused by name, not misread. */
const FORMAT = 5;
/**
 * The oldest layout that is still read: it noted one sensor only, no networks and no remembered looks; 2 had no heads, 3 none with a
 * network, 4 neither looks straight ahead nor lids.
 */
const OLDEST = 1;
/** Bounds of a plausible gallery: far above what enrolment makes, low enough that a forged file cannot fill memory. */
const BOUNDS = {
  ...GALLERY_LIMITS,
  remembered: 64,
  sensors: 16,
  models: 8,
  dimensions: 4096,
  frames: 1_000_000,
  text: 200,
  /** Of any number in a head. */
  head: 1000,
  /** Of a person's own network: bytes, and templates. */
  network: 4_000_000,
  personal: 64,
};
/** How far a stored embedding's length may be from 1: float32 rounding of thousands of squares, and no more. */
const UNIT_TOLERANCE = 1e-3;

const name = z.string().min(1).max(BOUNDS.text).regex(ONE_LINE);
const wallTime = z.number().min(0).max(8.64e15);
const angle = z.number().min(-180).max(180) as unknown as z.ZodType<Degrees>;
const vectors = z
  .array(z.tuple([name, z.int().min(2).max(BOUNDS.dimensions)]))
  .min(1)
  .max(BOUNDS.models)
  .refine((entries) => new Set(entries.map(([id]) => id)).size === entries.length);
const common = {
  vectors,
  preprocessing: z.int().min(0).max(1e6),
  networks: name.exactOptional(),
  capturedAt: wallTime,
  source: z.enum(['enrolment', 'adaptation']),
  look: name,
};

const sensorIdentity = z.strictObject({
  driver: name,
  model: z.enum(['kinect-v1', 'kinect-v2', 'other']),
  serial: z.string().max(BOUNDS.text),
});

const inHead = z.number().min(-BOUNDS.head).max(BOUNDS.head);
const term = z.strictObject({
  offset: inHead,
  distances: z.array(z.tuple([name, inHead])).max(BOUNDS.models),
  vectors,
});
const head = z.strictObject({
  version: z.int().positive(),
  fittedAt: wallTime,
  networks: name,
  preprocessing: z.int().min(0).max(1e6),
  looks: z.array(name).max(BOUNDS.templates),
  terms: z.strictObject({ colour: term.exactOptional(), infrared: term.exactOptional() }),
  network: z
    .strictObject({
      kind: name,
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      bytes: z.int().min(1).max(BOUNDS.network),
      templates: z.int().min(1).max(BOUNDS.personal),
      dimensions: z.int().min(2).max(BOUNDS.dimensions),
    })
    .exactOptional(),
});

const envelope = z.strictObject({
  format: z.int().min(OLDEST).max(FORMAT),
  user: name,
  sensor: sensorIdentity,
  otherSensors: z.array(sensorIdentity).max(BOUNDS.sensors).exactOptional(),
  createdAt: wallTime,
  version: z.int().nonnegative(),
  templates: z
    .array(
      z.strictObject({
        ...common,
        pose: z.strictObject({ yaw: angle, pitch: angle, roll: angle }),
        coverage: z.literal('straight').exactOptional(),
        lids: z.number().min(0).max(10).exactOptional(),
      }),
    )
    .max(BOUNDS.templates),
  reliefs: z
    .array(z.strictObject({ ...common, frames: z.int().min(1).max(BOUNDS.frames) }))
    .max(BOUNDS.reliefs),
  remembered: z
    .array(z.strictObject({ look: name, reason: z.enum(LOOK_REASONS), usedAt: wallTime }))
    .max(BOUNDS.remembered)
    .default([]),
  heads: z
    .strictObject({ inUse: z.int().nonnegative(), versions: z.array(head).max(BOUNDS.heads) })
    .refine(({ inUse, versions }) => inUse === 0 || versions.some(({ version }) => version === inUse))
    .exactOptional(),
});

/** @returns the bytes, or `bad-input` where the gallery breaks a rule that decoding enforces. */
export function encodeGallery(gallery: Gallery): Result<Uint8Array> {
  const units: Float32Array[] = [];
  const weights: Float32Array[] = [];
  const own: Float32Array[] = [];
  const files: Uint8Array[] = [];
  const listed = (vectors: ReadonlyMap<string, Float32Array>, into: Float32Array[]) =>
    [...vectors].map(([id, vector]) => {
      into.push(vector);
      return [id, vector.length] as [string, number];
    });
  const flat = <T extends { embeddings: Embeddings }>({ embeddings, ...rest }: T) => ({
    ...rest,
    vectors: listed(embeddings, units),
  });
  const flatHead = ({ terms, network, ...rest }: PersonalHead) => ({
    ...rest,
    terms: eachTerm(terms, ({ offset, distances, weights: map }) => ({
      offset,
      distances: [...distances],
      vectors: listed(map, weights),
    })),
    ...(network && { network: flatNetwork(network) }),
  });
  const flatNetwork = ({ kind, sha256, onnx, templates }: PersonalNetwork) => {
    own.push(...templates);
    files.push(onnx);
    return {
      kind,
      sha256,
      bytes: onnx.length,
      templates: templates.length,
      dimensions: templates[0]?.length ?? 0,
    };
  };
  const { user, sensor, otherSensors, createdAt, version, heads } = gallery;
  const parsed = envelope.safeParse({
    format: FORMAT,
    user,
    sensor: identityOf(sensor),
    ...(otherSensors ? { otherSensors: otherSensors.map(identityOf) } : {}),
    createdAt,
    version,
    templates: gallery.templates.map(flat),
    reliefs: gallery.reliefs.map(flat),
    remembered: gallery.remembered,
    ...(heads ? { heads: { ...heads, versions: heads.versions.map(flatHead) } } : {}),
  });
  if (!parsed.success) return fail('bad-input', `This gallery cannot be stored: ${describe(parsed.error)}.`);
  if (![...units, ...own].every(isUnit))
    return fail('bad-input', 'This gallery cannot be stored: an embedding is not a unit vector.');
  if (!weights.every(isPlausible))
    return fail('bad-input', 'This gallery cannot be stored: a head has no sensible weights.');

  const json = new TextEncoder().encode(JSON.stringify(parsed.data));
  const floats = [...units, ...weights, ...own];
  const size = floats.reduce((sum, { length }) => sum + 4 * length, 0);
  const bytes = new Uint8Array(4 + json.length + size + files.reduce((sum, { length }) => sum + length, 0));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, json.length, true);
  bytes.set(json, 4);
  let at = 4 + json.length;
  for (const vector of floats) for (const value of vector) view.setFloat32((at += 4) - 4, value, true);
  for (const file of files) {
    bytes.set(file, at);
    at += file.length;
  }
  return ok(bytes);
}

/** Strict: any surplus, missing or implausible byte is `store-altered`; a newer format says so. */
export function decodeGallery(bytes: Uint8Array): Result<Gallery> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint32(0, true) > bytes.length - 4) return damaged('it is cut short');
  const length = view.getUint32(0, true);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(4, 4 + length)));
  } catch {
    return damaged('its description cannot be read');
  }
  const { format } = (json ?? {}) as { format?: unknown };
  if (typeof format === 'number' && format > FORMAT)
    return fail(
      'store-altered',
      `The gallery was written by a newer Facet (format ${format}); update Facet.`,
    );
  const parsed = envelope.safeParse(json);
  if (!parsed.success) return damaged(describe(parsed.error));

  const { user, sensor, otherSensors, createdAt, version, templates, reliefs, remembered, heads } =
    parsed.data;
  const terms =
    heads?.versions.flatMap(({ terms: { colour, infrared } }) => [colour ?? [], infrared ?? []].flat()) ?? [];
  const counts = [...templates, ...reliefs, ...terms].flatMap((entry) =>
    entry.vectors.map(([, count]) => count),
  );
  const networks = heads?.versions.flatMap(({ network }) => network ?? []) ?? [];
  const own = networks.reduce((sum, network) => sum + 4 * network.templates * network.dimensions, 0);
  const files = networks.reduce((sum, network) => sum + network.bytes, 0);
  if (bytes.length !== 4 + length + 4 * counts.reduce((sum, count) => sum + count, 0) + own + files)
    return damaged('its vectors have the wrong length');
  let at = 4 + length;
  let unsound: string | undefined;
  const read = (entries: [string, number][], isSound: (vector: Float32Array) => boolean, fault: string) =>
    new Map(
      entries.map(([id, count]) => {
        const vector = Float32Array.from({ length: count }, () => view.getFloat32((at += 4) - 4, true));
        if (!isSound(vector)) unsound ??= fault;
        return [id, vector];
      }),
    );
  const filled = <T extends { vectors: [string, number][] }>({ vectors: entries, ...entry }: T) => ({
    ...entry,
    embeddings: read(entries, isUnit, 'an embedding is not a unit vector'),
  });
  // As they lie: the terms of all heads, then the templates of their networks, then the files.
  let file = bytes.length - files;
  const readTerms = (each: NonNullable<typeof heads>['versions'][number]) =>
    eachTerm(each.terms, ({ offset, distances, vectors: entries }) => ({
      offset,
      distances: new Map(distances),
      weights: read(entries, isPlausible, 'a head has no sensible weights'),
    }));
  const readNetwork = ({ kind, sha256, ...counted }: (typeof networks)[number]): PersonalNetwork => {
    const vectors = read(
      Array.from({ length: counted.templates }, (_, i) => [String(i), counted.dimensions]),
      isUnit,
      'an embedding is not a unit vector',
    );
    // A copy: the gallery's own bytes do not stay, and a Buffer's slice is none.
    const onnx = Uint8Array.from(bytes.subarray(file, (file += counted.bytes)));
    return { kind, sha256, onnx, templates: [...vectors.values()] };
  };
  const gallery = {
    user,
    sensor,
    ...(otherSensors ? { otherSensors } : {}),
    createdAt,
    version,
    templates: templates.map(filled),
    reliefs: reliefs.map(filled),
    remembered,
    ...(heads
      ? {
          heads: {
            inUse: heads.inUse,
            versions: heads.versions
              .map(({ network, ...each }) => ({ head: { ...each, terms: readTerms(each) }, network }))
              .map(({ head, network }) => ({ ...head, ...(network && { network: readNetwork(network) }) })),
          },
        }
      : {}),
  };
  return unsound === undefined ? ok(gallery) : damaged(unsound);
}

/** The same of each spectrum's term, in one order. */
function eachTerm<T, U>(
  { colour, infrared }: { readonly colour?: T; readonly infrared?: T },
  change: (term: T) => U,
): { colour?: U; infrared?: U } {
  return {
    ...(colour ? { colour: change(colour) } : {}),
    ...(infrared ? { infrared: change(infrared) } : {}),
  };
}

const identityOf = ({ driver, model, serial }: Gallery['sensor']) => ({ driver, model, serial });

/** Finite and of length 1. */
function isUnit(vector: Float32Array): boolean {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return Math.abs(length - 1) <= UNIT_TOLERANCE; // false for NaN and infinity too
}

/** Finite, and of a size that a head can have; false for NaN and infinity too. */
const isPlausible = (vector: Float32Array): boolean =>
  vector.every((value) => Math.abs(value) <= BOUNDS.head);

/** Where, never what: values must not reach a log. */
const describe = (error: z.ZodError): string =>
  `${error.issues[0]?.path.join('.') || 'the description'} is not valid`;

const damaged = (how: string): Failure =>
  fail('store-altered', `The gallery is damaged (${how}); enter the PIN and enrol again.`);
