import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AttemptView } from '../../contract/states/attempt.ts';
import type { EnrolmentView } from '../../contract/states/enrolment.ts';
import type { WatchRequest } from '../../contract/pipeline.ts';
import { ok, type Result } from '../../contract/result.ts';
import { ms } from '../../contract/units.ts';
import { AppService } from '../../core/shell/app-service.ts';
import { stagedDesk } from '../../core/shell/desk.fixture.ts';
import type { GalleryVault } from '../../core/people/gallery.ts';
import { matchPolicy } from '../../core/judge/policy.ts';
import type { PipelineEvent } from '../../core/ports.ts';
import { systemClock } from '../clock/system-clock.ts';
import { matchModels } from '../onnx/load-face-models.ts';
import { openModelLibrary } from '../onnx/model-library.ts';
import { hostFile, modelsFolder } from '../program-files.ts';
import { threadTrainer } from '../trainer/thread-trainer.ts';
import { FileStore } from '../store/file-store.ts';
import { chooseKeySource } from '../vault/choose-key-source.ts';
import { PinRecords } from '../vault/pin-record.ts';
import { SealedGalleries } from '../vault/sealed-gallery.ts';
import { keychains, unwrap } from '../vault/vault-test-support.ts';
import { ChildPipeline, type ChildPipelineOptions } from './child-pipeline.ts';

const PIN = '491783';
const REQUEST: WatchRequest = { sensor: 'simulated:empty', purpose: 'unlock', pace: 'virtual' };

let folder: string;
let pipelines: ChildPipeline[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'facet-pipeline-'));
  pipelines = [];
});
afterEach(async () => {
  await Promise.all(pipelines.map((pipeline) => pipeline.close()));
  rmSync(folder, { recursive: true, force: true });
});

function pipelineOf(
  entry = hostFile('pipeline'),
  options: Partial<ChildPipelineOptions> = {},
): ChildPipeline {
  const pipeline = new ChildPipeline({ entry, args: [folder], backOff: [10, 20].map(ms), ...options });
  pipelines.push(pipeline);
  return pipeline;
}

/** A pipeline process of the test's own; `lives` counts its starts, from 1, in a file. */
function processOf(body: string, options?: Partial<ChildPipelineOptions>): ChildPipeline {
  const entry = join(folder, 'process.mjs');
  writeFileSync(
    entry,
    `import { appendFileSync, readFileSync } from 'node:fs';
     const journal = process.argv[2] + '/lives';
     appendFileSync(journal, process.pid + '\\n');
     const lives = readFileSync(journal, 'utf8').trim().split('\\n').length;
     const sensor = { driver: 'simulated', model: 'other', serial: '', simulated: true };
     const nobody = (watch, sequence) => process.send({ kind: 'evidence', watch, evidence:
       { kind: 'nobody', sequence, capturedAt: sequence, stages: {}, dropped: 0 } });
     process.on('disconnect', () => process.exit(0));
     const onWatch = (act) => process.on('message', ({ kind, watch }) => kind === 'watch' && act(watch));
     ${body}`,
  );
  return pipelineOf(entry, options);
}

const pidsOf = (): number[] => readFileSync(join(folder, 'lives'), 'utf8').trim().split('\n').map(Number);

