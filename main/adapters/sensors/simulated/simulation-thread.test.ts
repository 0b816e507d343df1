import { createHash } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import type { Visitor } from '../../../contract/api.ts';
import type { SensorFrame } from '../../../core/sense/frames.ts';
import { hostFile } from '../../program-files.ts';
import { ThreadedSimulation } from './simulation-thread.ts';
import { VisitedSensor } from './visited-sensor.ts';

const VISITOR: Visitor = {
  who: 'you',
  holds: 'nothing',
  yaw: 0,
  pitch: 0,
  distance: 650,
  dark: false,
  glasses: false,
  sunglasses: false,
  hat: false,
  muffler: false,
  turning: false,
  plugged: true,
};

const threads: ThreadedSimulation[] = [];
const start = async (scene: string, pace: 'live' | 'virtual' = 'virtual') => {
  const thread = await ThreadedSimulation.start(hostFile('simulation'), { scene, pace });
  threads.push(thread);
  return thread;
};
afterAll(() => Promise.all(threads.map((thread) => thread.end())));

const print = ({ sequence, depth, colour }: SensorFrame): string =>
  `${sequence} ${createHash('sha256').update(depth.data).update(colour!.data).digest('hex')}`;

async function take(
  sensor: { open(signal: AbortSignal): AsyncIterable<SensorFrame> },
  count: number,
): Promise<SensorFrame[]> {
  const frames: SensorFrame[] = [];
  for await (const frame of sensor.open(new AbortController().signal))
    if (frames.push(frame) === count) break;
  return frames;
}

describe('the simulation in its thread', () => {
  it('gives the same frames as without one, each time it is opened, and no truth about them', async () => {
    const thread = await start('you@3');
    const expected = (await take(new VisitedSensor({ scene: 'you@3', pace: 'virtual' }), 3)).map(print);
    const frames = await take(thread, 3);
    expect(frames.map(print)).toEqual(expected);
    expect(frames[0]).not.toHaveProperty('truth');
    expect((await take(thread, 3)).map(print)).toEqual(expected);
  });

  it('refuses an unknown scene by name', async () => {
    await expect(start('elephant')).rejects.toMatchObject({ code: 'bad-argument' });
  });

  it('is directed while it runs, loses its sensor with the plug, and has it back', async () => {
    const thread = await start('you@3');
    const nearest = ({ depth }: SensorFrame) =>
      depth.data.reduce((least, z) => (z > 0 && z < least ? z : least), 65_535);
    thread.direct({ ...VISITOR, distance: 1200 });
    const far = (await take(thread, 20)).at(-1)!;
    thread.direct({ ...VISITOR, distance: 500 });
    expect(nearest((await take(thread, 20)).at(-1)!)).toBeLessThan(nearest(far) - 300);
    const lost = (async () => {
      for await (const frame of thread.open(new AbortController().signal))
        if (frame.sequence === 2) thread.direct({ ...VISITOR, plugged: false });
    })();
    await expect(lost).rejects.toMatchObject({ code: 'sensor-lost' });
    await expect(take(thread, 1)).rejects.toMatchObject({ code: 'sensor-lost' });
    thread.direct(VISITOR);
    expect(await take(thread, 1)).toHaveLength(1);
  });

  it('ends with the signal', async () => {
    const thread = await start('empty', 'live');
    const controller = new AbortController();
    let frames = 0;
    for await (const _frame of thread.open(controller.signal)) if (++frames === 2) controller.abort();
    expect(frames).toBe(2);
  });
});
