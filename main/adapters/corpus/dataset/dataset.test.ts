import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FacetError } from '../../../contract/result.ts';
import { Random } from '../../../core/random.ts';
import { decodeMeanFace, type MeanFace } from '../../../core/shape/mean-face.ts';
import { fuse, heights, OBSERVED, RELIEF_CELLS, type Relief } from '../../../core/shape/relief.ts';
import { ARTICLE_CROP, articleTensor, reliefTensor } from '../../../core/shape/tensor.ts';
import { modelsFolder } from '../../program-files.ts';
import { encodeCrop } from './crop-code.ts';
import { DATASET_VERSION, shardFiles, type DatasetKind, type SyntheticSource } from './labels.ts';
import { openDataset } from './open-dataset.ts';
import { encodeRelief } from './relief-code.ts';
import { packFrame, type PackedPerson } from './shard.ts';
import { writeDataset, type MakePeople } from './write-dataset.ts';

let root: string;
let meanFace: Uint8Array;
let mean: MeanFace;
let count = 0;
const folder = () => join(root, `dataset ${count++}`);
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'facet-dataset-'));
  meanFace = await readFile(join(modelsFolder(), 'mean-face.bin'));
  mean = decodeMeanFace(meanFace);
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function refusal(action: Promise<unknown>): Promise<string> {
  try {
    await action;
  } catch (error) {
    if (!(error instanceof FacetError)) throw error;
    expect(error.message).toMatch(/^[^\n]{20,400}\.$/);
    return `${error.code}: ${error.message}`;
  }
  return 'it was accepted';
}

/** What a face in front of a sensor may give: heights around the mean face, holes, cells that colour did not see. */
function someRelief(seed: string): Relief {
  const random = new Random(seed);
  const relief = { ...fuse([]), frames: 1 };
  for (let i = 0; i < RELIEF_CELLS; i++) {
    if (random.uniform() < 0.2) continue;
    const weight = 40 * random.uniform() ** 3;
    const seen = random.uniform() < 0.1 ? 0 : weight * random.between(0.5, 1);
    relief.weight[i] = weight;
    relief.height[i] = weight * (mean.height[i] + 6 * random.normal());
    relief.seen[i] = seen;
    for (let c = 0; c < 3; c++) relief.colour[c * RELIEF_CELLS + i] = seen * random.between(0, 255);
  }
  return relief;
}

const FRAMES = 3;
const nameOf = (position: number, session: number, frame: number) => `${position}/${session}/${frame}`;
const someCrop = (seed: string) => {
  const random = new Random(seed);
  const pixels = ARTICLE_CROP.side ** 2;
  return {
    colour: Uint8Array.from({ length: 3 * pixels }, () => random.below(256)),
    depth: Uint16Array.from({ length: pixels }, () => random.below(1201)),
  };
};

function somebody(kind: DatasetKind, position: number): PackedPerson {
  const packed: Uint8Array[] = [];
  const sessions = [0, 1].map((session) => ({
    sensor: 'kinect-v2' as const,
    light: 'office' as const,
    spectrum: 'colour' as const,
    distance: 600 + session,
    expression: 'neutral',
    accessories: session === 1 ? ['glasses'] : [],
    depthError: 0.5,
    frames: Array.from({ length: FRAMES }, (_, frame) => {
      const name = nameOf(position, session, frame);
      const content = kind === 'reliefs' ? encodeRelief(someRelief(name), mean) : encodeCrop(someCrop(name));
      const { packed: bytes, ...place } = packFrame(content);
      packed.push(bytes);
      return { pose: { yaw: frame, pitch: 0, roll: -frame }, ...place };
    }),
  }));
  return {
    record: {
      index: position,
      name: `train/${position}`,
      ancestry: 'asian',
      sex: 'male',
      ageClass: 'old',
      deformed: position % 2 === 1,
      sessions,
    },
    frames: Buffer.concat(packed),
  };
}

const sourceOf = (people: number): SyntheticSource => ({
  kind: 'synthetic',
  pool: 'train',
  from: 0,
  people,
  sessions: 2,
  frames: FRAMES,
  seed: '',
});

