/** What our addons over libfreenect and libfreenect2 have in common: a thread that has the device, and sessions that are looked into. */
import { createRequire } from 'node:module';
import nodeGypBuild from 'node-gyp-build';
import { FacetError } from '../../contract/result.ts';
import { ms, type Milliseconds } from '../../contract/units.ts';
import type { Clock } from '../../core/ports.ts';
import type { SensorFrame } from '../../core/sense/frames.ts';
import { nativeFolder } from '../program-files.ts';
import { Mailbox } from './mailbox.ts';

/**
 * @param name folder in native/; `library` is what it is over, `remedy` a sentence for where it is not there
 * @throws FacetError `sensor-unavailable` where the addon is not built for this system or does not load
 */
export function loadAddon(name: string, library: string, remedy: string): unknown {
  try {
    return createRequire(import.meta.url)(nodeGypBuild.path(nativeFolder(name)));
  } catch (error) {
    throw new FacetError(
      'sensor-unavailable',
      `Facet's addon for ${library} does not load (${String((error as Error).message).split('\n', 1)[0]}). ${remedy}`,
      { cause: error },
    );
  }
}

interface Taken {
  readonly state: 'opening' | 'streaming' | 'over';
}

export interface NativeDevice<Session, News extends Taken> {
  /** Such as `Kinect v1`: one of each at a time in this process, since there is one library. */
  readonly model: string;
  /** @param wake called when there is something new to take; once until the next `take` */
  start(wake: () => void): Session;
  take(session: Session): News;
  /** @returns undefined where what is new makes no frame */
  frameOf(news: News, session: Session): SensorFrame | undefined;
  /** It is over by itself. Throws why, unless that is how it should end. */
  ended(session: Session): Promise<void>;
  /** Nothing came for so long. @param before whether something ever did */
  silent(wait: Milliseconds, before: boolean): FacetError;
  stop(session: Session): void;
}

export interface Patience {
  readonly firstFrameWithin?: Milliseconds;
  readonly frameWithin?: Milliseconds;
}

/** A device that takes longer to close is left behind (ms). */
const CLOSE_WITHIN = 5000;

const inUse = new Set<string>();

/** @throws FacetError `sensor-unavailable` where another stream has the device; what the device throws */
export async function* nativeFrames<Session, News extends Taken>(
  device: NativeDevice<Session, News>,
  clock: Pick<Clock, 'now'>,
  { firstFrameWithin = ms(10_000), frameWithin = ms(3000) }: Patience,
  signal: AbortSignal,
): AsyncGenerator<SensorFrame, void, undefined> {
  const { model } = device;
  if (signal.aborted) return;
  if (inUse.has(model))
    throw new FacetError('sensor-unavailable', `The ${model} is already open. Close the other stream first.`);
  inUse.add(model);
  const news = new Mailbox<true>();
  const session = device.start(() => news.put(true));
  let before = false;
  let wait = firstFrameWithin;
  let deadline = clock.now() + wait;
  try {
    for (;;) {
      const taken = device.take(session);
      const frame = device.frameOf(taken, session);
      if (frame) {
        yield frame;
        before = true;
        wait = frameWithin;
        deadline = clock.now() + wait;
      } else if (taken.state === 'over') return await device.ended(session);
      else if (!(await news.next(ms(deadline - clock.now()), signal)) && !signal.aborted)
        throw device.silent(wait, before);
      if (signal.aborted) return;
    }
  } finally {
    device.stop(session);
    const never = new AbortController().signal;
    while (device.take(session).state !== 'over') if (!(await news.next(ms(CLOSE_WITHIN), never))) break;
    inUse.delete(model);
  }
}
