import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import type { Intrinsics } from '../sense/frames.ts';
import { project } from './camera.ts';
import { fitCamera, type PlacedCamera, type Sighting } from './fit-camera.ts';
import { apply, identity, rotationFromVector, type Vec3 } from './rigid.ts';

const camera: Intrinsics = { width: 1920, height: 1080, fx: 1081, fy: 1081, cx: 959.5, cy: 539.5 };
const drawing: PlacedCamera = { camera, motion: { ...identity, translation: [-52, 0, 0] } };
const real: PlacedCamera = {
  camera: { ...camera, fx: 1068, fy: 1070, cx: 971, cy: 528 },
  motion: { rotation: rotationFromVector(0.006, -0.011, 0.004), translation: [-51.2, 0.7, 1.1] },
};
const shown = ({ camera, motion }: PlacedCamera, point: Vec3) => project(camera, apply(motion, point));

/** @param wrong share of pairs whose pixel is somewhere else */
function sightings(near: number, far: number, wrong = 0): Sighting[] {
  const random = new Random(`fit ${near} ${far}`);
  return Array.from({ length: 600 }, () => {
    const z = random.between(near, far);
    const point: Vec3 = [random.between(-0.5, 0.5) * z, random.between(-0.4, 0.4) * z, z];
    const [u, v] = shown(real, point);
    const off = random.uniform() < wrong ? 25 : 0;
    return {
      point,
      pixel: [Math.round(u + random.between(-off, off)), Math.round(v + random.between(-off, off))],
    };
  });
}

describe('a camera fitted to what it sees', () => {
  it.each([
    ['whole pixels', sightings(400, 3000)],
    ['whole pixels of which a third are wrong', sightings(400, 3000, 0.33)],
  ])('shows other points where they are, from %s', (_, pairs) => {
    const fit = fitCamera(drawing, pairs)!;
    for (const point of [
      [0, 0, 600],
      [120, -90, 700],
      [-80, 60, 500],
    ] as const) {
      const [u, v] = shown(fit, point);
      const [x, y] = shown(real, point);
      expect(Math.hypot(u - x, v - y)).toBeLessThan(0.7);
    }
    expect(fit.inliers).toBeGreaterThan(0.65);
    expect(fit.rms).toBeLessThan(0.8);
  });

  it('stays near its drawing where points of one distance cannot tell', () => {
    const fit = fitCamera(drawing, sightings(2400, 2500))!;
    const [u, v] = shown(fit, [0, 0, 600]);
    const [x, y] = shown(real, [0, 0, 600]);
    // From the wall behind alone, a face is still found within two millimetres.
    expect(Math.hypot(u - x, v - y)).toBeLessThan((1081 * 2) / 600);
  });

  it('says so where the pairs have nothing to do with each other', () => {
    const random = new Random('chaos');
    const pairs = sightings(400, 3000).map(({ point }): Sighting => ({
      point,
      pixel: [random.between(0, 1919), random.between(0, 1079)],
    }));
    expect(fitCamera(drawing, pairs)?.inliers ?? 0).toBeLessThan(0.1);
  });
});
