/** What can stand behind `--sensor` on this machine. */
import type { UsbKinect } from './usb-kinects.ts';

export interface ListedSensor {
  readonly name: 'kinect2' | 'freenect' | 'freenect2' | 'simulated' | 'replay';
  readonly title: string;
  /** `driver-missing`: this version of Facet cannot open it, whether or not one is attached. */
  readonly state: 'available' | 'no-device' | 'driver-missing';
  /** Devices of its kind that are attached, as far as the system tells. */
  readonly attached: readonly UsbKinect[];
  /** What it needs, or how to use it. */
  readonly needs: string;
}

/**
 * @param attached Kinects on the USB bus; undefined where the system does not tell (anything but Linux)
 * @param drivers names of the hardware drivers that this version has
 */
export function listSensors(
  attached: readonly UsbKinect[] | undefined,
  drivers: readonly ListedSensor['name'][] = [],
): ListedSensor[] {
  const hardware = (
    name: ListedSensor['name'],
    title: string,
    model: UsbKinect['model'],
    needs: string,
  ): ListedSensor => {
    const own = (attached ?? []).filter((kinect) => kinect.model === model);
    if (!drivers.includes(name))
      return {
        name,
        title,
        state: 'driver-missing',
        attached: own,
        needs: `This version of Facet has no driver for it. ${needs}`,
      };
    return { name, title, state: own.length > 0 ? 'available' : 'no-device', attached: own, needs };
  };
  return [
    hardware(
      'kinect2',
      'Kinect v2 through the Kinect SDK',
      'kinect-v2',
      'Windows, the Kinect for Windows SDK 2.0 and a USB 3 port.',
    ),
    hardware(
      'freenect',
      'Kinect v1 through libfreenect',
      'kinect-v1',
      "libfreenect, the sensor's own power supply and access to its USB device.",
    ),
    hardware(
      'freenect2',
      'Kinect v2 through libfreenect2',
      'kinect-v2',
      "libfreenect2, a USB 3 port and access to the sensor's USB device.",
    ),
    {
      name: 'simulated',
      title: 'Simulated visitors',
      state: 'available',
      attached: [],
      needs: 'Nothing: --sensor simulated:SCENE, such as simulated:you+dark.',
    },
    {
      name: 'replay',
      title: 'Recordings',
      state: 'available',
      attached: [],
      needs: 'A recording: --sensor replay:FILE.mcap (facet record and facet import make them).',
    },
  ];
}
