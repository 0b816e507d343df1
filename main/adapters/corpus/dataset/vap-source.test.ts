import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode as encodeBitmap } from 'bmp-ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deg, ms } from '../../../contract/units.ts';
import { FacetError } from '../../../contract/result.ts';
import { identity } from '../../../core/geometry/rigid.ts';
import type { ColourImage, DepthImage, Intrinsics } from '../../../core/sense/frames.ts';
import { register } from '../../../core/sense/registration.ts';
import { articleCrop } from '../../../core/shape/tensor.ts';
import { modelsFolder } from '../../program-files.ts';
import { sampleIdentity } from '../../synthetic/people/identity.ts';
import { loadHeadPack } from '../../synthetic/people/pack.ts';
import { buildPerson } from '../../synthetic/people/person.ts';
import { kinectV1 } from '../../synthetic/render/cameras.ts';
import { LIGHTS } from '../../synthetic/render/light.ts';
import { headToCamera } from '../../synthetic/render/pose.ts';
import { room } from '../../synthetic/render/room.ts';
import { SceneRenderer } from '../../synthetic/render/scene-renderer.ts';
import { makeVapDataset } from './make-dataset.ts';
import { openDataset } from './open-dataset.ts';
import { vapSource } from './vap-source.ts';

/** The sessions' camera as the reader assumes it: colour and depth are one. */
const camera: Intrinsics = { width: 640, height: 480, fx: 575, fy: 575, cx: 319.5, cy: 239.5 };
const renderer = new SceneRenderer(
  { ...kinectV1(), depth: camera, colour: camera, depthToColour: identity },
  room('vap'),
);
const pack = loadHeadPack();

const shotOf = (who: string, yaw: number) => {
  const person = buildPerson(pack, sampleIdentity(pack, who));
  const pose = { yaw: deg(yaw), pitch: deg(0), roll: deg(0), at: [20, -10, 850] as const };
  const streams = { colour: true, infrared: false };
  const { depth, colour } = renderer.shoot([{ person, pose }], LIGHTS.office, streams, `${who} ${yaw}`);
  return { depth, colour: colour!, eyes: headToCamera(pose, person.pivot).translation };
};

const table = ({ data, width }: DepthImage): string =>
  Array.from({ length: data.length / width }, (_, y) =>
    [...data.subarray(y * width, (y + 1) * width)].map((z) => z || -1).join('\t'),
  ).join('\n');

function bitmap({ width, height, data }: ColourImage): Uint8Array {
  // Alpha, blue, green, red.
  const abgr = Buffer.alloc(width * height * 4, 255);
  for (let i = 0; i < width * height; i++) for (let c = 0; c < 3; c++) abgr[i * 4 + 3 - c] = data[i * 3 + c]!;
  return encodeBitmap({ data: abgr, width, height, bitPP: 24 }).data;
}

let root: string;
let sessions: string;
const NAMES = ['(2012-05-16)(154211)', '(2012-05-16)(160033)', '(2012-05-18)(144158)'];
const YAWS = [0, 20];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'facet-vap-'));
  sessions = join(root, 'faces');
  for (const [i, name] of NAMES.entries()) {
    await mkdir(join(sessions, name), { recursive: true });
    for (const [k, yaw] of YAWS.entries()) {
      const { depth, colour } = shotOf(`check/${i}`, yaw);
      await writeFile(join(sessions, name, `00${k + 1}_1_d.dat`), table(depth));
      await writeFile(join(sessions, name, `00${k + 1}_1_c.bmp`), bitmap(colour));
    }
  }
  await mkdir(join(sessions, 'notes'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const make = async (folder: string, pool: 'train' | 'validation', skipped: string[] = []) =>
  makeVapDataset({
    folder,
    sessions,
    source: await vapSource(sessions, pool),
    models: modelsFolder(),
    software: '0.1.0',
    onSkip: (reason) => skipped.push(reason),
  });

describe('a dataset of VAP sessions', () => {
  it('has each session as a person of one pool alone', async () => {
    expect((await vapSource(sessions, 'train')).folders).toEqual(NAMES.slice(0, 2));
    expect((await vapSource(sessions, 'validation')).folders).toEqual(NAMES.slice(2));
  });

  it('divides 31 sessions into 26 and 5, as the article does', async () => {
    const all = join(root, 'all');
    for (let i = 0; i < 31; i++) {
      await mkdir(join(all, `s${i}`), { recursive: true });
      await writeFile(join(all, `s${i}`, '001_1_d.dat'), '');
    }
    const [train, validation] = await Promise.all([vapSource(all, 'train'), vapSource(all, 'validation')]);
    expect([train.folders.length, validation.folders.length]).toEqual([26, 5]);
    expect(new Set([...train.folders, ...validation.folders]).size).toBe(31);
  });

  it('holds the crop of each frame in which a face is found, and says of which frames it is not', async () => {
    const folder = join(root, 'train');
    const skipped: string[] = [];
    await writeFile(join(sessions, NAMES[1], '003_1_d.dat'), 'no table');
    const report = await make(folder, 'train', skipped);
    expect(report).toMatchObject({ people: 2, sessions: 2, frames: 4 });
    expect(skipped).toEqual([expect.stringContaining('003_1_')]);
    const dataset = await openDataset(folder);
    expect(dataset.people.map(({ name }) => name)).toEqual(NAMES.slice(0, 2));
    expect(dataset.people[1]).toMatchObject({ ancestry: 'unknown', sex: 'unknown', deformed: false });
    expect(dataset.frames.map(({ pose }) => pose)).toEqual([null, null, null, null]);
    for (const [i, person] of dataset.people.entries())
      for (const [k, frame] of person.sessions[0].frames.entries()) {
        const { depth, colour, eyes } = shotOf(`check/${i}`, YAWS[k]);
        const registered = register({
          sequence: 0,
          capturedAt: ms(0),
          depth,
          colour,
          depthToColour: identity,
        });
        const apart = (centre: readonly [number, number, number]) => {
          const expected = articleCrop(registered, centre);
          const differences = dataset.crop(frame).map((value, at) => Math.abs(value - expected[at]));
          return differences.reduce((sum, value) => sum + value, 0) / differences.length;
        };
        // The detector's eyes lie within millimetres of the true ones.
        expect(apart(eyes)).toBeLessThan(0.07);
        expect(apart([eyes[0] + 40, eyes[1] + 40, eyes[2]])).toBeGreaterThan(1.5 * apart(eyes));
      }
    dataset.close();
  });

  it('needs two sessions at least', async () => {
    const empty = join(root, 'empty');
    await mkdir(empty);
    for (const folder of [empty, join(root, 'nowhere')])
      await expect(vapSource(folder, 'train')).rejects.toBeInstanceOf(FacetError);
  });
});
