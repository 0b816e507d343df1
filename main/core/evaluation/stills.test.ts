import { describe, expect, it } from 'vitest';
import { ms } from '../../contract/units.ts';
import { LANDMARK_COUNT, type FaceMesh } from '../face/types.ts';
import { unproject } from '../geometry/camera.ts';
import { Random } from '../random.ts';
import { Freshness } from '../sense/freshness.ts';
import type { Intrinsics, SensorFrame } from '../sense/frames.ts';
import { fake, FAKES, held, underPicture } from './stills.ts';

const K: Intrinsics = { width: 120, height: 100, fx: 90, fy: 90, cx: 59.5, cy: 49.5 };

/** A dome with its nearest point at `distance`, and a bright spot at (u, v); nothing is measured in the first row. */
function dome(distance: number, u = 60, v = 50): SensorFrame {
  const depth = Uint16Array.from({ length: K.width * K.height }, (_, i) => {
    const [x, y] = [(i % K.width) - K.cx, Math.floor(i / K.width) - K.cy];
    return i < K.width ? 0 : Math.round(distance + (x * x + y * y) / 40);
  });
  const infrared = new Uint16Array(K.width * K.height).fill(1000);
  infrared[v * K.width + u] = 9000;
  return {
    sequence: 0,
    capturedAt: ms(0),
    depth: { width: K.width, height: K.height, data: depth, intrinsics: K },
    infrared: { width: K.width, height: K.height, data: infrared, intrinsics: K },
    depthToColour: { rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], translation: [0, 0, 0] },
  };
}

describe('a still that is held', () => {
  it('is as fresh as frames of a sensor, each still in turn', () => {
    const frames = [...held([dome(600), dome(700)], 3, 'ada')];
    expect(frames.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5]);
    const freshness = new Freshness();
    expect(frames.every((frame) => freshness.accepts(frame, frame.capturedAt))).toBe(true);
    const middle = 50 * K.width + 60;
    expect(frames.map(({ depth }) => Math.round(depth.data[middle] / 100))).toEqual([6, 6, 6, 7, 7, 7]);
  });

  it('has noise of a millimetre where depth was measured, and none where it was not', () => {
    const still = dome(600);
    const [{ depth, infrared }] = held([still], 1, 'ada');
    expect(depth.data.subarray(0, K.width).every((value) => value === 0)).toBe(true);
    const errors = [...depth.data.subarray(K.width)].map((value, i) => value - still.depth.data[i + K.width]);
    const rms = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length);
    // Rounding to whole millimetres adds 1/12 to the variance.
    expect(rms).toBeCloseTo(Math.sqrt(1 + 1 / 12), 1);
    expect(infrared).toEqual(still.infrared);
  });

  it('is the same again from the same seed, and another from another', () => {
    const data = (seed: string) => [...held([dome(600)], 1, seed)][0].depth.data;
    expect(data('ada')).toEqual(data('ada'));
    expect(data('ada')).not.toEqual(data('bea'));
  });

  it('comes as often as a slower machine judges', () => {
    const frames = [...held([dome(600)], 3, 'ada', 2)];
    expect(frames.map(({ sequence }) => sequence)).toEqual([0, 2, 4]);
    expect(frames[2].capturedAt).toBeCloseTo(4000 / 30, 6);
  });
});

describe('a fake', () => {
  const at = [5, -3, 640] as const;
  const points = (frame: SensorFrame) =>
    [...frame.depth.data].flatMap((z, i) =>
      z === 0 ? [] : [unproject(K, i % K.width, Math.floor(i / K.width), z)],
    );

  it.each(FAKES)('shows the same picture on a %s surface through the face', (kind) => {
    const still = dome(600);
    const attack = fake(still, kind, [...at], new Random('ada'));
    expect(attack.infrared).toBe(still.infrared);
    expect([...attack.depth.data].every((z, i) => still.depth.data[i] > 0 || z === 0)).toBe(true);
    const nearest = Math.min(
      ...points(attack).map(([x, y, z]) => Math.hypot(x - at[0], y - at[1], z - at[2])),
    );
    expect(nearest).toBeLessThan(8);
  });

  it('is flat at one depth, tilted in a plane, and bent back on both sides', () => {
    const depths = (kind: (typeof FAKES)[number]) =>
      points(fake(dome(600), kind, [...at], new Random('ada')));
    expect(new Set(depths('flat').map(([, , z]) => z))).toEqual(new Set([640]));

    const tilted = depths('tilted');
    const [a, b, c] = [tilted[0], tilted[60], tilted.at(-1)!];
    const normal = cross(minus(b, a), minus(c, a));
    const length = Math.hypot(...normal);
    // Within the rounding to whole millimetres.
    for (const point of tilted) expect(Math.abs(dot(normal, minus(point, a))) / length).toBeLessThan(1.5);
    const slant = (Math.acos(Math.abs(normal[2]) / length) * 180) / Math.PI;
    expect(slant).toBeGreaterThan(10);
    expect(slant).toBeLessThan(37);

    const row = depths('bent').filter(([, y]) => Math.abs(y) < 4);
    const middle = row.reduce((best, point) => (point[2] < best[2] ? point : best));
    expect(middle[2]).toBe(640);
    for (const side of [row[0], row.at(-1)!]) expect(side[2]).toBeGreaterThan(650);
  });
});

const minus = (a: readonly number[], b: readonly number[]) => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a: readonly number[], b: readonly number[]) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: readonly number[], b: readonly number[]) => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

describe("the owner's picture on another's head", () => {
  /** Landmarks on a spiral about (u, v). */
  const meshAbout = (u: number, v: number, size: number): FaceMesh => ({
    landmarks: Float32Array.from({ length: LANDMARK_COUNT * 3 }, (_, i) => {
      const angle = Math.floor(i / 3) / 10;
      return [u + size * angle * Math.cos(angle), v + size * angle * Math.sin(angle), 0][i % 3];
    }),
    score: 1,
  });

  it("lies with its landmarks on the other's, as bright as at the other's distance", () => {
    const owner = { still: dome(600, 40, 30), mesh: meshAbout(50, 40, 0.2), distance: 600 };
    const wearer = { still: dome(900), mesh: meshAbout(70, 60, 0.2), distance: 900 };
    const { depth, infrared } = underPicture(owner, wearer);
    expect(depth).toBe(wearer.still.depth);
    const brightest = infrared!.data.indexOf(Math.max(...infrared!.data));
    expect([brightest % K.width, Math.floor(brightest / K.width)]).toEqual([60, 50]);
    expect(infrared!.data[brightest]).toBeGreaterThan(0.95 * 9000 * (600 / 900) ** 2);
    // Beside the owner's picture there is nothing.
    expect(infrared!.data[0]).toBe(0);
  });
});
