import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ms } from '../../contract/units.ts';
import { identity } from '../geometry/rigid.ts';
import type { SensorFrame } from './frames.ts';
import { soundFrames } from './sound-frames.ts';

const [width, height] = [16, 12];
const intrinsics = { width, height, fx: 15, fy: 15, cx: 8, cy: 6 };

const frameOf = (n: number): SensorFrame => ({
  sequence: n,
  capturedAt: ms(n * 33),
  depth: { width, height, data: new Uint16Array(width * height), intrinsics },
  infrared: { width, height, data: new Uint16Array(width * height), intrinsics },
  colour: { width, height, channels: 4, data: new Uint8Array(width * height * 4), intrinsics },
  depthToColour: identity,
});

/** Sequences of the frames that come through, on a clock that shows each frame's nominal time when it arrives. */
async function through(frames: readonly SensorFrame[], live = false): Promise<number[]> {
  let arrived = 0;
  async function* arriving() {
    for (const frame of frames) {
      yield frame;
      arrived++;
    }
  }
  const seen: number[] = [];
  const now = live ? () => ms(arrived * 33) : undefined;
  for await (const frame of soundFrames(arriving(), 'kinect2', now)) seen.push(frame.sequence);
  return seen;
}

const nan = (length: number) => new Float32Array(length).fill(NaN);
type Fault = (frame: SensorFrame) => SensorFrame;
const faults: readonly (readonly [string, Fault])[] = [
  ['torn depth', (f) => ({ ...f, depth: { ...f.depth, data: f.depth.data.subarray(7) } })],
  ['torn infrared', (f) => ({ ...f, infrared: { ...f.infrared!, data: new Uint16Array(1) } })],
  ['torn colour', (f) => ({ ...f, colour: { ...f.colour!, channels: 3 } })],
  ['depth of NaN', (f) => ({ ...f, depth: { ...f.depth, data: nan(f.depth.data.length) as never } })],
  [
    'colour of 16 bits',
    (f) => ({ ...f, colour: { ...f.colour!, data: new Uint16Array(width * height * 4) as never } }),
  ],
  ['depth of another size', (f) => ({ ...f, depth: { ...f.depth, width: 8, height: 24 } })],
  ['a picture of no size', (f) => ({ ...f, depth: { ...f.depth, width: 0, data: new Uint16Array(0) } })],
  ['a size that is no number', (f) => ({ ...f, depth: { ...f.depth, height: NaN } })],
  ['a focal length of 0', (f) => ({ ...f, depth: { ...f.depth, intrinsics: { ...intrinsics, fx: 0 } } })],
  [
    'a focal length of NaN',
    (f) => ({ ...f, colour: { ...f.colour!, intrinsics: { ...intrinsics, fy: NaN } } }),
  ],
  ['a far principal point', (f) => ({ ...f, depth: { ...f.depth, intrinsics: { ...intrinsics, cx: 1e9 } } })],
  [
    'infrared of another grid',
    (f) => ({
      ...f,
      infrared: {
        width: 8,
        height,
        data: new Uint16Array(8 * height),
        intrinsics: { ...intrinsics, width: 8 },
      },
    }),
  ],
  ['no rotation', (f) => ({ ...f, depthToColour: { ...identity, rotation: new Array<number>(9).fill(0) } })],
  [
    'a rotation of NaN',
    (f) => ({ ...f, depthToColour: { ...identity, rotation: new Array<number>(9).fill(NaN) } }),
  ],
  ['a rotation of 4 numbers', (f) => ({ ...f, depthToColour: { ...identity, rotation: [1, 0, 0, 1] } })],
  ['cameras a kilometre apart', (f) => ({ ...f, depthToColour: { ...identity, translation: [1e6, 0, 0] } })],
  [
    'an endless translation',
    (f) => ({ ...f, depthToColour: { ...identity, translation: [0, Infinity, 0] } }),
  ],
  ['no time', (f) => ({ ...f, capturedAt: ms(NaN) })],
  ['a number that is none', (f) => ({ ...f, sequence: 0.5 + f.sequence })],
  ['a time from before', (f) => ({ ...f, capturedAt: ms(f.capturedAt - 3_600_000) })],
  ['an old number', (f) => ({ ...f, sequence: 0 })],
];

describe('frames on their way from a driver', () => {
  it('come through untouched where they are sound, also with streams missing and gaps', async () => {
    const [a, b, c] = [0, 4, 5].map(frameOf);
    const { colour: _colour, infrared: _infrared, ...bare } = b;
    const seen: SensorFrame[] = [];
    async function* arriving() {
      yield* [a, bare, c];
    }
    for await (const frame of soundFrames(arriving(), 'kinect2')) seen.push(frame);
    expect(seen[0]).toBe(a);
    expect(seen[1]).toBe(bare);
    expect(seen[2]).toBe(c);
  });

  it.each(faults)('are left out one by one with %s', async (_, fault) => {
    const frames = Array.from({ length: 8 }, (_, n) => (n === 3 || n === 5 ? fault(frameOf(n)) : frameOf(n)));
    expect(await through(frames)).toEqual([0, 1, 2, 4, 6, 7]);
  });

  it('never pass with a fault, whatever else comes in between', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.nat(faults.length), { maxLength: 20 }), async (chosen) => {
        const frames = chosen.map((fault, i) =>
          (faults[fault]?.[1] ?? ((sound: SensorFrame) => sound))(frameOf(i + 2)),
        );
        const sound = chosen.flatMap((fault, i) => (fault === faults.length ? [i + 2] : []));
        expect(await through([frameOf(1), ...frames])).toEqual([1, ...sound]);
      }),
    ));

  it.each(faults)('end with a sentence where all of them have %s', async (_, fault) => {
    const frames = [frameOf(1_000_000), ...Array.from({ length: 40 }, (_, n) => fault(frameOf(n)))];
    await expect(through(frames)).rejects.toMatchObject({
      code: 'sensor-lost',
      message: expect.stringMatching(/kinect2.*facet -- doctor\.$/) as string,
    });
  });

  it('are left out where they come from the future, and those after them are not', async () => {
    const frames = Array.from({ length: 6 }, (_, n) => frameOf(n));
    frames[2] = { ...frames[2], capturedAt: ms(9_000_000) };
    expect(await through(frames, true)).toEqual([0, 1, 3, 4, 5]);
  });
});
