/** What can stand behind `--sensor` on this machine: attached Kinects, drivers, and what is missing between them. */
import type { DriverName, ListedSensor, SensorTrouble } from '../../contract/states/sensors.ts';
import { missingDrivers, type MissingDrivers } from './drivers.ts';
import { readUsbBus } from './usb-bus.ts';
import { findKinects, type UsbKinect } from './usb-kinects.ts';

interface Hardware {
  readonly driver: DriverName;
  readonly model: UsbKinect['model'];
  readonly title: string;
  readonly platforms: readonly NodeJS.Platform[];
  /** What it is called where it cannot be. */
  readonly elsewhere: string;
  readonly needs: string;
}

const HARDWARE: readonly Hardware[] = [
  {
    driver: 'kinect2',
    model: 'kinect-v2',
    title: 'Kinect v2 through the Kinect runtime',
    platforms: ['win32'],
    elsewhere: 'Use freenect2 for a Kinect v2 on Linux or macOS.',
    needs: 'Windows, the Kinect for Windows Runtime 2.0, its power supply and a USB 3 port.',
  },
  {
    driver: 'freenect',
    model: 'kinect-v1',
    title: 'Kinect v1 through libfreenect',
    platforms: ['linux', 'darwin'],
    elsewhere: 'Use a Kinect v2 on Windows.',
    needs: 'Linux or macOS, libfreenect, its 12 V adapter and access to its USB device.',
  },
  {
    driver: 'freenect2',
    model: 'kinect-v2',
    title: 'Kinect v2 through libfreenect2',
    platforms: ['linux', 'darwin'],
    elsewhere: 'Use kinect2 on Windows.',
    needs: 'Linux or macOS, libfreenect2, its power supply, a USB 3 port and access to its USB device.',
  },
];

const SOFTWARE: readonly ListedSensor[] = [
  {
    spec: 'simulated',
    driver: 'simulated',
    title: 'Simulated visitors',
    needs: 'nothing; --sensor simulated:SCENE chooses one, such as simulated:you+dark.',
  },
  {
    spec: 'replay',
    driver: 'replay',
    title: 'Recordings',
    needs: 'a file that facet record or facet import made: --sensor replay:FILE.mcap.',
  },
].map(
  (sensor) => ({ ...sensor, serial: '', state: 'available', attached: false, troubles: [] }) as ListedSensor,
);

const UNTOLD: SensorTrouble = {
  what: 'This system does not say what is plugged in.',
  remedy: 'Choose your sensor all the same: it is looked for again when it opens.',
  blocks: false,
};

/** Asks the system; opens no sensor. */
export async function listSensors(platform: NodeJS.Platform = process.platform): Promise<ListedSensor[]> {
  const devices = await readUsbBus(platform);
  return describeSensors(devices && findKinects(devices), await missingDrivers(platform), platform);
}

/**
 * One entry for each attached Kinect with the driver that takes it here, one for each driver without, and what needs no device.
 * @param kinects undefined where the system does not say which are attached
 */
export function describeSensors(
  kinects: readonly UsbKinect[] | undefined,
  missing: MissingDrivers,
  platform: NodeJS.Platform,
): ListedSensor[] {
  return [...HARDWARE.flatMap((hardware) => entriesOf(hardware, kinects, missing, platform)), ...SOFTWARE];
}

function entriesOf(
  { driver, model, title, platforms, elsewhere, needs }: Hardware,
  kinects: readonly UsbKinect[] | undefined,
  missing: MissingDrivers,
  platform: NodeJS.Platform,
): ListedSensor[] {
  const entry = (
    kinect: UsbKinect | undefined,
    spec: string,
    state: ListedSensor['state'],
    troubles: readonly SensorTrouble[],
  ): ListedSensor => ({
    spec,
    driver,
    title,
    serial: kinect?.serial ?? '',
    state,
    attached: kinect !== undefined,
    troubles,
    needs,
  });
  if (!platforms.includes(platform))
    return [
      entry(undefined, driver, 'elsewhere', [
        { what: 'It does not work on this system.', remedy: elsewhere, blocks: true },
      ]),
    ];
  const lack = missing[driver];
  const lacks = lack ? [{ ...lack, blocks: true }] : [];
  if (!kinects) return [entry(undefined, driver, 'unknown', [...lacks, UNTOLD])];
  const own = kinects.filter((kinect) => kinect.model === model);
  if (own.length === 0) return [entry(undefined, driver, lack ? 'driver-missing' : 'no-device', lacks)];
  return own.map((kinect) => {
    const troubles = [...lacks, ...kinect.troubles];
    // One of several must be named; the Kinect runtime knows only one.
    const spec =
      own.length > 1 && kinect.serial && driver !== 'kinect2' ? `${driver}:${kinect.serial}` : driver;
    return entry(kinect, spec, troubles.some(({ blocks }) => blocks) ? 'trouble' : 'available', troubles);
  });
}
