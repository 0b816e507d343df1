import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ms } from '../../contract/units.ts';
import type { SensorFrame } from '../../core/sense/frames.ts';
import { readMcap } from '../recorder/mcap-reader.ts';
import { calibration, image, writeMcap } from '../recorder/foreign-mcap.fixture.ts';
import { clock, frames, options as recorded, sensor, someFrames } from '../recorder/frames.fixture.ts';
import { record } from '../recorder/mcap-recorder.ts';
import { ReplaySensor } from '../sensors/replay/replay-sensor.ts';
import { editRecording, type Edit } from './edit-recording.ts';

let folder = '';
let count = 0;
const fresh = () => join(folder, `${count++}.mcap`);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facet-edit-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function* each<T>(items: readonly T[]) {
  yield* items;
}

async function recordingOf(made: readonly SensorFrame[]): Promise<string> {
  const path = fresh();
  await record(each(made), path, recorded);
  return path;
}

const edited = async (source: string, edit: Edit) => {
  const path = fresh();
  const report = await editRecording(source, path, edit, { softwareVersion: '9.8.7' });
  return { path, report };
};

async function played(path: string): Promise<SensorFrame[]> {
  const replay = await ReplaySensor.load(path, clock, { pace: 'virtual' });
  const all: SensorFrame[] = [];
  for await (const frame of replay.open(new AbortController().signal)) all.push(frame);
  return all;
}

const metadataOf = async (path: string) => (await ReplaySensor.load(path, clock)).metadata!;

async function topicsOf(path: string): Promise<string[]> {
  const topics = new Set<string>();
  for await (const item of readMcap(path)) if (item.type === 'message') topics.add(item.channel.topic);
  return [...topics].sort();
}

const without = ({ colour: _, ...frame }: SensorFrame) => frame;

describe('a trimmed recording', () => {
  it('plays just the frames between the times, to the bit, at the times they had', () =>
    fc.assert(
      fc.asyncProperty(
        frames(6),
        fc.nat(700),
        fc.integer({ min: 1, max: 700 }),
        async (made, from, length) => {
          const source = await recordingOf(made);
          const all = await played(source);
          const since = ({ capturedAt }: SensorFrame) => Math.round((capturedAt - all[0].capturedAt) * 1e6);
          const kept = all.filter((f) => since(f) >= from * 1e6 && since(f) < (from + length) * 1e6);
          const edit = { from: from / 1000, to: (from + length) / 1000 };
          if (kept.length === 0)
            await expect(edited(source, edit)).rejects.toMatchObject({ code: 'bad-argument' });
          else {
            const { path, report } = await edited(source, edit);
            expect(await played(path)).toEqual(kept);
            expect(report).toMatchObject({ frames: kept.length, bytes: (await stat(path)).size });
          }
        },
      ),
      { numRuns: 40 },
    ));

  it('says whose it is, who recorded it, and what was done to it each time', async () => {
    const source = await recordingOf(someFrames(6));
    const once = await edited(source, { from: 0.03 });
    const { path } = await edited(once.path, { to: 0.1 });
    const { edits, ...kept } = await metadataOf(path);
    expect(kept).toEqual(await metadataOf(source));
    expect(kept).toMatchObject({ sensor, softwareVersion: '0.1.0', consent: 'nobody: noise' });
    expect(edits).toEqual([
      expect.stringMatching(/^kept 0.03 s to the end \(facet 9\.8\.7, \d{4}-\d\d-\d\d\)$/),
      expect.stringMatching(/^kept 0 s to 0.1 s \(facet/),
    ]);
  });

  it('is made of another program’s recording too: its frames are numbered, and each has its calibration', async () => {
    const source = fresh();
    const times = [0, 100, 200, 300];
    await writeMcap(source, [
      calibration('/depth/camera_info'),
      ...times.flatMap((t) => [image('/depth/image', t), { ...image('/depth/image', t), topic: '/audio' }]),
    ]);
    const { path } = await edited(source, { from: 0.1, to: 0.3 });
    const whole = await played(source);
    expect(await played(path)).toEqual(whole.slice(1, 3));
    expect(whole.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3]);
    expect(await topicsOf(path)).toEqual(['/depth/camera_info', '/depth/image']);
    expect(await metadataOf(path)).toMatchObject({
      consent: 'not stated',
      sensor: { driver: 'import-mcap' },
      intrinsics: { depth: whole[0].depth.intrinsics },
    });
  });

  it('is what a recording that was cut off has left', async () => {
    const source = await recordingOf(someFrames(6));
    const bytes = await readFile(source);
    await writeFile(source, bytes.subarray(0, -300));
    expect(await played((await edited(source, { from: 0.05 })).path)).toEqual(
      (await played(source)).slice(2),
    );
  });
});

