import { mkdtemp, readFile, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSyntheticDataset } from '../../adapters/corpus/dataset/make-dataset.ts';
import { openDataset } from '../../adapters/corpus/dataset/open-dataset.ts';
import { modelsFolder } from '../../adapters/program-files.ts';
import { ask, expectSentence, facet } from './facet.fixture.ts';

let root: string;
let whole: string;
const at = (name: string): string => join(root, name);
const SMALL = ['--people', '3', '--sessions', '2', '--frames', '1'];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'facet-dataset-command-'));
  whole = at('whole');
  expect(await ask(['dataset', whole, ...SMALL, '--threads', '1'])).toMatchObject({
    code: 0,
    document: { ok: true, synthetic: true, people: 3, sessions: 6, shards: 1, madeShards: 1 },
  });
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function expectSame(folder: string): Promise<void> {
  expect((await readdir(folder)).sort()).toEqual(['dataset.json', 'mean-face.bin', 'people-0000.shard']);
  for (const file of await readdir(whole))
    expect((await readFile(join(folder, file))).equals(await readFile(join(whole, file))), file).toBe(true);
}

describe('facet dataset', () => {
  it('gives the same bytes at any number of threads, and what it made can be read', async () => {
    const { code, stdout, stderr } = await facet(['dataset', at('threads'), ...SMALL, '--threads', '3']);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/ \d frames of 3 people in 1 shards; \d frames made in \d+ s\.\n$/);
    expect(stderr).toMatch(/3 of 3 people, \d+ crops\/s, 0 s left/);
    await expectSame(at('threads'));
    const dataset = await openDataset(at('threads'));
    expect(dataset.people.map(({ name, deformed }) => [name, deformed])).toEqual([
      ['train/0', false],
      ['train/1', true],
      ['train/2', false],
    ]);
    expect(dataset.frames.length).toBeGreaterThan(3);
  });

  it('makes nothing again, and after a kill goes on to the same dataset', async () => {
    const before = await stat(join(whole, 'people-0000.shard'));
    expect(await ask(['dataset', whole, ...SMALL])).toMatchObject({ code: 0, document: { madeFrames: 0 } });
    expect((await stat(join(whole, 'people-0000.shard'))).mtimeMs).toBe(before.mtimeMs);
    const killed = await facet(['dataset', at('killed'), ...SMALL], {
      meanwhile: (child) => child.stderr!.once('data', () => child.kill('SIGKILL')),
    });
    expect(killed.code).toBeNull();
    expect(await ask(['dataset', at('killed'), ...SMALL])).toMatchObject({ code: 0 });
    await expectSame(at('killed'));
  });

  it('ended by Ctrl-C keeps whole shards and says that the same command goes on', async () => {
    const interrupted = await ask(['dataset', at('interrupted'), ...SMALL], {
      meanwhile: (child) => child.stderr!.once('data', () => child.kill('SIGINT')),
    });
    expect(interrupted).toMatchObject({ code: 130, document: { code: 'cancelled' } });
    expectSentence(interrupted);
    expect(interrupted.document['message']).toContain('the same command goes on');

    const controller = new AbortController();
    const options = {
      folder: at('shards'),
      models: modelsFolder(),
      software: '0.1.0',
      kind: 'reliefs' as const,
      source: {
        kind: 'synthetic' as const,
        pool: 'train' as const,
        from: 0,
        people: 3,
        sessions: 2,
        frames: 1,
        seed: '',
      },
      shardPeople: 1,
      threads: 1,
    };
    const cut = makeSyntheticDataset({
      ...options,
      signal: controller.signal,
      progress: ({ madePeople }) => {
        if (madePeople === 2) controller.abort();
      },
    });
    await expect(cut).rejects.toMatchObject({ code: 'cancelled' });
    const report = await makeSyntheticDataset(options);
    expect(report.people).toBe(3);
    expect(report.madeShards).toBeGreaterThan(0);
    expect(report.madeShards).toBeLessThan(3);
    const [together, apart] = await Promise.all([openDataset(whole), openDataset(at('shards'))]);
    expect(apart.frames.length).toBe(together.frames.length);
    apart.frames.forEach((frame, i) =>
      expect(apart.relief(frame)).toEqual(together.relief(together.frames[i])),
    );
  });

  it('refuses a spoilt shard and another recipe in a sentence', async () => {
    expect(await ask(['dataset', at('spoilt'), ...SMALL])).toMatchObject({ code: 0 });
    await truncate(join(at('spoilt'), 'people-0000.shard'), 1000);
    const spoilt = await ask(['dataset', at('spoilt'), ...SMALL]);
    expect(spoilt).toMatchObject({ code: 6, document: { code: 'bad-input' } });
    expectSentence(spoilt);
    const other = await ask(['dataset', whole, ...SMALL, '--seed', 'other']);
    expect(other).toMatchObject({ code: 64, document: { code: 'bad-argument' } });
    expectSentence(other);
  });

  it.each([
    ['an unknown pool', ['--pool', 'everybody']],
    ['an unknown kind', ['--kind', 'photos']],
    ['no people', ['--people', '0']],
    ['people of a database that has its own', ['--vap', '.', '--people', '5']],
    ['reliefs of a database of crops', ['--vap', '.', '--kind', 'reliefs']],
    ['a pool that the article does not have', ['--vap', '.', '--pool', 'test']],
  ])('called with %s exits 64 and says what is wrong', async (_, args) => {
    const answer = await ask(['dataset', at('wrong'), ...args]);
    expect(answer).toMatchObject({ code: 64, document: { ok: false, code: 'bad-argument' } });
  });
});
