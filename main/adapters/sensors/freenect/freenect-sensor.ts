/**
 * A Kinect v1 through libfreenect. Depth leads: each depth picture goes with the latest colour (or, in the dark, infrared) that
 * arrived before it. Everything that waits for the device waits in the addon's thread.
 */
import type { Pace } from '../../../contract/pipeline.ts';
import { ms, type Milliseconds } from '../../../contract/units.ts';
import { brightness } from '../../../core/judge/quality.ts';
import type { Clock, Sensor } from '../../../core/ports.ts';
import type { SensorFrame, SensorInfo } from '../../../core/sense/frames.ts';
import { nearest, PAIRED } from '../../../core/sense/pairing.ts';
import { nativeFrames, type Patience } from '../native-session.ts';
import { playableFolder } from './fakenect-folder.ts';
import {
  freenectLibraries,
  LED,
  VIDEO,
  type FreenectAddon,
  type FreenectPicture,
  type FreenectSession,
} from './freenect-addon.ts';
import { absent, failureOf, stalled, type Diagnosis } from './freenect-failure.ts';
import { depthOf, infraredOf, kinectV1, SIZE, wholeDepth, wholeVideo, type KinectV1 } from './kinect-v1.ts';
import { LightSwitch } from './light-switch.ts';

export interface FreenectOptions extends Patience {
  readonly clock: Pick<Clock, 'now'>;
  readonly addon: FreenectAddon;
  /** Asked only after a failure. */
  readonly diagnose: () => Promise<Diagnosis>;
  /** Empty for the first that is found. */
  readonly serial?: string;
  /** Degrees above the horizon; left as it is otherwise. */
  readonly tilt?: number;
  /** Folder of a recording, where the library is fakenect. */
  readonly recording?: string | undefined;
  /** `virtual`: every frame of a recording, captured when its device says; frames of now otherwise. */
  readonly pace?: Pace;
}

/** Of the device's clock. */
const TICKS_PER_MS = 60_000;
/** Serial number of a recording: never that of a device. */
const RECORDING = 'fakenect';

interface Video {
  readonly picture: FreenectPicture;
  readonly at: Milliseconds;
}

export class FreenectSensor implements Sensor {
  private serial: string;

  constructor(private readonly options: FreenectOptions) {
    this.serial = options.recording === undefined ? (options.serial ?? '') : RECORDING;
  }

  /** The serial number is known from the first frame on. */
  get info(): SensorInfo {
    const simulated = this.options.recording !== undefined;
    return { driver: 'freenect', model: 'kinect-v1', serial: this.serial, simulated };
  }

  async *open(signal: AbortSignal): AsyncGenerator<SensorFrame, void, undefined> {
    const { addon, clock, diagnose, serial = '', tilt, recording } = this.options;
    const film = recording === undefined ? undefined : await playableFolder(recording);
    // The library looks there when it is opened.
    if (film) process.env['FAKENECT_PATH'] = film.folder;
    const virtual = recording !== undefined && this.options.pace === 'virtual';
    const timeOf = virtual
      ? deviceTime()
      : ({ age }: FreenectPicture, now: Milliseconds): Milliseconds => ms(now - age);
    const lights = new LightSwitch();
    let kinect: KinectV1 | undefined;
    let video: Video | undefined;
    const frames = nativeFrames<FreenectSession, ReturnType<FreenectAddon['take']>>(
      {
        model: 'Kinect v1',
        start: (wake) => addon.open(freenectLibraries(), serial, virtual, wake),
        take: (session) => addon.take(session),
        frameOf: ({ state, ...pictures }, session) => {
          const now = clock.now();
          const [depth, newVideo] = [wholeDepth(pictures.depth), wholeVideo(pictures.video)];
          if (newVideo) {
            video = { picture: newVideo, at: timeOf(newVideo, now) };
            const stream = lights.next(brightnessOf(newVideo), video.at);
            const led = stream === 'infrared' ? LED.yellow : LED.green;
            addon.tell(session, { infrared: stream === 'infrared', led });
          }
          if (state === 'opening' || !depth) return undefined;
          if (!kinect) {
            const facts = addon.facts(session);
            kinect = kinectV1(facts);
            if (recording === undefined) this.serial = facts.serial;
            if (tilt !== undefined) addon.tell(session, { tilt });
          }
          return frameOf(kinect, depth, timeOf(depth, now), video);
        },
        ended: async (session) => {
          const why = addon.why(session);
          // A recording that was played to its end is no device that was lost.
          if (why.stage !== 'lost' || recording === undefined) throw failureOf(why, await diagnose());
        },
        silent: (wait, before) => (before ? stalled(wait) : absent(wait)),
        stop: (session) => addon.tell(session, { stop: true }),
      },
      clock,
      this.options,
      signal,
    );
    try {
      yield* frames;
    } finally {
      if (recording !== undefined) process.env['FAKENECT_PATH'] = recording;
      await film?.remove();
    }
  }
}

/** Milliseconds since the first picture by the device's clock, which begins anew every 71 s. */
function deviceTime(): (picture: FreenectPicture) => Milliseconds {
  let before: number | undefined;
  let time = 0;
  return ({ ticks }) => {
    // Colour and depth may come a little out of order: a small step back is one.
    if (before !== undefined) time += ((ticks - before) | 0) / TICKS_PER_MS;
    before = ticks;
    return ms(time);
  };
}

/** Of the middle of a colour picture, where the person is; undefined for infrared. */
const brightnessOf = ({ format, bytes, width, height }: FreenectPicture): number | undefined =>
  format === VIDEO.rgb
    ? brightness(
        { width, height, channels: 3, data: new Uint8Array(bytes) },
        { x: width / 4, y: height / 4, width: width / 2, height: height / 2 },
      ).bright
    : undefined;

function frameOf(
  { depth: camera, colour, table }: KinectV1,
  depth: FreenectPicture,
  capturedAt: Milliseconds,
  video: Video | undefined,
): SensorFrame {
  const paired = video && nearest([video], ({ at }) => Math.abs(capturedAt - at), PAIRED);
  const pictured = paired?.picture;
  const inColour = pictured?.format === VIDEO.rgb;
  return {
    sequence: depth.number - 1,
    capturedAt,
    depth: { ...SIZE, data: depthOf(depth, table), intrinsics: camera },
    ...(pictured && inColour
      ? {
          colour: {
            width: pictured.width,
            height: pictured.height,
            channels: 3,
            data: new Uint8Array(pictured.bytes),
            intrinsics: colour.camera,
          },
        }
      : {}),
    ...(pictured && !inColour
      ? { infrared: { ...SIZE, data: infraredOf(pictured), intrinsics: camera } }
      : {}),
    depthToColour: colour.motion,
  };
}
