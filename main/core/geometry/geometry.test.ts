import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deg } from '../../contract/units.ts';
import { project, unproject } from './camera.ts';
import { poseFromRotation, rotationFromPose } from './pose.ts';
import {
  angleBetween,
  apply,
  compose,
  fitRigid,
  invert,
  multiply,
  rotationFromVector,
  type Vec3,
} from './rigid.ts';

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const vector = fc.tuple(number(-500, 500), number(-500, 500), number(-500, 500));
const rigid = fc
  .tuple(number(-2, 2), number(-2, 2), number(-2, 2), vector)
  .map(([x, y, z, translation]) => ({ rotation: rotationFromVector(x, y, z), translation }));
const close = (a: Vec3, b: Vec3, digits = 6) =>
  a.forEach((value, i) => expect(value).toBeCloseTo(b[i], digits));

describe('rigid motions', () => {
  it('undo themselves', () => {
    fc.assert(fc.property(rigid, vector, (m, p) => close(apply(invert(m), apply(m, p)), p)));
  });

  it('compose in order', () => {
    fc.assert(
      fc.property(rigid, rigid, vector, (a, b, p) => close(apply(compose(a, b), p), apply(a, apply(b, p)))),
    );
  });

  it('are recovered from moved points, whatever the weights', () => {
    const points = fc.array(vector, { minLength: 6, maxLength: 20 });
    fc.assert(
      fc.property(
        rigid,
        points,
        fc.array(number(0.1, 5), { minLength: 20, maxLength: 20 }),
        (m, list, weights) => {
          const from = list.flat();
          const to = list.flatMap((p) => apply(m, p));
          const fitted = fitRigid(from, to, weights.slice(0, list.length))!;
          // Points that are nearly collinear leave one rotation free, so judge by where the points go.
          list.forEach((p) => close(apply(fitted, p), apply(m, p), 3));
        },
      ),
    );
  });

  it('need three points', () => {
    expect(fitRigid([0, 0, 0, 1, 0, 0], [0, 0, 0, 1, 0, 0], [1, 1])).toBeUndefined();
  });
});

describe('pose', () => {
  const frontal = [1, 0, 0, 0, -1, 0, 0, 0, -1];

  it('is zero for a face that looks at the camera', () => {
    expect(rotationFromPose({ yaw: deg(0), pitch: deg(0), roll: deg(0) }).map((v) => v + 0)).toEqual(
      frontal.map((v) => v + 0),
    );
  });

  it('moves the nose to picture-right with yaw and up with pitch, and the crown to the right with roll', () => {
    const nose = apply(
      { rotation: rotationFromPose({ yaw: deg(30), pitch: deg(20), roll: deg(0) }), translation: [0, 0, 0] },
      [0, 0, 100],
    );
    expect(nose[0]).toBeGreaterThan(40);
    expect(nose[1]).toBeLessThan(-30);
    expect(nose[2]).toBeLessThan(0);
    const crown = apply(
      { rotation: rotationFromPose({ yaw: deg(0), pitch: deg(0), roll: deg(15) }), translation: [0, 0, 0] },
      [0, 100, 0],
    );
    expect(crown[0]).toBeGreaterThan(20);
  });

  it('equals its definition as a product of three turns', () => {
    fc.assert(
      fc.property(number(-80, 80), number(-80, 80), number(-80, 80), (yaw, pitch, roll) => {
        const r = Math.PI / 180;
        const turns = multiply(
          multiply(frontal, rotationFromVector(0, yaw * r, 0)),
          multiply(rotationFromVector(-pitch * r, 0, 0), rotationFromVector(0, 0, -roll * r)),
        );
        expect(
          angleBetween(turns, rotationFromPose({ yaw: deg(yaw), pitch: deg(pitch), roll: deg(roll) })),
        ).toBeLessThan(1e-6);
      }),
    );
  });

  it('comes back from its rotation', () => {
    fc.assert(
      fc.property(number(-89, 89), number(-89, 89), number(-89, 89), (yaw, pitch, roll) => {
        const back = poseFromRotation(
          rotationFromPose({ yaw: deg(yaw), pitch: deg(pitch), roll: deg(roll) }),
        );
        close([back.yaw, back.pitch, back.roll], [yaw, pitch, roll], 5);
      }),
    );
  });
});

describe('the pinhole camera', () => {
  it('projects what it unprojected back to the same pixel', () => {
    const camera = { width: 512, height: 424, fx: 365, fy: 366, cx: 255.5, cy: 211.5 };
    fc.assert(
      fc.property(number(0, 511), number(0, 423), number(300, 4500), (u, v, z) => {
        const pixel = project(camera, unproject(camera, u, v, z));
        expect(pixel[0]).toBeCloseTo(u, 6);
        expect(pixel[1]).toBeCloseTo(v, 6);
      }),
    );
  });
});
