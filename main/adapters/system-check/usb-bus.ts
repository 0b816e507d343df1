/** Devices on the USB bus as the system knows them; none is opened. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parsePnpEntities, PNP_QUERY } from './usb-windows.ts';
import { readSystemProfiler } from './usb-macos.ts';
import { readSysfs } from './usb-linux.ts';

export interface UsbDevice {
  /** Vendor and product, such as `045e:02c4`. */
  readonly id: string;
  readonly serial: string;
  /** Of its link, Mbit/s; undefined where the system does not tell. */
  readonly speed?: number;
  /** The device file that a driver opens, and whether this user may (Linux). */
  readonly node?: string;
  readonly accessible: boolean;
  /** What holds its interfaces: kernel drivers, and `usbfs` for programs (Linux). */
  readonly holders: readonly string[];
  /** PCI vendor of the controller that it is plugged into, such as `1b21` (Linux). */
  readonly controller?: string;
}

/**
 * Microsoft's devices on the bus, or all where telling them apart costs nothing. Never throws.
 * @returns undefined where the system does not say what is on its bus
 */
export async function readUsbBus(
  platform: NodeJS.Platform = process.platform,
): Promise<UsbDevice[] | undefined> {
  try {
    switch (platform) {
      case 'linux':
        return await readSysfs();
      case 'win32':
        return parsePnpEntities(
          await output('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', PNP_QUERY]),
        );
      case 'darwin':
        return await readSystemProfiler((type) => output('/usr/sbin/system_profiler', [type, '-json']));
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}

/** How often asking is cheap enough, ms: Linux reads some small files, the others start a program. */
export const askEvery = (platform: NodeJS.Platform = process.platform): number =>
  platform === 'linux' ? 1500 : 10_000;

const PATIENCE = 10_000;

async function output(program: string, parameters: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, parameters, {
    timeout: PATIENCE,
    maxBuffer: 16 * 2 ** 20,
    windowsHide: true,
  });
  return stdout;
}
