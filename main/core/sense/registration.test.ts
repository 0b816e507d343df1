import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ms } from '../../contract/units.ts';
import type { Intrinsics, Rigid, SensorFrame } from './frames.ts';
import { project, unproject } from '../geometry/camera.ts';
import { apply, identity, rotationFromVector } from '../geometry/rigid.ts';
import { register, Registrar, type Region } from './registration.ts';

const depthCamera: Intrinsics = { width: 64, height: 48, fx: 60, fy: 61, cx: 31.5, cy: 23.5 };
const colourCamera: Intrinsics = { width: 128, height: 96, fx: 118, fy: 119, cx: 64, cy: 47 };

function frameOf(depth: (u: number, v: number) => number, depthToColour: Rigid = identity): SensorFrame {
  const { width, height } = depthCamera;
  const data = Uint16Array.from({ length: width * height }, (_, i) =>
    depth(i % width, Math.floor(i / width)),
  );
  const colour = new Uint8Array(colourCamera.width * colourCamera.height * 3);
  return {
    sequence: 1,
    capturedAt: ms(0),
    depth: { width, height, data, intrinsics: depthCamera },
    colour: { width: 128, height: 96, channels: 3, data: colour, intrinsics: colourCamera },
    depthToColour,
  };
}

const side = fc.integer({ min: 4, max: 9 });
const camera = fc
  .tuple(
    side,
    side,
    fc.double({ min: 0.6, max: 3, noNaN: true }),
    fc.double({ min: -2, max: 2, noNaN: true }),
  )
  .map(([width, height, focal, shift]): Intrinsics => ({
    width,
    height,
    fx: focal * width,
    fy: focal * 1.05 * width,
    cx: width / 2 + shift,
    cy: height / 2 - shift,
  }));
const part = (limit: number) => fc.double({ min: -limit, max: limit, noNaN: true });
/** Any two cameras, two surfaces before them. */
const anyScene = camera.chain((depthCamera) =>
  fc.record({
    depthCamera: fc.constant(depthCamera),
    colourCamera: camera,
    // Mostly towards the same scene, sometimes anywhere, also backwards.
    turn: fc.oneof(fc.tuple(part(0.5), part(0.5), part(3)), fc.tuple(part(3), part(3), part(3))),
    translation: fc.tuple(part(150), part(150), part(150)),
    // Two surfaces, some noise, some holes.
    depth: fc.array(fc.constantFrom(0, 600, 610, 640, 1500, 1520), {
      minLength: depthCamera.width * depthCamera.height,
      maxLength: depthCamera.width * depthCamera.height,
    }),
  }),
);

const sceneFrame = ({
  depthCamera,
  colourCamera,
  turn,
  translation,
  depth,
}: SceneOf<typeof anyScene>): SensorFrame => ({
  sequence: 0,
  capturedAt: ms(0),
  depth: { ...depthCamera, data: Uint16Array.from(depth), intrinsics: depthCamera },
  colour: {
    ...colourCamera,
    channels: 3,
    data: new Uint8Array(colourCamera.width * colourCamera.height * 3),
    intrinsics: colourCamera,
  },
  depthToColour: { rotation: rotationFromVector(...turn), translation },
});

type SceneOf<T> = T extends fc.Arbitrary<infer Scene> ? Scene : never;

