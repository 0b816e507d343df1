/**
 * The impostor pool as a file: a head (headed-file.ts: what it is of), then every face of every person, each kind in the order of the
 * head, in 1/127 of the kind's largest number, one byte each.
 */
import { z } from 'zod';
import type { Embeddings } from '../../contract/evidence.ts';
import { FacetError } from '../../contract/result.ts';
import { normalised } from '../../core/face/embedding.ts';
import type { ImpostorPool } from '../../core/retrain/pool.ts';
import { openModelLibrary } from '../onnx/model-library.ts';
import { decodeHeaded, encodeHeaded } from './headed-file.ts';

const STEPS = 127;

const description = z.strictObject({
  format: z.literal(1),
  networks: z.string(),
  preprocessing: z.int(),
  kinds: z.array(z.strictObject({ kind: z.string(), length: z.int().min(1).max(4096) })),
  /** Faces of each person. */
  faces: z.array(z.int().min(0).max(16)).max(100_000),
});

/** Kinds that a face lacks are not kept of any. */
export function encodePool({ networks, preprocessing, people }: ImpostorPool): Uint8Array {
  const all = people.flat();
  const kinds = [...all[0].keys()]
    .filter((kind) => all.every((face) => face.has(kind)))
    .map((kind) => ({
      kind,
      length: all[0].get(kind)!.length,
      largest: all.reduce(
        (most, face) => face.get(kind)!.reduce((a, b) => Math.max(a, Math.abs(b)), most),
        0,
      ),
    }));
  const faces = people.map(({ length }) => length);
  const described = kinds.map(({ kind, length }) => ({ kind, length }));
  const codes = all.flatMap((face) =>
    kinds.map(({ kind, largest }) =>
      Int8Array.from(face.get(kind)!, (value) => Math.round((value / largest) * STEPS)),
    ),
  );
  return encodeHeaded({ format: 1, networks, preprocessing, kinds: described, faces }, codes);
}

/** @throws FacetError `model-altered` for anything but a pool as written */
export function decodePool(bytes: Uint8Array): ImpostorPool {
  const read = decodeHeaded(bytes);
  const parsed = description.safeParse(read?.head);
  if (!read || !parsed.success) throw damaged();
  const { rest } = read;
  const { networks, preprocessing, kinds, faces } = parsed.data;
  const size = kinds.reduce((sum, kind) => sum + kind.length, 0);
  if (rest.length !== size * faces.reduce((a, b) => a + b, 0)) throw damaged();
  let at = 0;
  const face = (): Embeddings =>
    new Map(
      kinds.map(({ kind, length: count }) => {
        const codes = new Int8Array(rest.buffer, rest.byteOffset + at, count);
        at += count;
        // Unit length again, whatever the rounding did; the largest number is lost in it.
        return [kind, normalised(Float32Array.from(codes))];
      }),
    );
  return { networks, preprocessing, people: faces.map((count) => Array.from({ length: count }, face)) };
}

const damaged = () =>
  new FacetError(
    'model-altered',
    'The people that Facet compares you with cannot be read. Reinstall Facet, or make them again: npm run facet -- pool.',
  );

/** @throws FacetError `model-missing` without the file, `model-altered` where it is another than the manifest's */
export const loadImpostorPool = async (models: string): Promise<ImpostorPool> =>
  decodePool(await (await openModelLibrary(models)).loadImpostors());
