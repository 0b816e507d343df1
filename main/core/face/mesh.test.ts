import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deg } from '../../contract/units.ts';
import { rotationFromPose } from '../geometry/pose.ts';
import { apply, invert } from './affine.ts';
import { boxOfMesh, FACEMESH_SIZE, LANDMARK, meshInPicture, meshInput, poseOfMesh } from './mesh.ts';
import { LANDMARK_COUNT, type FaceBox, type FaceMesh } from './types.ts';

const angle = (most: number) => fc.double({ min: -most, max: most, noNaN: true }).map(deg);
const poses = fc.record({ yaw: angle(60), pitch: angle(50), roll: angle(60) });

/** A head of a few landmarks (head frame, y up, z out of the face), turned and put into a picture. */
function turnedMesh(rotation: readonly number[], x = 300, y = 200, scale = 1.7): FaceMesh {
  const landmarks = new Float32Array(3 * LANDMARK_COUNT);
  for (let i = 0; i < LANDMARK_COUNT; i++) landmarks.set([x, y, 0], 3 * i);
  const put = (index: number, px: number, py: number, pz: number) => {
    for (let r = 0; r < 3; r++)
      landmarks[3 * index + r] =
        (r === 0 ? x : r === 1 ? y : 0) +
        scale * (rotation[3 * r] * px + rotation[3 * r + 1] * py + rotation[3 * r + 2] * pz);
  };
  put(LANDMARK.mouthRight, -25, -70, 0);
  put(LANDMARK.mouthLeft, 25, -70, 0);
  put(LANDMARK.rightCheek, -70, -20, -40);
  put(LANDMARK.leftCheek, 70, -20, -40);
  put(LANDMARK.rightEyeOuter, -45, 0, 0);
  put(LANDMARK.leftEyeOuter, 45, 0, 0);
  return { landmarks, score: 0.9 };
}

describe('pose of the mesh', () => {
  it('is the pose that the head was turned to', () =>
    fc.assert(
      fc.property(poses, (pose) => {
        const found = poseOfMesh(turnedMesh(rotationFromPose(pose)));
        expect(found.yaw).toBeCloseTo(pose.yaw, 1);
        expect(found.pitch).toBeCloseTo(pose.pitch, 1);
        expect(found.roll).toBeCloseTo(pose.roll, 1);
      }),
    ));

  it('calls a nose that moves to picture-right a positive yaw', () => {
    // Cheek at picture-right farther from the camera (greater z) than the one at picture-left.
    const mesh = turnedMesh([1, 0, 0, 0, -1, 0, 0, 0, -1]);
    mesh.landmarks[3 * LANDMARK.leftCheek + 2] += 40;
    mesh.landmarks[3 * LANDMARK.rightCheek + 2] -= 40;
    expect(poseOfMesh(mesh).yaw).toBeGreaterThan(10);
  });
});

describe('input of the mesh model', () => {
  const boxes = fc.record({
    x: fc.double({ min: -50, max: 500, noNaN: true }),
    y: fc.double({ min: -50, max: 500, noNaN: true }),
    width: fc.double({ min: 20, max: 300, noNaN: true }),
    height: fc.double({ min: 20, max: 300, noNaN: true }),
    tilt: fc.double({ min: -1, max: 1, noNaN: true }),
  });
  const faceBox = ({
    x,
    y,
    width,
    height,
    tilt,
  }: typeof boxes extends fc.Arbitrary<infer T> ? T : never): FaceBox => {
    const points = new Float32Array(12);
    const [cx, cy] = [x + width / 2, y + height / 2];
    const [dx, dy] = [(width / 4) * Math.cos(tilt), (width / 4) * Math.sin(tilt)];
    points.set([cx - dx, cy - dy, cx + dx, cy + dy]);
    return { x, y, width, height, score: 1, points };
  };

  it('levels the eyes and leaves a quarter of the box around it', () =>
    fc.assert(
      fc.property(boxes, (shape) => {
        const box = faceBox(shape);
        const toPicture = meshInput(box);
        const toInput = invert(toPicture);
        const [, rightEyeY] = apply(toInput, box.points[0], box.points[1]);
        const [, leftEyeY] = apply(toInput, box.points[2], box.points[3]);
        expect(rightEyeY).toBeCloseTo(leftEyeY, 1);
        const side = FACEMESH_SIZE * Math.hypot(toPicture[0], toPicture[3]);
        expect(side).toBeCloseTo(1.5 * Math.max(box.width, box.height), 3);
      }),
    ));

  it('comes back from the input to the picture', () =>
    fc.assert(
      fc.property(boxes, (shape) => {
        const box = faceBox(shape);
        // The middle of the input, as the network counts (from the corner of the first pixel).
        const raw = new Float32Array(3 * LANDMARK_COUNT).fill(FACEMESH_SIZE / 2);
        const [x, y, z] = meshInPicture(raw, meshInput(box));
        expect(x).toBeCloseTo(box.x + box.width / 2, 2);
        expect(y).toBeCloseTo(box.y + box.height / 2, 2);
        expect(z).toBeCloseTo(0.75 * Math.max(box.width, box.height), 2);
      }),
    ));

  it('can be cut around the mesh of the last frame', () => {
    const box = boxOfMesh(turnedMesh([1, 0, 0, 0, -1, 0, 0, 0, -1]));
    expect(box.x).toBeCloseTo(300 - 70 * 1.7, 3);
    expect(box.width).toBeCloseTo(140 * 1.7, 3);
    expect(box.y).toBeCloseTo(200, 3);
    expect(box.height).toBeCloseTo(70 * 1.7, 3);
    expect(box.points[0]).toBeLessThan(box.points[2]); // the person's right eye is at picture-left
  });
});
