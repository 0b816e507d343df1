import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FacetError } from '../../../contract/result.ts';
import { ms } from '../../../contract/units.ts';
import type { SensorFrame } from '../../../core/sense/frames.ts';
import type { Clock } from '../../../core/ports.ts';
import { Random } from '../../../core/random.ts';
import type { Messages } from '../../recorder/foxglove.ts';
import {
  calibration,
  goodMessages,
  image,
  message,
  transform,
  writeMcap,
  type Item,
} from '../../recorder/foreign-mcap.fixture.ts';
import { clock, frames, options, someFrames } from '../../recorder/frames.fixture.ts';
import { McapRecorder, record } from '../../recorder/mcap-recorder.ts';
import { ReplaySensor } from './replay-sensor.ts';
import { parseReplaySpec } from './replay-spec.ts';

let folder = '';
let count = 0;
const fresh = () => join(folder, `${count++}.mcap`);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facet-replay-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function* each<T>(items: readonly T[]) {
  yield* items;
}

const digest = ({ buffer, byteOffset, byteLength }: Uint8Array | Uint8ClampedArray | Uint16Array) =>
  createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex');

async function replayAll(path: string, limit = Infinity): Promise<SensorFrame[]> {
  const sensor = await ReplaySensor.load(path, clock, { pace: 'virtual' });
  const all: SensorFrame[] = [];
  for await (const frame of sensor.open(new AbortController().signal)) {
    all.push(frame);
    if (all.length >= limit) break;
  }
  return all;
}

/** Frames, or the one sentence that says why not; anything else that is thrown fails the test. */
async function outcome(path: string): Promise<SensorFrame[] | string> {
  try {
    return await replayAll(path, 100);
  } catch (error) {
    if (!(error instanceof FacetError)) throw error;
    expect(error.code).toBe('bad-input');
    expect(error.message).toContain(path);
    expect(error.message).toMatch(/^[^\n]{20,400}\.$/);
    return error.message;
  }
}

describe('record, then replay', () => {
  test('gives the same frames: every bit of every stream, intrinsics, sequence, and times to the nanosecond', () =>
    fc.assert(
      fc.asyncProperty(frames(4), async (recorded) => {
        const path = fresh();
        await record(each(recorded), path, { ...options, lossless: true });
        const replayed = await replayAll(path);
        expect(replayed).toHaveLength(recorded.length);
        for (const [i, frame] of replayed.entries()) {
          const original = recorded[i];
          expect(frame.depth).toEqual(original.depth);
          expect(frame.infrared).toEqual(original.infrared);
          expect(frame.colour).toEqual(original.colour);
          expect(frame.sequence).toBe(original.sequence);
          expect(frame.capturedAt).toBe(original.capturedAt);
          const pose = ({ depthToColour: { rotation, translation } }: SensorFrame) => [
            ...rotation,
            ...translation,
          ];
          for (const [j, value] of pose(frame).entries()) expect(value).toBeCloseTo(pose(original)[j], 10);
        }
      }),
      { numRuns: 40 },
    ));

  test('of JPEG colour gives the same bytes every time', async () => {
    const path = fresh();
    await record(each(someFrames(3)), path, options);
    expect(await replayAll(path)).toEqual(await replayAll(path));
  });

  test('knows the sensor and is never taken for a live one', async () => {
    const path = fresh();
    await record(each(someFrames(1)), path, {
      ...options,
      sensor: { ...options.sensor, driver: 'kinect2', simulated: false },
    });
    const { info, metadata } = await ReplaySensor.load(path, clock);
    expect(info).toEqual({ driver: 'replay', model: 'kinect-v2', serial: 'A1', simulated: true });
    expect(metadata).toMatchObject({
      consent: 'nobody: noise',
      sensor: { driver: 'kinect2', simulated: false },
    });
  });
});

/** A clock that moves only while somebody sleeps, or by hand. */
function manualClock(start: number) {
  let now = start;
  const manual: Clock = { now: () => ms(now), wallTime: () => now };
  return {
    clock: manual,
    pass: (milliseconds: number) => void (now += milliseconds),
    /** Wakes up early, as timers may. */
    sleep: async (milliseconds: number) => {
      await Promise.resolve();
      now += milliseconds > 1 ? milliseconds - 0.4 : milliseconds;
    },
  };
}