/** Makes people of random reliefs, the last one first. */
const making =
  (kind: DatasetKind, made: number[] = []): MakePeople =>
  async (positions, take) => {
    for (const position of [...positions].reverse()) {
      made.push(position);
      await take(somebody(kind, position), position);
    }
  };

const write = (at: string, kind: DatasetKind = 'reliefs', people = 5, make = making(kind)) =>
  writeDataset(at, { kind, source: sourceOf(people), shardPeople: 2, meanFace, software: '0.1.0' }, make);

describe('an encoded relief', () => {
  it('keeps weights to 1/16, heights to 1/200 mm, colours to ½, and which cells were observed', async () => {
    const at = folder();
    await write(at, 'reliefs', 1);
    const dataset = await openDataset(at);
    const before = someRelief(nameOf(0, 1, 2));
    const after = dataset.relief(dataset.people[0].sessions[1].frames[2]);
    expect(after.frames).toBe(1);
    const [a, b] = [heights(before), heights(after)];
    for (let i = 0; i < RELIEF_CELLS; i++) {
      const weight = Math.min(before.weight[i], 255 / 8);
      expect(Math.abs(after.weight[i] - weight)).toBeLessThan(before.weight[i] < OBSERVED ? 0.125 : 0.0626);
      expect(Number.isNaN(b[i])).toBe(Number.isNaN(a[i]));
      if (!Number.isNaN(a[i])) expect(Math.abs(b[i] - a[i])).toBeLessThan(0.0051);
      expect(after.seen[i] >= OBSERVED).toBe(before.seen[i] >= OBSERVED);
      if (after.seen[i] > 0)
        expect(Math.abs(after.colour[i] / after.seen[i] - before.colour[i] / before.seen[i])).toBeLessThan(
          0.51,
        );
    }
  });
});

