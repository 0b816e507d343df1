/** A Kinect v2 through libfreenect2: depth and infrared of one exposure, with the latest colour before it. */
import { FacetError } from '../../../contract/result.ts';
import type { SensorTrouble } from '../../../contract/states/sensors.ts';
import { ms, type Milliseconds } from '../../../contract/units.ts';
import type { PlacedCamera } from '../../../core/geometry/fit-camera.ts';
import type { Clock, Sensor } from '../../../core/ports.ts';
import type { Intrinsics, SensorFrame, SensorInfo } from '../../../core/sense/frames.ts';
import { nearest, PAIRED } from '../../../core/sense/pairing.ts';
import { checkDevice } from '../check-device.ts';
import { bytesOf, COLOUR_SIZE, DEPTH_SIZE, DRAWN_COLOUR, DRAWN_DEPTH, unmirror } from '../kinect-v2.ts';
import { nativeFrames, type Patience } from '../native-session.ts';
import { toldColour } from '../told-colour.ts';
import type {
  Freenect2Addon,
  Freenect2Failure,
  Freenect2Pipeline,
  Freenect2Session,
  Freenect2Spec,
} from './freenect2-addon.ts';
import type { ProbeAnswer } from './freenect2-probe.ts';

/** The library does not say when a sensor is unplugged: it falls silent. */
export interface Freenect2Options extends Patience, Freenect2Spec {
  readonly clock: Pick<Clock, 'now'>;
  readonly addon: Freenect2Addon;
  /** What keeps the device from working, as the system knows it; asked only after a failure. */
  readonly diagnose: () => Promise<readonly SensorTrouble[]>;
  /** Whether a pipeline of the graphics card works here, found out where it can do no harm. */
  readonly probe: (pipeline: Freenect2Pipeline) => Promise<ProbeAnswer>;
}

interface Cameras {
  readonly depth: Intrinsics;
  readonly colour: PlacedCamera;
}

export class Freenect2Sensor implements Sensor {
  private serial: string;
  private note: string | undefined;

  constructor(private readonly options: Freenect2Options) {
    this.serial = options.serial;
  }

  /** The serial number is known from the first frame on. */
  get info(): SensorInfo {
    const { serial, note } = this;
    return {
      driver: 'freenect2',
      model: 'kinect-v2',
      serial,
      simulated: false,
      ...(note !== undefined && { note }),
    };
  }

  /** What was asked for, or the processor where the graphics card does not work here: the library would end this process. */
  private async pipeline(): Promise<Freenect2Pipeline> {
    const { pipeline, probe } = this.options;
    this.note = undefined;
    if (pipeline === 'cpu') return pipeline;
    const answer = await probe(pipeline);
    if (answer.kind !== 'fails') return pipeline;
    this.note = `libfreenect2 cannot use ${pipeline} here (${answer.why}), so the processor computes depth. Start Facet in a desktop session with a working graphics driver, or use --sensor freenect2:cpu.`;
    return 'cpu';
  }