describe('pace', () => {
  test('original: frames come when they are due, stamped with the time now', async () => {
    const path = fresh();
    await record(each(someFrames(4)), path, options);
    const { clock: now, sleep } = manualClock(500_000);
    const sensor = await ReplaySensor.load(path, now, { sleep });
    const seen: number[] = [];
    for await (const frame of sensor.open(new AbortController().signal)) {
      expect(frame.capturedAt).toBeCloseTo(now.now(), 6);
      expect(frame.capturedAt).toBeLessThanOrEqual(now.now());
      seen.push(frame.capturedAt - 500_000);
    }
    expect(seen.map(Math.round)).toEqual([0, 33, 66, 99]);
  });

  test('original: a slow consumer gets the latest frame and sees the gap in the sequence', async () => {
    const path = fresh();
    await record(each(someFrames(10)), path, options);
    const { clock: now, sleep, pass } = manualClock(0);
    const sensor = await ReplaySensor.load(path, now, { sleep });
    const seen: number[] = [];
    for await (const frame of sensor.open(new AbortController().signal)) {
      expect(now.now() - frame.capturedAt).toBeLessThan(33.001);
      seen.push(frame.sequence);
      pass(100);
    }
    expect(seen[0]).toBe(0);
    expect(seen.length).toBeLessThan(6);
    expect(seen.at(-1)).toBe(9);
  });

  test('original: a machine too slow to read it sees some of it, fresh, instead of nothing', async () => {
    const path = fresh();
    await record(each(someFrames(60)), path, options);
    let now = 0;
    // Whatever is done takes longer than a frame.
    const slow: Clock = { now: () => ms((now += 45)), wallTime: () => 0 };
    const sensor = await ReplaySensor.load(path, slow, { sleep: async () => undefined });
    const seen: number[] = [];
    for await (const frame of sensor.open(new AbortController().signal)) {
      expect(now - frame.capturedAt).toBeLessThan(200);
      seen.push(frame.sequence);
    }
    expect(seen.length).toBeGreaterThan(6);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  test('loop: sequence and time go on counting until the signal aborts', async () => {
    const path = fresh();
    await record(each(someFrames(3)), path, options);
    const stop = new AbortController();
    const sensor = await ReplaySensor.load(path, clock, { pace: 'virtual', loop: true });
    const seen: SensorFrame[] = [];
    for await (const frame of sensor.open(stop.signal)) {
      seen.push(frame);
      if (seen.length === 8) stop.abort();
    }
    expect(seen.map((f) => f.sequence)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(seen.map((f) => Math.round(f.capturedAt - 1000))).toEqual([0, 33, 66, 99, 132, 165, 198, 231]);
  });

  test('fast: every frame at once, stamped with the time now, each later than the one before', async () => {
    const path = fresh();
    await record(each(someFrames(5)), path, options);
    const { clock: now, pass } = manualClock(70_000);
    const sensor = await ReplaySensor.load(path, now, { pace: 'fast', loop: true });
    const stop = new AbortController();
    const seen: SensorFrame[] = [];
    for await (const frame of sensor.open(stop.signal)) {
      seen.push(frame);
      if (seen.length === 2) pass(100);
      if (seen.length === 7) stop.abort();
    }
    expect(seen.map((f) => f.sequence)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(seen.map((f) => Math.round(f.capturedAt))).toEqual([
      70_000, 70_000, 70_100, 70_100, 70_100, 70_100, 70_100,
    ]);
    for (const [i, { capturedAt }] of seen.slice(1).entries())
      expect(capturedAt).toBeGreaterThan(seen[i].capturedAt);
  });

  test('an aborted signal ends the wait for the next frame', async () => {
    const path = fresh();
    const [a, b] = someFrames(2);
    await record(each([a, { ...b, capturedAt: ms(3_600_000) }]), path, options);
    const stop = new AbortController();
    const sensor = await ReplaySensor.load(path, { now: () => ms(0), wallTime: () => 0 });
    let seen = 0;
    for await (const frame of sensor.open(stop.signal)) {
      expect(frame.sequence).toBe(0);
      seen++;
      setTimeout(() => stop.abort(), 5);
    }
    expect(seen).toBe(1);
  });
});

/** Frames with more noise than fits into a chunk, so that each gets its own. */
function largeFrames(count: number): SensorFrame[] {
  const side = 512;
  const random = new Random('noise');
  const data = Uint16Array.from({ length: side * side }, () => random.below(65536));
  const picture = {
    width: side,
    height: side,
    data,
    intrinsics: { width: side, height: side, fx: 500, fy: 500, cx: 255, cy: 255 },
  };
  return someFrames(1).flatMap((small) =>
    Array.from({ length: count }, (_, i) => ({
      ...small,
      sequence: i,
      capturedAt: ms(1000 + 33 * i),
      depth: picture,
      infrared: picture,
    })),
  );
}

describe('from a time on', () => {
  const seconds = (count: number) =>
    largeFrames(count).map((frame, i) => ({ ...frame, capturedAt: ms(1000 + 1000 * i) }));
  const play = async (path: string, from: number, loop = false, limit = 20) => {
    const sensor = await ReplaySensor.load(path, clock, { pace: 'virtual', from, loop });
    const seen: [number, number][] = [];
    for await (const { sequence, capturedAt } of sensor.open(new AbortController().signal))
      if (seen.push([sequence, capturedAt]) >= limit) break;
    return seen;
  };

  test('plays what the whole recording holds from there, in every round of a loop', async () => {
    const path = fresh();
    await record(each(seconds(6)), path, options);
    const whole = await play(path, 0);
    expect(whole).toHaveLength(6);
    for (const from of [1, 2.5, 4, 5]) expect(await play(path, from)).toEqual(whole.slice(Math.ceil(from)));
    expect((await play(path, 4, true, 5)).map(([, at]) => at)).toEqual([5000, 6000, 7000, 8000, 9000]);
    await expect(play(path, 5.1)).rejects.toMatchObject({
      code: 'bad-argument',
      message: expect.stringContaining('ends after 5.0 s') as string,
    });
  });

  test('passes over what comes before by the index, and reads it all where the recording was cut off', async () => {
    const path = fresh();
    await record(each(seconds(8)), path, options);
    const bytes = await readFile(path);
    // Half of the way to the place: within frame 2 or 3.
    bytes.fill(0xff, Math.floor(bytes.length * 0.36), Math.floor(bytes.length * 0.37));
    await writeFile(path, bytes);
    expect((await play(path, 6)).map(([sequence]) => sequence)).toEqual([6, 7]);
    await expect(play(path, 0)).rejects.toMatchObject({ code: 'bad-input' });
    const cut = fresh();
    await record(each(seconds(8)), cut, options);
    const whole = await readFile(cut);
    await writeFile(cut, whole.subarray(0, Math.floor(whole.length * 0.95)));
    expect((await play(cut, 4)).map(([sequence]) => sequence)).toEqual([4, 5, 6]);
  });

  test('reads the calibration that another program wrote at the start alone', async () => {
    const path = fresh();
    const times = [0, 2000, 4000, 6000];
    await writeMcap(path, [calibration('/depth/camera_info'), ...times.map((t) => image('/depth/image', t))]);
    expect(await play(path, 4)).toEqual([
      [2, 4000],
      [3, 6000],
    ]);
  });
});

describe('--sensor replay:', () => {
  test.each([
    ['a.mcap', { path: 'a.mcap', fast: false }],
    ['a.mcap?loop', { path: 'a.mcap', fast: false, loop: true }],
    ['a.mcap?from=12.5&pace=fast&loop', { path: 'a.mcap', fast: true, from: 12.5, loop: true }],
    ['a.mcap?pace=original', { path: 'a.mcap', fast: false }],
    ['what?.mcap?loop', { path: 'what?.mcap', fast: false, loop: true }],
  ])('%s', (detail, spec) => expect(parseReplaySpec(detail)).toEqual(spec));

  test.each([
    '',
    '?loop',
    'a.mcap?lop',
    'a.mcap?from',
    'a.mcap?from=-1',
    'a.mcap?from=x',
    'a.mcap?pace=slow',
  ])('refuses "%s" in one sentence', (detail) =>
    expect(() => parseReplaySpec(detail)).toThrow(expect.objectContaining({ code: 'bad-argument' }) as Error),
  );

  test('finds a file whose name holds a question mark', async () => {
    const path = join(folder, 'what?loop');
    await writeFile(path, '');
    expect(parseReplaySpec(path)).toEqual({ path, fast: false });
  });
});

describe('a recording whose time is', () => {
  const times = Array.from({ length: 40 }, (_, i) => 100 + 33 * i);
  test.each([
    ['backwards', times.toReversed()],
    ['shuffled', fc.sample(fc.shuffledSubarray(times, { minLength: 40 }), { seed: 7, numRuns: 1 })[0]],
    ['begun again in the middle', [...times, ...times.slice(0, 39), ...times.slice(0, 39)]],
  ])('%s says so', async (_, order) => {
    const path = fresh();
    await writeMcap(path, [calibration('/depth/camera_info'), ...order.map((t) => image('/depth/image', t))]);
    expect(await outcome(path)).toMatch(/not in the order of time: \d+ of \d+ frames/);
  });
});

describe('a damaged recording', () => {
  test('that was never closed plays all frames but at most the last', async () => {
    const path = fresh();
    const recorder = await McapRecorder.create(path, options);
    for (const frame of largeFrames(3)) await recorder.write(frame);
    // As if the process had died here.
    const seen = await replayAll(path);
    await recorder.close();
    expect(seen.length).toBeGreaterThanOrEqual(2);
    expect(await replayAll(path)).toHaveLength(3);
  });

  test('that was cut off anywhere plays what was complete, or says that nothing was', async () => {
    const whole = fresh();
    await record(each(largeFrames(4)), whole, options);
    const bytes = await readFile(whole);
    const digests = (all: readonly SensorFrame[]) =>
      all.map(({ depth, infrared, colour }) => [depth, infrared, colour].map((p) => digest(p!.data)));
    const complete = digests(await replayAll(whole));
    const lengths: number[] = [];
    const path = fresh();
    for (let i = 0; i <= 50; i++) {
      await writeFile(path, bytes.subarray(0, Math.floor((bytes.length * i) / 50)));
      const result = await outcome(path);
      lengths.push(typeof result === 'string' ? 0 : result.length);
      if (typeof result !== 'string') expect(digests(result)).toEqual(complete.slice(0, result.length));
    }
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    expect(new Set(lengths)).toEqual(new Set([0, 1, 2, 3, 4]));
  });

  test('that was cut off at any byte plays the beginning of what it was, or gives one sentence', async () => {
    const whole = fresh();
    await record(each(someFrames(3)), whole, options);
    const bytes = await readFile(whole);
    const frames = await replayAll(whole);
    const path = fresh();
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
        await writeFile(path, bytes.subarray(0, length));
        const result = await outcome(path);
        if (typeof result !== 'string') expect(result).toEqual(frames.slice(0, result.length));
      }),
      { numRuns: 150 },
    );
  });

  test.each(['compressed', 'bare'])(
    '(%s) with any bytes changed plays frames or gives one sentence',
    async (kind) => {
      const whole = fresh();
      if (kind === 'compressed') await record(each(someFrames(3)), whole, options);
      // Without chunks there are no checksums, so that the changes arrive at the messages.
      else {
        const colour = [calibration('/colour/camera_info'), image('/colour/image', 5)];
        await writeMcap(
          whole,
          [...transform({}), ...colour, image('/infrared/image', 6), image('/depth/image', 50)],
          {
            bare: true,
          },
        );
      }
      const bytes = await readFile(whole);
      const path = fresh();
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
          async (changes) => {
            const changed = Buffer.from(bytes);
            for (const [at, value] of changes) changed[at] = value;
            await writeFile(path, changed);
            await outcome(path);
          },
        ),
        { numRuns: 200 },
      );
    },
  );

  test('whose chunk fails its checksum is refused', async () => {
    const path = fresh();
    await writeMcap(path, goodMessages(), { spoilCrc: true });
    expect(await outcome(path)).toContain('CRC');
  });
});

