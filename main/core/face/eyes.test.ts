import { describe, expect, it } from 'vitest';
import { eyeOpenness } from './eyes.ts';
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

describe('eye openness', () => {
  it('is the height of the opening over the width, for each eye', () => {
    const { right, left } = eyeOpenness(eyes({ right: 9, left: 3 }));
    expect(right).toBeCloseTo(0.3, 5);
    expect(left).toBeCloseTo(0.1, 5);
  });

  it('does not change when the head turns', () => {
    expect(eyeOpenness(eyes({ right: 9, left: 9 }, 0.7)).right).toBeCloseTo(0.3, 5);
  });

  it('is nothing for shut eyes', () => {
    expect(eyeOpenness(eyes({ right: 0, left: 0 }))).toEqual({ right: 0, left: 0 });
  });
});
