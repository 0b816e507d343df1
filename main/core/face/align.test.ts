import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply, type Affine } from './affine.ts';
import { CHIP_POINTS, CHIP_SIZE, chipToPicture, eyePixels, faceChip } from './align.ts';
import { LANDMARK_COUNT, type FaceMesh, type PixelSource } from './types.ts';

/** Corners of the eye at picture-left and of the other, tip of the nose, corners of the mouth. */
const FIVE = [[33, 133], [263, 362], [1], [61], [291]];
const AS_IS = { mean: [0, 0, 0], divisor: [1, 1, 1] };
/** Half the width of an eye in the chip. */
const HALF_EYE = 6;

function meshFrom(chipInPicture: Affine): FaceMesh {
  const landmarks = new Float32Array(3 * LANDMARK_COUNT);
  FIVE.forEach((indices, i) => {
    for (const [k, index] of indices.entries()) {
      const aside = indices.length === 2 ? HALF_EYE * (2 * k - 1) : 0;
      landmarks.set(apply(chipInPicture, CHIP_POINTS[2 * i] + aside, CHIP_POINTS[2 * i + 1]), 3 * index);
    }
  });
  return { landmarks, score: 1 };
}

describe('the chip', () => {
  it('puts the five points onto the template, whatever the face’s place, size and tilt', () =>
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

  it('has the eyes level, the nose below between them, and the mouth below that', () => {
    const [rightX, rightY, leftX, leftY, noseX, noseY, mouthRightX, mouthRightY, mouthLeftX, mouthLeftY] =
      CHIP_POINTS;
    expect(Math.abs(rightY - leftY)).toBeLessThan(1);
    expect(Math.abs(mouthRightY - mouthLeftY)).toBeLessThan(1);
    expect(noseY).toBeGreaterThan(leftY);
    expect(mouthLeftY).toBeGreaterThan(noseY);
    expect(noseX > rightX && noseX < leftX).toBe(true);
    expect(mouthLeftX).toBeGreaterThan(mouthRightX);
    for (const value of CHIP_POINTS) expect(value > 0 && value < CHIP_SIZE).toBe(true);
  });

  it('knows how many pixels of the picture lie between the eyes, whatever the tilt', () => {
    const between = Math.hypot(CHIP_POINTS[2] - CHIP_POINTS[0], CHIP_POINTS[3] - CHIP_POINTS[1]);
    for (const [scale, angle] of [
      [1, 0],
      [0.5, 0.4],
      [3, -1],
    ]) {
      const [cos, sin] = [scale * Math.cos(angle), scale * Math.sin(angle)];
      expect(eyePixels(meshFrom([cos, -sin, 50, sin, cos, 20]))).toBeCloseTo(scale * between, 2);
    }
  });

  it('shows the picture as it is where the face already lies on the template', () => {
    const data = Uint8Array.from({ length: CHIP_SIZE * CHIP_SIZE }, (_, i) => (i * 7) % 251);
    const picture: PixelSource = { width: CHIP_SIZE, height: CHIP_SIZE, channels: 1, data };
    const chip = faceChip(picture, meshFrom([1, 0, 0, 0, 1, 0]), AS_IS);
    for (let plane = 0; plane < 3; plane++)
      for (const at of [0, 75, 112 * 56 + 3, 112 * 112 - 1])
        expect(chip[plane * CHIP_SIZE * CHIP_SIZE + at]).toBeCloseTo(data[at], 0);
  });
});
