/**
 * The addon for libfreenect2 with a library that pretends to have a Kinect v2 (double.cc): synthetic frames go through the addon's
 * listener, the sensor and out. Built as `npm run build:freenect2` builds it, beside a library outside the loader's folders, against
 * declarations of the same shapes as libfreenect2's.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
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
import { probeFreenect2 } from '../../../main/adapters/sensors/freenect2/freenect2-probe.ts';
import {
  Freenect2Sensor,
  type Freenect2Options,
} from '../../../main/adapters/sensors/freenect2/freenect2-sensor.ts';
import type { FacetError } from '../../../main/contract/result.ts';
import { ms } from '../../../main/contract/units.ts';
import type { SensorFrame } from '../../../main/core/sense/frames.ts';

const HEADERS = [join(dirname(process.execPath), '..'), '/usr'].find((path) =>
  existsSync(join(path, 'include/node/node_api.h')),
);
const missing =
  process.platform !== 'linux' ||
  !HEADERS ||
  ['c++', 'make', 'python3', 'pkg-config'].some((tool) => !existsSync(`/usr/bin/${tool}`));

let folder: string;
let addon: Freenect2Addon;

const addonFolder = (): string => join(folder, 'native/freenect2');
const library = (): string => join(folder, 'lib/libfreenect2.so.0.2');

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
    probe: (pipeline) => probeFreenect2(pipeline, addonFolder()),
    pipeline: 'cpu',
    serial: '',
    filter: false,
    ...options,
  });
}

async function frameOf(from: Freenect2Sensor, wanted: (frame: SensorFrame) => boolean): Promise<SensorFrame> {
  for await (const frame of from.open(AbortSignal.timeout(30_000))) if (wanted(frame)) return frame;
  throw new Error('it was not among the frames');
}

describe.skipIf(missing)(
  `libfreenect2${missing ? ": needs Linux, a C++ compiler, make, Python 3, pkg-config and Node's headers" : ''}`,
  () => {
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'facet-freenect2-'));
      const double = join(import.meta.dirname, 'double');
      await mkdir(join(folder, 'lib/pkgconfig'), { recursive: true });
      execFileSync('c++', [
        ...['-std=c++17', '-shared', '-fPIC', '-pthread', '-Wall', '-Wextra', '-Werror'],
        `-I${double}`,
        join(double, 'double.cc'),
        '-Wl,-soname,libfreenect2.so.0.2',
        '-o',
        library(),
      ]);
      await cp(library(), join(folder, 'lib/libfreenect2.so'));
      await writeFile(
        join(folder, 'lib/pkgconfig/freenect2.pc'),
        `libdir=${folder}/lib\nName: freenect2\nDescription: a double\nVersion: 0.2.0\nLibs: -L\${libdir} -lfreenect2\nCflags: -I${double}\n`,
      );
      const native = join(import.meta.dirname, '../..');
      for (const part of ['freenect2', 'shared'])
        await cp(join(native, part), join(folder, 'native', part), {
          recursive: true,
          filter: (path) => !/\/(build|test)$/.test(path),
        });
      const gyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
      execFileSync(process.execPath, [gyp, 'rebuild', '--directory', addonFolder()], {
        stdio: 'pipe',
        env: {
          ...process.env,
          PKG_CONFIG_PATH: join(folder, 'lib/pkgconfig'),
          npm_config_nodedir: HEADERS,
        },
      });
      addon = createRequire(import.meta.url)(
        join(addonFolder(), 'build/Release/freenect2.node'),
      ) as Freenect2Addon;
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
      expect(told.slice(0, 2)).toEqual(['cpu', 'bilateral off, edges off']);
      expect(told.slice(-2)).toEqual(['close', 'gone']);
    });

    it('gives the whole of its depth, whether the library filters it or not', async () => {
      for (const filter of [false, true]) {
        const { depth } = await frameOf(sensor('', { filter }), () => true);
        expect(depth.data.filter((millimetres) => millimetres > 0).length).toBeGreaterThan(0.99 * 512 * 424);
        const both = filter ? 'on' : 'off';
        expect((await log()).filter((line) => line.startsWith('bilateral')).at(-1)).toBe(
          `bilateral ${both}, edges ${both}`,
        );
      }
    });

    it('computes on the graphics card where that works', async () => {
      const kinect = sensor('', { pipeline: 'opengl' });
      await frameOf(kinect, () => true);
      expect(kinect.info.note).toBeUndefined();
      expect((await log())[0]).toBe('opengl');
    });

    it('computes on the processor where OpenGL would end the process, and says why', async () => {
      const kinect = sensor('no display', { pipeline: 'opengl' });
      await frameOf(kinect, () => true);
      expect(kinect.info.note).toMatch(
        /cannot use opengl here \(GLFW error 65544 X11: The DISPLAY environment variable is missing\), so the processor/,
      );
      expect((await log())[0]).toBe('cpu');
    });

    it('is found to load, and not to, without being loaded here', async () => {
      expect(await probeFreenect2(undefined, addonFolder())).toEqual({ kind: 'works' });
      await rename(library(), `${library()}.away`);
      try {
        expect(await probeFreenect2(undefined, addonFolder())).toMatchObject({
          kind: 'fails',
          why: expect.stringMatching(/^libfreenect2\.so\.0\.2: cannot open/) as string,
        });
      } finally {
        await rename(`${library()}.away`, library());
      }
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
  it('takes a pipeline and a serial number, either alone, and whether to filter', () => {
    expect(parseFreenect2Spec('')).toEqual({ pipeline: 'cpu', serial: '', filter: false });
    expect(parseFreenect2Spec('opengl')).toEqual({ pipeline: 'opengl', serial: '', filter: false });
    expect(parseFreenect2Spec('opencl:A1')).toEqual({ pipeline: 'opencl', serial: 'A1', filter: false });
    expect(parseFreenect2Spec('A1')).toEqual({ pipeline: 'cpu', serial: 'A1', filter: false });
    expect(parseFreenect2Spec(':A1')).toEqual({ pipeline: 'cpu', serial: 'A1', filter: false });
    expect(parseFreenect2Spec('?filter=on')).toEqual({ pipeline: 'cpu', serial: '', filter: true });
    expect(parseFreenect2Spec('opengl:A1?filter=on').filter).toBe(true);
  });

  it.each([
    ['cuda', /the pipeline "cuda"\. It takes cpu, opengl, opencl or a serial number/],
    ['cuda:501234567847', /the pipeline "cuda"/],
    ['cpu:A1:A2', /"cpu:A1:A2"/],
    ['?filter=maybe', /the option "filter=maybe"/],
    ['?tilt=4', /the option "tilt=4"/],
    ['?filter=on?filter=off', /the option "filter=on\?filter=off"/],
  ])('refuses %s', (detail, message) => {
    expect(() => parseFreenect2Spec(detail)).toThrow(message);
  });

  it('is not for Windows', () => {
    expect(() => loadFreenect2('win32')).toThrow(/kinect2/);
  });
});
