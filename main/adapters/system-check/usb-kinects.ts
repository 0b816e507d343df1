/** Which of the devices on the bus are Kinects, and what keeps them from working: from their ids alone. */
import type { SensorTrouble } from '../../contract/states/sensors.ts';
import { assetsFolder } from '../program-files.ts';
import type { UsbDevice } from './usb-bus.ts';

export interface UsbKinect {
  readonly model: 'kinect-v1' | 'kinect-v2';
  /** Of the part that is there: the camera, or what betrays a Kinect without one. */
  readonly id: string;
  readonly serial: string;
  readonly troubles: readonly SensorTrouble[];
}

/** Parts of the Kinects by their product, vendor 045e (the ones that libfreenect and libfreenect2 know, and the hub of a v2). */
const PARTS: Readonly<Record<string, readonly ['kinect-v1' | 'kinect-v2', 'camera' | 'motor' | 'hub']>> = {
  '045e:02ae': ['kinect-v1', 'camera'],
  '045e:02bf': ['kinect-v1', 'camera'],
  '045e:02b0': ['kinect-v1', 'motor'],
  '045e:02c2': ['kinect-v1', 'motor'],
  '045e:02c4': ['kinect-v2', 'camera'],
  '045e:02d8': ['kinect-v2', 'camera'],
  '045e:02d9': ['kinect-v2', 'hub'],
};

/** Slowest link that carries a v2, Mbit/s. */
const SUPER_SPEED = 5000;
const ASMEDIA = '1b21';

export function findKinects(devices: readonly UsbDevice[]): UsbKinect[] {
  const parts = devices.flatMap((device) => {
    const part = PARTS[device.id];
    return part ? [{ device, model: part[0], part: part[1] }] : [];
  });
  const of = (model: UsbKinect['model'], part: 'camera' | 'motor' | 'hub') =>
    parts.filter((p) => p.model === model && p.part === part).map(({ device }) => device);
  const [v1, v2] = [of('kinect-v1', 'camera'), of('kinect-v2', 'camera')];
  // The motor draws its power from the port; camera and microphones do not.
  const powerless = of('kinect-v1', 'motor').slice(v1.length);
  // A v2 in a USB 3 port shows two hubs, one of each speed; in a USB 2 port or without power only one, and no camera.
  const stranded = v2.length === 0 ? of('kinect-v2', 'hub').slice(0, 1) : [];
  const kinect = (
    model: UsbKinect['model'],
    { id, serial }: UsbDevice,
    troubles: readonly (SensorTrouble | undefined)[],
  ): UsbKinect => ({ model, id, serial, troubles: troubles.filter((trouble) => trouble !== undefined) });
  return [
    ...v1.map((device) =>
      kinect('kinect-v1', device, [noAccess(device), kernelDriver(device), inUse(device)]),
    ),
    ...powerless.map((device) => kinect('kinect-v1', { ...device, serial: '' }, [noPower])),
    ...v2.map((device) =>
      kinect('kinect-v2', device, [noAccess(device), slowPort(device), asmedia(device), inUse(device)]),
    ),
    ...stranded.map((device) => kinect('kinect-v2', { ...device, serial: '' }, [hubOnly])),
  ];
}

function noAccess({ accessible, node }: UsbDevice): SensorTrouble | undefined {
  if (accessible) return undefined;
  return {
    what: `This user may not open it (${node ?? 'its device file'}).`,
    remedy: `Install the udev rule, then plug the sensor in again: sudo install -m 644 ${assetsFolder()}/udev/70-facet-kinect.rules /etc/udev/rules.d/ && sudo udevadm control --reload.`,
    blocks: true,
  };
}

const noPower: SensorTrouble = {
  what: 'Its motor answers, its camera does not: it has no power of its own.',
  remedy: 'Plug in its 12 V adapter (the USB port alone cannot feed the camera).',
  blocks: true,
};

const hubOnly: SensorTrouble = {
  what: 'Its hub answers, its camera does not: it has no power of its own, or is in a USB 2 port.',
  remedy: 'Plug in its power supply (the light on the adapter must be on), and use a USB 3 port.',
  blocks: true,
};

function kernelDriver({ holders }: UsbDevice): SensorTrouble | undefined {
  if (!holders.includes('gspca_kinect')) return undefined;
  return {
    what: 'The kernel uses it as a web camera (gspca_kinect).',
    remedy: `Take it away from the kernel, now and after every start: sudo modprobe -r gspca_kinect && sudo install -m 644 ${assetsFolder()}/udev/facet-kinect.conf /etc/modprobe.d/.`,
    blocks: true,
  };
}

function inUse({ holders }: UsbDevice): SensorTrouble | undefined {
  if (!holders.includes('usbfs')) return undefined;
  return {
    what: 'A program uses it at the moment.',
    remedy: 'Where that is not Facet itself, close the other program: a Kinect serves one at a time.',
    blocks: false,
  };
}

function slowPort({ speed }: UsbDevice): SensorTrouble | undefined {
  if (speed === undefined || speed >= SUPER_SPEED) return undefined;
  return {
    what: `It is in a USB 2 port (${speed} Mbit/s).`,
    remedy: 'Plug it into a USB 3 port, directly and without a hub.',
    blocks: true,
  };
}

function asmedia({ controller }: UsbDevice): SensorTrouble | undefined {
  if (controller !== ASMEDIA) return undefined;
  return {
    what: 'It is in a USB 3 port by ASMedia; a Kinect v2 often loses frames there.',
    remedy: 'Where pictures stutter or stop, use a port of an Intel or Renesas (NEC) controller.',
    blocks: false,
  };
}
