import { access, constants, readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { UsbDevice } from './usb-bus.ts';

/** Folders of interfaces, such as `2-1:1.0`, lie within those of their devices. */
const INTERFACE = /:\d+\.\d+$/;

/**
 * @param devices sysfs' list of USB devices; a system without one has no USB bus
 * @throws where the list may not be read
 */
export async function readSysfs(
  devices = '/sys/bus/usb/devices',
  nodes = '/dev/bus/usb',
): Promise<UsbDevice[]> {
  const names = (await readdir(devices).catch(noneIfMissing)).sort();
  const found = await Promise.all(
    names.filter((name) => !INTERFACE.test(name)).map((name) => readDevice(join(devices, name), nodes)),
  );
  return found.filter((device) => device !== undefined);
}

function noneIfMissing(error: unknown): string[] {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
  throw error;
}

async function readDevice(folder: string, nodes: string): Promise<UsbDevice | undefined> {
  const read = async (attribute: string): Promise<string> =>
    (await readFile(join(folder, attribute), 'utf8').catch(() => '')).trim();
  const [vendor, product] = [await read('idVendor'), await read('idProduct')];
  if (!vendor || !product) return undefined;
  const number = async (attribute: string) => (await read(attribute)).padStart(3, '0');
  const node = join(nodes, await number('busnum'), await number('devnum'));
  const accessible = await access(node, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  const speed = Number(await read('speed'));
  const controller = await controllerOf(folder);
  return {
    id: `${vendor}:${product}`,
    serial: await read('serial'),
    ...(speed > 0 ? { speed } : {}),
    node,
    accessible,
    holders: await holdersOf(folder),
    ...(controller ? { controller } : {}),
  };
}

/** Drivers of the interfaces, without those of hubs and audio, which hold nothing that Facet opens. */
async function holdersOf(folder: string): Promise<string[]> {
  const interfaces = (await readdir(folder).catch(() => [])).filter((name) => INTERFACE.test(name));
  const drivers = await Promise.all(
    interfaces.map(async (name) => basename(await readlink(join(folder, name, 'driver')).catch(() => ''))),
  );
  return [...new Set(drivers.filter((driver) => driver !== ''))].sort();
}

/** The nearest folder above that is a PCI device says who made the controller. */
async function controllerOf(folder: string): Promise<string | undefined> {
  let at = await realpath(folder).catch(() => '/');
  while (dirname(at) !== at) {
    at = dirname(at);
    if (!/^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.\d$/.test(basename(at))) continue;
    const vendor = await readFile(join(at, 'vendor'), 'utf8').catch(() => '');
    return /^0x([0-9a-f]{4})/.exec(vendor.trim())?.[1];
  }
  return undefined;
}
