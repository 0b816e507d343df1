import { describe, expect, it } from 'vitest';
import { deg } from '../../../contract/units.ts';
import { analyticHead } from '../../synthetic/render/analytic-head.ts';
import type { Cast } from './cast.ts';
import { frozen } from './motion.ts';
import type { Shows } from './scene.ts';
import { Stage, type SimulatedFrame } from './stage.ts';

const egg = analyticHead();
const eggs: Cast = { lids: () => ({ open: egg, half: egg, closed: egg }) };
const DISTANCE = 600;

/** One frame of an attack (or a living head) that is held still, slightly turned. */
function shot(shows: Shows, light: 'office' | 'dark' = 'office', eyeHoles = false): SimulatedFrame {
  const script = frozen({ yaw: deg(8), pitch: deg(-5), roll: deg(3), at: [0, 0, DISTANCE] });
  const visitor = { shows, who: 'test/1', maskOf: 'test/2', eyeHoles, wear: {}, script };
  return new Stage({ seed: 'props', model: 'kinect-v2', light, visitors: [visitor] }, eggs).frame(0);
}

/** Depth readings where the points (x, y, z) of the head's frame are seen. */
function readings({ depth, truth }: SimulatedFrame, points: readonly (readonly [number, number, number])[]) {
  const { rotation: r, translation: t } = truth.visitors[0].headToCamera;
  const { intrinsics: k, width, data } = depth;
  return points.map(([px, py, pz]) => {
    const [x, y, z] = [0, 1, 2].map((i) => r[3 * i] * px + r[3 * i + 1] * py + r[3 * i + 2] * pz + t[i]);
    const i = Math.round((y / z) * k.fy + k.cy) * width + Math.round((x / z) * k.fx + k.cx);
    return { i, measured: data[i], expected: z };
  });
}

const face: [number, number, number][] = [];
for (let x = -45; x <= 45; x += 6) for (let y = -90; y <= 40; y += 6) face.push([x, y, 0]);

/** Root mean square of what is measured against a plane z = 0 of the head's frame. */
function distanceFromPlane(frame: SimulatedFrame): number {
  const errors = readings(frame, face)
    .filter(({ measured }) => measured > 0)
    .map(({ measured, expected }) => measured - expected);
  expect(errors.length).toBeGreaterThan(face.length * 0.9);
  const mean = errors.reduce((sum, e) => sum + e, 0) / errors.length;
  return Math.sqrt(errors.reduce((sum, e) => sum + (e - mean) ** 2, 0) / errors.length);
}

describe('attacks with a picture', () => {
  it.each(['photo', 'tablet'] as const)('a %s is as flat as the sensor can tell, a head is not', (shows) => {
    expect(distanceFromPlane(shot(shows))).toBeLessThan(2.5);
    expect(distanceFromPlane(shot('self'))).toBeGreaterThan(10);
  });

  it('a mask is flat before the face, with eye holes to the depth of the eyes', () => {
    const flat = shot('mask');
    expect(distanceFromPlane(flat)).toBeLessThan(3);
    const holes = readings(shot('mask', 'office', true), [
      [-32, 0, 0],
      [32, 0, 0],
    ]);
    const closed = readings(flat, [
      [-32, 0, 0],
      [32, 0, 0],
    ]);
    // A hole is small: its pixels may be missing as edges, but none measures the paper.
    holes.forEach(({ measured }, i) => {
      expect(measured === 0 || measured > closed[i].measured + 12).toBe(true);
    });
  });

  it('a print shows the person: dark where the head ends, skin in the middle', () => {
    const { colour } = shot('photo');
    const at = (x: number, y: number) =>
      Array.from(colour!.data.subarray(3 * (y * 960 + x), 3 * (y * 960 + x) + 3));
    const k = colour!.intrinsics;
    const middle = at(Math.round(k.cx - (52 / DISTANCE) * k.fx), Math.round(k.cy + (20 / DISTANCE) * k.fy));
    expect(middle[0]).toBeGreaterThan(middle[2] + 25);
  });

  it('a screen shines in the dark and is nearly black in the infrared, a print the other way round', () => {
    const brightness = (frame: SimulatedFrame) => {
      const k = frame.colour!.intrinsics;
      const i = 3 * (Math.round(k.cy + 10) * 960 + Math.round(k.cx - (52 / DISTANCE) * k.fx));
      return frame.colour!.data[i + 1];
    };
    const infrared = (frame: SimulatedFrame) => frame.infrared!.data[readings(frame, [[10, -10, 0]])[0].i];
    const [tablet, photo] = [shot('tablet', 'dark'), shot('photo', 'dark')];
    expect(brightness(tablet)).toBeGreaterThan(100);
    expect(brightness(photo)).toBeLessThan(50);
    expect(infrared(tablet)).toBeLessThan(2500);
    expect(infrared(photo)).toBeGreaterThan(10_000);
  });
});
