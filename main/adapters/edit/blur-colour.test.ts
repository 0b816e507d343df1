import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { faceChip } from '../../core/face/align.ts';
import { embeddingDistance } from '../../core/face/embedding.ts';
import type { FaceMesh, PixelSource } from '../../core/face/types.ts';
import { readImage } from '../images/read-image.ts';
import { openFaceDescriber } from '../onnx/face-models.ts';
import { openModelLibrary } from '../onnx/model-library.ts';
import { modelsFolder } from '../program-files.ts';
import { unwrap } from '../vault/vault-test-support.ts';
import { blurColour } from './blur-colour.ts';

/** Photographs of real people come with a package. */
const photographs = fileURLToPath(
  new URL('../../../node_modules/@vladmandic/face-api/demo', import.meta.url),
);

const channels = 3;
const blurred = async ({ width, height, data }: PixelSource): Promise<PixelSource> => {
  const intrinsics = { width, height, fx: width, fy: width, cx: 0, cy: 0 };
  const jpeg = await blurColour({ width, height, channels, data, intrinsics });
  const { data: pixels, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width, height, channels });
  return { width, height, channels, data: pixels };
};

it('nobody is known by a blurred picture: the descriptor finds them among others as chance would', async () => {
  const { detector, landmarks, embedder } = await openFaceDescriber(await openModelLibrary(modelsFolder()));
  const describe = async (picture: PixelSource, mesh: FaceMesh) =>
    (await embedder.embed(faceChip(picture, mesh, embedder.normalisation)))[0];
  const people: { readonly sharp: Float32Array; readonly blurred: Float32Array }[] = [];
  for (const sample of [1, 2, 5]) {
    const { picture } = unwrap(await readImage(join(photographs, `sample${sample}.jpg`)));
    for (const box of await detector.detect(picture)) {
      // The part of the picture of which the face fills a third: none comes closer to a Kinect.
      const [left, top] = [box.x - box.width, box.y - box.height].map((v) => Math.max(0, Math.round(v)));
      const width = Math.min(Math.round(3 * box.width), picture.width - left);
      const height = Math.min(Math.round(3 * box.height), picture.height - top);
      const data = await sharp(picture.data, {
        raw: { width: picture.width, height: picture.height, channels },
      })
        .extract({ left, top, width, height })
        .raw()
        .toBuffer();
      const part = { width, height, channels, data } as const;
      // Whoever tries may even know where the features were.
      const mesh = await landmarks.fit(part, { ...box, x: box.x - left, y: box.y - top });
      people.push({ sharp: await describe(part, mesh), blurred: await describe(await blurred(part), mesh) });
    }
  }
  expect(people.length).toBeGreaterThan(10);
  const found = people.filter((person) => {
    const distances = people.map((other) => embeddingDistance(person.blurred, other.sharp));
    return Math.min(...distances) === embeddingDistance(person.blurred, person.sharp);
  });
  expect(found.length).toBeLessThan(4);
});

it('a blurred picture keeps its size and its light', async () => {
  const [width, height] = [192, 108];
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 7919) % 251);
  const light = (pixels: PixelSource['data']) => Array.from(pixels).reduce((a, b) => a + b) / pixels.length;
  const after = await blurred({ width, height, channels, data });
  expect(Math.abs(light(after.data) - light(data))).toBeLessThan(2);
});
