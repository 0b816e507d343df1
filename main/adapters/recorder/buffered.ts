/** Frames on their way from a live sensor to a disk. */
import type { SensorFrame } from '../../core/sense/frames.ts';

/**
 * Takes frames as they come, so that a disk that is slow for a moment costs none. Holds at most `capacity`; what finds no room
 * is lost, and the gap in `sequence` shows it. The frames' own end and failure come after the last one held.
 */
export async function* buffered(
  frames: AsyncIterable<SensorFrame>,
  capacity: number,
): AsyncGenerator<SensorFrame, void, undefined> {
  const held: SensorFrame[] = [];
  let left = false;
  let over = false;
  let failure: { readonly cause: unknown } | undefined;
  let wake: () => void = () => undefined;
  const take = async () => {
    try {
      for await (const frame of frames) {
        if (left) return;
        if (held.length < capacity) held.push(frame);
        wake();
      }
    } catch (cause) {
      failure = { cause };
    } finally {
      over = true;
      wake();
    }
  };
  void take();
  try {
    for (;;) {
      const frame = held.shift();
      if (frame) yield frame;
      else if (failure) throw failure.cause;
      else if (over) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    left = true;
  }
}
