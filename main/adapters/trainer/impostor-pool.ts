/**
 * The impostor pool as a file: uint32 length (little-endian), that much JSON (what it is of), then every face of every person, each kind
 * in the order of the JSON, in 1/127 of the kind's largest number, one byte each.
 */
import { z } from 'zod';
import type { Embeddings } from '../../contract/evidence.ts';
import { FacetError } from '../../contract/result.ts';
import { normalised } from '../../core/face/embedding.ts';
import type { ImpostorPool } from '../../core/retrain/pool.ts';
import { openModelLibrary } from '../onnx/model-library.ts';

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
  const head = Buffer.from(JSON.stringify({ format: 1, networks, preprocessing, kinds: described, faces }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  const codes = all.flatMap((face) =>
    kinds.map(({ kind, largest }) =>
      Int8Array.from(face.get(kind)!, (value) => Math.round((value / largest) * STEPS)),
    ),
  );
  return Buffer.concat([length, head, ...codes.map(({ buffer }) => Buffer.from(buffer))]);
}

/** @throws FacetError `model-altered` for anything but a pool as written */
export function decodePool(bytes: Uint8Array): ImpostorPool {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = buffer.length >= 4 ? buffer.readUInt32LE() : 0;
  const parsed = description.safeParse(jsonOf(buffer.subarray(4, 4 + length)));
  if (!parsed.success) throw damaged();
  const { networks, preprocessing, kinds, faces } = parsed.data;
  const size = kinds.reduce((sum, kind) => sum + kind.length, 0);
  if (buffer.length !== 4 + length + size * faces.reduce((a, b) => a + b, 0)) throw damaged();
  let at = 4 + length;
  const face = (): Embeddings =>
    new Map(
      kinds.map(({ kind, length: count }) => {
        const codes = new Int8Array(bytes.buffer, bytes.byteOffset + at, count);
        at += count;
        // Unit length again, whatever the rounding did; the largest number is lost in it.
        return [kind, normalised(Float32Array.from(codes))];
      }),
    );
  return { networks, preprocessing, people: faces.map((count) => Array.from({ length: count }, face)) };
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

const damaged = () =>
  new FacetError(
    'model-altered',
    'The people that Facet compares you with cannot be read. Reinstall Facet, or make them again: npm run facet -- pool.',
  );

/** @throws FacetError `model-missing` without the file, `model-altered` where it is another than the manifest's */
export const loadImpostorPool = async (models: string): Promise<ImpostorPool> =>
  decodePool(await (await openModelLibrary(models)).loadImpostors());
