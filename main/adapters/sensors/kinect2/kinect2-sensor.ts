/**
 * A Kinect v2 on Windows through the npm package `kinect2`. The package gives no time (frames are stamped when they arrive),
 * no serial number (the USB bus has it) and no calibration: depth is taken as drawn, and the colour camera is found from
 * the first frames (calibrate-colour.ts). Where that fails, colour is the runtime's registered picture: coarser, but in place.
 */
import { FacetError } from '../../../contract/result.ts';
import { ms, type Milliseconds } from '../../../contract/units.ts';
import type { PlacedCamera } from '../../../core/geometry/fit-camera.ts';
import { identity } from '../../../core/geometry/rigid.ts';
import type { Clock, Sensor } from '../../../core/ports.ts';
import type { SensorFrame, SensorInfo } from '../../../core/sense/frames.ts';
import { checkDevice } from '../check-device.ts';
import { bytesOf, DEPTH_SIZE, DRAWN_COLOUR, DRAWN_DEPTH } from '../kinect-v2.ts';
import { Mailbox } from '../mailbox.ts';
import { calibrateColour } from './calibrate-colour.ts';
import { FRAME_TYPES, loadKinect2, type Kinect2Device, type Kinect2Package } from './kinect2-package.ts';
import { picturesOf, type Colours, type Payload, type Pictures } from './payload.ts';

export interface Kinect2Options {
  readonly clock: Pick<Clock, 'now'>;
  /** From the USB bus. */
  readonly serial: string;
  readonly load?: () => Promise<Kinect2Package>;
  /** The runtime takes some seconds to start the sensor. */
  readonly firstFrameWithin?: Milliseconds;
  /** A sensor that is unplugged sends nothing, and no word of it. */
  readonly frameWithin?: Milliseconds;
  /** A close that takes longer is left behind. */
  readonly closeWithin?: Milliseconds;
}

/** Frames that are tried for the colour camera's place before the registered picture does. */
const CALIBRATION_FRAMES = 15;

interface Arrival {
  readonly pictures: Pictures;
  readonly sequence: number;
  readonly capturedAt: Milliseconds;
}

/** The package's readers belong to the process, so there is one stream at a time. */
let inUse = false;

export class Kinect2Sensor implements Sensor {
  readonly info: SensorInfo;
  private colourCamera: PlacedCamera | 'registered' | undefined;
  private calibrations = 0;

  constructor(private readonly options: Kinect2Options) {
    this.info = { driver: 'kinect2', model: 'kinect-v2', serial: options.serial, simulated: false };
  }

  async *open(signal: AbortSignal): AsyncGenerator<SensorFrame, void, undefined> {
    const { clock, load = loadKinect2 } = this.options;
    const { firstFrameWithin = ms(10_000), frameWithin = ms(3000), closeWithin = ms(5000) } = this.options;
    const Kinect2 = await load();
    if (signal.aborted) return;
    if (inUse)
      throw new FacetError('sensor-unavailable', 'The Kinect is already open. Close the other stream first.');
    inUse = true;
    const device = new Kinect2();
    const mailbox = new Mailbox<Arrival>();
    let sequence = 0;
    let reading = false;
    try {
      device.on('multiSourceFrame', (payload) => {
        try {
          if (!this.colourCamera) checkFields(payload);
          const pictures = picturesOf(payload, this.colours);
          mailbox.put({ pictures, sequence: sequence++, capturedAt: clock.now() });
        } catch (error) {
          mailbox.fail(error as FacetError);
        }
      });
      start(device);
      reading = true;
      for (let wait = firstFrameWithin; ; wait = frameWithin) {
        const arrival = await mailbox.next(wait, signal);
        if (signal.aborted) return;
        if (!arrival) throw sequence > 0 ? lost(wait) : absent(wait);
        const frame = this.frame(arrival);
        if (frame) yield frame;
      }
    } finally {
      device.removeAllListeners('multiSourceFrame');
      if (reading) await close(device, closeWithin);
      inUse = false;
    }
  }

