import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FacetError } from '../../../contract/result.ts';
import { ms } from '../../../contract/units.ts';
import { project } from '../../../core/geometry/camera.ts';
import type { PlacedCamera } from '../../../core/geometry/fit-camera.ts';
import { apply, rotationFromVector } from '../../../core/geometry/rigid.ts';
import { ManualClock } from '../../../core/manual-clock.ts';
import type { SensorFrame } from '../../../core/sense/frames.ts';
import { DEPTH_SIZE, DRAWN_COLOUR, DRAWN_DEPTH } from '../kinect-v2.ts';
import { loadFailure, loadKinect2 } from './kinect2-package.ts';
import { Kinect2Sensor, type Kinect2Options } from './kinect2-sensor.ts';
import { payloadOf, sight, StandIn } from './kinect2.fixture.ts';
import type { Payload } from './payload.ts';

/** A colour camera that its maker mounted a little askew. */
const MOUNTED: PlacedCamera = {
  camera: { ...DRAWN_COLOUR.camera, fx: 1070, fy: 1071, cx: 966, cy: 533 },
  motion: { rotation: rotationFromVector(0.004, -0.006, 0.002), translation: [-51.5, 0.3, 0.5] },
};
const SEEN = sight('one');
const PAYLOAD = payloadOf(SEEN, MOUNTED);

const WILLING = StandIn.answers;

const clock = new ManualClock(5000);
const sensorOf = (options: Partial<Kinect2Options> = {}) =>
  new Kinect2Sensor({
    clock,
    serial: '012345',
    load: async () => StandIn,
    firstFrameWithin: ms(5000),
    frameWithin: ms(5000),
    ...options,
  });
/** Gives up as soon as it may. */
const impatient = () => sensorOf({ firstFrameWithin: ms(30), frameWithin: ms(30) });

beforeEach(() => {
  StandIn.made = [];
  StandIn.reader = 'none';
  StandIn.answers = WILLING;
});

afterEach(async () => {
  for (const stream of streams.splice(0)) await stream.return(undefined);
  // The real package takes the process along.
  expect(StandIn.reader).not.toBe('released twice');
});

const streams: AsyncGenerator<SensorFrame>[] = [];
/** Closed after the test, whatever becomes of it. */
function open(sensor = sensorOf(), signal = new AbortController().signal): AsyncGenerator<SensorFrame> {
  const stream = sensor.open(signal);
  streams.push(stream);
  return stream;
}

const same = (a: ArrayBufferView, b: ArrayBufferView): boolean =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));

/** The failure that a stream ends with. */
async function endOf(stream: AsyncIterable<SensorFrame>): Promise<FacetError> {
  try {
    for await (const _ of stream);
  } catch (error) {
    if (error instanceof FacetError) return error;
    throw error;
  }
  throw new Error('the stream ended without a failure');
}

/** Sends payloads until the stream has given one frame. */
async function firstFrame(stream: AsyncGenerator<SensorFrame>, payload: Payload): Promise<SensorFrame> {
  const first = stream.next();
  let given = false;
  void first.then(
    () => (given = true),
    () => (given = true),
  );
  for (let i = 0; i < 30 && !given; i++) {
    await delay(1);
    await StandIn.made.at(-1)?.deliver(payload);
  }
  return (await first).value as SensorFrame;
}

describe('a Kinect v2 through the package kinect2', () => {
  it('gives millimetres, colour and infrared of one moment, the right way round', async () => {
    const stream = open();
    const frame = await firstFrame(stream, PAYLOAD);
    expect(frame.capturedAt).toBe(clock.now());
    expect(frame.depth).toMatchObject({ width: 512, height: 424, intrinsics: DRAWN_DEPTH });
    expect(same(frame.depth.data, SEEN.depth)).toBe(true);
    expect(SEEN.depth.some((z) => z > 255)).toBe(true);
    expect(frame.colour).toMatchObject({ width: 1920, height: 1080, channels: 4 });
    expect(same(frame.colour!.data, SEEN.colour)).toBe(true);
    await stream.return(undefined);
    // The 8-bit depth (8), which wraps at 256, is never asked for.
    expect(StandIn.latest.frameTypes).toBe(0x1 | 0x2 | 0x400 | 0x800);
    expect(StandIn.latest.state).toBe('closed');
  });

  it('gives infrared back to half a step of 62, and what was too bright for the package as saturated', async () => {
    const stream = open();
    const { infrared } = await firstFrame(stream, PAYLOAD);
    const pairs = [...infrared!.data].map((value, i) => [value, SEEN.infrared[i]] as const);
    const bright = pairs.filter(([, measured]) => measured > 15_728);
    expect(bright.length).toBeGreaterThan(0);
    expect(bright.every(([value]) => value === 65_535)).toBe(true);
    const clear = pairs.filter(([, measured]) => measured > 200 && measured < 15_700);
    expect(clear.every(([value, measured]) => Math.abs(value - measured) <= 32)).toBe(true);
  });

  it('finds where the colour camera is, to a pixel at a face', async () => {
    const stream = open();
    const { colour, depthToColour } = await firstFrame(stream, PAYLOAD);
    await stream.return(undefined);
    for (const point of [
      [-80, -40, 650],
      [0, 60, 700],
      [150, 90, 800],
    ] as const) {
      const [u, v] = project(colour!.intrinsics, apply(depthToColour, point));
      const [x, y] = project(MOUNTED.camera, apply(MOUNTED.motion, point));
      expect(Math.hypot(u - x, v - y)).toBeLessThan(1);
    }
  });

  it('takes the registered picture where the colours do not tell', async () => {
    const grey = sight('grey', false);
    const stream = open();
    const { colour, depth, depthToColour } = await firstFrame(stream, payloadOf(grey, MOUNTED));
    await stream.return(undefined);
    expect(colour).toMatchObject({ ...DEPTH_SIZE, intrinsics: depth.intrinsics });
    expect(depthToColour.translation).toEqual([0, 0, 0]);
  });

  it('loses what a slow consumer does not take, and the sequence shows it', async () => {
    const stream = open();
    const first = await firstFrame(stream, PAYLOAD);
    for (let i = 0; i < 3; i++) await StandIn.latest.deliver(PAYLOAD);
    const next = (await stream.next()).value as SensorFrame;
    expect(next.sequence - first.sequence).toBe(3);
    await stream.return(undefined);
  });

  it('may be opened again after it was closed, and not before', async () => {
    for (let i = 0; i < 2; i++) {
      const stream = open();
      await firstFrame(stream, PAYLOAD);
      expect(await endOf(open())).toMatchObject({
        code: 'sensor-unavailable',
        message: expect.stringContaining('already open') as string,
      });
      await stream.return(undefined);
    }
  });
});