/** Running, and not a zombie that only waits to be noticed. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && process.platform !== 'linux';
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !condition(); i++) await delay(50);
  expect(condition()).toBe(true);
}

async function eventsOf(
  pipeline: ChildPipeline,
  {
    signal = new AbortController().signal,
    request = REQUEST,
    react = (event: PipelineEvent): unknown => event,
  } = {},
): Promise<PipelineEvent[]> {
  const events: PipelineEvent[] = [];
  for await (const event of pipeline.watch(request, signal)) {
    if (event.kind !== 'silent') events.push(event);
    await react(event);
  }
  return events;
}

const kinds = (events: readonly PipelineEvent[]) => events.map(({ kind }) => kind);

describe('a pipeline process', () => {
  it('that dies is started again, and the watch goes on', async () => {
    const pipeline = processOf(`onWatch((watch) => {
      process.send({ kind: 'watching', watch, sensor });
      nobody(watch, 1);
      if (lives < 3) setTimeout(() => process.kill(process.pid, 'SIGSEGV'), 100);
      else process.send({ kind: 'ended', watch });
    })`);
    const events = await eventsOf(pipeline);
    const life = ['watching', 'evidence'];
    expect(kinds(events)).toEqual([...life, 'restarting', ...life, 'restarting', ...life, 'ended']);
    const delays = events.flatMap((event) => (event.kind === 'restarting' ? [event.delay] : []));
    expect(delays).toEqual([10, 20]);
  });

  it('that dies at once again and again is given up, with a sentence', async () => {
    const pipeline = processOf('process.exit(1)');
    const events = await eventsOf(pipeline);
    expect(events.at(-1)).toMatchObject({
      kind: 'failed',
      failure: { code: 'pipeline-stopped', message: expect.stringMatching(/doctor.*PIN works/) as string },
    });
    expect(kinds(events).filter((kind) => kind === 'restarting')).toHaveLength(5);
    expect(pidsOf()).toHaveLength(6);
  });

  it('that is not even there is given up too', async () => {
    const events = await eventsOf(pipelineOf(join(folder, 'absent.js')));
    expect(events.at(-1)).toMatchObject({ kind: 'failed', failure: { code: 'pipeline-stopped' } });
  });

  it.each([
    ['text', `'\\u0000'.repeat(1000)`],
    ['evidence without embeddings', `{ kind: 'evidence', watch, evidence: { kind: 'face' } }`],
    [
      'an embedding that is not a number',
      `{ kind: 'evidence', watch, evidence: { kind: 'face', sequence: 1, capturedAt: 1, stages: {}, dropped: 0, spectrum: 'colour',
        pose: { yaw: 0, pitch: 0, roll: 0 }, distance: 600, attentive: true, track: 1, fusedFrames: 1, against: [],
        embeddings: new Map([['sface', Float32Array.of(NaN)]]) } }`,
    ],
    ['a verdict of its own', `{ kind: 'unlocked', watch }`],
  ])('that sends %s is killed and started again', async (_, garbage) => {
    const pipeline = processOf(`onWatch((watch) => {
      if (lives === 1) process.send(${garbage});
      else process.send({ kind: 'ended', watch });
    })`);
    expect(kinds(await eventsOf(pipeline))).toEqual(['restarting', 'ended']);
    const [first] = pidsOf();
    expect(isRunning(first)).toBe(false);
  });

  it('that sends what belongs to an earlier watch is not listened to', async () => {
    const pipeline = processOf(`onWatch((watch) => {
      nobody(watch - 1, 77);
      process.send({ kind: 'ended', watch: watch - 1 });
      nobody(watch, 1);
      process.send({ kind: 'ended', watch });
    })`);
    for (let round = 0; round < 2; round++) {
      const events = await eventsOf(pipeline);
      expect(events).toMatchObject([{ kind: 'evidence', evidence: { sequence: 1 } }, { kind: 'ended' }]);
    }
    expect(pidsOf()).toHaveLength(1);
  });

  it('loses all but the latest evidence of a live watch while the shell is busy, and none of a recording', async () => {
    const pipeline = processOf(`onWatch((watch) => {
      for (let i = 1; i <= 20; i++) nobody(watch, i);
      process.send({ kind: 'ended', watch });
    })`);
    const sequences = async (pace: WatchRequest['pace']) => {
      const events = await eventsOf(pipeline, { request: { ...REQUEST, pace }, react: () => delay(20) });
      return events.flatMap((event) => (event.kind === 'evidence' ? [event.evidence.sequence] : []));
    };
    expect(await sequences('virtual')).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    const live = await sequences('live');
    expect(live.length).toBeLessThan(20);
    expect(live.at(-1)).toBe(20);
  });

  it('serves one watch at a time', async () => {
    const pipeline = processOf('process.on("message", () => undefined)');
    const cancel = new AbortController();
    const first = eventsOf(pipeline, { signal: cancel.signal });
    expect(await eventsOf(pipeline)).toMatchObject([{ kind: 'failed', failure: { code: 'busy' } }]);
    cancel.abort();
    expect(await first).toEqual([]);
  });

  it('says nothing for long: the shell is told, so that it can give up', async () => {
    const pipeline = processOf('process.on("message", () => undefined)');
    const cancel = new AbortController();
    const seen: string[] = [];
    for await (const event of pipeline.watch(REQUEST, cancel.signal)) {
      seen.push(event.kind);
      cancel.abort();
    }
    expect(seen).toEqual(['silent']);
  });
});

describe('a pipeline process that hangs', () => {
  it('is killed when whoever waited for it gives up, and the next watch gets another', async () => {
    const pipeline = processOf(
      `onWatch((watch) => {
        if (lives === 1) for (;;); // a driver that never returns
        process.send({ kind: 'ended', watch });
      })`,
      { hungAfter: ms(100) },
    );
    const cancel = new AbortController();
    const hangs = () => existsSync(join(folder, 'lives'));
    await eventsOf(pipeline, { signal: cancel.signal, react: () => hangs() && cancel.abort() });
    await until(() => !isRunning(pidsOf()[0]));
    // Where its end was not heard of yet, the next watch begins with that.
    expect(kinds(await eventsOf(pipeline)).at(-1)).toBe('ended');
    expect(pidsOf()).toHaveLength(2);
  });
});

describe('closing', () => {
  it('leaves no process behind, though it ignores that it is told to go', async () => {
    const pipeline = processOf(`process.removeAllListeners('disconnect');
      onWatch((watch) => process.send({ kind: 'ended', watch }));
      setInterval(() => undefined, 1000);`);
    await eventsOf(pipeline);
    const [pid] = pidsOf();
    expect(isRunning(pid)).toBe(true);
    await pipeline.close();
    expect(isRunning(pid)).toBe(false);
  });

  it('in the middle of a watch ends it without another start', async () => {
    const pipeline = processOf('onWatch((watch) => process.send({ kind: "watching", watch, sensor }))');
    const events = await eventsOf(pipeline, {
      react: ({ kind }) => kind === 'watching' && void pipeline.close(),
    });
    expect(kinds(events)).toEqual(['watching']);
    await delay(100);
    expect(pidsOf()).toHaveLength(1);
    await until(() => !isRunning(pidsOf()[0]));
  });

  it.skipIf(process.platform !== 'linux')('is not needed where the shell itself is killed', async () => {
    const parent = join(folder, 'shell.mjs');
    writeFileSync(
      parent,
      `import { fork } from 'node:child_process';
       const child = fork(${JSON.stringify(hostFile('pipeline'))}, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
       child.on('message', (message) => message.kind === 'evidence' && process.send?.(child.pid));
       child.send({ kind: 'watch', watch: 1, sensor: 'simulated:empty', purpose: 'unlock', pace: 'virtual' });`,
    );
    const middle: ChildProcess = fork(parent);
    const [pid] = (await once(middle, 'message')) as [number];
    expect(isRunning(pid)).toBe(true);
    middle.kill('SIGKILL');
    await until(() => !isRunning(pid));
  });
});

describe('a pipeline process that crashes fifty times in a row', () => {
  it('leaves the screen locked and the PIN working each time, and neither a process nor a listener behind', async () => {
    const pipeline = processOf(
      `onWatch((watch) => {
        process.send({ kind: 'watching', watch, sensor });
        nobody(watch, 1);
      })`,
      { backOff: [1, 2, 3].map(ms) },
    );
    let frames = 0;
    let restarts = 0;
    const watch = pipeline.watch.bind(pipeline);
    pipeline.watch = async function* (request, signal) {
      for await (const event of watch(request, signal)) {
        if (event.kind === 'evidence') frames++;
        if (event.kind === 'restarting') restarts++;
        yield event;
      }
    };
    const staged = await stagedDesk({ given: { pipeline, clock: systemClock } });
    const { desk } = staged;
    const held = () => process.getActiveResourcesInfo().filter((kind) => /Process|Pipe/.test(kind)).length;
    const before = held();
    const soon = { timeout: 20_000, interval: 5 };
    desk.attend();
    for (let crashes = 0; crashes < 50; crashes++) {
      await vi.waitUntil(() => frames > crashes, soon);
      process.kill(pipeline.pid!, crashes % 2 ? 'SIGSEGV' : 'SIGKILL');
      // Somebody types a PIN right then; more wrong ones would be delayed.
      if (crashes % 20 === 0)
        expect(await desk.call('lock.pin', { pin: '000000' })).toMatchObject({ code: 'pin-wrong' });
      expect(desk.state.lock.kind).toBe('locked');
      await vi.waitUntil(() => restarts > crashes, soon);
      expect(desk.state).toMatchObject({ lock: { kind: 'locked' }, sensor: { kind: 'restarting' } });
    }
    expect(await desk.call('lock.pin', { pin: PIN })).toMatchObject({ ok: true });
    expect(desk.state.lock).toEqual({ kind: 'unlocked', by: 'pin' });
    await desk.close();
    expect(pidsOf().length).toBeGreaterThanOrEqual(50);
    // The system may take a moment over the last ones.
    await vi.waitUntil(() => !pidsOf().some(isRunning) && held() <= before, soon);
    expect(staged.faults).toEqual([]);
  }, 120_000);
});

describe('killed in the middle', () => {
  interface Desk {
    readonly app: AppService;
    readonly pipeline: ChildPipeline;
    readonly vault: GalleryVault;
  }

  /** AppService with the real parts, on the data folder of the test. */
  async function desk(): Promise<Desk> {
    const store = unwrap(await FileStore.open(join(folder, 'data')));
    const chosen = unwrap(await chooseKeySource({ store, folder: store.folder, keychains: keychains() }));
    const vault = new SealedGalleries(store, chosen);
    const pipeline = pipelineOf();
    const app = new AppService({
      pipeline,
      vault,
      pins: new PinRecords(store, { N: 2 ** 15, r: 8, p: 1 }),
      store,
      clock: systemClock,
      trainer: threadTrainer(),
      loadPolicy: async () => {
        const library = await openModelLibrary(modelsFolder());
        return ok(matchPolicy(matchModels(library)));
      },
    });
    return { app, pipeline, vault };
  }

  const never = new AbortController().signal;

  it('an enrolment goes on and is stored whole; an attempt goes on and opens, and the screen stays locked meanwhile', async () => {
    const { app, pipeline, vault } = await desk();
    const killed: number[] = [];
    const kill = () => {
      killed.push(pipeline.pid!);
      process.kill(pipeline.pid!, 'SIGKILL');
    };

    const turning: EnrolmentView[] = [];
    const report = await app.enrol(
      { user: 'ada', pin: PIN, look: 'plain', sensor: 'simulated:you+turn', pace: 'virtual' },
      never,
      (view) => {
        turning.push(view);
        if (view.progress > 0.2 && killed.length === 0) kill();
      },
    );
    expect(report).toMatchObject({ ok: true, value: { user: 'ada' } });
    expect(killed).toHaveLength(1);
    const paused = turning.findIndex(({ kind }) => kind === 'paused');
    expect(paused).toBeGreaterThan(0);
    // What was captured before is kept: the ring does not begin anew.
    expect(turning[paused + 1].progress).toBeGreaterThanOrEqual(turning[paused].progress);
    expect(turning[paused].progress).toBeGreaterThan(0.2);
    expect(unwrap(await vault.load('ada'))!.templates).toHaveLength(unwrap(report).templates);

    const lock = await app.lock('ada');
    const views: AttemptView[] = [];
    const locked: boolean[] = [];
    const stranger = await app.unlock(
      { user: 'ada', sensor: 'simulated:stranger', pace: 'virtual', attentionRequired: false },
      never,
      (view) => {
        views.push(view);
        locked.push(lock.state.kind === 'locked');
        if (views.length === 3) kill();
      },
    );
    expect(stranger).toMatchObject({ ok: true, value: { kind: 'refused', code: 'not-recognised' } });
    expect(views.map(({ kind }) => kind)).toContain('restarting');
    expect(locked).not.toContain(false);
    // One attempt, one miss: dying neither gives a free one nor costs a second.
    expect(lock.state).toMatchObject({ kind: 'locked', face: { kind: 'ready', missesLeft: 4 } });

    const attempt = app.unlock(
      { user: 'ada', sensor: 'simulated:you', pace: 'virtual', attentionRequired: false },
      never,
      (view) => void (view.kind === 'restarting' && locked.push(lock.state.kind === 'locked')),
    );
    kill();
    expect(await attempt).toMatchObject({ ok: true, value: { kind: 'unlocked', by: 'face' } });
    expect(locked).not.toContain(false);
    for (const pid of killed) expect(isRunning(pid)).toBe(false);
  }, 120_000);

  it('neither gallery nor PIN stays of an enrolment whose pipeline is given up, and the PIN of others works meanwhile', async () => {
    const { app, pipeline, vault } = await desk();
    const gone = app.enrol(
      { user: 'bob', pin: PIN, look: 'plain', sensor: 'simulated:you+turn', pace: 'virtual' },
      never,
      () => undefined,
    );
    let over = false;
    const watchman = (async () => {
      while (!over) {
        const { pid } = pipeline;
        if (pid !== undefined) {
          try {
            process.kill(pid, 'SIGKILL');
          } catch {
            // It was gone already.
          }
        }
        await delay(5);
      }
    })();
    const result: Result<unknown> = await gone;
    over = true;
    await watchman;
    expect(result).toMatchObject({ ok: false, code: 'pipeline-stopped' });
    expect(unwrap(await vault.users())).toEqual([]);
    expect(await app.enterPin('bob', PIN)).toMatchObject({ code: 'not-enrolled' });
  });
});
