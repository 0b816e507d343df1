/**
 * The whole face stack on real pictures: the six group photographs that `@vladmandic/face-api` ships. One
 * woman is in two of them (sample1, at the right, and sample3, in the middle); the others differ.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { faceChip } from '../../core/face/align.ts';
import { describeFace, type FaceDescriber } from '../../core/face/describe.ts';
import { embeddingDistance } from '../../core/face/embedding.ts';
import { meanOpenness, OPEN_EYES, SHUT_EYES } from '../../core/face/eyes.ts';
import { toneMapInfrared } from '../../core/face/infrared.ts';
import { alonePolicy, POOLING } from '../../core/judge/policy.ts';
import type { Spectrum } from '../../contract/evidence.ts';
import { boxOfMesh, poseOfMesh } from '../../core/face/mesh.ts';
import type { FaceBox, FaceMesh, PixelSource } from '../../core/face/types.ts';
import { readImage } from '../images/read-image.ts';
import { DESCRIPTOR_MODEL, OnnxEyelids, openFaceDescriber } from './face-models.ts';
import { openModelLibrary, type ModelLibrary } from './model-library.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const demo = (n: number): string => join(root, `node_modules/@vladmandic/face-api/demo/sample${n}.jpg`);

interface Seen {
  readonly sample: number;
  readonly picture: PixelSource;
  readonly box: FaceBox;
  readonly mesh: FaceMesh;
  readonly embedding: Float32Array;
}

let library: ModelLibrary;
let describer: FaceDescriber;
const seen: Seen[] = [];

async function look(picture: PixelSource, box: FaceBox): Promise<Omit<Seen, 'sample' | 'picture'>> {
  const mesh = await describer.landmarks.fit(picture, boxOfMesh(await describer.landmarks.fit(picture, box)));
  const [embedding] = await describer.embedder.embed(
    faceChip(picture, mesh, describer.embedder.normalisation),
  );
  return { box, mesh, embedding };
}

beforeAll(async () => {
  library = await openModelLibrary(join(root, 'models'));
  describer = await openFaceDescriber(library);
  for (let sample = 1; sample <= 6; sample++) {
    const read = await readImage(demo(sample));
    if (!read.ok) throw new Error(read.message);
    const { picture } = read.value;
    for (const box of await describer.detector.detect(picture))
      seen.push({ sample, picture, ...(await look(picture, box)) });
  }
});

/** Faces that look towards the camera: a profile cannot be compared. */
const frontal = (): Seen[] => seen.filter(({ mesh }) => Math.abs(poseOfMesh(mesh).yaw) < 35);

/** The descriptor's own limit as the app comes. */
const limit = (spectrum: Spectrum): number =>
  alonePolicy(library.entry(DESCRIPTOR_MODEL), POOLING.descriptor)[spectrum][0].limits[0].distance;

const middle = ({ x, y, width, height }: FaceBox): [number, number] => [x + width / 2, y + height / 2];

