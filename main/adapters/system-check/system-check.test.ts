import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryKeychain, keychains } from '../vault/vault-test-support.ts';
import { modelsFolder } from '../program-files.ts';
import { checkMachine, type Machine } from './check-machine.ts';
import { listSensors } from './list-sensors.ts';
import { findUsbKinects, type UsbKinect } from './usb-kinects.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'facet-machine-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A USB device as sysfs shows it. */
function plugIn(name: string, vendor: string, product: string, number: number): void {
  const folder = join(root, 'sys', name);
  mkdirSync(folder, { recursive: true });
  const attributes = {
    idVendor: vendor,
    idProduct: product,
    busnum: 2,
    devnum: number,
    serial: `S${number}`,
  };
  for (const [attribute, value] of Object.entries(attributes))
    writeFileSync(join(folder, attribute), `${value}\n`);
  mkdirSync(join(root, 'dev/002'), { recursive: true });
  writeFileSync(join(root, 'dev/002', String(number).padStart(3, '0')), '');
}
const find = (): Promise<UsbKinect[]> => findUsbKinects(join(root, 'sys'), join(root, 'dev'));

const machineOf = (rest: Partial<Machine> = {}): Machine => ({
  nodeVersion: 'v22.12.0',
  platform: 'linux',
  env: {},
  modelsFolder: modelsFolder(),
  dataFolder: join(root, 'data'),
  sensors: listSensors([]),
  keychains: keychains(),
  ...rest,
});
const check = async (id: string, rest: Partial<Machine> = {}) =>
  (await checkMachine(machineOf(rest))).find((one) => one.id === id)!;

describe('Kinects on the USB bus', () => {
  it('are known by their ids, both kinds, and nothing else is taken for one', async () => {
    plugIn('2-1', '045e', '02c4', 5);
    plugIn('2-2', '045e', '02ae', 6);
    plugIn('2-3', '045e', '0745', 7);
    plugIn('2-4', '1d6b', '02c4', 8);
    mkdirSync(join(root, 'sys/usb1'));
    expect(await find()).toEqual([
      {
        model: 'kinect-v2',
        id: '045e:02c4',
        serial: 'S5',
        node: join(root, 'dev/002/005'),
        accessible: true,
      },
      {
        model: 'kinect-v1',
        id: '045e:02ae',
        serial: 'S6',
        node: join(root, 'dev/002/006'),
        accessible: true,
      },
    ]);
  });

  it('are none where the system has no such list', async () => {
    expect(await find()).toEqual([]);
  });

  it('stand beside the sensors that could use them, even where the driver is not here', async () => {
    plugIn('2-1', '045e', '02d9', 5);
    const byName = Object.fromEntries(listSensors(await find()).map((sensor) => [sensor.name, sensor]));
    expect(byName['freenect2']).toMatchObject({ state: 'driver-missing', attached: [{ id: '045e:02d9' }] });
    expect(byName['freenect']).toMatchObject({ state: 'driver-missing', attached: [] });
    const withDriver = Object.fromEntries(
      listSensors(await find(), ['freenect', 'freenect2']).map(({ name, state }) => [name, state]),
    );
    expect(withDriver).toMatchObject({
      freenect: 'no-device',
      freenect2: 'available',
      kinect2: 'driver-missing',
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

  it('whose Kinect this user may not open is told to add a udev rule', async () => {
    plugIn('2-1', '045e', '02c4', 5);
    const [kinect] = await find();
    const sensors = listSensors([{ ...kinect, accessible: false }]);
    expect(await check('sensors', { sensors })).toMatchObject({
      state: 'warning',
      remedy: expect.stringContaining('udev') as string,
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