  async *open(signal: AbortSignal): AsyncGenerator<SensorFrame, void, undefined> {
    const { addon, clock, diagnose, serial, filter } = this.options;
    const pipeline = await this.pipeline();
    let cameras: Cameras | undefined;
    let colour: { readonly data: Uint8Array; readonly at: Milliseconds } | undefined;
    yield* nativeFrames<Freenect2Session, ReturnType<Freenect2Addon['take']>>(
      {
        model: 'Kinect v2',
        start: (wake) => addon.open(pipeline, serial, filter, wake),
        take: (session) => addon.take(session),
        frameOf: ({ state, moment }, session) => {
          if (state !== 'streaming' || !moment) return undefined;
          const now = clock.now();
          if (!cameras) {
            const facts = addon.facts(session);
            cameras = camerasOf(facts, facts.sightings);
            this.serial = facts.serial;
          }
          if (moment.colour)
            colour = {
              data: bytesOf(unmirror(new Uint32Array(moment.colour), COLOUR_SIZE.width)),
              at: ms(now - moment.colourAge),
            };
          const capturedAt = ms(now - moment.age);
          const paired = colour && nearest([colour], ({ at }) => Math.abs(capturedAt - at), PAIRED);
          const intrinsics = cameras.depth;
          const straight = (bytes: ArrayBuffer) => ({
            ...DEPTH_SIZE,
            data: unmirror(new Uint16Array(bytes), DEPTH_SIZE.width),
            intrinsics,
          });
          return {
            sequence: moment.number - 1,
            capturedAt,
            depth: straight(moment.depth),
            ...(moment.infrared && { infrared: straight(moment.infrared) }),
            ...(paired && {
              colour: {
                ...COLOUR_SIZE,
                channels: 4 as const,
                data: paired.data,
                intrinsics: cameras.colour.camera,
              },
            }),
            depthToColour: cameras.colour.motion,
          };
        },
        ended: async (session) => {
          throw failureOf(addon.why(session), pipeline, await diagnose());
        },
        silent,
        stop: (session) => addon.stop(session),
      },
      clock,
      this.options,
      signal,
    );
  }
}

/** What the device tells of mirrored pictures, for ours. @throws FacetError `sensor-unavailable` where no Kinect v2 is such */
function camerasOf(
  { fx, fy, cx, cy }: Pick<Intrinsics, 'fx' | 'fy' | 'cx' | 'cy'>,
  sightings: Float64Array,
): Cameras {
  const depth = { ...DEPTH_SIZE, fx, fy, cx: DEPTH_SIZE.width - 1 - cx, cy };
  checkDevice('Kinect v2', "The Kinect's depth camera", depth, DRAWN_DEPTH);
  const turned = sightings.map((value, i) => {
    if (i % 5 === 0) return DEPTH_SIZE.width - 1 - value;
    return i % 5 === 3 ? COLOUR_SIZE.width - 1 - value : value;
  });
  return { depth, colour: toldColour('Kinect v2', turned, depth, DRAWN_COLOUR) };
}

const PLUG = 'Check its power supply and a USB 3 port without a hub, then run npm run facet -- doctor.';

function failureOf(
  { stage, detail }: Freenect2Failure,
  pipeline: Freenect2Pipeline,
  troubles: readonly SensorTrouble[],
): FacetError {
  const line = detail.trim().split('\n', 1)[0].replace(/\.$/, '');
  const said = line ? ` (libfreenect2: ${line})` : '';
  const known = troubles.find(({ blocks }) => blocks) ?? troubles[0];
  const message = () => {
    if (stage === 'pipeline')
      return `libfreenect2 was built without ${pipeline}. Use --sensor freenect2:cpu, or build it again with ${pipeline}.`;
    if (known) return `The Kinect v2 does not open. ${known.what} ${known.remedy}`;
    // The library opens each Kinect to count it: one that it may not open is none to it.
    if (/ACCESS/.test(line))
      return `This user may not open the Kinect v2${said}. Install the udev rule, then run npm run facet -- doctor.`;
    if (/BUSY/.test(line))
      return `Another program uses the Kinect v2${said}. Close it, then try again: a Kinect serves one at a time.`;
    if (stage === 'absent') return `No Kinect v2 is attached${said}. Plug it in. ${PLUG}`;
    return `The Kinect v2 does not ${stage === 'start' ? 'start' : 'open'}${said}. ${PLUG}`;
  };
  return new FacetError('sensor-unavailable', message());
}

const silent = (wait: Milliseconds, before: boolean): FacetError =>
  before
    ? new FacetError(
        'sensor-lost',
        `The Kinect v2 sent nothing for ${wait / 1000} seconds; it was unplugged or hangs. ${PLUG}`,
      )
    : new FacetError(
        'sensor-unavailable',
        `The Kinect v2 is there, but no picture came within ${wait / 1000} seconds. ${PLUG}`,
      );
