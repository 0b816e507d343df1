/** Stands in for the addon at the point where the driver's thread meets the sensor. */
import type { FreenectAddon, FreenectFacts, FreenectFailure, FreenectPicture } from './freenect-addon.ts';
import { DRAWN_TRIANGLE } from './kinect-v1.ts';

export const FACTS: FreenectFacts = {
  library: 'libfreenect.so.0',
  serial: 'A00365A10001050A',
  millimetres: true,
  infrared: true,
  motor: true,
  ...DRAWN_TRIANGLE,
  sightings: new Float64Array(0),
};

type Wish = Parameters<FreenectAddon['tell']>[1];

/** One session at a time; what the device does is up to the test. */
export class StandIn implements FreenectAddon {
  wishes: Wish[] = [];
  facts: () => FreenectFacts = () => FACTS;
  state: 'opening' | 'streaming' | 'over' = 'opening';
  private failure: FreenectFailure = { detail: '' };
  private depth: FreenectPicture | undefined;
  private video: FreenectPicture | undefined;
  private numbers = { depth: 0, video: 0 };
  private wake: () => void = () => undefined;

  open(_libraries: readonly string[], _serial: string, _patient: boolean, wake: () => void): never {
    this.wake = wake;
    this.state = 'opening';
    return {} as never;
  }

  take(): ReturnType<FreenectAddon['take']> {
    const { state, depth, video } = this;
    this.depth = this.video = undefined;
    return { state, ...(depth && { depth }), ...(video && { video }) };
  }

  why(): FreenectFailure {
    return this.failure;
  }

  tell(_session: unknown, wish: Wish): void {
    this.wishes.push(wish);
    if (wish.stop && this.state !== 'over') this.end({ detail: '' });
  }

  /** The device's side. @param torn what of the picture is not as it should be */
  sendDepth(millimetres: number | Uint16Array, torn: Partial<FreenectPicture> = {}): void {
    this.state = 'streaming';
    const values =
      typeof millimetres === 'number' ? new Uint16Array(640 * 480).fill(millimetres) : millimetres;
    const bytes = values.slice().buffer;
    this.depth = {
      bytes,
      format: 5,
      width: 640,
      height: 480,
      number: ++this.numbers.depth,
      ticks: 0,
      age: 0,
      ...torn,
    };
    this.wake();
  }

  sendVideo(pixels: Uint8Array | Uint16Array, format: number, height = 480): void {
    this.state = 'streaming';
    const bytes = pixels.slice().buffer;
    this.video = { bytes, format, width: 640, height, number: ++this.numbers.video, ticks: 0, age: 0 };
    this.wake();
  }

  end(failure: FreenectFailure): void {
    this.state = 'over';
    this.failure = failure;
    this.wake();
  }
}
