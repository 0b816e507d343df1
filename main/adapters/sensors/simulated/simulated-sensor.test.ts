import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deg, ms } from '../../../contract/units.ts';
import type { SensorFrame } from '../../../core/sense/frames.ts';
import { analyticHead } from '../../synthetic/render/analytic-head.ts';
import type { Person } from '../../synthetic/surface.ts';
import { ordinaryCast, type Cast } from './cast.ts';
import { frozen } from './motion.ts';
import { SimulatedSensor } from './simulated-sensor.ts';
import { FRAME_TIME, Stage, type SimulatedFrame } from './stage.ts';

/** A cast of one egg: independent of how the synthetic people look. */
const head: Person = analyticHead();
const eggs: Cast = { lids: () => ({ open: head, half: head, closed: head }) };

const hash = (frames: readonly SensorFrame[]): string => {
  const sum = createHash('sha256');
  for (const { depth, colour, infrared } of frames) {
    for (const stream of [depth, colour, infrared]) if (stream) sum.update(stream.data);
  }
  return sum.digest('hex').slice(0, 16);
};

async function take(sensor: SimulatedSensor, count: number): Promise<SimulatedFrame[]> {
  const frames: SimulatedFrame[] = [];
  const stop = new AbortController();
  for await (const frame of sensor.open(stop.signal)) {
    frames.push(frame);
    if (frames.length === count) break;
  }
  return frames;
}

const virtual = (scene: string, cast = eggs) => new SimulatedSensor({ scene, pace: 'virtual', cast });

describe('frames of the simulated sensor', () => {
  it.each([
    ['you+turn@7', '93636f79bb2004b9'],
    ['photo+dark@7', 'b21d7d0987465ff5'],
    ['mask+v1@7', '6904ec91398929ed'],
    ['you+v1+dark@7', '684e7fd5a448260a'],
  ])('of %s are the same bytes on every machine', async (scene, expected) => {
    expect(hash(await take(virtual(scene), 3))).toBe(expected);
  });

  it('are the same for the real people whenever they are built from the same seed', async () => {
    const scene = 'two+glasses@5';
    const again = await take(virtual(scene, ordinaryCast()), 2);
    expect(hash(await take(virtual(scene, ordinaryCast()), 2))).toBe(hash(again));
    expect(hash(await take(virtual('two+glasses@6', ordinaryCast()), 2))).not.toBe(hash(again));
  });

  it('carry the sizes and intrinsics of the sensor, and infrared instead of colour in the dark on a Kinect v1', async () => {
    const [v2] = await take(virtual('you'), 1);
    expect(v2).toMatchObject({
      sequence: 0,
      depth: { width: 512, height: 424 },
      colour: { width: 960, height: 540 },
    });
    expect(v2.infrared!.data.length).toBe(512 * 424);
    const [bright] = await take(virtual('you+v1'), 1);
    expect(bright.infrared).toBeUndefined();
    expect(bright.colour).toMatchObject({ width: 640, height: 480 });
    const [dark] = await take(virtual('you+v1+dark'), 1);
    expect(dark.colour).toBeUndefined();
    expect(dark.infrared).toMatchObject({ width: 640, height: 480 });
  });

  it('follow each other by a thirtieth of a second in virtual time, none left out, none sharing memory', async () => {
    const frames = await take(virtual('you'), 4);
    frames.forEach((frame, i) => {
      expect(frame.sequence).toBe(i);
      expect(frame.capturedAt).toBeCloseTo(i * FRAME_TIME, 6);
    });
    expect(new Set(frames.map((frame) => frame.depth.data.buffer)).size).toBe(4);
  });

  it('tell the truth about the pose: the nose of the head is where they say', async () => {
    const pose = { yaw: deg(15), pitch: deg(8), roll: deg(-4), at: [20, 10, 600] as const };
    const scene = {
      seed: 'truth',
      model: 'kinect-v2',
      light: 'office',
      visitors: [{ shows: 'self', who: 'test/1', wear: {}, script: frozen(pose) }],
    } as const;
    const frame = new Stage(scene, eggs).frame(0);
    const [truth] = frame.truth.visitors;
    expect(truth).toMatchObject({ person: 'test/1', yaw: 15, pitch: 8, roll: -4 });
    const { rotation: r, translation: t } = truth.headToCamera;
    const nose = [0, -40, 25];
    const [x, y, z] = [0, 1, 2].map(
      (i) => r[3 * i] * nose[0] + r[3 * i + 1] * nose[1] + r[3 * i + 2] * nose[2] + t[i],
    );
    const { intrinsics, data, width } = frame.depth;
    const column = Math.round((x / z) * intrinsics.fx + intrinsics.cx);
    const row = Math.round((y / z) * intrinsics.fy + intrinsics.cy);
    const readings = [-1, 0, 1].flatMap((dy) =>
      [-1, 0, 1].map((dx) => data[(row + dy) * width + column + dx]),
    );
    expect(Math.abs(readings.sort((a, b) => a - b)[4] - z)).toBeLessThan(8);
  });
});

