import { describe, expect, it } from 'vitest';
import { EYE_SIZE, eyeInputs, opennessOfContours } from './eyes.ts';
import { LANDMARK_COUNT, type FaceMesh } from './types.ts';

/** Both eyes 30 wide; lids `opening` apart; the face turned about the vertical axis. */
function eyes(opening: { right: number; left: number }, turn = 0): FaceMesh {
  const landmarks = new Float32Array(3 * LANDMARK_COUNT);
  const put = (index: number, x: number, y: number) =>
    landmarks.set([x * Math.cos(turn), y, x * Math.sin(turn)], 3 * index);
  const draw = (
    [outer, upper1, upper2, inner, lower2, lower1]: number[],
    x: number,
    direction: number,
    height: number,
  ) => {
    put(outer, x, 0);
    put(inner, x + 30 * direction, 0);
    put(upper1, x + 10 * direction, -height / 2);
    put(lower1, x + 10 * direction, height / 2);
    put(upper2, x + 20 * direction, -height / 2);
    put(lower2, x + 20 * direction, height / 2);
  };
  draw([33, 160, 158, 133, 153, 144], -45, 1, opening.right);
  draw([263, 387, 385, 362, 380, 373], 45, -1, opening.left);
  return { landmarks, score: 1 };
}

describe('eye openness of the lids', () => {
  /** An eye 32 wide in the input whose lids are `opening` apart. */
  const contour = (opening: number): number[] => {
    const points: number[][] = [];
    for (let k = 0; k <= 8; k++) points.push([16 + 4 * k, 32 + (k % 8 ? opening / 2 : 0), 0]);
    for (let k = 1; k <= 7; k++) points.push([16 + 4 * k, 32 - opening / 2, 0]);
    while (points.length < 71) points.push([0, 0, 0]);
    return points.flat();
  };

  it('is the mean height over the width, the right eye first', () => {
    const { right, left } = opennessOfContours(Float32Array.from([...contour(8), ...contour(2)]));
    expect(right).toBeCloseTo(0.25, 5);
    expect(left).toBeCloseTo(1 / 16, 5);
  });

  it('looks at both eyes from the same side: a symmetric face gives the same input twice', () => {
    const width = 200;
    // Darker outwards, symmetric about the column 100.
    const data = Uint8Array.from({ length: width * 100 }, (_, i) => 255 - 2 * Math.abs((i % width) - 100));
    const mesh = eyes({ right: 9, left: 9 });
    for (let i = 0; i < mesh.landmarks.length; i += 3) {
      mesh.landmarks[i] += 100;
      mesh.landmarks[i + 1] += 50;
    }
    const picture = { width, height: 100, channels: 1 as const, data };
    const inputs = eyeInputs(picture, mesh, { mean: [0, 0, 0], divisor: [255, 255, 255] });
    expect(inputs.length).toBe(2 * 3 * EYE_SIZE * EYE_SIZE);
    const half = inputs.length / 2;
    for (let i = 0; i < half; i += 97) expect(inputs[i]).toBeCloseTo(inputs[half + i], 5);
    expect(inputs[0]).toBeLessThan(inputs[EYE_SIZE - 1]); // outwards is at the left of the input
  });
});