/** Registration's formulas in plain numbers, one pixel after the other: 64 bits, rounded to 32 where they are kept. */
function inPlainNumbers(
  { depth, colour, depthToColour }: SensorFrame,
  { left, top, right, bottom }: Region,
  farthest: number,
) {
  const { fx, fy, cx, cy } = depth.intrinsics;
  const camera = colour!.intrinsics;
  const [r0, r1, r2, r3, r4, r5, r6, r7, r8] = depthToColour.rotation;
  const [t0, t1, t2] = depthToColour.translation;
  const size = Math.ceil(camera.fx / fx);
  const points: number[] = [];
  const colourAt: number[] = [];
  const seen: ({ cell: string; q: number } | undefined)[] = [];
  const nearest = new Map<string, number>();
  for (let v = top; v < bottom; v++)
    for (let u = left; u < right; u++) {
      const z = depth.data[v * depth.width + u];
      const x = (u - cx) * (1 / fx);
      const y = (v - cy) / fy;
      points.push(Math.fround(x * z), Math.fround(y * z), z);
      const q = z * (r6 * x + (r7 * y + r8)) + t2;
      const [bu, bv] = [
        (camera.fx * r1 + camera.cx * r7) * y + camera.fx * r2 + camera.cx * r8,
        (camera.fy * r4 + camera.cy * r7) * y + camera.fy * r5 + camera.cy * r8,
      ];
      const [au, av] = [camera.fx * r0 + camera.cx * r6, camera.fy * r3 + camera.cy * r6];
      const s = Math.fround((z * (au * x + bu) + (camera.fx * t0 + camera.cx * t2)) * (1 / q));
      const t = Math.fround((z * (av * x + bv) + (camera.fy * t1 + camera.cy * t2)) * (1 / q));
      const inside = s >= 0 && t >= 0 && s <= camera.width - 1 && t <= camera.height - 1;
      const sees = z > 0 && z <= farthest && q > 0 && inside;
      colourAt.push(...(sees ? [s, t] : [-1, -1]));
      const point = { cell: `${Math.floor(s / size)} ${Math.floor(t / size)}`, q: Math.fround(q) };
      seen.push(sees ? point : undefined);
      if (sees) nearest.set(point.cell, Math.min(point.q, nearest.get(point.cell) ?? Infinity));
    }
  for (const [i, point] of seen.entries())
    if (point && point.q > nearest.get(point.cell)! + 25) colourAt.fill(-1, 2 * i, 2 * i + 2);
  return { points: Float32Array.from(points), colourAt: Float32Array.from(colourAt) };
}

