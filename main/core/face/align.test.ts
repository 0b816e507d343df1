import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply, type Affine } from './affine.ts';
import { CHIP_POINTS, CHIP_SIZE, chipToPicture, faceChips } from './align.ts';
import { LANDMARK_COUNT, type FaceMesh, type PixelSource } from './types.ts';

const FIVE = [263, 362, 33, 133, 2];
const AS_IS = { mean: [0, 0, 0], divisor: [1, 1, 1] };

function meshFrom(chipInPicture: Affine): FaceMesh {
  const landmarks = new Float32Array(3 * LANDMARK_COUNT);
  FIVE.forEach((index, i) =>
    landmarks.set(apply(chipInPicture, CHIP_POINTS[2 * i], CHIP_POINTS[2 * i + 1]), 3 * index),
  );
  return { landmarks, score: 1 };
}

describe('the chip', () => {
  it('puts the five landmarks onto the template, whatever the face’s place, size and tilt', () =>
    fc.assert(
      fc.property(
        fc.double({ min: 0.2, max: 5, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.integer({ min: -100, max: 2000 }),
        (scale, angle, shift) => {
          const [cos, sin] = [scale * Math.cos(angle), scale * Math.sin(angle)];
          const map: Affine = [cos, -sin, shift, sin, cos, shift / 2];
          chipToPicture(meshFrom(map)).forEach((value, i) => expect(value).toBeCloseTo(map[i], 2));
        },
      ),
    ));

  it('has the eyes level and the nose below between them', () => {
    const [leftOuterX, leftOuterY, , , rightOuterX, rightOuterY, , , noseX, noseY] = CHIP_POINTS;
    expect(Math.abs(leftOuterY - rightOuterY)).toBeLessThan(1);
    expect(noseY).toBeGreaterThan(leftOuterY);
    expect(noseX > rightOuterX && noseX < leftOuterX).toBe(true);
    for (const value of CHIP_POINTS) expect(value > 0 && value < CHIP_SIZE).toBe(true);
  });

  it('is cut plain first and mirrored second', () => {
    const data = Uint8Array.from({ length: CHIP_SIZE * CHIP_SIZE }, (_, i) => i % CHIP_SIZE);
    const picture: PixelSource = { width: CHIP_SIZE, height: CHIP_SIZE, channels: 1, data };
    const chips = faceChips(picture, meshFrom([1, 0, 0, 0, 1, 0]), AS_IS, 2);
    const mirrored = 3 * CHIP_SIZE * CHIP_SIZE;
    for (let x = 2; x < CHIP_SIZE - 2; x++) {
      expect(chips[75 * CHIP_SIZE + x]).toBeCloseTo(x, 2);
      expect(chips[mirrored + 75 * CHIP_SIZE + x]).toBeCloseTo(CHIP_SIZE - 1 - x, 2);
    }
  });

  it('comes in four crops that are all different', () => {
    const data = Uint8Array.from({ length: CHIP_SIZE * CHIP_SIZE }, (_, i) => (i * 7) % 251);
    const chips = faceChips(
      { width: CHIP_SIZE, height: CHIP_SIZE, channels: 1, data },
      meshFrom([1, 0, 0, 0, 1, 0]),
      AS_IS,
    );
    const length = 3 * CHIP_SIZE * CHIP_SIZE;
    expect(chips.length).toBe(4 * length);
    const texts = [0, 1, 2, 3].map((i) => chips.subarray(i * length, (i + 1) * length).join());
    expect(new Set(texts).size).toBe(4);
  });
});
