/** A gallery whose views are small unit vectors, for the tests of retraining. */
import { deg } from '../../contract/units.ts';
import type { MatchPolicy } from '../judge/policy.ts';
import { templateOf } from '../people/gallery.fixture.ts';
import type { Template } from '../people/gallery.ts';

export const SHAPE = 'shape';
export const PICTURE = 'picture';

const both = (a: string, b: string) => [
  { parts: [{ kind: b, pooling: { nearest: 1 }, weight: 1 }], limits: [{ fusedFrames: 1, distance: 1 }] },
  {
    parts: [
      { kind: a, pooling: { nearest: 3 }, weight: 0.8 },
      { kind: b, pooling: { nearest: 1 }, weight: 0.2 },
    ],
    limits: [
      { fusedFrames: 1, distance: 0.6 },
      { fusedFrames: 4, distance: 0.5 },
    ],
  },
];
export const POLICY: MatchPolicy = {
  colour: both(SHAPE, PICTURE),
  infrared: both(`${SHAPE}@infrared`, `${PICTURE}@infrared`),
  networks: 'now',
};

/** Unit vector of an angle in the plane of the first two of three axes. */
const unit = (angle: number, third = 0): Float32Array => {
  const flat = Math.sqrt(1 - third ** 2);
  return Float32Array.of(flat * Math.cos(angle), flat * Math.sin(angle), third);
};

export const seen = (angle: number, third = 0) =>
  new Map([
    [SHAPE, unit(angle, third)],
    [PICTURE, unit(angle, third)],
  ]);

/** Straight, then once round. */
const POSES = [
  [0, 0],
  [1, 0],
  ...Array.from({ length: 14 }, (_, i) => [
    20 * Math.cos((i * Math.PI) / 7),
    14 * Math.sin((i * Math.PI) / 7),
  ]),
] as const;

function view(i: number, change: Partial<Template> = {}): Template {
  const [yaw, pitch] = POSES[i % POSES.length];
  const pose = { yaw: deg(yaw), pitch: deg(pitch), roll: deg(0) };
  return templateOf(seen(0.01 * i), { pose, capturedAt: i + 1, ...change });
}

export const views = (count: number, change: Partial<Template> = {}): Template[] =>
  Array.from({ length: count }, (_, i) => view(i, change));
