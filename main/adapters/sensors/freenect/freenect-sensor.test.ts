import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { FacetError } from '../../../contract/result.ts';
import { ms } from '../../../contract/units.ts';
import { project, unproject } from '../../../core/geometry/camera.ts';
import { apply, rotationFromVector } from '../../../core/geometry/rigid.ts';
import { ManualClock } from '../../../core/manual-clock.ts';
import type { Intrinsics, Rigid, SensorFrame } from '../../../core/sense/frames.ts';
import { PAIRED } from '../../../core/sense/pairing.ts';
import { rawDepth } from './fakenect-film.ts';
import { freenectLibraries, loadFreenect, VIDEO } from './freenect-addon.ts';
import { failureOf } from './freenect-failure.ts';
import { FreenectSensor, type FreenectOptions } from './freenect-sensor.ts';
import { parseFreenectSpec } from './freenect-spec.ts';
import { FACTS, StandIn } from './freenect.fixture.ts';
import { DRAWN_TRIANGLE, millimetresOf } from './kinect-v1.ts';
import { LightSwitch } from './light-switch.ts';

type Stream = AsyncGenerator<SensorFrame, void, undefined>;

const clock = new ManualClock(5000);
const streams: Stream[] = [];
afterEach(async () => {
  for (const stream of streams.splice(0)) await stream.return(undefined);
});

/** A stream of a stand-in; closed after the test, whatever becomes of it. */
function open(options: Partial<FreenectOptions> = {}, signal = new AbortController().signal) {
  const device = new StandIn();
  const sensor = new FreenectSensor({
    clock,
    addon: device,
    diagnose: async () => ({ troubles: [] }),
    firstFrameWithin: ms(5000),
    frameWithin: ms(5000),
    ...options,
  });
  const stream = sensor.open(signal);
  streams.push(stream);
  return { device, sensor, stream };
}

/** The next frame of a stream whose device acts once it is waited for. */
async function after(stream: Stream, act: () => void): Promise<SensorFrame> {
  const next = stream.next();
  await new Promise(setImmediate);
  act();
  const result = await next;
  if (result.done) throw new Error('the stream ended');
  return result.value;
}

const failed = async (stream: Stream): Promise<FacetError> =>
  stream.next().then(
    () => Promise.reject(new Error('the stream did not fail')),
    (error: FacetError) => error,
  );

const LIGHT_ROOM = new Uint8Array(640 * 480 * 3).fill(150);
const DARK_ROOM = new Uint8Array(640 * 480 * 3).fill(4);

