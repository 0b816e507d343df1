import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ms } from '../../contract/units.ts';
import type { Intrinsics, Rigid, SensorFrame } from '../sense/frames.ts';
import { unproject } from '../geometry/camera.ts';
import { rotationFromPose } from '../geometry/pose.ts';
import { angleBetween, apply, compose, invert, rotationFromVector } from '../geometry/rigid.ts';
import { surfaceDeparture } from '../judge/liveness.ts';
import { meanFaceFrom } from './mean-face.ts';
import { register } from '../sense/registration.ts';
import {
  completeness,
  fuse,
  heights,
  noseMeasured,
  paintedWindow,
  RELIEF,
  RELIEF_CELLS,
  reliefOf,
} from './relief.ts';
import { settle } from './settle.ts';
import { reliefTensor } from './tensor.ts';

/** A face-like hill: an egg with a nose and two eye hollows, millimetres over the head frame's x and y. */
function hill(x: number, y: number): number {
  const bump = (cx: number, cy: number, rx: number, ry: number) =>
    Math.exp(-(((x - cx) / rx) ** 2) - ((y - cy) / ry) ** 2);
  return (
    20 -
    (x / 14) ** 2 -
    ((y + 15) / 20) ** 2 +
    22 * bump(0, -38, 11, 17) -
    9 * bump(-31, 0, 14, 9) -
    9 * bump(31, 0, 14, 9)
  );
}

const { columns, cell, left, top } = RELIEF;
const mean = meanFaceFrom(
  Float32Array.from({ length: RELIEF_CELLS }, (_, i) =>
    hill(left + ((i % columns) + 0.5) * cell, top - (Math.floor(i / columns) + 0.5) * cell),
  ),
  new Float32Array(468 * 3),
);
const camera: Intrinsics = { width: 200, height: 200, fx: 365, fy: 365, cx: 99.5, cy: 99.5 };

/** Depth of the surface z(x, y) of a head at this place, by marching each pixel's ray. */
function shoot(headToCamera: Rigid, surface: (x: number, y: number) => number): SensorFrame {
  const toHead = invert(headToCamera);
  const data = new Uint16Array(camera.width * camera.height);
  const distance = headToCamera.translation[2];
  for (let v = 0; v < camera.height; v++)
    for (let u = 0; u < camera.width; u++) {
      let previous = Infinity;
      for (let z = distance - 70; z < distance + 80; z += 2) {
        const [x, y, h] = apply(toHead, unproject(camera, u, v, z));
        const above = Math.abs(x) > 75 || Math.abs(y) > 95 ? Infinity : h - surface(x, y);
        if (above <= 0 && previous > 0 && previous < Infinity) {
          data[v * camera.width + u] = Math.round(z - 2 + (2 * previous) / (previous - above));
          break;
        }
        previous = above;
      }
    }
  return {
    sequence: 0,
    capturedAt: ms(0),
    depth: { width: camera.width, height: camera.height, data, intrinsics: camera },
    depthToColour: { rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], translation: [0, 0, 0] },
  };
}

const place = (yaw: number, pitch: number, roll: number, z = 650): Rigid => ({
  rotation: rotationFromPose({ yaw, pitch, roll } as never),
  translation: [12, -8, z],
});

describe('settling', () => {
  it('finds the head from a start that is off by a few degrees and millimetres, at any pose', () => {
    const angle = fc.double({ min: -20, max: 20, noNaN: true });
    const off = fc.double({ min: -0.09, max: 0.09, noNaN: true });
    const shift = fc.double({ min: -6, max: 6, noNaN: true });
    fc.assert(
      fc.property(angle, angle, angle, off, off, off, shift, (yaw, pitch, roll, a, b, c, d) => {
        const truth = place(yaw, pitch, roll);
        const start = compose(truth, { rotation: rotationFromVector(a, b, c), translation: [d, -d, d] });
        const settled = settle(register(shoot(truth, hill)), start, mean)!;
        expect((angleBetween(settled.headToCamera.rotation, truth.rotation) * 180) / Math.PI).toBeLessThan(
          1.2,
        );
        settled.headToCamera.translation.forEach((value, axis) =>
          expect(Math.abs(value - truth.translation[axis])).toBeLessThan(2),
        );
        expect(settled.residual).toBeLessThan(1.5);
      }),
      { numRuns: 12 },
    );
  });

  it('leaves brow and nose where they are when the jaw hangs, and lets the residual see it', () => {
    const hanging = (x: number, y: number) => hill(x, y) - 14 / (1 + Math.exp((y + 58) / 4));
    const truth = place(8, -4, 2);
    const [shut, open] = [hill, hanging].map((surface) => {
      const registered = register(shoot(truth, surface));
      const { headToCamera, residual } = settle(registered, truth, mean)!;
      return { relief: heights(reliefOf(registered, headToCamera, mean)), residual };
    });
    const moved = [...mean.steady].flatMap((steady, i) =>
      steady === 1 && !Number.isNaN(shut.relief[i] + open.relief[i])
        ? [Math.abs(shut.relief[i] - open.relief[i])]
        : [],
    );
    expect(moved.length).toBeGreaterThan(500);
    expect(moved.sort((a, b) => a - b)[moved.length >> 1]).toBeLessThan(0.25);
    expect(open.residual).toBeGreaterThan(1.2 * shut.residual);
  });

  it('says so where there is no surface near the start', () => {
    const truth = place(0, 0, 0);
    expect(settle(register(shoot(truth, hill)), place(0, 0, 0, 900), mean)).toBeUndefined();
    expect(
      settle(
        register({
          ...shoot(truth, hill),
          depth: { ...shoot(truth, hill).depth, data: new Uint16Array(40_000) },
        }),
        truth,
        mean,
      ),
    ).toBeUndefined();
  });
});