describe('somebody else’s MCAP', () => {
  test('has colour with every depth picture where it comes half as often, and late', async () => {
    const path = fresh();
    const late = 33;
    const depth = Array.from({ length: 12 }, (_, i) => image('/depth/image', 100 + i * 33));
    const colour = depth.flatMap((_, i) => (i % 2 ? [] : [image('/colour/image', 100 + i * 33 + late)]));
    const pictures = [...depth, ...colour].sort((a, b) => Number(a.time - b.time));
    await writeMcap(path, [
      calibration('/depth/camera_info'),
      calibration('/colour/camera_info'),
      ...pictures,
    ]);
    const seen = await replayAll(path);
    expect(seen).toHaveLength(12);
    expect(seen.filter((frame) => !frame.colour)).toEqual([]);
  });

  test('pairs depth with the nearest colour within 80 ms, calibrations come from the last ones by then', async () => {
    const path = fresh();
    await writeMcap(path, [
      calibration('/depth/camera_info'),
      calibration('/colour/camera_info'),
      image('/colour/image', 100),
      image('/depth/image', 110),
      image('/colour/image', 118),
      image('/depth/image', 143),
      calibration('/depth/camera_info', 150, { K: [9, 0, 4, 0, 9, 4, 0, 0, 1] }),
      image('/depth/image', 176),
      image('/colour/image', 190),
      image('/depth/image', 271),
    ]);
    const seen = await replayAll(path);
    expect(
      seen.map((f) => [
        f.sequence,
        f.capturedAt,
        f.depth.data[0] & 255,
        f.colour?.data[0],
        f.depth.intrinsics.fx,
      ]),
    ).toEqual([
      [0, 0, 110, 118, 8],
      [1, 33, 143, 118, 8],
      [2, 66, 176, 190, 9],
      [3, 161, 271 % 251, undefined, 9],
    ]);
    expect(seen[0].depthToColour).toEqual({ rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], translation: [0, 0, 0] });
  });

  test('leaves out depth that comes twice or late', async () => {
    const path = fresh();
    await writeMcap(path, [
      calibration('/depth/camera_info'),
      ...[10, 50, 50, 20, 90].map((t) => image('/depth/image', t)),
    ]);
    expect((await replayAll(path)).map((f) => f.capturedAt)).toEqual([0, 40, 80]);
  });

  test('reads rows with padding', async () => {
    const path = fresh();
    const data = new Uint8Array(8 * 20).map((_, i) => (i % 20 < 16 ? 1 : 99));
    await writeMcap(path, [calibration('/depth/camera_info'), image('/depth/image', 5, { step: 20, data })]);
    const [frame] = await replayAll(path);
    expect(new Set(frame.depth.data)).toEqual(new Set([0x0101]));
  });

  const depth = '/depth/image';
  const k = (...K: number[]) => [calibration('/depth/camera_info', 0, { K }), image(depth, 5)];
  const rgb = [calibration('/colour/camera_info'), image('/colour/image', 5)];
  const jpeg = (content: Partial<Messages['foxglove.CompressedImage']>) => [
    calibration('/colour/camera_info'),
    message('/colour/image', 'foxglove.CompressedImage', 5, {
      frame_id: 'camera',
      format: 'jpeg',
      data: Uint8Array.from([0xff, 0xd8, 0xff]),
      ...content,
    }),
    ...goodMessages(),
  ];
  const info = (changes: Partial<Messages['foxglove.CameraCalibration']>) => [
    calibration('/depth/camera_info', 0, changes),
    image(depth, 5),
  ];
  const picture = (changes: Partial<Messages['foxglove.RawImage']>) => [
    calibration('/depth/camera_info'),
    image(depth, 5, changes),
  ];
  test.each<[string, Item[], string]>([
    ['no depth', rgb, 'needs /depth/image and found only /colour/camera_info, /colour/image'],
    ['no messages', [], 'found no complete message'],
    [
      'another schema',
      [{ ...goodMessages()[1], schema: 'sensor_msgs/Image' }],
      'holds sensor_msgs/Image (protobuf)',
    ],
    ['another encoding', [{ ...goodMessages()[1], encoding: 'json' }], 'holds foxglove.RawImage (json)'],
    [
      'rubbish for a message',
      [calibration('/depth/camera_info'), { ...goodMessages()[1], data: new Uint8Array(50).fill(255) }],
      'holds a message that is no foxglove.RawImage',
    ],
    ['intrinsics missing', [image(depth, 5)], '/depth/camera_info is missing'],
    ['focal length 0', k(0, 0, 4, 0, 8, 4, 0, 0, 1), 'fx = 0'],
    ['focal length below 0', k(8, 0, 4, 0, -8, 4, 0, 0, 1), 'fy = -8'],
    ['focal length NaN', k(NaN, 0, 4, 0, 8, 4, 0, 0, 1), 'fx = NaN'],
    ['principal point far outside', k(8, 0, 400, 0, 8, 4, 0, 0, 1), 'principal point (400, 4)'],
    ['principal point NaN', k(8, 0, 4, 0, 8, NaN, 0, 0, 1), 'principal point (4, NaN)'],
    ['skew', k(8, 1, 4, 0, 8, 4, 0, 0, 1), 'no pinhole camera matrix'],
    ['too few numbers in K', k(8, 0, 4), 'no pinhole camera matrix'],
    ['distortion', info({ D: [0.1, 0, 0, 0, 0] }), 'distorted'],
    [
      'calibration for another size',
      info({ width: 640, height: 480 }),
      'is for 640×480 pixels and /depth/image has 8×8',
    ],
    [
      'depth in metres',
      picture({ encoding: '32FC1', step: 32, data: new Uint8Array(256) }),
      '32FC1; Facet reads 16UC1 in millimetres',
    ],
    ['too little data', picture({ data: new Uint8Array(127) }), 'holds 127 bytes where 8×8'],
    ['too much data', picture({ data: new Uint8Array(129) }), 'holds 129 bytes'],
    ['rows shorter than the picture', picture({ step: 8, data: new Uint8Array(64) }), '8 bytes a row'],
    ['a huge picture', picture({ width: 4_000_000_000, height: 4_000_000_000 }), '8 to 4096'],
    [
      'a picture of no pixels',
      picture({ width: 0, height: 0, step: 0, data: new Uint8Array(0) }),
      '0×0 pixels',
    ],
    [
      'infrared of another size',
      [...goodMessages(), image('/infrared/image', 5, { width: 16, step: 32, data: new Uint8Array(256) })],
      '/infrared/image has 16×8',
    ],
    [
      'colour without intrinsics',
      [image('/colour/image', 5), ...goodMessages()],
      '/colour/camera_info is missing',
    ],
    [
      'colour by another camera without a transform',
      [
        calibration('/colour/camera_info'),
        image('/colour/image', 5, { frame_id: 'other' }),
        ...goodMessages(),
      ],
      '/tf is missing',
    ],
    ['a cut-off JPEG', jpeg({}), 'cannot be decoded'],
    ['SVG', jpeg({ format: 'svg' }), 'compressed as svg'],
    [
      'SVG called JPEG',
      jpeg({ data: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>') }),
      'it says jpeg and is svg',
    ],
    ['a transform between other frames', transform({ child_frame_id: 'gripper' }), 'leads from gripper'],
    ['a rotation of no length', transform({ rotation: { x: 0, y: 0, z: 0, w: 0 } }), 'no possible place'],
    ['a transform without content', transform({ rotation: null, translation: null }), 'no possible place'],
    ['cameras a kilometre apart', transform({ translation: { x: 1000, y: 0, z: 0 } }), 'no possible place'],
  ])('with %s is refused in one sentence', async (_, items, sentence) => {
    const path = fresh();
    await writeMcap(path, items);
    expect(await outcome(path)).toContain(sentence);
  });

  test('that unpacks to more than the limit is refused before memory is taken', async () => {
    const path = fresh();
    await writeMcap(path, goodMessages(), { compression: 'zstd', claim: 1n << 60n });
    expect(await outcome(path)).toContain('more than the limit');
    await writeMcap(path, goodMessages(), { compression: 'zstd', claim: 1000n });
    expect(await outcome(path)).toContain('damaged');
    await writeMcap(path, goodMessages(), { compression: 'lz4' });
    expect(await outcome(path)).toContain('lz4');
  });

  test('with a record that claims more than there is counts as cut off, with one over the limit is refused', async () => {
    const path = fresh();
    await writeMcap(path, goodMessages());
    const bytes = await readFile(path);
    const claim = (length: bigint, padding: number) => {
      const header = Buffer.alloc(9 + padding);
      header[0] = 5;
      header.writeBigUInt64LE(length, 1);
      return writeFile(
        path,
        Buffer.concat([bytes.subarray(0, 17 + Number(bytes.readBigUInt64LE(9))), header]),
      );
    };
    await claim((1n << 64n) - 1n, 0);
    expect(await outcome(path)).toContain('no complete message');
    await claim(70n * 1024n * 1024n, 71 * 1024 * 1024);
    expect(await outcome(path)).toContain('limit');
  });

  test.each([
    ['an empty file', ''],
    ['text', 'This is no recording but a letter.'],
    ['a magic number and zeros', `\x89MCAP0\r\n${'\0'.repeat(500)}`],
  ])('that is %s is refused', async (_, content) => {
    const path = fresh();
    await writeFile(path, content, 'latin1');
    expect(typeof (await outcome(path))).toBe('string');
  });

  test('that does not exist or is a folder is refused', async () => {
    expect(await outcome(join(folder, 'missing.mcap'))).toContain('no such file');
    expect(await outcome(folder)).toContain('is not a file');
  });
});
