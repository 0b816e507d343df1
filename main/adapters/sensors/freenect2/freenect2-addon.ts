/** Our addon over libfreenect2 (native/freenect2), built only where the library is. */
import { FacetError } from '../../../contract/result.ts';
import { loadAddon } from '../native-session.ts';

/** How the library computes depth: on the processor, or on the graphics card. */
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
  /**
   * Starts a thread that opens the device. @param serial empty for any
   * @param filter whether the library smooths depth and takes off what flies at edges; both or neither
   * @param wake once until the next `take`
   */
  open(pipeline: Freenect2Pipeline, serial: string, filter: boolean, wake: () => void): Freenect2Session;
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

export interface Freenect2Spec {
  readonly pipeline: Freenect2Pipeline;
  /** Empty for the first that is found. */
  readonly serial: string;
  readonly filter: boolean;
}

/**
 * What may follow `freenect2:` in `--sensor freenect2:[cpu|opengl|opencl][:SERIAL][?filter=on|off]`; a serial number may also stand
 * alone. Serial numbers have digits, names of pipelines have none.
 * @throws FacetError `bad-argument` for a pipeline or an option that there is not
 */
export function parseFreenect2Spec(detail: string): Freenect2Spec {
  const refuse = (what: string): FacetError =>
    new FacetError(
      'bad-argument',
      `freenect2 does not know ${what}. It takes ${PIPELINES.join(', ')} or a serial number, or both with a colon between, and then ?filter=on or ?filter=off.`,
    );
  const [place, query = 'filter=off', ...more] = detail.split('?');
  const option = /^filter=(on|off)$/.exec(query);
  if (!option || more.length > 0) throw refuse(`the option "${[query, ...more].join('?')}"`);
  const filter = option[1] === 'on';
  const [first, second, ...rest] = place.split(':');
  if (rest.length > 0) throw refuse(`"${place}"`);
  const pipeline = PIPELINES.find((name) => name === first);
  if (pipeline) return { pipeline, serial: second ?? '', filter };
  if (second !== undefined ? first !== '' : first !== '' && !/\d/.test(first))
    throw refuse(`the pipeline "${first}"`);
  return { pipeline: 'cpu', serial: second ?? first, filter };
}