describe('a Kinect v2 that fails', () => {
  it('says what to plug in where the runtime opens without a sensor', async () => {
    expect(await endOf(open(impatient()))).toMatchObject({
      code: 'sensor-unavailable',
      message: expect.stringMatching(/no picture came.*power supply.*USB 3/) as string,
    });
    expect(StandIn.latest.state).toBe('closed');
  });

  it.each([
    ['the runtime', { open: false }, /does not answer/],
    ['its reader', { reader: false }, /refused/],
  ])('says so where %s refuses, and lets go of no reader twice', async (_, answers, message) => {
    for (const round of ['at first', 'after it was closed']) {
      StandIn.answers = { ...WILLING, ...answers };
      expect(await endOf(open()), round).toMatchObject({
        code: 'sensor-unavailable',
        message: expect.stringMatching(message) as string,
      });
      StandIn.answers = WILLING;
      const stream = open();
      await firstFrame(stream, PAYLOAD);
      await stream.return(undefined);
      expect(StandIn.reader).toBe('released');
    }
  });

  it('is lost when it falls silent, and is closed outside of its handlers', async () => {
    const stream = open(sensorOf({ frameWithin: ms(30) }));
    await firstFrame(stream, PAYLOAD);
    expect(await endOf(stream)).toMatchObject({ code: 'sensor-lost' });
    expect(StandIn.latest.state).toBe('closed');
  });

  it('is not closed from within a handler, though the consumer leaves right there', async () => {
    const controller = new AbortController();
    const stream = open(sensorOf(), controller.signal);
    await firstFrame(stream, PAYLOAD);
    const next = stream.next();
    const device = StandIn.latest;
    device.on('multiSourceFrame', () => controller.abort());
    await device.deliver(PAYLOAD);
    expect(await next).toEqual({ value: undefined, done: true });
    expect(device.state).toBe('closed');
  });

  it.each([
    ['hangs', () => new Promise<boolean>(() => undefined)],
    ['fails', () => Promise.reject(new Error('the runtime is gone'))],
  ])('ends its stream though closing %s, and may be opened again', async (_, closing) => {
    StandIn.answers = { ...WILLING, close: closing };
    const stream = open(sensorOf({ closeWithin: ms(30) }));
    await firstFrame(stream, PAYLOAD);
    expect(await stream.return(undefined)).toEqual({ value: undefined, done: true });
    StandIn.answers = WILLING;
    expect((await firstFrame(open(), PAYLOAD)).depth.data.length).toBe(512 * 424);
  });

  it.each<[string, Payload]>([
    ['half of the depth', { ...PAYLOAD, rawDepth: { buffer: Buffer.alloc(512 * 424) } }],
    ['the 8-bit depth only', { color: PAYLOAD.color!, infrared: PAYLOAD.infrared! }],
    [
      'a colour picture of another size',
      { ...PAYLOAD, color: { ...PAYLOAD.color!, buffer: Buffer.alloc(1280 * 720 * 4) } },
    ],
    [
      'one byte too many',
      { ...PAYLOAD, infrared: { ...PAYLOAD.infrared!, buffer: Buffer.alloc(512 * 424 + 1) } },
    ],
    [
      'a field of view of another camera',
      { ...PAYLOAD, rawDepth: { ...PAYLOAD.rawDepth!, horizontalFieldOfView: 57 } },
    ],
    [
      'a field of view that is no number',
      { ...PAYLOAD, color: { ...PAYLOAD.color!, verticalFieldOfView: NaN } },
    ],
  ])('is refused by name when it sends %s', async (_, payload) => {
    const stream = open();
    const failed = firstFrame(stream, payload).catch((error: unknown) => error);
    expect(await failed).toMatchObject({ code: 'sensor-unavailable' });
    expect(StandIn.latest.state).toBe('closed');
  });

  it('is nowhere but on Windows, and says what the package lacks there', async () => {
    await expect(loadKinect2('linux')).rejects.toMatchObject({
      code: 'sensor-unavailable',
      message: expect.stringContaining('freenect2') as string,
    });
    const absent = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
    expect(loadFailure(absent).message).toContain('npm ci');
    const broken = Object.assign(new Error('The specified module could not be found.\nkinect2.node'), {
      code: 'ERR_DLOPEN_FAILED',
    });
    expect(loadFailure(broken).message).toContain('Kinect for Windows Runtime 2.0');
  });

  it.skipIf(process.platform === 'win32')('says so where the package does not load', async () => {
    await expect(loadKinect2('win32')).rejects.toMatchObject({
      code: 'sensor-unavailable',
      message: expect.stringMatching(/^The npm package kinect2 (is not installed|does not load)/) as string,
    });
  });
});
