/** The real addon with a library that only pretends to have a device (pretend.cc): what fakenect cannot play, and what goes wrong. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import nodeGypBuild from 'node-gyp-build';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../main/adapters/clock/system-clock.ts';
import { loadFreenect } from '../../../main/adapters/sensors/freenect/freenect-addon.ts';
import {
  FreenectSensor,
  type FreenectOptions,
} from '../../../main/adapters/sensors/freenect/freenect-sensor.ts';
import type { FacetError } from '../../../main/contract/result.ts';
import { ms } from '../../../main/contract/units.ts';
import type { SensorFrame } from '../../../main/core/sense/frames.ts';

const HEADERS = ['/usr/include/libfreenect.h', '/usr/include/libfreenect/libfreenect.h'];
const missing = !HEADERS.some(existsSync)
  ? 'libfreenect-dev'
  : ['/usr/bin/c++', '/usr/bin/g++'].some(existsSync)
    ? undefined
    : 'g++';

let folder: string;
const log = async (): Promise<string[]> =>
  (await readFile(join(folder, 'log'), 'utf8').catch(() => '')).trim().split('\n');

function sensor(pretend: string, options: Partial<FreenectOptions> = {}): FreenectSensor {
  process.env['PRETEND'] = pretend;
  process.env['PRETEND_LOG'] = join(folder, 'log');
  process.env['FACET_FREENECT'] = join(folder, 'libpretend.so');
  const diagnose = async () => ({ troubles: [] });
  return new FreenectSensor({ clock: systemClock, addon: loadFreenect(), diagnose, ...options });
}

/** The first frame that is looked for. */
async function frameOf(from: FreenectSensor, wanted: (frame: SensorFrame) => boolean): Promise<SensorFrame> {
  for await (const frame of from.open(AbortSignal.timeout(10_000))) if (wanted(frame)) return frame;
  throw new Error('it was not among the frames');
}

describe.skipIf(missing)(
  `the addon with a device${missing ? `: needs apt-get install ${missing}` : ''}`,
  () => {
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'facet-pretend-'));
      execFileSync('c++', [
        '-std=c++17',
        '-shared',
        '-fPIC',
        '-Wall',
        '-Werror',
        '-I/usr/include/libfreenect',
        join(import.meta.dirname, 'pretend.cc'),
        '-o',
        join(folder, 'libpretend.so'),
      ]);
    }, 60_000);
    afterAll(() => rm(folder, { recursive: true, force: true }));
    afterEach(async () => {
      for (const name of ['PRETEND', 'PRETEND_LOG', 'FACET_FREENECT']) delete process.env[name];
      await rm(join(folder, 'log'), { force: true });
    });

    it('takes millimetres and the calibration from it, obeys, and leaves it as it was', async () => {
      const kinect = sensor('', { tilt: -3 });
      const frame = await frameOf(kinect, ({ colour, sequence }) => colour !== undefined && sequence > 8);
      expect(kinect.info.serial).toBe('PRETEND01');
      expect(frame.depth.data[5]).toBeGreaterThanOrEqual(700);
      expect(frame.depth.data[5]).toBeLessThan(800);
      expect(Math.abs(frame.depth.intrinsics.fx - 575.8)).toBeLessThan(0.1);
      const { fx, cx, cy } = frame.colour!.intrinsics;
      expect(Math.abs(fx - 532)).toBeLessThan(2);
      // A shifted picture and a turned camera are nearly the same.
      const [, , , , , turn] = frame.depthToColour.rotation;
      expect(Math.abs(cx - 330)).toBeLessThan(6);
      expect(Math.abs(cy - 250 + fx * turn)).toBeLessThan(12);
      const told = await log();
      expect(told.slice(0, 2)).toEqual(['depth 5', 'video 0']);
      expect(told).toContain('tilt -3');
      expect(told).toContain('led 1');
      expect(told.slice(-3)).toEqual(['led 4', 'close', 'shutdown']);
    });

    it('shows infrared when it is dark, having stopped the stream for the change', async () => {
      const frame = await frameOf(sensor(''), ({ infrared }) => infrared !== undefined);
      expect(frame.colour).toBeUndefined();
      expect(frame.infrared!.data[640 * 240]).toBe(Math.floor((100 * 65_535) / 1023));
      expect(await log()).toContain('video 3');
    });

    it('does without a motor that it may not open', async () => {
      await frameOf(sensor('no motor', { tilt: 5 }), () => true);
      expect((await log()).filter((line) => /led|tilt/.test(line))).toEqual([]);
    });

    it.each([
      ['nothing', 'sensor-unavailable', /No Kinect v1 is attached/],
      ['denied', 'sensor-unavailable', /udev rule/],
      ['busy', 'sensor-unavailable', /Another program uses the Kinect v1/],
      ['absurd', 'sensor-unavailable', /which no Kinect v1 has/],
      ['no bandwidth', 'sensor-unavailable', /refused its pictures/],
      ['silent', 'sensor-unavailable', /no picture came within 0\.2 seconds/],
      ['unplugged', 'sensor-lost', /was unplugged.*USB camera marked dead/],
    ])('fails with %s in words, and lets the library go', async (pretend, code, message) => {
      const kinect = sensor(pretend, { firstFrameWithin: ms(200) });
      const failure = await frameOf(kinect, () => false).catch((error: FacetError) => error);
      expect(failure).toMatchObject({ code, message: expect.stringMatching(message) as string });
      expect((await log()).at(-1)).toBe('shutdown');
    });

    it('says so where no device has the serial number', async () => {
      const failed = frameOf(sensor('', { serial: 'ANOTHER' }), () => true);
      await expect(failed).rejects.toThrow(/find a device with that serial/);
    });

    it('opens and closes as often as is asked for', async () => {
      for (let i = 0; i < 20; i++) await frameOf(sensor(''), () => true);
      expect((await log()).filter((line) => line === 'close')).toHaveLength(20);
    });

    it('closes the device when the program ends without a word', async () => {
      const path = nodeGypBuild.path(join(import.meta.dirname, '..'));
      const script = `const addon = require(${JSON.stringify(path)});
      const session = addon.open([${JSON.stringify(join(folder, 'libpretend.so'))}], '', false, () => {
        if (addon.take(session).depth) process.exit(7);
      });`;
      const { status, signal } = spawnSync(process.execPath, ['-e', script], {
        env: { ...process.env, PRETEND_LOG: join(folder, 'log') },
        timeout: 20_000,
      });
      expect([status, signal]).toEqual([7, null]);
      expect((await log()).slice(-2)).toEqual(['close', 'shutdown']);
    });
  },
);
