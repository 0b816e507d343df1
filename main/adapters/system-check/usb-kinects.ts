/** Kinects on the USB bus, found by their ids without opening them (Linux). */
import { access, constants, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface UsbKinect {
  readonly model: 'kinect-v1' | 'kinect-v2';
  /** Vendor and product, such as `045e:02c4`. */
  readonly id: string;
  readonly serial: string;
  /** The device file that a driver opens, and whether this user may. */
  readonly node: string;
  readonly accessible: boolean;
}

/** Product ids of Microsoft's cameras (the ones that libfreenect and libfreenect2 look for). */
const PRODUCTS: Readonly<Record<string, UsbKinect['model']>> = {
  '045e:02ae': 'kinect-v1',
  '045e:02c4': 'kinect-v2',
  '045e:02d8': 'kinect-v2',
  '045e:02d9': 'kinect-v2',
};

/** @param devices sysfs' list of USB devices; where there is none, none are found */
export async function findUsbKinects(
  devices = '/sys/bus/usb/devices',
  nodes = '/dev/bus/usb',
): Promise<UsbKinect[]> {
  const names = await readdir(devices).catch(() => []);
  const found: UsbKinect[] = [];
  for (const name of names.sort()) {
    const read = async (attribute: string): Promise<string> =>
      (await readFile(join(devices, name, attribute), 'utf8').catch(() => '')).trim();
    const id = `${await read('idVendor')}:${await read('idProduct')}`;
    const model = PRODUCTS[id];
    if (!model) continue;
    const number = async (attribute: string) => (await read(attribute)).padStart(3, '0');
    const node = join(nodes, await number('busnum'), await number('devnum'));
    const accessible = await access(node, constants.R_OK | constants.W_OK).then(
      () => true,
      () => false,
    );
    found.push({ model, id, serial: await read('serial'), node, accessible });
  }
  return found;
}