describe('a dataset', () => {
  it('lists its people, sessions and frames with their labels, in order', async () => {
    const at = folder();
    const report = await write(at);
    expect(report).toMatchObject({
      people: 5,
      sessions: 10,
      frames: 30,
      shards: 3,
      madeShards: 3,
      madeFrames: 30,
    });
    const dataset = await openDataset(at);
    expect(dataset.manifest.counts).toEqual({ people: 5, sessions: 10, frames: 30 });
    expect(dataset.people.map(({ name }) => name)).toEqual([0, 1, 2, 3, 4].map((i) => `train/${i}`));
    expect(dataset.people[3]).toMatchObject({
      index: 3,
      ancestry: 'asian',
      sex: 'male',
      ageClass: 'old',
      deformed: true,
    });
    expect(dataset.people[3].sessions[1]).toMatchObject({
      sensor: 'kinect-v2',
      distance: 601,
      accessories: ['glasses'],
    });
    expect(dataset.frames.map(({ number }) => number)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    const frame = dataset.people[3].sessions[1].frames[2];
    expect(dataset.frames[frame.number]).toBe(frame);
    expect(frame.pose).toEqual({ yaw: 2, pitch: 0, roll: -2 });
    expect(frame.session.person).toBe(dataset.people[3]);
  });

  it('fuses frames into the tensor that the app makes of them, to the last bit', async () => {
    const at = folder();
    await write(at);
    const dataset = await openDataset(at);
    const out = new Float32Array(3 * 4 * RELIEF_CELLS).fill(9);
    const other = { height: mean.height.map((z) => z + 1) };
    dataset.people.slice(0, 3).forEach(({ sessions }, i) => {
      const frames = sessions.flatMap((session) => session.frames).slice(0, 2 * i + 1);
      const against = i === 2 ? other : mean;
      dataset.tensor(frames, against, out, i * 4 * RELIEF_CELLS);
      const expected = reliefTensor(fuse(frames.map((frame) => dataset.relief(frame))), against);
      expect(out.slice(i * 4 * RELIEF_CELLS, (i + 1) * 4 * RELIEF_CELLS)).toEqual(expected);
    });
  });

  it('of crops gives back each crop as the article takes it', async () => {
    const at = folder();
    await write(at, 'crops', 3);
    const dataset = await openDataset(at);
    const frame = dataset.people[2].sessions[0].frames[1];
    expect(dataset.crop(frame)).toEqual(articleTensor(someCrop(nameOf(2, 0, 1))));
    expect(() => dataset.relief(frame)).toThrow('no reliefs');
    dataset.close();
  });

  it('goes on where it was interrupted, and makes only what is missing', async () => {
    const at = folder();
    const whole = folder();
    await write(whole);
    const interrupted = (async (positions, take) => {
      for (const position of positions.slice(0, 3)) await take(somebody('reliefs', position), position);
      throw new Error('power cut');
    }) satisfies MakePeople;
    await expect(write(at, 'reliefs', 5, interrupted)).rejects.toThrow('power cut');
    expect(await refusal(openDataset(at))).toMatch(/^bad-input: .* is unfinished\. Run the same/);
    const made: number[] = [];
    expect(await write(at, 'reliefs', 5, making('reliefs', made))).toMatchObject({
      people: 5,
      madeShards: 2,
    });
    expect(made.sort()).toEqual([2, 3, 4]);
    for (const file of ['dataset.json', 'mean-face.bin', 'people-0000.shard', 'people-0002.shard'])
      expect(await readFile(join(at, file)), file).toEqual(await readFile(join(whole, file)));
    expect(await write(at, 'reliefs', 5, making('reliefs', made))).toMatchObject({
      frames: 30,
      madeFrames: 0,
    });
    expect(made.length).toBe(3);
  });

  it('does not mix with another recipe', async () => {
    const at = folder();
    await write(at);
    expect(await refusal(write(at, 'reliefs', 6))).toMatch(/^bad-argument: .* another recipe/);
    expect(await refusal(write(at, 'crops'))).toMatch(/^bad-argument: .* another recipe/);
    expect((await openDataset(at)).people.length).toBe(5);
  });

  it.each<[string, (shard: string) => Promise<unknown>]>([
    ['cut off', (shard) => truncate(shard, 5000)],
    ['cut off in its header', (shard) => truncate(shard, 7)],
    ['altered in its index', (shard) => flip(shard, 200)],
    ['altered in a frame', (shard) => flip(shard, 20_000)],
    ['something else', (shard) => writeFile(shard, 'not a shard, but long enough')],
    ['missing', (shard) => rm(shard)],
  ])('whose shard is %s says which file and what to do, which helps', async (_, spoil) => {
    const at = folder();
    await write(at);
    const shard = join(at, 'people-0001.shard');
    await spoil(shard);
    const message = await refusal(openDataset(at));
    expect(message).toContain(shard);
    expect(message).toContain(`Delete ${shard} and run the same facet dataset command again`);
    await rm(shard, { force: true });
    expect(await write(at)).toMatchObject({ madeShards: 1 });
    expect((await openDataset(at)).frames.length).toBe(30);
  });

  it('is not gone on with over a spoilt shard', async () => {
    const at = folder();
    await write(at);
    await truncate(join(at, 'people-0001.shard'), 5000);
    expect(await refusal(write(at))).toContain('people-0001.shard is cut off or altered');
  });

  it.skipIf(process.platform !== 'linux')(
    'says so where the disk is full, keeps what is there, and goes on when there is room',
    async () => {
      const at = folder();
      await mkdir(at);
      const full = join(at, 'people-0001.shard.part');
      await symlink('/dev/full', full);
      const message = await refusal(write(at));
      expect(message).toMatch(/^store-unwritable: .*people-0001\.shard \(ENOSPC\): the disk is full/);
      expect(message).toMatch(/the same command goes on from there\.$/);
      expect(existsSync(full)).toBe(false);
      expect(existsSync(join(at, 'people-0002.shard'))).toBe(true);
      expect(await write(at)).toMatchObject({ madeShards: 2, frames: 30 });
    },
  );

  it('names its shards by their order', () => {
    const recipe = {
      version: DATASET_VERSION,
      kind: 'reliefs',
      source: sourceOf(101),
      shardPeople: 50,
      meanFace: '',
    } as const;
    expect(shardFiles(recipe)).toEqual(['people-0000.shard', 'people-0001.shard', 'people-0002.shard']);
  });
});

async function flip(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[at] ^= 1;
  await writeFile(path, bytes);
}
