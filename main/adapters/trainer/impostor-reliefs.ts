/**
 * The reliefs of the impostor pool's faces as a file, compressed by Brotli: a head (headed-file.ts: how many faces each person has),
 * then the heights of every face, one byte a cell, each less the one before it.
 */
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { z } from 'zod';
import { FacetError } from '../../contract/result.ts';
import { RELIEF_CELLS } from '../../core/shape/relief.ts';
import { openModelLibrary } from '../onnx/model-library.ts';
import { decodeHeaded, encodeHeaded } from './headed-file.ts';

/** Steps of a centimetre: far below any sensor's noise. */
const STEPS = 40;
const MOST = 127;

const description = z.strictObject({
  format: z.literal(1),
  faces: z.array(z.int().min(0).max(16)).max(10_000),
});

/** Heights above the mean face in centimetres, 0 where nothing was seen: of each face of each person. */
export type PeopleReliefs = readonly (readonly Float32Array[])[];

export function encodeReliefs(people: PeopleReliefs): Uint8Array {
  const head = { format: 1, faces: people.map(({ length }) => length) };
  const codes = people.flat().map((relief) => {
    let before = 0;
    return Int8Array.from(relief, (height) => {
      const code = Math.min(MOST, Math.max(-MOST, Math.round(height * STEPS)));
      // What was seen is never nothing.
      const kept = height !== 0 && code === 0 ? 1 : code;
      const step = kept - before;
      before = kept;
      return step;
    });
  });
  return brotliCompressSync(encodeHeaded(head, codes), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
  });
}

/** @throws FacetError `model-altered` for anything but reliefs as written */
export function decodeReliefs(compressed: Uint8Array): PeopleReliefs {
  const read = decodeHeaded(inflated(compressed));
  const parsed = description.safeParse(read?.head);
  if (!read || !parsed.success) throw damaged();
  const { rest } = read;
  const { faces } = parsed.data;
  if (rest.length !== RELIEF_CELLS * faces.reduce((a, b) => a + b, 0)) throw damaged();
  let at = 0;
  return faces.map((count) =>
    Array.from({ length: count }, () => {
      const code = new Int8Array(1);
      return Float32Array.from({ length: RELIEF_CELLS }, () => {
        code[0] += rest.readInt8(at++);
        return code[0] / STEPS;
      });
    }),
  );
}

function inflated(bytes: Uint8Array): Buffer {
  try {
    return brotliDecompressSync(bytes);
  } catch {
    throw damaged();
  }
}

const damaged = () =>
  new FacetError(
    'model-altered',
    'The reliefs of the people that Facet compares you with cannot be read. Reinstall Facet, or make them again: npm run facet -- pool.',
  );

/** @throws FacetError `model-missing` without the file, `model-altered` where it is another than the manifest's */
export const loadImpostorReliefs = async (models: string): Promise<PeopleReliefs> =>
  decodeReliefs(await (await openModelLibrary(models)).loadImpostorReliefs());