describe('registration', () => {
  it('puts each depth pixel where the colour camera sees its point', () => {
    const motion = fc
      .tuple(fc.double({ min: -0.05, max: 0.05, noNaN: true }), fc.double({ min: -60, max: 60, noNaN: true }))
      .map(([turn, shift]): Rigid => ({
        rotation: rotationFromVector(turn, -turn, turn),
        translation: [shift, shift / 4, 3],
      }));
    fc.assert(
      fc.property(
        motion,
        fc.integer({ min: 400, max: 4000 }),
        fc.nat(63),
        fc.nat(47),
        (depthToColour, z, u, v) => {
          const { points, colourAt } = register(frameOf(() => z, depthToColour));
          const i = v * 64 + u;
          const point = unproject(depthCamera, u, v, z);
          point.forEach((value, axis) => expect(points[i * 3 + axis]).toBeCloseTo(value, 2));
          const [x, y] = project(colourCamera, apply(depthToColour, point));
          const inside = x >= 0 && y >= 0 && x <= 127 && y <= 95;
          expect(colourAt[i * 2]).toBeCloseTo(inside ? x : -1, 2);
          expect(colourAt[i * 2 + 1]).toBeCloseTo(inside ? y : -1, 2);
        },
      ),
    );
  });

  it('gives a colour to the points that nothing hides, and to no other, whatever the cameras and the order of the points', () => {
    const EDGE = 1e-6;
    const onEdge = (value: number) => Math.abs(value - Math.round(value)) < EDGE;
    let checked = 0;
    fc.assert(
      fc.property(anyScene, (scene) => {
        const { depthCamera, colourCamera, depth } = scene;
        const frame = sceneFrame(scene);
        const { depthToColour } = frame;
        const { points, colourAt } = register(frame);
        const cell = Math.ceil(colourCamera.fx / depthCamera.fx);
        const seen = depth.map((z, i) => {
          const { width } = depthCamera;
          if (z === 0) return undefined;
          const point = unproject(depthCamera, i % width, Math.floor(i / width), z);
          point.forEach((value, axis) => expect(points[i * 3 + axis]).toBeCloseTo(value, 2));
          const q = apply(depthToColour, point);
          if (q[2] <= 0) return undefined;
          const [u, v] = project(colourCamera, q);
          const [right, bottom] = [colourCamera.width - 1, colourCamera.height - 1];
          if (u < -EDGE || v < -EDGE || u > right + EDGE || v > bottom + EDGE) return undefined;
          const uncertain =
            onEdge(u / cell) ||
            onEdge(v / cell) ||
            onEdge((right - u) / right) ||
            onEdge((bottom - v) / bottom);
          return { u, v, z: q[2], uncertain, cell: `${Math.floor(u / cell)} ${Math.floor(v / cell)}` };
        });
        for (const [i, point] of seen.entries()) {
          const hidden = seen.some(
            (other) => point && other?.cell === point.cell && point.z > other.z + 25 + 1e-3,
          );
          const beside = seen.some(
            (other) => point && other?.cell === point.cell && Math.abs(point.z - other.z - 25) <= 1e-3,
          );
          // Rounding may put what lies on an edge on either side of it.
          const uncertain = seen.some(
            (other) =>
              point &&
              other?.uncertain &&
              Math.max(Math.abs(other.u - point.u), Math.abs(other.v - point.v)) <= cell + EDGE,
          );
          if (beside || uncertain) continue;
          checked++;
          const expected = point && !hidden ? [point.u, point.v] : [-1, -1];
          expected.forEach((value, axis) => expect(colourAt[i * 2 + axis]).toBeCloseTo(value, 4));
        }
      }),
      { numRuns: 200 },
    );
    expect(checked).toBeGreaterThan(1000);
  });

  it('gives, bit for bit, what plain numbers give, whatever the region and the reach', () => {
    const registrar = new Registrar();
    const edge = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        anyScene,
        fc.tuple(edge, edge, edge, edge),
        fc.constantFrom(0, 605, 610, 1510, Infinity),
        (scene, [a, b, c, d], farthest) => {
          const frame = sceneFrame(scene);
          const [left, right] = [a, b].map((at) => Math.round(at * frame.depth.width)).sort((m, n) => m - n);
          const [top, bottom] = [c, d].map((at) => Math.round(at * frame.depth.height)).sort((m, n) => m - n);
          const region = { left, top, right, bottom };
          const { points, colourAt } = registrar.register(frame, region, farthest);
          expect({ points, colourAt }).toEqual(inPlainNumbers(frame, region, farthest));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('registers a region as it registers the whole', () => {
    const frame = frameOf((u, v) => 800 + u + 2 * v, {
      rotation: identity.rotation,
      translation: [-20, 0, 0],
    });
    const whole = register(frame);
    const part = register(frame, { left: 10, top: 5, right: 40, bottom: 30 });
    for (const [u, v] of [
      [10, 5],
      [25, 17],
      [39, 29],
    ] as const) {
      const w = v * 64 + u;
      const p = (v - 5) * 30 + (u - 10);
      expect([...part.points.slice(p * 3, p * 3 + 3)]).toEqual([...whole.points.slice(w * 3, w * 3 + 3)]);
      expect([...part.colourAt.slice(p * 2, p * 2 + 2)]).toEqual([...whole.colourAt.slice(w * 2, w * 2 + 2)]);
    }
  });

  it('gives in memory that it used before what it gives in memory of its own', () => {
    const scene = fc.record({
      near: fc.integer({ min: 400, max: 1500 }),
      holes: fc.integer({ min: 2, max: 9 }),
      left: fc.nat(30),
      right: fc.integer({ min: 31, max: 64 }),
      top: fc.nat(20),
      bottom: fc.integer({ min: 21, max: 48 }),
      shift: fc.integer({ min: -60, max: 60 }),
      coloured: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(scene, { minLength: 2, maxLength: 4 }), (scenes) => {
        const registrar = new Registrar();
        for (const { near, holes, shift, coloured, ...region } of scenes) {
          const bar = (u: number, v: number) => (u < 30 ? near : 2 * near) * ((u + v) % holes ? 1 : 0);
          const { colour, ...dark } = frameOf(bar, {
            rotation: identity.rotation,
            translation: [shift, 0, 0],
          });
          const frame = coloured ? { ...dark, colour: colour! } : dark;
          const [again, fresh] = [registrar.register(frame, region), register(frame, region)];
          expect(again.points).toEqual(fresh.points);
          expect(again.colourAt).toEqual(fresh.colourAt);
          for (const [u, v] of [
            [20, 30],
            [64, 48],
            [100, 60],
          ] as const)
            expect(again.liftColour(u, v)).toEqual(fresh.liftColour(u, v));
        }
      }),
    );
  });

  it('takes no colour for what something nearer hides from the colour camera', () => {
    // A near bar in the middle; the colour camera sits to the right and cannot see the wall just left of the bar.
    const bar = (u: number) => u >= 28 && u < 36;
    const { colourAt } = register(
      frameOf((u) => (bar(u) ? 600 : 1500), { rotation: identity.rotation, translation: [-60, 0, 0] }),
    );
    const seen = (u: number) => colourAt[(24 * 64 + u) * 2] >= 0;
    expect(seen(30)).toBe(true);
    expect(seen(26)).toBe(false);
    expect(seen(50)).toBe(true);
  });

  it('gives every pixel its colour where colour and depth share one camera', () => {
    const frame = frameOf((u, v) => 500 + 3 * u + 2 * v);
    const { width, height } = depthCamera;
    const colour = { ...frame.colour!, width, height, intrinsics: depthCamera };
    const { colourAt } = register({ ...frame, colour });
    for (let v = 1; v < height - 1; v++)
      for (let u = 1; u < width - 1; u++) {
        expect(colourAt[(v * width + u) * 2]).toBeCloseTo(u, 3);
        expect(colourAt[(v * width + u) * 2 + 1]).toBeCloseTo(v, 3);
      }
  });

  it('lifts a colour pixel to the point that it shows', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 8, max: 55 }),
        fc.integer({ min: 6, max: 41 }),
        fc.integer({ min: 500, max: 1500 }),
        (u, v, z) => {
          const depthToColour: Rigid = { rotation: identity.rotation, translation: [-20, 2, 1] };
          const { liftColour } = register(frameOf(() => z, depthToColour));
          const [x, y] = project(colourCamera, apply(depthToColour, unproject(depthCamera, u, v, z)));
          fc.pre(x > 3 && y > 3 && x < 124 && y < 92);
          const lifted = liftColour(x, y)!;
          unproject(depthCamera, u, v, z).forEach((value, axis) =>
            expect(lifted[axis]).toBeCloseTo(value, 1),
          );
        },
      ),
    );
  });

  it('lifts nothing where nothing was measured', () => {
    const { liftColour, liftDepth, points } = register(frameOf(() => 0));
    expect(liftColour(64, 48)).toBeUndefined();
    expect(liftDepth(32, 24)).toBeUndefined();
    expect(points.every((value) => value === 0)).toBe(true);
  });

  it('gives in memory of its own what may be kept', () => {
    const kept = register(frameOf(() => 700));
    const { points, colourAt } = { points: kept.points.slice(), colourAt: kept.colourAt.slice() };
    const lifted = kept.liftColour(64, 48);
    register(frameOf(() => 900));
    expect([kept.points, kept.colourAt]).toEqual([points, colourAt]);
    expect(kept.liftColour(64, 48)).toEqual(lifted);
    expect(lifted![2]).toBeCloseTo(700, 1);
  });

  it('does without colour', () => {
    const { colour: _, ...frame } = frameOf(() => 700);
    const { colourAt, liftColour, liftDepth } = register(frame);
    expect(colourAt).toHaveLength(0);
    expect(liftColour(10, 10)).toBeUndefined();
    expect(liftDepth(10, 10)![2]).toBe(700);
  });
});
