import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, expectSentence } from './facet.fixture.ts';

let root: string;
const at = (name: string): string => join(root, name);

/** Small datasets: five people to be told apart, and one alone. */
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'facet-training-'));
  const small = ['--sessions', '3', '--frames', '8'];
  for (const [name, ...more] of [
    ['test', '--pool', 'test', '--people', '5', '--seed', 'small'],
    ['one', '--pool', 'train', '--people', '1'],
  ])
    expect((await ask(['dataset', at(name), ...more, ...small])).code).toBe(0);
}, 120_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('facet evaluate reliefs', () => {
  it('compares everybody with everybody, in each view', async () => {
    const { code, document } = await ask(['evaluate', 'reliefs', at('test'), '--report', at('report')]);
    expect(code).toBe(0);
    const people = document['people'] as number;
    expect(people).toBeGreaterThan(2);
    expect(document).toMatchObject({ ok: true, synthetic: true, failureToAcquire: { of: 15 } });
    const curves = document['curves'] as { name: string; genuine: number; impostor: number }[];
    expect(curves.map(({ name }) => name)).toEqual([
      '8 frames, one skin for everyone',
      '8 frames, with skins',
      '1 frame, one skin for everyone',
      '1 frame, with skins',
    ]);
    for (const { genuine, impostor } of curves) {
      expect(genuine).toBeGreaterThanOrEqual(people);
      expect(impostor).toBe(genuine * (people - 1));
    }
    const page = await readFile(join(at('report'), 'report.html'), 'utf8');
    expect(page).toContain('synthetic people');
    expect(page).toContain('one skin for everyone');
  }, 60_000);

  it.each([
    ['of one person', () => [at('one')], 'bad-input'],
    ['that is not there', () => [at('nothing')], 'bad-input'],
    ['with a model of pictures', () => [at('test'), '--model', 'sface'], 'bad-argument'],
    ['with a model that nobody knows', () => [at('test'), '--model', 'facet-x'], 'model-missing'],
  ])('says what is wrong with a dataset %s', async (_, args, code) => {
    const answer = await ask(['evaluate', 'reliefs', ...args()]);
    expect(answer.document).toMatchObject({ ok: false, code });
    expectSentence(answer);
  });
});

describe('facet train', () => {
  it.each([
    ['without datasets', () => [], 'bad-argument'],
    [
      'with a dataset of the wrong pool',
      () => ['--data', at('test'), '--validation', at('test')],
      'bad-input',
    ],
    ['with one person', () => ['--data', at('one'), '--validation', at('test')], 'bad-input'],
    [
      'with too few people to learn what lasts',
      () => ['--network', 'lasting', '--people', '99'],
      'bad-argument',
    ],
    ['with a folder that is empty', () => ['--data', at('none'), '--validation', at('none')], 'bad-input'],
  ])('says what is wrong %s', async (_, args, code) => {
    const answer = await ask(['train', ...args()]);
    expect(answer.document).toMatchObject({ ok: false, code });
    expectSentence(answer);
  });
});
