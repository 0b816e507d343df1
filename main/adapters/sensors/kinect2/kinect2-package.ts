/** The npm package `kinect2` 0.3.0, loaded only when a sensor is opened: it is optional and knows Windows alone. */
import { FacetError } from '../../../contract/result.ts';
import type { Payload } from './payload.ts';

/** The part of the package's class that Facet uses. Everything behind it is one per process. */
export interface Kinect2Device {
  /** True also where no sensor is attached: the runtime waits for one. */
  open(): boolean;
  /** @returns whether the runtime took the streams */
  openMultiSourceReader(options: { frameTypes: number }): boolean;
  /**
   * Releases the reader too, and once more one that was released before: only after a reader was opened. Never resolves when it is called
   * from a frame's handler: that holds the lock which closing waits for.
   */
  close(): Promise<boolean>;
  on(event: 'multiSourceFrame', handler: (payload: Payload) => void): unknown;
  removeAllListeners(event: 'multiSourceFrame'): unknown;
}

export type Kinect2Package = new () => Kinect2Device;

/** Bits of the package's frame types. 8, `depth`, is not among them: its bytes are what is left of millimetres modulo 256. */
export const FRAME_TYPES = { colour: 0x1, infrared: 0x2, rawDepth: 0x400, depthColor: 0x800 } as const;

/** @throws FacetError `sensor-unavailable` saying what is missing */
export async function loadKinect2(platform: NodeJS.Platform = process.platform): Promise<Kinect2Package> {
  if (platform !== 'win32')
    throw new FacetError(
      'sensor-unavailable',
      'kinect2 is the way to a Kinect v2 on Windows. On Linux and macOS use --sensor freenect2.',
    );
  try {
    return (await import('kinect2')).default as Kinect2Package;
  } catch (error) {
    throw loadFailure(error);
  }
}

/** @param error what importing the package threw */
export function loadFailure(error: unknown): FacetError {
  const { code, message } = error as NodeJS.ErrnoException;
  const missing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  return new FacetError(
    'sensor-unavailable',
    missing
      ? 'The npm package kinect2 is not installed. Run npm ci on this Windows machine, then try again.'
      : `The npm package kinect2 does not load (${String(message).split('\n', 1)[0]}). Install the Kinect for Windows Runtime 2.0, start Windows again, then try again.`,
    { cause: error },
  );
}
