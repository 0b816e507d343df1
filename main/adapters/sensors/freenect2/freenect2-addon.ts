/** Our addon over libfreenect2 (native/freenect2), built only where the library is. */
import { FacetError } from '../../../contract/result.ts';
import { loadAddon } from '../native-session.ts';

/** How the library computes depth. */
const PIPELINES = ['cpu', 'opengl', 'opencl'] as const;
export type Freenect2Pipeline = (typeof PIPELINES)[number];

/** One moment, mirrored as the library has it, without the lens's distortion. */
interface Freenect2Moment {
  /** Counts all moments from 1, those that nobody took too. */
  readonly number: number;
  /** Milliseconds since its depth arrived. */
  readonly age: number;
  /** 512 × 424 × uint16, millimetres, 0 where nothing is. */
  readonly depth: ArrayBuffer;
  /** 512 × 424 × uint16. */
  readonly infrared?: ArrayBuffer;
  /** 1920 × 1080 × RGBA, the latest before the depth where that is new. */
  readonly colour?: ArrayBuffer;
  readonly colourAge: number;
}

interface Freenect2Facts {
  readonly serial: string;
  /** Of the mirrored depth picture. */
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
  /** n × 5, mirrored: depth pixel, millimetres, colour pixel. */
  readonly sightings: Float64Array;
}

/** Where a session failed, and what the library said; no stage where it was told to stop. */
export interface Freenect2Failure {
  readonly stage?: 'absent' | 'pipeline' | 'open' | 'start';
  readonly detail: string;
}

declare const session: unique symbol;
export type Freenect2Session = { readonly [session]: true };

export interface Freenect2Addon {
  /** Starts a thread that opens the device. @param serial empty for any. @param wake once until the next `take` */
  open(pipeline: Freenect2Pipeline, serial: string, wake: () => void): Freenect2Session;
  /** The latest moment that was not taken yet. */
  take(session: Freenect2Session): {
    readonly state: 'opening' | 'streaming' | 'over';
    readonly moment?: Freenect2Moment;
  };
  /** Only once it streams. */
  facts(session: Freenect2Session): Freenect2Facts;
  /** Only once it is over. */
  why(session: Freenect2Session): Freenect2Failure;
  /** It is over soon. */
  stop(session: Freenect2Session): void;
}

/** @throws FacetError `sensor-unavailable` where the addon is not built or does not load */
export function loadFreenect2(platform: NodeJS.Platform = process.platform): Freenect2Addon {
  if (platform === 'win32')
    throw new FacetError(
      'sensor-unavailable',
      'freenect2 is the way to a Kinect v2 on Linux and macOS. On Windows use --sensor kinect2.',
    );
  return loadAddon(
    'freenect2',
    'libfreenect2',
    'Install libfreenect2 as docs/hardware.md says, then run npm run build:freenect2.',
  ) as Freenect2Addon;
}

/** What may follow `freenect2:` in `--sensor freenect2:[cpu|opengl|opencl][:SERIAL]`; a serial number may also stand alone. */
export function parseFreenect2Spec(detail: string): {
  readonly pipeline: Freenect2Pipeline;
  readonly serial: string;
} {
  const [first, second = ''] = detail.split(':', 2);
  const pipeline = PIPELINES.find((name) => name === first);
  return pipeline ? { pipeline, serial: second } : { pipeline: 'cpu', serial: first };
}
