import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryKeychain, keychains } from '../vault/vault-test-support.ts';
import { assetsFolder, modelsFolder } from '../program-files.ts';
import { checkMachine, type Machine } from './check-machine.ts';
import type { MissingDrivers } from './drivers.ts';
import { describeSensors } from './list-sensors.ts';
import type { UsbDevice } from './usb-bus.ts';
import { findKinects } from './usb-kinects.ts';
import { readSysfs } from './usb-linux.ts';
import { readSystemProfiler } from './usb-macos.ts';
import { parsePnpEntities } from './usb-windows.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'facet-machine-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

interface Plugged {
  readonly number?: number;
  readonly speed?: number;
  readonly serial?: string;
  /** Kernel driver of the first interface. */
  readonly driver?: string;
  /** PCI vendor of the controller. */
  readonly controller?: string;
}

/** A USB device as sysfs shows it: a link from the list to a folder below its controller's. */
function plugIn(
  name: string,
  id: string,
  { number = 5, speed = 5000, serial, driver, controller = '8086' }: Plugged = {},
) {
  const pci = join(root, 'sys/devices', `0000:00:${number.toString().padStart(2, '0')}.0`);
  const folder = join(pci, 'usb2', name);
  mkdirSync(join(folder, `${name}:1.0`), { recursive: true });
  const [idVendor, idProduct] = id.split(':');
  const attributes = {
    idVendor,
    idProduct,
    busnum: 2,
    devnum: number,
    speed,
    serial: serial ?? `S${number}`,
  };
  for (const [attribute, value] of Object.entries(attributes))
    writeFileSync(join(folder, attribute), `${value}\n`);
  writeFileSync(join(pci, 'vendor'), `0x${controller}\n`);
  if (driver) {
    mkdirSync(join(root, 'sys/drivers', driver), { recursive: true });
    symlinkSync(join(root, 'sys/drivers', driver), join(folder, `${name}:1.0`, 'driver'));
  }
  mkdirSync(join(root, 'sys/bus'), { recursive: true });
  symlinkSync(folder, join(root, 'sys/bus', name));
  mkdirSync(join(root, 'dev/002'), { recursive: true });
  writeFileSync(join(root, 'dev/002', String(number).padStart(3, '0')), '');
}
const bus = (): Promise<UsbDevice[]> => readSysfs(join(root, 'sys/bus'), join(root, 'dev'));
const kinects = async () => findKinects(await bus());
const listed = async (missing: MissingDrivers = {}, platform: NodeJS.Platform = 'linux') =>
  describeSensors(await kinects(), missing, platform);
const listedAs = async (driver: string, ...rest: Parameters<typeof listed>) =>
  (await listed(...rest)).filter((sensor) => sensor.driver === driver);

const machineOf = (rest: Partial<Machine> = {}): Machine => ({
  nodeVersion: 'v22.12.0',
  platform: 'linux',
  env: {},
  modelsFolder: modelsFolder(),
  dataFolder: join(root, 'data'),
  sensors: describeSensors([], {}, 'linux'),
  keychains: keychains(),
  ...rest,
});
const check = async (id: string, rest: Partial<Machine> = {}) =>
  (await checkMachine(machineOf(rest))).find((one) => one.id === id)!;