  /** What the next frame is made of: both pictures until the colour camera's place is known. */
  private get colours(): Colours {
    if (!this.colourCamera) return 'both';
    return this.colourCamera === 'registered' ? 'registered' : 'colour';
  }

  /** @returns undefined while the colour camera's place is not known yet */
  private frame({ pictures, sequence, capturedAt }: Arrival): SensorFrame | undefined {
    const { depth, infrared, registered, colour: full } = pictures;
    if (!this.colourCamera) {
      this.colourCamera = calibrateColour(depth, registered!, full!, DRAWN_DEPTH);
      if (!this.colourCamera && ++this.calibrations < CALIBRATION_FRAMES) return undefined;
      this.colourCamera ??= 'registered';
    }
    const { camera, motion } =
      this.colourCamera === 'registered' ? { camera: DRAWN_DEPTH, motion: identity } : this.colourCamera;
    const colour = this.colourCamera === 'registered' ? registered : full;
    return {
      sequence,
      capturedAt,
      depth: { ...DEPTH_SIZE, data: depth, intrinsics: DRAWN_DEPTH },
      infrared: { ...DEPTH_SIZE, data: infrared, intrinsics: DRAWN_DEPTH },
      colour: {
        width: camera.width,
        height: camera.height,
        channels: 4,
        data: bytesOf(colour!),
        intrinsics: camera,
      },
      depthToColour: motion,
    };
  }
}

function start(device: Kinect2Device): void {
  const { colour, infrared, rawDepth, depthColor } = FRAME_TYPES;
  // Without a sensor interface the package's reader would follow a null pointer: never ask after a no.
  if (!device.open())
    throw new FacetError(
      'sensor-unavailable',
      'The Kinect runtime does not answer. Check that the service "Kinect Monitor" runs, or start Windows again.',
    );
  if (!device.openMultiSourceReader({ frameTypes: colour | infrared | rawDepth | depthColor }))
    throw new FacetError(
      'sensor-unavailable',
      'The Kinect runtime refused its pictures. Plug the sensor in again, or start Windows again.',
    );
}

/**
 * Only where its reader was opened: the package releases the reader of the process with every close, and keeps the pointer to it, so that
 * one more close would release it again. A sensor that opened without a reader stays open until the next one is closed.
 * Not from within a frame's handler, nor from what it resolved: the next turn of the event loop is surely outside. One that
 * hangs all the same is left to end with the process.
 */
async function close(device: Kinect2Device, within: Milliseconds): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, within)));
  await Promise.race([device.close().catch(() => false), late]);
  clearTimeout(timer);
}

const PLUG = 'Check that its power supply and a USB 3 port are plugged in, then run npm run facet -- doctor.';

const absent = (wait: Milliseconds): FacetError =>
  new FacetError(
    'sensor-unavailable',
    `The Kinect runtime is there, but no picture came within ${wait / 1000} seconds. ${PLUG}`,
  );

const lost = (wait: Milliseconds): FacetError =>
  new FacetError(
    'sensor-lost',
    `The Kinect sent nothing for ${wait / 1000} seconds; it was unplugged or hangs. ${PLUG}`,
  );

/** The fields of view that the runtime states must be those of the cameras as drawn (60.0° × 70.6°, 53.8° × 84.1°). */
function checkFields(payload: Payload): void {
  const focal = (pixels: number, degrees: number | undefined) =>
    pixels / 2 / Math.tan(((degrees ?? NaN) * Math.PI) / 360);
  for (const [what, part, drawn] of [
    ["The Kinect's depth camera", payload.rawDepth, DRAWN_DEPTH],
    ["The Kinect's colour camera", payload.color, DRAWN_COLOUR.camera],
  ] as const) {
    const fx = focal(drawn.width, part?.horizontalFieldOfView);
    const fy = focal(drawn.height, part?.verticalFieldOfView);
    checkDevice('Kinect v2', what, { ...drawn, fx, fy }, drawn);
  }
}