describe('the face stack on real photographs', () => {
  it('finds the people', () => {
    expect([1, 2, 3, 4, 5, 6].map((n) => seen.filter(({ sample }) => sample === n).length)).toEqual([
      3, 3, 3, 4, 5, 4,
    ]);
    for (const { mesh } of frontal()) expect(mesh.score).toBeGreaterThan(0.9);
  });

  it('puts the landmarks where the detector has its points', () => {
    for (const { mesh, box } of frontal()) {
      const points = boxOfMesh(mesh).points;
      const between = Math.hypot(points[2] - points[0], points[3] - points[1]);
      for (let k = 0; k < 4; k++) {
        const off = Math.hypot(points[2 * k] - box.points[2 * k], points[2 * k + 1] - box.points[2 * k + 1]);
        expect(off / between).toBeLessThan(0.4);
      }
    }
  });

  it('accepts the one woman who is there twice within the descriptor’s own limit, and no other pair', () => {
    const distance = limit('colour');
    const faces = frontal();
    const accepted: [number, number][] = [];
    for (const [i, p] of faces.entries())
      for (const q of faces.slice(i + 1))
        if (embeddingDistance(p.embedding, q.embedding) <= distance) accepted.push([p.sample, q.sample]);
    expect(faces.length).toBeGreaterThanOrEqual(20);
    expect(accepted).toEqual([[1, 3]]);
  });

  it('describes a mirrored picture as the same person, looking the other way', async () => {
    const { picture, mesh, box, embedding } = seen[0];
    const data = new Uint8Array(picture.data.length);
    for (let i = 0; i < data.length; i += 3) {
      const [x, y] = [(i / 3) % picture.width, Math.floor(i / 3 / picture.width)];
      const from = 3 * (y * picture.width + picture.width - 1 - x);
      data.set(picture.data.subarray(from, from + 3), i);
    }
    const mirrored = { ...picture, data };
    const [x] = middle(box);
    const boxes = await describer.detector.detect(mirrored);
    const twin = boxes.find((b) => Math.abs(picture.width - 1 - middle(b)[0] - x) < box.width / 4)!;
    const face = await look(mirrored, twin);
    expect(embeddingDistance(face.embedding, embedding)).toBeLessThan(limit('colour') / 2);
    expect(Math.abs(poseOfMesh(face.mesh).yaw + poseOfMesh(mesh).yaw)).toBeLessThan(5);
    expect(Math.sign(poseOfMesh(face.mesh).yaw)).toBe(-Math.sign(poseOfMesh(mesh).yaw));
  });

  it('tells open eyes from lowered lids', async () => {
    const eyelids = await OnnxEyelids.open(library);
    const openness = async (sample: number, x: number): Promise<number> => {
      const face = seen.find((f) => f.sample === sample && Math.abs(middle(f.box)[0] * 1.2 - x) < 60)!;
      return meanOpenness(await eyelids.openness(face.picture, face.mesh));
    };
    // By place along the width of the file: sample1's women at the right and in the middle, and so on.
    for (const [sample, x] of [
      [1, 1563],
      [3, 1189],
      [3, 691],
    ])
      expect(await openness(sample, x)).toBeGreaterThan(OPEN_EYES);
    for (const [sample, x] of [
      [1, 936],
      [2, 1556],
    ])
      expect(await openness(sample, x)).toBeLessThan(SHUT_EYES);
  });

  it('gives each of a batch what it gives alone', async () => {
    const { embedder } = describer;
    const chips = seen
      .slice(0, 4)
      .map(({ picture, mesh }) => faceChip(picture, mesh, embedder.normalisation));
    const batch = await embedder.embed(Float32Array.from(chips.flatMap((chip) => [...chip])), 4);
    const [alone] = await embedder.embed(chips[1], 1);
    expect(embeddingDistance(batch[1], alone)).toBeLessThan(1e-4);
    expect(batch.every((embedding) => Math.abs(Math.hypot(...embedding) - 1) < 1e-5)).toBe(true);
    expect(embedder.dimensions).toBe(128);
  });

  it('finds and recognises the same faces in a dim linear grey picture, as infrared is', async () => {
    const distance = limit('colour');
    // Not real infrared: the photograph's brightness made linear, at a twentieth of full scale.
    const linear = new Map<PixelSource, Uint16Array>();
    const dim = ({ width, height, data: rgb }: PixelSource): Uint16Array => {
      const data = new Uint16Array(width * height);
      for (let i = 0, p = 0; i < data.length; i++, p += 3)
        data[i] = ((0.4 * rgb[p] + 0.4 * rgb[p + 1] + 0.2 * rgb[p + 2]) / 255) ** 2.2 * 3000;
      return data;
    };
    for (const { picture, box, embedding } of frontal()) {
      const { width, height } = picture;
      const data = linear.get(picture) ?? dim(picture);
      linear.set(picture, data);
      const grey = toneMapInfrared(
        { width, height, data, intrinsics: { width, height, fx: 1, fy: 1, cx: 0, cy: 0 } },
        box,
      );
      const [x, y] = middle(box);
      const found = (await describer.detector.detect(grey)).find(
        (b) => Math.hypot(middle(b)[0] - x, middle(b)[1] - y) < box.width / 3,
      );
      expect(found).toBeDefined();
      expect(embeddingDistance((await look(grey, found!)).embedding, embedding)).toBeLessThan(distance);
    }
  });

  it('finds a face in a region of the picture, in the pixels of the whole', async () => {
    const { picture, box } = seen[0];
    const region = {
      x: box.x - box.width,
      y: box.y - box.height,
      width: 3 * box.width,
      height: 3 * box.height,
    };
    const [found] = await describer.detector.detect(picture, region);
    expect(Math.abs(middle(found)[0] - middle(box)[0])).toBeLessThan(box.width / 8);
    expect(Math.abs(middle(found)[1] - middle(box)[1])).toBeLessThan(box.width / 8);
  });

  it('describes the largest face, and none in an empty picture', async () => {
    const face = await describeFace(seen[0].picture, describer);
    const areas = seen.filter(({ sample }) => sample === 1).map(({ box }) => box.width * box.height);
    expect(face!.box.width * face!.box.height).toBeCloseTo(Math.max(...areas), 3);
    const wall = { width: 320, height: 240, channels: 1 as const, data: new Uint8Array(320 * 240).fill(90) };
    expect(await describeFace(wall, describer)).toBeUndefined();
  });

  it('finds a face that fills the whole picture', async () => {
    const { picture, box } = seen[0];
    const [left, top, side] = [Math.round(box.x), Math.round(box.y), Math.round(box.width)];
    const data = new Uint8Array(side * side * 3);
    for (let y = 0; y < side; y++) {
      const from = 3 * ((top + y) * picture.width + left);
      data.set(picture.data.subarray(from, from + 3 * side), 3 * side * y);
    }
    expect(await describeFace({ width: side, height: side, channels: 3, data }, describer)).toBeDefined();
  });
});