describe('the live sensor', () => {
  /** A clock that a slow consumer pushes on. */
  const handClock = () => {
    let now = 1000;
    return { now: () => ms(now), pass: (time: number) => (now += time) };
  };

  it('drops what a slow consumer misses and shows it in the sequence', async () => {
    const clock = handClock();
    const sensor = new SimulatedSensor({ scene: 'empty', cast: eggs, clock });
    const frames = sensor.open(new AbortController().signal);
    const sequence: number[] = [];
    for (const busy of [40, 200, 34]) {
      const { value } = await frames.next();
      sequence.push(value!.sequence);
      expect(value!.capturedAt).toBeCloseTo(1000 + value!.sequence * FRAME_TIME, 6);
      clock.pass(busy);
    }
    await frames.return();
    expect(sequence).toEqual([0, 1, 7]);
  });

  it('ends when it is aborted, even while it waits for the next frame', async () => {
    const stop = new AbortController();
    const sensor = new SimulatedSensor({ scene: 'empty', cast: eggs, clock: handClock() });
    const frames = sensor.open(stop.signal);
    expect((await frames.next()).done).toBe(false);
    const waiting = frames.next();
    stop.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  it('gives nothing when it is opened with an aborted signal', async () => {
    expect((await virtual('you').open(AbortSignal.abort()).next()).done).toBe(true);
  });

  it('is open once at a time, and can be opened again after it was closed', async () => {
    const sensor = virtual('empty');
    const first = sensor.open(new AbortController().signal);
    await first.next();
    await expect(sensor.open(new AbortController().signal).next()).rejects.toMatchObject({
      code: 'sensor-unavailable',
    });
    expect((await first.next()).value!.sequence).toBe(1);
    await first.return();
    expect((await take(sensor, 1))[0].sequence).toBe(0);
  });
});

describe('directing the scene while it plays', () => {
  it('turns the head and moves it smoothly to where it is told', () => {
    const stage = new Stage('you@2', eggs);
    const before = stage.frame(0).truth.visitors[0];
    stage.direct({ yaw: 25, distance: 900 });
    const next = stage.frame(1).truth.visitors[0];
    expect(Math.abs(next.yaw - before.yaw)).toBeLessThan(12);
    let last = next;
    for (let i = 2; i < 40; i++) last = stage.frame(i).truth.visitors[0]!;
    expect(Math.abs(last.yaw - 25)).toBeLessThan(6);
    expect(Math.abs(last.distance - 900)).toBeLessThan(30 + Math.abs(before.distance - 650));
  });

  it('changes who is there, what they show and the light', () => {
    const stage = new Stage('you@2', eggs);
    stage.direct({ who: 'visitor/other', shows: 'photo', light: 'dark' });
    const frame = stage.frame(1);
    expect(frame.truth.visitors[0]).toMatchObject({ person: 'visitor/other', shows: 'photo' });
    const bytes = Array.from(frame.colour!.data);
    const brightness = bytes.reduce((sum, v) => sum + v, 0) / bytes.length;
    expect(brightness).toBeLessThan(30);
  });

  it('replaces the scene and refuses one that it does not know', () => {
    const stage = new Stage('you@2', eggs);
    stage.direct({ scene: 'empty@2' });
    expect(stage.frame(1).truth.visitors).toEqual([]);
    expect(() => stage.direct({ scene: 'crowd' })).toThrow(/no scene "crowd"/);
  });
});