describe('a Kinect v1', () => {
  it('gives millimetres with the colour that came before them, and its serial number', async () => {
    const { device, sensor, stream } = open();
    const frame = await after(stream, () => {
      device.sendVideo(LIGHT_ROOM, VIDEO.rgb);
      device.sendDepth(800);
    });
    expect(frame).toMatchObject({ sequence: 0, capturedAt: clock.now() });
    expect(frame.depth.data[1000]).toBe(800);
    expect(frame.colour).toMatchObject({ width: 640, height: 480, channels: 3 });
    expect(frame.infrared).toBeUndefined();
    expect(sensor.info).toEqual({
      driver: 'freenect',
      model: 'kinect-v1',
      serial: FACTS.serial,
      simulated: false,
    });
  });

  it('loses what a slow consumer does not take, and the sequence shows it', async () => {
    const { device, stream } = open();
    await after(stream, () => device.sendDepth(700));
    device.sendDepth(701);
    device.sendDepth(702);
    const frame = (await stream.next()).value as SensorFrame;
    expect(frame.sequence).toBe(2);
    expect(frame.depth.data[0]).toBe(702);
  });

  it.each([
    ['an odd number of bytes', { bytes: new ArrayBuffer(640 * 480 * 2 - 1) }],
    ['half of the rows', { bytes: new ArrayBuffer(640 * 240 * 2), height: 240 }],
    ['nothing in it', { bytes: new ArrayBuffer(0) }],
    ['a size that its bytes do not have', { height: 481 }],
  ])('loses a depth picture with %s, and goes on', async (_, torn) => {
    const { device, stream } = open();
    const first = await after(stream, () => device.sendDepth(700));
    const next = stream.next();
    await new Promise(setImmediate);
    device.sendDepth(701, torn);
    await new Promise(setImmediate);
    device.sendDepth(702);
    const frame = (await next).value as SensorFrame;
    expect(frame.depth.data[0]).toBe(702);
    expect(frame.sequence - first.sequence).toBe(2);
  });

  it.each([
    ['colour', VIDEO.rgb, 480, 640 * 480 * 3 - 1],
    ['infrared', VIDEO.infrared10, 488, 640 * 488 * 2 - 1],
    ['infrared without its edge', VIDEO.infrared10, 480, 640 * 480 * 2],
    ['a format that was not asked for', 1, 480, 640 * 480],
  ])('gives depth without a video picture that is torn: %s', async (_, format, height, bytes) => {
    const { device, stream } = open();
    const frame = await after(stream, () => {
      device.sendVideo(new Uint8Array(bytes), format, height);
      device.sendDepth(700);
    });
    expect(frame).toMatchObject({ sequence: 0 });
    expect(frame.colour ?? frame.infrared).toBeUndefined();
  });

  it('gives no colour of another moment', async () => {
    const { device, stream } = open();
    await after(stream, () => {
      device.sendVideo(LIGHT_ROOM, VIDEO.rgb);
      device.sendDepth(700);
    });
    clock.advance(ms(PAIRED + 1));
    const frame = await after(stream, () => device.sendDepth(700));
    expect(frame.colour).toBeUndefined();
  });

  it('shows infrared on the grid of depth when the room is dark, lights its lamp, and stops when told', async () => {
    const { device, stream } = open({ tilt: 5 });
    for (let i = 0; i < 16; i++) {
      clock.advance(ms(100));
      await after(stream, () => {
        device.sendVideo(DARK_ROOM, VIDEO.rgb);
        device.sendDepth(700);
      });
    }
    expect(device.wishes).toContainEqual({ tilt: 5 });
    expect(device.wishes.at(-1)).toEqual({ infrared: true, led: 3 });
    const infrared = Uint16Array.from({ length: 640 * 488 }, (_, i) => (i % 640) + Math.floor(i / 640));
    const frame = await after(stream, () => {
      device.sendVideo(infrared, VIDEO.infrared10, 488);
      device.sendDepth(700);
    });
    expect(frame.colour).toBeUndefined();
    expect(frame.infrared).toMatchObject({ width: 640, height: 480, intrinsics: frame.depth.intrinsics });
    // The depth picture begins 5 columns and 4 rows within the infrared one.
    expect(frame.infrared!.data[20 * 640 + 100]).toBe(Math.floor((129 * 65_535) / 1023));
    await stream.return(undefined);
    expect(device.wishes.at(-1)).toEqual({ stop: true });
    expect(device.state).toBe('over');
  });

  it('can be opened again after it was closed, and not before', async () => {
    for (let i = 0; i < 2; i++) {
      const { device, stream } = open();
      await after(stream, () => device.sendDepth(700));
      expect((await failed(open().stream)).message).toContain('already open');
      await stream.return(undefined);
    }
  });

  it('places colour where its own calibration says', async () => {
    const camera: Intrinsics = { width: 640, height: 480, fx: 532, fy: 532, cx: 332, cy: 257 };
    const motion: Rigid = { rotation: rotationFromVector(0.01, 0.005, 0), translation: [-24.8, 0, 0] };
    const depth = { ...camera, fx: 575.8, fy: 575.8, cx: 319.5, cy: 239.5 };
    const seen: number[] = [];
    for (const z of [500, 700, 1000, 2000])
      for (let v = 10; v < 480; v += 20)
        for (let u = 10; u < 640; u += 20) {
          const [x, y] = project(camera, apply(motion, unproject(depth, u, v, z)));
          // The device's table knows whole rows only.
          seen.push(u, v, z, x, Math.round(y));
        }
    const { device, stream } = open();
    device.facts = () => ({ ...FACTS, sightings: Float64Array.from(seen) });
    const frame = await after(stream, () => {
      device.sendVideo(LIGHT_ROOM, VIDEO.rgb);
      device.sendDepth(700);
    });
    for (const point of [
      [-60, -80, 600],
      [50, 70, 900],
    ] as const) {
      const [x, y] = project(frame.colour!.intrinsics, apply(frame.depthToColour, point));
      const [u, v] = project(camera, apply(motion, point));
      expect(Math.hypot(x - u, y - v)).toBeLessThan(0.5);
    }
  });

  it('says no where intrinsics are absurd', async () => {
    for (const facts of [
      { distance: 12 },
      { pixel: 0 },
      { emitter: NaN },
      { emitter: -7.5 },
      { sightings: Float64Array.from({ length: 5000 }, (_, i) => (i * 7919) % 480) },
    ]) {
      const { device, stream } = open();
      device.facts = () => ({ ...FACTS, ...facts });
      const refused = failed(stream);
      await new Promise(setImmediate);
      device.sendDepth(700);
      expect(await refused).toMatchObject({
        code: 'sensor-unavailable',
        message: expect.stringMatching(/its calibration is damaged\.$/) as string,
      });
      expect(device.state).toBe('over');
    }
  });
});

