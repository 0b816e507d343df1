/**
 * The addon for libfreenect2 with a library that pretends to have a Kinect v2 (double.cc): synthetic frames go through the addon's
 * listener, the sensor and out. Compiled against declarations of the same shapes as libfreenect2's.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../main/adapters/clock/system-clock.ts';
import {
  loadFreenect2,
  parseFreenect2Spec,
  type Freenect2Addon,
} from '../../../main/adapters/sensors/freenect2/freenect2-addon.ts';
import {
  Freenect2Sensor,
  type Freenect2Options,
} from '../../../main/adapters/sensors/freenect2/freenect2-sensor.ts';
import type { FacetError } from '../../../main/contract/result.ts';
import { ms } from '../../../main/contract/units.ts';
import type { SensorFrame } from '../../../main/core/sense/frames.ts';

const INCLUDE = [join(dirname(process.execPath), '../include/node'), '/usr/include/node'].find((path) =>
  existsSync(join(path, 'node_api.h')),
);
const missing = process.platform !== 'linux' || !INCLUDE || !existsSync('/usr/bin/c++');

let folder: string;
let addon: Freenect2Addon;

const log = async (): Promise<string[]> =>
  (await readFile(join(folder, 'log'), 'utf8').catch(() => '')).trim().split('\n');

function sensor(pretend: string, options: Partial<Freenect2Options> = {}): Freenect2Sensor {
  process.env['PRETEND2'] = pretend;
  process.env['PRETEND2_LOG'] = join(folder, 'log');
  const diagnose = async () => [];
  return new Freenect2Sensor({
    clock: systemClock,
    addon,
    diagnose,
    pipeline: 'cpu',
    serial: '',
    ...options,
  });
}

async function frameOf(from: Freenect2Sensor, wanted: (frame: SensorFrame) => boolean): Promise<SensorFrame> {
  for await (const frame of from.open(AbortSignal.timeout(30_000))) if (wanted(frame)) return frame;
  throw new Error('it was not among the frames');
}

describe.skipIf(missing)(
  `libfreenect2${missing ? ": needs Linux, a C++ compiler and Node's headers" : ''}`,
  () => {
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'facet-freenect2-'));
      const sources = ['../addon.cc', '../session.cc', 'double/double.cc'].map((name) =>
        join(import.meta.dirname, name),
      );
      const built = join(folder, 'freenect2.node');
      const flags = [
        '-std=c++17',
        '-shared',
        '-fPIC',
        '-pthread',
        '-Wall',
        '-Wextra',
        '-Werror',
        '-DNAPI_VERSION=8',
      ];
      execFileSync('c++', [
        ...flags,
        `-I${INCLUDE}`,
        `-I${join(import.meta.dirname, 'double')}`,
        ...sources,
        '-o',
        built,
      ]);
      addon = createRequire(import.meta.url)(built) as Freenect2Addon;
    }, 180_000);
    afterAll(() => rm(folder, { recursive: true, force: true }));
    afterEach(async () => {
      for (const name of ['PRETEND2', 'PRETEND2_LOG']) delete process.env[name];
      await rm(join(folder, 'log'), { force: true });
    });

    it('gives whole millimetres, infrared and colour, unmirrored and undistorted, and closes the device', async () => {
      const kinect = sensor('');
      const frame = await frameOf(
        kinect,
        ({ colour, infrared }) => colour !== undefined && infrared !== undefined,
      );
      expect(kinect.info).toMatchObject({ driver: 'freenect2', serial: 'PRETEND02', simulated: false });
      // The double's lens moves all by a column; NaN, infinity, less than nothing and too much are its first four pixels.
      const row = [...frame.depth.data.subarray(0, 512)].reverse();
      expect(row.slice(0, 6)).toEqual([0, 0, 0, 0, 65_535, 705]);
      expect(frame.infrared!.data[511 - 1]).toBe(1234);
      expect(frame.infrared!.data[511 - 4]).toBe(65_535);
      // Blue was in the mirrored picture's first column.
      expect([...frame.colour!.data.subarray(1919 * 4, 1920 * 4)]).toEqual([0, 0, 255, 255]);
      expect([...frame.colour!.data.subarray(0, 4)]).toEqual([0, 0, 0, 255]);
      expect(frame.depth.intrinsics).toMatchObject({ fx: 366, cx: 511 - 258, cy: 207 });
      const told = await log();
      expect(told[0]).toBe('bilateral off');
      expect(told.slice(-2)).toEqual(['close', 'gone']);
    });

    it('places colour where its own tables have it', async () => {
      const { colour, depthToColour } = await frameOf(sensor(''), (frame) => frame.colour !== undefined);
      expect(Math.abs(colour!.intrinsics.fx - 1070)).toBeLessThan(4);
      expect(Math.abs(depthToColour.translation[0] + 52)).toBeLessThan(1);
    });

    it('loses what a slow consumer does not take, and the sequence shows it', async () => {
      const stream = sensor('').open(new AbortController().signal);
      const first = (await stream.next()).value as SensorFrame;
      const sent = async () => (await log()).filter((line) => line === 'depth').length;
      for (const before = await sent(); (await sent()) < before + 3;)
        await new Promise((resolve) => setTimeout(resolve, 10));
      const second = (await stream.next()).value as SensorFrame;
      await stream.return(undefined);
      expect(second.sequence).toBeGreaterThan(first.sequence + 1);
    });

    it('is lost when it is unplugged, of which the library says nothing, and can be opened again', async () => {
      const frames: SensorFrame[] = [];
      const failure = await frameOf(
        sensor('unplugged', { frameWithin: ms(200) }),
        (frame) => frames.push(frame) < 0,
      ).catch((error: FacetError) => error);
      expect(frames.length).toBeGreaterThan(0);
      expect(failure).toMatchObject({
        code: 'sensor-lost',
        message: expect.stringMatching(/sent nothing for 0\.2 seconds; it was unplugged/) as string,
      });
      expect((await log()).slice(-2)).toEqual(['close', 'gone']);
      expect(await frameOf(sensor(''), () => true)).toMatchObject({ depth: { width: 512 } });
    });

    it.each([
      ['nothing', {}, /No Kinect v2 is attached/],
      ['denied', {}, /udev rule/],
      ['busy', {}, /Another program uses the Kinect v2 \(libfreenect2: .*BUSY\)\. Close it/],
      ['absurd', {}, /which no Kinect v2 has/],
      ['no start', {}, /does not start/],
      ['silent', { firstFrameWithin: ms(200) }, /no picture came within 0\.2 seconds/],
      ['', { pipeline: 'opencl' }, /built without opencl/],
      ['', { serial: 'ANOTHER' }, /does not open/],
    ] as const)('fails with “%s” %o in words, and lets the library go', async (pretend, options, message) => {
      const failure = await frameOf(sensor(pretend, options), () => false).catch(
        (error: FacetError) => error,
      );
      expect(failure).toMatchObject({
        code: 'sensor-unavailable',
        message: expect.stringMatching(message) as string,
      });
      expect((await log()).at(-1)).toBe('gone');
    });
  },
);

describe('--sensor freenect2', () => {
  it('takes a pipeline and a serial number, either alone', () => {
    expect(parseFreenect2Spec('')).toEqual({ pipeline: 'cpu', serial: '' });
    expect(parseFreenect2Spec('opengl')).toEqual({ pipeline: 'opengl', serial: '' });
    expect(parseFreenect2Spec('opencl:A1')).toEqual({ pipeline: 'opencl', serial: 'A1' });
    expect(parseFreenect2Spec('A1')).toEqual({ pipeline: 'cpu', serial: 'A1' });
  });

  it('is not for Windows', () => {
    expect(() => loadFreenect2('win32')).toThrow(/kinect2/);
  });
});
