import { describe, expect, it } from 'vitest';
import { describeFace, type FaceDescriber } from './describe.ts';
import type { Region } from './infrared.ts';
import { LANDMARK_COUNT, type FaceBox, type PixelSource } from './types.ts';

const picture: PixelSource = { width: 200, height: 100, channels: 1, data: new Uint8Array(20000).fill(100) };

const box = (size: number): FaceBox => ({
  x: 10,
  y: 10,
  width: size,
  height: size,
  score: 0.9,
  points: new Float32Array(12),
});

/** Models that find the given boxes in the whole picture, or in the parts of it. */
function models(whole: FaceBox[], parts: (region: Region) => FaceBox[], believed: (box: FaceBox) => boolean) {
  const looked: (Region | undefined)[] = [];
  const describer: FaceDescriber = {
    detector: {
      modelId: 'detector',
      detect: (_, region) => {
        looked.push(region);
        return Promise.resolve(region ? parts(region) : whole);
      },
    },
    landmarks: {
      modelId: 'mesh',
      fit: (_, found) => {
        const landmarks = Float32Array.from(
          { length: 3 * LANDMARK_COUNT },
          (_, i) => found.x + ((i * 31) % found.width),
        );
        return Promise.resolve({ landmarks, score: believed(found) ? 0.9 : 0.1 });
      },
    },
    embedder: {
      modelId: 'embedder',
      dimensions: 2,
      inputShape: [3, 112, 112],
      normalisation: { mean: [0, 0, 0], divisor: [1, 1, 1] },
      embed: (_, n = 1) => Promise.resolve(Array.from({ length: n }, () => Float32Array.of(0.6, 0.8))),
    },
  };
  return { describer, looked };
}

describe('describing', () => {
  it('takes the largest face, with a unit vector and its model', async () => {
    const { describer, looked } = models(
      [box(20), box(60), box(40)],
      () => [],
      () => true,
    );
    const face = await describeFace(picture, describer);
    expect(face?.box.width).toBe(60);
    expect(face?.embedding[0]).toBeCloseTo(0.6);
    expect(face?.modelId).toBe('embedder');
    expect(looked).toEqual([undefined]);
  });

  it('takes the face on the middle of the picture where that is meant, else the largest', async () => {
    const middle = { ...box(20), x: 90, y: 40 };
    const { describer } = models(
      [box(30), middle],
      () => [],
      () => true,
    );
    expect((await describeFace(picture, describer, 'middle'))?.box).toBe(middle);
    expect((await describeFace(picture, describer))?.box.width).toBe(30);
    const aside = models(
      [box(20), box(30)],
      () => [],
      () => true,
    );
    expect((await describeFace(picture, aside.describer, 'middle'))?.box.width).toBe(30);
  });

  it('passes over a box in which the landmark model sees no face', async () => {
    const { describer } = models(
      [box(60), box(40)],
      () => [],
      ({ width }) => width !== 60,
    );
    expect((await describeFace(picture, describer))?.box.width).toBe(40);
  });

  it('looks again with a border and in parts before it gives up', async () => {
    const { describer, looked } = models(
      [],
      () => [],
      () => true,
    );
    expect(await describeFace(picture, describer)).toBeUndefined();
    expect(looked[0]).toBeUndefined();
    expect(looked[1]).toEqual({ x: -100, y: -50, width: 400, height: 200 });
    const parts = looked.slice(2) as Region[];
    for (let x = 0; x < 200; x += 10)
      expect(parts.some((part) => part.x <= x && part.x + part.width >= x && part.y <= 0)).toBe(true);
  });

  it('finds a small face in a part', async () => {
    const { describer } = models(
      [],
      ({ x }) => (x > 0 ? [box(12)] : []),
      () => true,
    );
    expect((await describeFace(picture, describer))?.box.width).toBe(12);
  });
});