describe('a Kinect v1 in trouble', () => {
  it('is given up where no picture comes, and lost where none comes any more', async () => {
    const silent = open({ firstFrameWithin: ms(20) });
    expect(await failed(silent.stream)).toMatchObject({ code: 'sensor-unavailable' });
    const { device, stream } = open({ frameWithin: ms(20) });
    await after(stream, () => device.sendDepth(700));
    expect(await failed(stream)).toMatchObject({ code: 'sensor-lost' });
    expect(device.state).toBe('over');
  });

  it('is lost when it is unplugged, in every state of its consumer', async () => {
    const { device, stream } = open();
    await after(stream, () => device.sendDepth(700));
    const lost = failed(stream);
    await new Promise(setImmediate);
    device.end({ stage: 'lost', detail: 'USB camera marked dead, stopping streams\n' });
    expect((await lost).code).toBe('sensor-lost');
    const busy = open();
    await after(busy.stream, () => busy.device.sendDepth(700));
    busy.device.end({ stage: 'lost', detail: '' });
    expect((await failed(busy.stream)).code).toBe('sensor-lost');
  });

  it('ends quietly when it is told to while it opens', async () => {
    const controller = new AbortController();
    const { device, stream } = open({}, controller.signal);
    const next = stream.next();
    await new Promise(setImmediate);
    controller.abort();
    expect(await next).toMatchObject({ done: true });
    expect(device.state).toBe('over');
  });

  const NONE = { troubles: [] };
  it.each([
    [
      'library',
      'libfreenect.so.0: cannot open',
      NONE,
      'libfreenect does not load (libfreenect.so.0: cannot open)',
    ],
    [
      'library',
      '',
      { missing: { what: 'libfreenect is not installed.', remedy: 'Install it: x.' }, troubles: [] },
      'libfreenect is not installed. Install it: x.',
    ],
    ['absent', '', NONE, 'No Kinect v1 is attached'],
    ['open', 'Could not open camera: -3\n', NONE, 'udev rule'],
    ['open', 'Failed to claim camera interface: LIBUSB_ERROR_BUSY\n', NONE, 'Another program uses'],
    [
      'open',
      'Could not open camera: -3\n',
      { troubles: [{ what: 'This user may not open it.', remedy: 'Install this.', blocks: true }] },
      'This user may not open it. Install this.',
    ],
    ['modes', '', NONE, 'refused its pictures'],
  ] as const)('%s, “%s”, is said in words that help', (stage, detail, diagnosis, words) => {
    const failure = failureOf({ stage, detail }, diagnosis);
    expect(failure.code).toBe('sensor-unavailable');
    expect(failure.message).toContain(words);
    expect(failure.message).toMatch(/^[^\n]{20,400}\.$/);
  });
});