describe('the relief', () => {
  it('is the same surface whatever the pose', () => {
    for (const [yaw, pitch] of [
      [0, 0],
      [18, -6],
      [-15, 10],
    ] as const) {
      const truth = place(yaw, pitch, 0);
      const relief = reliefOf(register(shoot(truth, hill)), truth, mean);
      const height = heights(relief);
      const errors = [...height].flatMap((z, i) =>
        mean.inner[i] && !Number.isNaN(z) ? [Math.abs(z - mean.height[i])] : [],
      );
      errors.sort((a, b) => a - b);
      expect(errors[errors.length >> 1]).toBeLessThan(0.6);
      expect(completeness(relief, mean)).toBeGreaterThan(0.85);
    }
  });

  it('tells how much of the nose a sensor measured that reaches no nearer than so far', () => {
    for (const [yaw, pitch] of [
      [0, 0],
      [25, -12],
    ] as const) {
      const truth = place(yaw, pitch, 0, 400);
      const frame = shoot(truth, hill);
      const from = (nearest: number) =>
        noseMeasured(
          register({
            ...frame,
            depth: { ...frame.depth, data: frame.depth.data.map((z) => (z < nearest ? 0 : z)) },
          }),
          truth,
        );
      expect(from(0)).toBe(1);
      expect(from(340)).toBe(1);
      expect(from(400)).toBeLessThan(0.4);
    }
  });

  it('reads colour in its window alone', () => {
    const truth = place(30, -15, 10);
    const { width, height } = camera;
    const picture = {
      width,
      height,
      channels: 3,
      data: Uint8Array.from({ length: 3 * width * height }, (_, i) => 1 + ((i * 7919) % 255)),
      intrinsics: camera,
    } as const;
    const registered = register({ ...shoot(truth, hill), colour: picture });
    const window = paintedWindow(registered, truth);
    const reads = (left: number) => {
      const inside = (i: number) => {
        const [u, v] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
        return u >= left && u < window.right && v >= window.top && v < window.bottom;
      };
      const data = picture.data.map((value, i) => (inside(i) ? value : 0));
      return reliefOf(registered, truth, mean, { picture: { ...picture, data }, grid: 'colour' });
    };
    const whole = reliefOf(registered, truth, mean, { picture, grid: 'colour' });
    expect(reads(window.left)).toEqual(whole);
    expect(reads(window.left + 6)).not.toEqual(whole);
    expect((window.right - window.left) * (window.bottom - window.top)).toBeLessThan(0.4 * width * height);
  });

  it('of several frames is their mean', () => {
    const truth = place(0, 0, 0);
    const one = reliefOf(register(shoot(truth, hill)), truth, mean);
    const two = fuse([one, one, one]);
    expect(two.frames).toBe(3);
    const [a, b] = [heights(one), heights(two)];
    for (let i = 0; i < RELIEF_CELLS; i++) if (!Number.isNaN(a[i])) expect(b[i]).toBeCloseTo(a[i], 3);
  });

  it('of the mean face gives a tensor of zeros', () => {
    const truth = place(0, 0, 0);
    const tensor = reliefTensor(reliefOf(register(shoot(truth, hill)), truth, mean), mean);
    const plane = [...tensor.subarray(3 * RELIEF_CELLS)].map(Math.abs).sort((x, y) => x - y);
    expect(plane[plane.length >> 1]).toBeLessThan(0.06);
  });

  it('tells a face from a plane and from a bent sheet', () => {
    const truth = place(5, 0, 0);
    const departure = (surface: (x: number, y: number) => number) =>
      surfaceDeparture(reliefOf(register(shoot(truth, surface)), truth, mean), mean);
    const face = departure(hill);
    const flat = departure((x, y) => 12 + 0.1 * x - 0.05 * y);
    const bent = departure((x) => 18 - (x / 12) ** 2);
    expect(face.plane).toBeGreaterThan(4);
    expect(face.quadric).toBeGreaterThan(3);
    expect(flat.plane).toBeLessThan(0.5);
    expect(bent.plane).toBeGreaterThan(3);
    expect(bent.quadric).toBeLessThan(0.6);
  });
});
