/** Our addon over libfreenect (native/freenect1), and where it looks for the library. */
import { FacetError } from '../../../contract/result.ts';
import { MAC_FOLDERS } from '../../system-check/drivers.ts';
import { loadAddon } from '../native-session.ts';

/** libfreenect's numbers of the video formats that Facet asks for. */
export const VIDEO = { rgb: 0, infrared8: 2, infrared10: 3 } as const;
/** And of the colours of its light; it blinks green again when the session is over. */
export const LED = { green: 1, yellow: 3 } as const;

export interface FreenectPicture {
  readonly bytes: ArrayBuffer;
  readonly format: number;
  readonly width: number;
  readonly height: number;
  /** Counts all pictures of the stream from 1, those that nobody took too. */
  readonly number: number;
  /** The device's own clock, 60 MHz, 32 bits. */
  readonly ticks: number;
  /** Milliseconds since it arrived. */
  readonly age: number;
}

export interface FreenectFacts {
  /** File of the library. */
  readonly library: string;
  readonly serial: string;
  /** Depth comes in millimetres; in raw steps otherwise. */
  readonly millimetres: boolean;
  readonly infrared: boolean;
  readonly motor: boolean;
  /** The device's triangle, in centimetres and columns (kinect-v1.ts); all 0 where it does not tell. */
  readonly emitter: number;
  readonly distance: number;
  readonly pixel: number;
  readonly constShift: number;
  /** n × 5: depth pixel, millimetres, colour pixel. Where the device's own tables have colour see what depth sees. */
  readonly sightings: Float64Array;
}

/** Where a session failed, and what the library or the loader said; no stage where it was told to stop. */
export interface FreenectFailure {
  readonly stage?: 'library' | 'absent' | 'open' | 'modes' | 'start' | 'lost';
  readonly detail: string;
}

declare const session: unique symbol;
export type FreenectSession = { readonly [session]: true };

export interface FreenectAddon {
  /**
   * Starts a thread that opens the library and the device. @param serial empty for any device
   * @param patient each depth picture waits until the one before was taken, so that none of a recording is lost
   * @param wake called when there is something new to take; once until the next `take`
   */
  open(libraries: readonly string[], serial: string, patient: boolean, wake: () => void): FreenectSession;
  /** The latest depth that was not taken yet, and the latest video that came before it where that is new. */
  take(session: FreenectSession): {
    readonly state: 'opening' | 'streaming' | 'over';
    readonly depth?: FreenectPicture;
    readonly video?: FreenectPicture;
  };
  /** Only once it streams. */
  facts(session: FreenectSession): FreenectFacts;
  /** Only once it is over. */
  why(session: FreenectSession): FreenectFailure;
  /** Tilt in degrees above the horizon. A stopped session is over soon. */
  tell(
    session: FreenectSession,
    wish: {
      readonly infrared?: boolean;
      readonly tilt?: number;
      readonly led?: number;
      readonly stop?: boolean;
    },
  ): void;
}

/** @throws FacetError `sensor-unavailable` where the addon is not built for this system or does not load */
export function loadFreenect(platform: NodeJS.Platform = process.platform): FreenectAddon {
  if (platform !== 'linux' && platform !== 'darwin')
    throw new FacetError(
      'sensor-unavailable',
      'freenect is the way to a Kinect v1 on Linux and macOS; on Windows use a Kinect v2.',
    );
  return loadAddon(
    'freenect1',
    'libfreenect',
    'Install a C++ compiler and Python 3, then run npm run setup.',
  ) as FreenectAddon;
}

/** Names and files of the library, the best first. FACET_FREENECT names one that must do. */
export function freenectLibraries(
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
): string[] {
  const named = env['FACET_FREENECT'];
  if (named) return [named];
  return platform === 'darwin'
    ? ['libfreenect.dylib', ...MAC_FOLDERS.map((folder) => `${folder}/libfreenect.dylib`)]
    : ['libfreenect.so.0', 'libfreenect.so.0.5', 'libfreenect.so'];
}
