import { describe, expect, it } from 'vitest';
import { buffered } from './buffered.ts';
import { someFrames } from './frames.fixture.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('frames that wait for a disk', () => {
  it('all arrive, in order, where it keeps up', async () => {
    const frames = someFrames(20);
    async function* sensor() {
      for (const frame of frames) {
        await turn();
        yield frame;
      }
    }
    const seen = [];
    for await (const frame of buffered(sensor(), 2)) seen.push(frame);
    expect(seen).toEqual(frames);
  });

  it('are never more than there is room for: the others are dropped, and the rest goes on', async () => {
    const frames = someFrames(20);
    let sent = 0;
    async function* sensor() {
      for (const frame of frames) {
        sent++;
        yield frame;
        await turn();
      }
    }
    const seen: number[] = [];
    for await (const { sequence } of buffered(sensor(), 4)) {
      seen.push(sequence);
      // The disk stands still until half of them were sent.
      while (sent < 10) await turn();
    }
    expect(seen.slice(0, 5)).toEqual([0, 1, 2, 3, 4]);
    expect(seen.slice(5)).toEqual(Array.from({ length: seen.length - 5 }, (_, i) => 25 - seen.length + i));
    expect(seen.length).toBeLessThan(17);
    expect(seen.at(-1)).toBe(19);
  });

  it('are written before the failure that ended them is told', async () => {
    const frames = someFrames(3);
    async function* sensor() {
      yield* frames;
      await turn();
      throw new Error('unplugged');
    }
    let seen = 0;
    const all = (async () => {
      for await (const _frame of buffered(sensor(), 8)) seen++;
    })();
    await expect(all).rejects.toThrow('unplugged');
    expect(seen).toBe(3);
  });

  it('stop the sensor with their reader', async () => {
    let closed = false;
    async function* sensor() {
      try {
        for (const frame of someFrames(20)) {
          await turn();
          yield frame;
        }
      } finally {
        closed = true;
      }
    }
    for await (const _frame of buffered(sensor(), 2)) break;
    await turn();
    await turn();
    expect(closed).toBe(true);
  });
});