describe('Kinects on the USB bus', () => {
  it('are known by their ids, every version, and nothing else is taken for one', async () => {
    plugIn('2-1', '045e:02c4', { number: 5 });
    plugIn('2-2', '045e:02ae', { number: 6, speed: 480 });
    plugIn('2-3', '045e:0745', { number: 7 });
    plugIn('2-4', '1d6b:02c4', { number: 8 });
    plugIn('2-5', '045e:02bf', { number: 9, speed: 480 });
    plugIn('2-6', '045e:02d8', { number: 10 });
    mkdirSync(join(root, 'sys/bus/usb1'));
    expect(await kinects()).toEqual([
      { model: 'kinect-v1', id: '045e:02ae', serial: 'S6', troubles: [] },
      { model: 'kinect-v1', id: '045e:02bf', serial: 'S9', troubles: [] },
      { model: 'kinect-v2', id: '045e:02c4', serial: 'S5', troubles: [] },
      { model: 'kinect-v2', id: '045e:02d8', serial: 'S10', troubles: [] },
    ]);
  });

  it('are none where the system has no such list', async () => {
    expect(await kinects()).toEqual([]);
  });

  it.each<[string, () => void, RegExp, RegExp, boolean]>([
    [
      'a Kinect v1 without its adapter',
      () => {
        plugIn('2-1', '045e:02b0', { speed: 12 });
        plugIn('2-2', '045e:02ad', { number: 6, speed: 480 });
      },
      /no power/,
      /12 V/,
      true,
    ],
    [
      'a Kinect v1 that the kernel holds',
      () => plugIn('2-1', '045e:02ae', { driver: 'gspca_kinect' }),
      /gspca/,
      /modprobe -r/,
      true,
    ],
    [
      'a Kinect v1 that a program holds',
      () => plugIn('2-1', '045e:02ae', { driver: 'usbfs' }),
      /program uses/,
      /close/,
      false,
    ],
    ['a Kinect v2 in a USB 2 port', () => plugIn('2-1', '045e:02c4', { speed: 480 }), /USB 2/, /USB 3/, true],
    [
      'a Kinect v2 of which only the hub answers',
      () => plugIn('2-1', '045e:02d9', { speed: 480 }),
      /hub/,
      /power supply/,
      true,
    ],
    [
      'a Kinect v2 behind ASMedia',
      () => plugIn('2-1', '045e:02c4', { controller: '1b21' }),
      /ASMedia/,
      /Intel/,
      false,
    ],
  ])('%s: what is wrong and what to do', async (_, plug, what, remedy, blocks) => {
    plug();
    const found = await kinects();
    expect(found).toHaveLength(1);
    expect(found[0].troubles).toEqual([
      {
        what: expect.stringMatching(what) as string,
        remedy: expect.stringMatching(remedy) as string,
        blocks,
      },
    ]);
    const entry = (await listed()).find((sensor) => sensor.attached)!;
    expect(entry.state).toBe(blocks ? 'trouble' : 'available');
  });

  it('that this user may not open need the udev rule, which is there and names them', async () => {
    plugIn('2-1', '045e:02c4');
    const [device] = await bus();
    const [{ troubles }] = findKinects([{ ...device, accessible: false }]);
    const path = /-m 644 (\S+\.rules)/.exec(troubles[0].remedy)![1];
    const rules = readFileSync(path, 'utf8');
    for (const product of ['02ae', '02bf', '02b0', '02c4', '02d8']) expect(rules).toContain(product);
    expect(rules).not.toMatch(/MODE="?0?666/);
    expect(existsSync(join(assetsFolder(), 'udev/facet-kinect.conf'))).toBe(true);
  });

  it('of which one of two has no power are told apart', async () => {
    for (const [i, id] of ['045e:02b0', '045e:02ae', '045e:02b0'].entries())
      plugIn(`2-${i + 1}`, id, { number: 5 + i });
    expect((await kinects()).map(({ troubles }) => troubles.length)).toEqual([0, 1]);
  });
});

describe('the list of sensors', () => {
  it('has an entry for each Kinect, by its serial where there are several, and for each driver without one', async () => {
    plugIn('2-1', '045e:02ae', { number: 5, serial: 'A1' });
    plugIn('2-2', '045e:02ae', { number: 6, serial: 'B2' });
    expect((await listedAs('freenect')).map(({ spec, state }) => [spec, state])).toEqual([
      ['freenect:A1', 'available'],
      ['freenect:B2', 'available'],
    ]);
    expect(await listedAs('freenect2')).toMatchObject([
      { spec: 'freenect2', state: 'no-device', attached: false },
    ]);
    expect(await listedAs('kinect2')).toMatchObject([{ state: 'elsewhere' }]);
  });

  it('says what an attached Kinect lacks before what it is plugged into', async () => {
    plugIn('2-1', '045e:02c4', { speed: 480 });
    const missing = { freenect2: { what: 'libfreenect2 is not installed.', remedy: 'Install it.' } };
    const [entry] = await listedAs('freenect2', missing);
    expect(entry).toMatchObject({ spec: 'freenect2', state: 'trouble', serial: 'S5', attached: true });
    expect(entry.troubles.map(({ what }) => what)).toEqual([
      missing.freenect2.what,
      expect.stringContaining('USB 2'),
    ]);
  });

  it('gives a Kinect v2 to the runtime on Windows, and to libfreenect2 elsewhere', async () => {
    plugIn('2-1', '045e:02c4');
    expect(await listedAs('kinect2', {}, 'win32')).toMatchObject([{ state: 'available', serial: 'S5' }]);
    expect(await listedAs('freenect2', {}, 'win32')).toMatchObject([{ state: 'elsewhere', attached: false }]);
    expect(await listedAs('freenect2', {}, 'darwin')).toMatchObject([{ state: 'available' }]);
  });
});

describe('the USB bus', () => {
  it('of Windows is read from its list of devices: one, several or none', () => {
    const camera = { PNPDeviceID: 'USB\\VID_045E&PID_02C4\\012345747' };
    const made = { PNPDeviceID: 'USB\\VID_045E&PID_02D9\\5&2C0EBD&0&17' };
    const part = { PNPDeviceID: 'USB\\VID_045E&PID_02C4&MI_00\\6&1A2B&0&0000' };
    expect(parsePnpEntities(JSON.stringify(camera))).toMatchObject([
      { id: '045e:02c4', serial: '012345747' },
    ]);
    expect(parsePnpEntities(JSON.stringify([camera, made, part]))).toMatchObject([
      { id: '045e:02c4' },
      { id: '045e:02d9', serial: '' },
    ]);
    expect(parsePnpEntities('')).toEqual([]);
  });

  const hub = { vendor_id: '0x045e  (Microsoft Corporation)', product_id: '0x02d9' };
  const camera = {
    ...hub,
    product_id: '0x02c4',
    serial_num: '027344',
    device_speed: 'high_speed',
  };
  const older = { SPUSBDataType: [{ _name: 'USB31Bus', _items: [{ ...hub, _items: [camera] }] }] };
  /** As published for other devices, with the ids of a Kinect put in: no report of one was at hand. */
  const newer = {
    SPUSBHostDataType: [
      { _name: 'USB 4.0 Bus', Driver: 'AppleT6050USBXHCIAUSS', USBKeyLocationID: '0x08000000' },
      {
        _name: 'USB 3.1 Bus',
        _items: [
          {
            _name: 'USB2.1 Hub',
            USBDeviceKeyVendorID: '0x045e',
            USBDeviceKeyProductID: '0x02d9',
            USBDeviceKeySerialNumber: 'Not Provided',
            _items: [
              {
                _name: 'Xbox NUI Sensor',
                USBDeviceKeyVendorID: '0x045E',
                USBDeviceKeyProductID: '0x02C4',
                USBDeviceKeySerialNumber: '027344',
                USBDeviceKeyLinkSpeed: '480 Mb/s',
                USBKeyHardwareType: 'Removable',
                USBKeyLocationID: '0x02110000',
              },
            ],
          },
          null,
          { USBDeviceKeyVendorID: 12, USBDeviceKeyLinkSpeed: '12 Mb/s', _items: 'none' },
        ],
      },
    ],
  };
  const mac = (report: Readonly<Record<string, unknown>>) => (type: string) => {
    const list: unknown = report[type];
    if (list instanceof Error) return Promise.reject(list);
    return Promise.resolve(JSON.stringify(list === undefined ? {} : { [type]: list }));
  };

  it.each([
    ['older', { ...older, SPUSBHostDataType: new Error('unknown type') }],
    ['older, to a system that stays silent about the newer', older],
    ['newer', { ...newer, SPUSBDataType: new Error('unknown type') }],
    ['newer, to a system that still has an empty list of the older', { ...newer, SPUSBDataType: [] }],
  ])('of macOS is read from its report, through hubs: %s', async (_, report) => {
    const devices = await readSystemProfiler(mac(report));
    expect(devices).toMatchObject([
      { id: '045e:02d9', serial: '' },
      { id: '045e:02c4', serial: '027344', speed: 480 },
    ]);
    expect(findKinects(devices)[0].troubles).toMatchObject([{ blocks: true }]);
  });

  it('of macOS has a fast link where the report says gigabits', async () => {
    const fast = {
      USBDeviceKeyVendorID: '0x045e',
      USBDeviceKeyProductID: '0x2c4',
      USBDeviceKeyLinkSpeed: '5 Gb/s',
    };
    const devices = await readSystemProfiler(mac({ SPUSBHostDataType: [fast] }));
    expect(devices).toMatchObject([{ id: '045e:02c4', speed: 5000 }]);
    expect(findKinects(devices)[0].troubles).toEqual([]);
  });

  it('of macOS that is empty is another thing than one that is not told', async () => {
    expect(await readSystemProfiler(mac({ SPUSBHostDataType: [{ _name: 'USB 3.1 Bus' }] }))).toEqual([]);
    for (const untold of [{}, { SPUSBHostDataType: 3 }, { SPUSBHostDataType: new Error('no') }])
      await expect(readSystemProfiler(mac(untold))).rejects.toThrow('does not say');
    await expect(readSystemProfiler(() => Promise.resolve('not JSON'))).rejects.toThrow('does not say');
  });

  it('that is not told leaves every Kinect possible, and says so', async () => {
    const untold = describeSensors(undefined, {}, 'darwin');
    expect(untold.find(({ driver }) => driver === 'freenect')).toMatchObject({
      state: 'unknown',
      attached: false,
      troubles: [{ what: expect.stringContaining('does not say') as string, blocks: false }],
    });
    expect(await check('sensors', { sensors: untold })).toMatchObject({
      state: 'warning',
      found: expect.not.stringContaining('No Kinect') as string,
    });
  });
});

describe('a machine', () => {
  it.each([
    ['v20.19.0', 'ok'],
    ['v24.1.0', 'ok'],
    ['v20.18.3', 'problem'],
    ['v18.20.0', 'problem'],
  ])('with Node %s is %s', async (nodeVersion, state) => {
    expect((await check('node', { nodeVersion })).state).toBe(state);
  });

  it('without models is told so by the model and by the runtime that has nothing to run', async () => {
    const checks = await checkMachine(machineOf({ modelsFolder: join(root, 'none') }));
    expect(checks.filter(({ state }) => state === 'problem').map(({ id }) => id)).toEqual([
      'models',
      'onnxruntime',
    ]);
  });

  it('keeps its key in a keychain that answers, and asking it writes nothing there', async () => {
    const keychain = new MemoryKeychain('keyring');
    expect(await check('key', { keychains: keychains(keychain) })).toMatchObject({ state: 'ok' });
    expect(keychain.secrets.size).toBe(0);
    keychain.locked = true;
    expect(await check('key', { keychains: keychains(keychain) })).toMatchObject({ state: 'warning' });
  });

  it('whose key is lost has a problem', async () => {
    mkdirSync(join(root, 'data'));
    writeFileSync(
      join(root, 'data/vault.json'),
      JSON.stringify({
        version: 1,
        id: '0'.repeat(32),
        kind: 'key-file',
        check: Buffer.alloc(16).toString('base64'),
      }),
    );
    expect(await check('key')).toMatchObject({
      state: 'problem',
      found: expect.stringContaining('vault.key') as string,
    });
  });

  it('is told of everything that an attached Kinect lacks', async () => {
    plugIn('2-1', '045e:02c4', { speed: 480 });
    const missing = {
      freenect2: { what: 'libfreenect2 is not installed.', remedy: 'Install libfreenect2.' },
    };
    expect(await check('sensors', { sensors: await listed(missing) })).toMatchObject({
      state: 'warning',
      found: expect.stringMatching(/S5.*not installed.*USB 2/) as string,
      remedy: expect.stringMatching(/Install libfreenect2.*USB 3/) as string,
    });
  });

  it('without a Kinect is told which drivers could not take one', async () => {
    expect(await check('sensors')).toMatchObject({ state: 'warning', found: 'No Kinect is attached.' });
    const missing = { freenect: { what: 'libfreenect is not installed.', remedy: 'Install libfreenect.' } };
    expect(await check('sensors', { sensors: await listed(missing) })).toMatchObject({
      state: 'warning',
      found: 'No Kinect is attached. Kinect v1 through libfreenect: libfreenect is not installed.',
      remedy: expect.stringMatching(/^Install libfreenect\. Run npm run facet -- sensors/) as string,
    });
  });

  it('with a Kinect that works is well', async () => {
    plugIn('2-1', '045e:02ae');
    expect(await check('sensors', { sensors: await listed() })).toMatchObject({
      state: 'ok',
      found: expect.stringContaining('S5') as string,
    });
  });

  it('without a display, or with one', async () => {
    expect((await check('display')).state).toBe('warning');
    expect((await check('display', { env: { WAYLAND_DISPLAY: 'wayland-0' } })).state).toBe('ok');
  });

  it('has a browser where one is on the path', async () => {
    mkdirSync(join(root, 'bin'));
    writeFileSync(join(root, 'bin/chromium'), '');
    chmodSync(join(root, 'bin/chromium'), 0o755);
    expect((await check('browser', { env: { PATH: join(root, 'bin') } })).state).toBe('ok');
    expect((await check('browser', { env: { PATH: join(root, 'elsewhere') } })).state).toBe('warning');
  });
});
