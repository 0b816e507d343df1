import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lastingDistance } from '../../core/adapt/lasting.ts';
import { embeddingDistance, normalised } from '../../core/face/embedding.ts';
import { matchPolicy } from '../../core/judge/policy.ts';
import { Random } from '../../core/random.ts';
import { modelsFolder } from '../program-files.ts';
import { loadMatchModels } from './load-face-models.ts';
import { openModelLibrary } from './model-library.ts';

let folder: string;
const manifest = () => join(folder, 'manifest.json');
const load = async () => loadMatchModels(await openModelLibrary(folder));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facet-lasting-'));
  for (const file of ['manifest.json', 'facet-lasting.onnx'])
    await cp(join(modelsFolder(), file), join(folder, file));
});
afterEach(() => rm(folder, { recursive: true }));

describe('what lasts of a face, as models/ has it', () => {
  it('is projected as ONNX Runtime would', async () => {
    const { lasting, shape } = await load();
    const [length] = shape.outputs[0].shape;
    const session = await InferenceSession.create(await readFile(join(folder, 'facet-lasting.onnx')));
    const random = new Random('lasting');
    const vectors = [0, 1].map(() => normalised(Float32Array.from({ length }, () => random.normal())));
    const { lasting: projected } = await session.run({
      embedding: new Tensor('float32', Float32Array.from(vectors.flatMap((v) => [...v])), [2, length]),
    });
    await session.release();
    const data = projected.data as Float32Array;
    expect(data).toHaveLength(2 * lasting!.dimensions);
    const [face, anchor] = [0, 1].map((i) =>
      data.slice(i * lasting!.dimensions, (i + 1) * lasting!.dimensions),
    );
    const [probe, enrolled] = vectors.map((vector) => new Map([['shape', vector]]));
    expect(lastingDistance(probe, [{ embeddings: enrolled }], 'shape', lasting!)).toBeCloseTo(
      embeddingDistance(face, anchor),
      5,
    );
  });

  it('bounds what is remembered, with a limit for any number of fused frames', async () => {
    const { lasting } = matchPolicy(await load()).adaptation!;
    const [single, ...fused] = lasting!.limits;
    expect(single.fusedFrames).toBe(1);
    expect(fused.length).toBeGreaterThan(0);
    for (const { distance } of fused) expect(distance).toBeLessThan(single.distance);
  });

  it('is not used for another shape network', async () => {
    const text = await readFile(manifest(), 'utf8');
    await writeFile(
      manifest(),
      text.replace(/"shape": "facet-rgbd [0-9a-f]{16}"/, '"shape": "facet-rgbd 0"'),
    );
    expect((await load()).lasting).toBeUndefined();
  });

  it('with one changed bit is refused, and it is said what to do', async () => {
    const file = join(folder, 'facet-lasting.onnx');
    const bytes = await readFile(file);
    bytes[bytes.length >> 1] ^= 1;
    await writeFile(file, bytes);
    await expect(load()).rejects.toMatchObject({
      code: 'model-altered',
      message: expect.stringMatching(/facet-lasting\.onnx .* train --network lasting\.$/) as string,
    });
  });
});