describe('an anonymous recording', () => {
  it.each<[string, Edit]>([
    ['without colour', { colour: 'drop' }],
    ['with blurred colour', { colour: 'blur' }],
  ])('%s has depth, infrared, calibration and times to the bit', (_, edit) =>
    fc.assert(
      fc.asyncProperty(frames(3), async (made) => {
        const source = await recordingOf(made);
        const before = await played(source);
        const after = await played((await edited(source, edit)).path);
        expect(after.map(without)).toEqual(before.map(without));
        for (const [i, { colour }] of after.entries()) {
          const had = before[i].colour;
          if (edit.colour === 'drop') expect(colour).toBeUndefined();
          else expect(colour?.intrinsics).toEqual(had?.intrinsics);
        }
      }),
      { numRuns: 20 },
    ),
  );

  it('says what its cameras are; of the colour camera nothing where colour is dropped', async () => {
    const source = await recordingOf(someFrames(1));
    const { intrinsics } = await metadataOf(source);
    expect(intrinsics?.colour).toBeDefined();
    const cameras = async (edit: Edit) => (await metadataOf((await edited(source, edit)).path)).intrinsics;
    expect(await cameras({ colour: 'blur' })).toEqual(intrinsics);
    expect(await cameras({ colour: 'drop' })).toEqual({ depth: intrinsics!.depth });
  });

  it('has no byte of a colour picture, and of infrared where that is to go too', async () => {
    const source = await recordingOf(someFrames(2));
    const { path, report } = await edited(source, { colour: 'drop', infrared: 'drop' });
    expect(await topicsOf(path)).toEqual(['/depth/camera_info', '/depth/image', '/tf']);
    expect(report.edit).toMatch(/^colour dropped, infrared dropped \(facet 9\.8\.7/);
    expect((await topicsOf((await edited(source, { colour: 'blur' })).path)).length).toBe(6);
  });
});

describe('editing', () => {
  const edit: Edit = { colour: 'drop' };
  const rejected = (source: string, path: string, how: Partial<Parameters<typeof editRecording>[3]> = {}) =>
    editRecording(source, path, edit, { softwareVersion: '1', ...how }).then(
      () => undefined,
      (error: { code: string; message: string }) => error,
    );

  it('never writes over its source, by whatever name', async () => {
    const source = await recordingOf(someFrames(2));
    const bytes = await readFile(source);
    const link = fresh();
    await symlink(source, link);
    const part = `${fresh()}.part`;
    await writeFile(part, bytes);
    for (const [from, to] of [
      [source, source],
      [link, source],
      [source, link],
      [part, part.replace(/\.part$/, '')],
    ])
      expect(await rejected(from, to, { overwrite: true })).toMatchObject({ code: 'bad-argument' });
    expect(await readFile(source)).toEqual(bytes);
    expect(await readFile(part)).toEqual(bytes);
  });

  it('leaves what was there where it fails, is cancelled, or may not overwrite', async () => {
    const source = await recordingOf(someFrames(4));
    const damaged = await recordingOf(someFrames(4));
    const bytes = await readFile(damaged);
    await writeFile(damaged, bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 200));
    const letter = fresh();
    await writeFile(letter, 'Dear Ada');
    const path = fresh();
    await writeFile(path, 'precious');
    const signal = AbortSignal.abort();
    for (const [from, how, code] of [
      [source, {}, 'bad-argument'],
      [source, { overwrite: true, signal }, 'cancelled'],
      [damaged, { overwrite: true }, 'bad-input'],
      [letter, { overwrite: true }, 'bad-input'],
      [fresh(), { overwrite: true }, 'bad-input'],
    ] as const) {
      const error = await rejected(from, path, how);
      expect(error).toMatchObject({ code });
      expect(error!.message).toMatch(/^[^\n]{20,300}\.$/);
      expect(await readFile(path, 'utf8')).toBe('precious');
      expect(existsSync(`${path}.part`)).toBe(false);
    }
    expect(await rejected(source, join(folder, 'nowhere', 'a.mcap'))).toMatchObject({
      code: 'store-unwritable',
    });
    expect(await rejected(source, path, { overwrite: true })).toBeUndefined();
    expect(await played(path)).toHaveLength(4);
  });

  it('tells how far it is, and ends within a frame of being cancelled', async () => {
    const source = await recordingOf(someFrames(5));
    const stop = new AbortController();
    const told: number[] = [];
    const progress = (done: number) => {
      expect(done).toBeGreaterThan(0);
      expect(done).toBeLessThan(1);
      if (told.push(done) === 3) stop.abort();
    };
    expect(await rejected(source, fresh(), { progress, signal: stop.signal })).toMatchObject({
      code: 'cancelled',
    });
    expect(told).toHaveLength(3);
  });

  it.each([{ from: 9 }, { from: 0.5, to: 0.6 }])(
    'finds nothing between %o and says how long it is',
    async (nothing) => {
      const source = await recordingOf([
        ...someFrames(2),
        { ...someFrames(1)[0], sequence: 9, capturedAt: ms(3000) },
      ]);
      await expect(edited(source, nothing)).rejects.toMatchObject({
        code: 'bad-argument',
        message: expect.stringMatching(/ends after 2\.0 s|no frame between 0\.5 and 0\.6 s/) as string,
      });
    },
  );
});
