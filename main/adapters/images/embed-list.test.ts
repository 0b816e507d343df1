import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FacetError } from '../../contract/result.ts';
import type { FaceDescriber } from '../../core/face/describe.ts';
import { openFaceDescriber } from '../onnx/face-models.ts';
import { openModelLibrary } from '../onnx/model-library.ts';
import { embedList, type EmbeddedImage } from './embed-list.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const demo = (n: number): string => join(root, `node_modules/@vladmandic/face-api/demo/sample${n}.jpg`);

let folder: string;
let describer: FaceDescriber;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facet-list-'));
  describer = await openFaceDescriber(await openModelLibrary(join(root, 'models')));
});
afterAll(() => rm(folder, { recursive: true }));

async function embedAll(text: string, signal?: AbortSignal): Promise<EmbeddedImage[]> {
  const list = join(folder, 'list.txt');
  await writeFile(list, text);
  const results: EmbeddedImage[] = [];
  for await (const result of embedList(list, describer, signal)) results.push(result);
  return results;
}

describe('a list of pictures', () => {
  it('yields one result a picture, in order, and goes on after those that cannot be read', async () => {
    const broken = join(folder, 'broken.jpg');
    await writeFile(broken, 'no picture');
    const empty = join(folder, 'wall.png');
    await sharp({ create: { width: 300, height: 200, channels: 3, background: '#776655' } })
      .png()
      .toFile(empty);
    const spaced = join(folder, 'with a space.jpg');
    await cp(demo(5), spaced);
    const paths = [demo(1), broken, demo(2), join(folder, 'absent.png'), empty, spaced];
    const results = await embedAll(`# faces\r\n${paths.join('\r\n')}\r\n\r\n`);
    expect(results.map(({ path }) => path)).toEqual(paths);
    expect(results.map(({ found }) => found)).toEqual([true, false, true, false, false, true]);
    expect('error' in results[1] && results[1].error).toContain('not a picture');
    expect('error' in results[3] && results[3].error).toContain('does not exist');
    expect(results[4]).not.toHaveProperty('error');
  });

  it('describes a face with a box in pixels of the file, a pose in degrees and a unit vector', async () => {
    const [face] = await embedAll(demo(1));
    if (!face.found) throw new Error('no face');
    expect(face.modelId).toBe('sface');
    expect(face.embedding).toHaveLength(128);
    expect(Math.hypot(...face.embedding)).toBeCloseTo(1, 4);
    // sample1 is 1920 wide and read at 1600; the largest face is near (515, 500) of the file.
    expect(Math.abs(face.box.x + face.box.width / 2 - 515)).toBeLessThan(30);
    expect(Math.abs(face.box.y + face.box.height / 2 - 502)).toBeLessThan(30);
    for (const angle of Object.values(face.pose)) expect(Math.abs(angle)).toBeLessThan(90);
    expect(face.ms).toBeGreaterThan(0);
  });

  it('is not stopped by a picture of an odd shape', async () => {
    const thin = join(folder, 'thin.png');
    await sharp({ create: { width: 16, height: 5000, channels: 3, background: '#aa8866' } })
      .png()
      .toFile(thin);
    expect(await embedAll(`${thin}\n${demo(2)}`)).toMatchObject([{ found: false }, { found: true }]);
  });

  it('takes a byte order mark and no line end at the end', async () => {
    expect(await embedAll(`\uFEFF${demo(3)}`)).toMatchObject([{ path: demo(3), found: true }]);
  });

  it('stops when told to', async () => {
    expect(await embedAll(`${demo(1)}\n${demo(2)}`, AbortSignal.abort())).toEqual([]);
  });

  it('says so when the list itself cannot be read', async () => {
    const list = join(folder, 'none.txt');
    const failure = await embedList(list, describer)
      .next()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(FacetError);
    expect((failure as FacetError).code).toBe('bad-input');
    expect((failure as FacetError).message).toContain(list);
  });
});
