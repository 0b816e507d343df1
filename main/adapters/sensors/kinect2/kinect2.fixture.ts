/**
 * Stands in for the package `kinect2`, down to the bytes and the bad habits: it opens without a sensor, says nothing when the
 * plug is pulled, holds its lock while a handler and all that it resolves run, never comes back from a close in there, releases
 * whatever reader its process had last with every close, and lays every frame into the same memory, which is its own again once the handlers returned.
 */
import { project, unproject } from '../../../core/geometry/camera.ts';
import type { PlacedCamera } from '../../../core/geometry/fit-camera.ts';
import { apply } from '../../../core/geometry/rigid.ts';
import { Random } from '../../../core/random.ts';
import { COLOUR_PIXELS, COLOUR_SIZE, DEPTH_PIXELS, DEPTH_SIZE, DRAWN_DEPTH, unmirror } from '../kinect-v2.ts';
import type { Kinect2Device } from './kinect2-package.ts';
import type { Part, Payload } from './payload.ts';

/** What the sensor really sees, unmirrored and at full depth, before the package has its way with it. */
export interface Sight {
  readonly depth: Uint16Array;
  /** 16 bits, linear. */
  readonly infrared: Uint16Array;
  readonly colour: Uint32Array;
}

/** A wavy wall with a head-sized bump; every colour pixel has a value of its own nearly everywhere. */
export function sight(seed: string, textured = true): Sight {
  const random = new Random(seed);
  const depth = new Uint16Array(DEPTH_PIXELS);
  const infrared = new Uint16Array(DEPTH_PIXELS);
  for (let v = 0, i = 0; v < DEPTH_SIZE.height; v++)
    for (let u = 0; u < DEPTH_SIZE.width; u++, i++) {
      const fromHead = Math.hypot(u - 200, v - 180);
      depth[i] = fromHead < 60 ? 650 + Math.round(fromHead) : 1700 + Math.round(300 * Math.sin(u / 80));
      infrared[i] = (i * 7) & 0xffff;
    }
  const colour = new Uint32Array(COLOUR_PIXELS);
  for (let i = 0; i < colour.length; i++)
    colour[i] = textured ? (random.uint32() | 0xff000000) >>> 0 : 0xff808080;
  return { depth, infrared, colour };
}

const part = (bytes: Uint8Array, horizontalFieldOfView: number, verticalFieldOfView: number) => ({
  buffer: Buffer.from(bytes),
  horizontalFieldOfView,
  verticalFieldOfView,
  diagonalFieldOfView: 0,
});
const raw = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

/** One payload as the package makes it of a sight. @param colourCamera where the runtime knows the colour camera to be */
export function payloadOf({ depth, infrared, colour }: Sight, colourCamera: PlacedCamera): Payload {
  const registered = new Uint32Array(DEPTH_PIXELS);
  for (let i = 0; i < DEPTH_PIXELS; i++) {
    if (depth[i] === 0) continue;
    const point = unproject(DRAWN_DEPTH, i % DEPTH_SIZE.width, Math.floor(i / DEPTH_SIZE.width), depth[i]);
    const [u, v] = project(colourCamera.camera, apply(colourCamera.motion, point)).map(Math.round);
    if (u >= 0 && v >= 0 && u < COLOUR_SIZE.width && v < COLOUR_SIZE.height)
      registered[i] = colour[v * COLOUR_SIZE.width + u];
  }
  const toneMapped = Uint8Array.from(infrared, (value) =>
    Math.floor(255 * Math.min(1, Math.max(0.01, value / 65_535 / (0.08 * 3)))),
  );
  const mirrored = <T extends Uint16Array | Uint32Array>(picture: T, width: number) =>
    raw(unmirror(picture.slice() as T, width));
  const infraredMirrored = Uint8Array.from(unmirror(Uint16Array.from(toneMapped), DEPTH_SIZE.width));
  return {
    color: part(mirrored(colour, COLOUR_SIZE.width), 84.1, 53.8),
    rawDepth: part(mirrored(depth, DEPTH_SIZE.width), 70.6, 60),
    infrared: part(infraredMirrored, 70.6, 60),
    depthColor: { buffer: Buffer.from(mirrored(registered, DEPTH_SIZE.width)) },
  };
}

interface Answers {
  readonly open: boolean;
  readonly reader: boolean;
  readonly close: () => Promise<boolean>;
}

/** All devices that were made, the latest last; the package's state is the process's, as in the real one. */
export class StandIn implements Kinect2Device {
  static made: StandIn[] = [];
  /** What open(), the reader and close() answer. */
  static answers: Answers = { open: true, reader: true, close: () => Promise.resolve(true) };
  /** The process's one reader: its pointer is kept when it is released, and released again by the next close. */
  static reader: 'none' | 'running' | 'released' | 'released twice' = 'none';

  private handlers: ((payload: Payload) => void)[] = [];
  private inHandler = false;
  private readonly memory: Partial<Record<keyof Payload, Buffer>> = {};
  state: 'new' | 'open' | 'reading' | 'closed' | 'deadlocked' = 'new';
  frameTypes = 0;

  constructor() {
    StandIn.made.push(this);
  }

  static get latest(): StandIn {
    return StandIn.made.at(-1)!;
  }

  open(): boolean {
    if (StandIn.answers.open) this.state = 'open';
    return StandIn.answers.open;
  }

  openMultiSourceReader({ frameTypes }: { frameTypes: number }): boolean {
    if (this.state !== 'open') throw new Error('the real package follows a null pointer here');
    if (StandIn.reader === 'running') throw new TypeError('MultiSource thread already running');
    this.frameTypes = frameTypes;
    if (StandIn.answers.reader) {
      this.state = 'reading';
      if (StandIn.reader !== 'released twice') StandIn.reader = 'running';
    }
    return StandIn.answers.reader;
  }

  close(): Promise<boolean> {
    if (this.inHandler) {
      this.state = 'deadlocked';
      return new Promise(() => undefined);
    }
    this.state = 'closed';
    if (StandIn.reader !== 'none')
      StandIn.reader = StandIn.reader === 'running' ? 'released' : 'released twice';
    return StandIn.answers.close();
  }

  on(_event: 'multiSourceFrame', handler: (payload: Payload) => void): void {
    this.handlers.push(handler);
  }

  removeAllListeners(): void {
    this.handlers = [];
  }

  /** Calls the handlers as the package's thread does, and gives the others their turn. */
  async deliver(payload: Payload): Promise<void> {
    if (this.state !== 'reading') return;
    this.inHandler = true;
    const lent = this.lay(payload);
    for (const handler of this.handlers) handler(lent);
    for (const { buffer } of Object.values(lent) as Part[]) buffer.fill(0x5a);
    setImmediate(() => (this.inHandler = false));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  /** The payload in the package's own memory, whose size it takes, at addresses that need not be even. */
  private lay(payload: Payload): Payload {
    const parts = Object.entries(payload) as [keyof Payload, Part][];
    return Object.fromEntries(
      parts.map(([name, part]) => {
        const { length } = part.buffer;
        const known = this.memory[name];
        const buffer =
          known?.length === length ? known : (this.memory[name] = Buffer.alloc(length + 1).subarray(1));
        buffer.set(part.buffer);
        return [name, { ...part, buffer }];
      }),
    );
  }
}
