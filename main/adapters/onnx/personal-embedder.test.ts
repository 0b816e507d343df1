import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { beforeAll, expect, it } from 'vitest';
import { personalKind } from '../../core/judge/personal-network.ts';
import { RELIEF_CELLS } from '../../core/shape/relief.ts';
import { OnnxEmbedder } from './face-models.ts';
import { openModelLibrary } from './model-library.ts';
import { openPersonalEmbedder } from './personal-embedder.ts';

let onnx: Uint8Array;
beforeAll(async () => {
  // Any network on the relief tensor.
  onnx = await readFile('models/facet-rgbd.onnx');
});

const named = (file: Uint8Array, sha256 = createHash('sha256').update(file).digest('hex')) => ({
  kind: personalKind(sha256),
  onnx: file,
  sha256,
});

it('gives the unit vectors of the file that was handed over', async () => {
  const embedder = await openPersonalEmbedder(named(onnx));
  const tensors = Float32Array.from({ length: 8 * RELIEF_CELLS }, (_, i) => Math.sin(i));
  const shipped = await OnnxEmbedder.open(await openModelLibrary('models'), 'facet-rgbd');
  const [own, theirs] = [await embedder.embed(tensors, 2), await shipped.embed(tensors, 2)];
  expect(embedder.modelId).toBe(personalKind(named(onnx).sha256));
  for (const [i, vector] of own.entries())
    for (const [j, value] of vector.entries()) expect(value).toBeCloseTo(theirs[i][j], 5);
});

it.each([
  ['another hash', () => named(onnx, '0'.repeat(64))],
  ["another network's name", () => ({ ...named(onnx), kind: personalKind('0'.repeat(64)) })],
  ['a file that was cut short', () => named(onnx.subarray(0, 1000))],
])('refuses %s, and says what that means', async (_, given) => {
  await expect(openPersonalEmbedder(given())).rejects.toMatchObject({
    code: 'model-altered',
    message: expect.stringContaining('you are recognised as Facet came') as string,
  });
});