describe('raw depth', () => {
  it('becomes the millimetres that the triangle says, more with each step', () => {
    const table = millimetresOf(DRAWN_TRIANGLE);
    expect(table[2047]).toBe(0);
    // The plane of reference: 3/8 of a column beyond raw 800.
    expect(Math.abs(table[801] - 1200)).toBeLessThanOrEqual(3);
    const known = [...table].filter((value) => value > 0);
    expect(known.every((value, i) => i === 0 || value >= known[i - 1])).toBe(true);
    expect(table[400]).toBeGreaterThan(480);
    expect(table[400]).toBeLessThan(520);
  });

  it('is found again from millimetres, within half a step', () => {
    const table = millimetresOf(DRAWN_TRIANGLE);
    const millimetres = Uint16Array.from({ length: 4000 }, (_, i) => 400 + i);
    const back = rawDepth(millimetres).map((raw) => table[raw]);
    // A step grows with the square of the distance: 1.2 mm at 0.65 m.
    expect(back.every((z, i) => Math.abs(z - millimetres[i]) <= 0.5 + 1.5e-6 * millimetres[i] ** 2)).toBe(
      true,
    );
    expect([...rawDepth(Uint16Array.of(0, 300, 10_000))]).toEqual([2047, 2047, 2047]);
  });
});

describe('the choice between colour and infrared', () => {
  it('never flickers, whatever the light does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 600 }), (light) => {
        const lights = new LightSwitch();
        const switches: number[] = [];
        let shown = 'colour';
        light.forEach((bright, i) => {
          const now = ms(i * 33);
          const stream = lights.next(shown === 'colour' ? bright : undefined, now);
          if (stream !== shown) switches.push(now);
          shown = stream;
        });
        for (let i = 1; i < switches.length; i++)
          expect(switches[i] - switches[i - 1]).toBeGreaterThanOrEqual(700);
      }),
    );
  });

  it('goes to infrared within two seconds of darkness, and back within ten of light', () => {
    const lights = new LightSwitch();
    let shown = 'colour';
    const play = (bright: number, from: number, to: number): number => {
      for (let now = from; now < to; now += 33) {
        const before = shown;
        shown = lights.next(shown === 'colour' ? bright : undefined, ms(now));
        if (shown !== before) return now - from;
      }
      return NaN;
    };
    expect(play(10, 0, 5000)).toBeLessThan(2000);
    expect(play(150, 5000, 20_000)).toBeLessThan(10_000);
    expect(play(150, 20_000, 60_000)).toBeNaN();
  });
});

describe('--sensor freenect', () => {
  it('takes a serial number and a tilt', () => {
    expect(parseFreenectSpec('')).toEqual({ serial: '' });
    expect(parseFreenectSpec('A003?tilt=-12.5')).toEqual({ serial: 'A003', tilt: -12.5 });
    for (const wrong of ['?tilt=28', '?tilt=', '?tilt=up', '?lift=3'])
      expect(() => parseFreenectSpec(wrong)).toThrow(/tilt=DEGREES/);
  });

  it('is not for Windows, and looks where it is told to look', () => {
    expect(() => loadFreenect('win32')).toThrow(/Kinect v2/);
    expect(freenectLibraries('linux', { FACET_FREENECT: '/opt/x.so' })).toEqual(['/opt/x.so']);
    expect(freenectLibraries('darwin', {})).toContain('/opt/homebrew/lib/libfreenect.dylib');
  });
});
