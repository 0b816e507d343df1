import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RetrainTask } from '../../core/retrain/retrain.ts';
import { threadTrainer } from './thread-trainer.ts';

const TASK: RetrainTask = {
  training: [],
  heldOut: [],
  policies: [{ colour: [], infrared: [] }],
  current: {},
  seed: '1',
};
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facet-thread-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Retrains in a thread that runs this. */
async function inThread(program: string, controller = new AbortController()) {
  const entry = join(folder, 'thread.mjs');
  await writeFile(
    entry,
    `import { appendFileSync } from 'node:fs';
     import { parentPort, workerData } from 'node:worker_threads';
     const show = () => parentPort.postMessage({ progress: { stage: 'fitting', share: 0, epoch: 0, epochs: 0 } });
     ${program}`,
  );
  return threadTrainer('cpu', entry).retrain(TASK, controller.signal, () => controller.abort());
}

it('gives the thread its task and backend, and returns what comes of it', async () => {
  const outcome = await inThread('parentPort.postMessage({ outcome: workerData });');
  expect(outcome).toEqual({ task: TASK, backend: 'cpu' });
});

it('ends a thread that is busy as soon as it is cancelled', async () => {
  const beats = join(folder, 'beats');
  const busy = `const beat = () => appendFileSync(${JSON.stringify(beats)}, '.'); beat(); show(); for (;;) beat();`;
  expect(await inThread(busy)).toMatchObject({ ok: false, code: 'cancelled' });
  const size = async () => (await stat(beats)).size;
  await expect
    .poll(async () => {
      const before = await size();
      await setTimeout(50);
      return (await size()) - before;
    })
    .toBe(0);
});

it('starts no thread where it was cancelled before', async () => {
  const controller = new AbortController();
  controller.abort();
  const trace = join(folder, 'trace');
  const outcome = await inThread(`appendFileSync(${JSON.stringify(trace)}, '.');`, controller);
  expect(outcome).toMatchObject({ ok: false, code: 'cancelled' });
  await setTimeout(100);
  await expect(readFile(trace)).rejects.toThrow('ENOENT');
});

it.each([
  ['ends without a word', '', 'stopped by itself. Nothing was changed; try again.'],
  ['ends itself', 'process.exit(1);', 'stopped by itself. Nothing was changed; try again.'],
  [
    'has too little memory',
    `throw Object.assign(new Error('heap'), { code: 'ERR_WORKER_OUT_OF_MEMORY' });`,
    'too little memory to retrain. Nothing was changed; close',
  ],
])('is a failure where the thread %s', async (_, program, sentence) => {
  expect(await inThread(program)).toMatchObject({
    ok: false,
    code: 'fault',
    message: expect.stringContaining(sentence) as string,
  });
});

it('throws what is a fault in the thread', async () => {
  await expect(inThread(`throw new TypeError('a bug');`)).rejects.toThrow('a bug');
});

it('asks whether it can go deeper until it can, and never again', async () => {
  const entry = join(folder, 'asked.mjs');
  const answers = async (possible: boolean) =>
    writeFile(
      entry,
      `import { parentPort } from 'node:worker_threads'; parentPort.postMessage({ ok: ${possible} });`,
    );
  await answers(false);
  const trainer = threadTrainer('cpu', entry);
  expect(await trainer.goesDeeper()).toMatchObject({ ok: false });
  await answers(true);
  expect(await trainer.goesDeeper()).toMatchObject({ ok: true });
  await answers(false);
  expect(await trainer.goesDeeper()).toMatchObject({ ok: true });
});
