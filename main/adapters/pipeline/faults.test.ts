/**
 * Whatever a sensor does, from the driver to the screen: the real desk, the real pipeline on both sides of its channel, the real
 * models. Only the process is none (child-pipeline.test.ts kills real ones), and time is the test's.
 */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FaceEvidence } from '../../contract/evidence.ts';
import { deg, ms } from '../../contract/units.ts';
import { ok } from '../../contract/result.ts';
import { matchPolicy, type MatchPolicy } from '../../core/judge/policy.ts';
import { MemoryVault } from '../../core/memory.fixture.ts';
import { Observer, type FaceModels } from '../../core/observer.ts';
import { identity } from '../../core/geometry/rigid.ts';
import { PREPROCESSING } from '../../core/people/gallery.ts';
import type { Clock } from '../../core/ports.ts';
import type { SensorFrame } from '../../core/sense/frames.ts';
import { PIN, settled, stagedDesk, type StagedDesk } from '../../core/shell/desk.fixture.ts';
import { loadFaceModels, matchModels } from '../onnx/load-face-models.ts';
import { openModelLibrary } from '../onnx/model-library.ts';
import { modelsFolder } from '../program-files.ts';
import { FAULTS, FaultySensor, PERIOD, type Fault } from '../sensors/faulty-sensor.fixture.ts';
import { ordinaryCast } from '../sensors/simulated/cast.ts';
import { Stage } from '../sensors/simulated/stage.ts';
import { ChildPipeline } from './child-pipeline.ts';
import type { PipelineProcess } from './pipeline-process.ts';
import { servePipeline, type PipelineParts } from './serve-pipeline.ts';

/** A process that is none: the same messages, copied as between processes; what it held is free when it ends. */
function inProcess(parts: PipelineParts): PipelineProcess {
  const toShell = new Set<(message: unknown) => void>();
  const toPipeline = new Set<(message: unknown) => void>();
  const exits = new Set<() => void>();
  let ended = false;
  const deliver = (receivers: typeof toShell, message: unknown) => {
    const copy: unknown = structuredClone(message);
    setImmediate(() => ended || receivers.forEach((receive) => receive(copy)));
  };
  const end = () =>
    setImmediate(() => {
      ended = true;
      sensor.release();
      for (const exit of exits) exit();
    });
  const subscribe =
    <T>(to: Set<T>) =>
    (receive: T) => {
      to.add(receive);
      return () => to.delete(receive);
    };
  servePipeline(parts, { send: (message) => deliver(toShell, message), onMessage: subscribe(toPipeline) });
  return {
    pid: undefined,
    send: (message) => deliver(toPipeline, message),
    disconnect: end,
    kill: end,
    onMessage: subscribe(toShell),
    onExit: subscribe(exits),
  };
}

const clock: Clock = { now: () => ms(Date.now() - 1_700_000_000_000), wallTime: () => Date.now() };

let models: FaceModels;
let policy: MatchPolicy;
let empty: readonly SensorFrame[];
let ada: readonly SensorFrame[];
let seen: FaceEvidence;

beforeAll(async () => {
  models = await loadFaceModels(modelsFolder());
  policy = matchPolicy(matchModels(await openModelLibrary(modelsFolder())));
  const [width, height] = [64, 48];
  const intrinsics = { width, height, fx: 60, fy: 60, cx: 32, cy: 24 };
  const wall = { width, height, intrinsics, data: new Uint16Array(width * height).fill(2500) };
  empty = [{ sequence: 0, capturedAt: ms(0), depth: wall, infrared: wall, depthToColour: identity }];
  const stage = new Stage('you+v1', ordinaryCast());
  ada = Array.from({ length: 6 }, (_, i) => stage.frame(i));
  const observer = new Observer(models, { now: () => ms(0), wallTime: () => 0 });
  for (const frame of ada) seen = (await observer.observe(frame, 'unlock', frame.capturedAt)) as FaceEvidence;
}, 60_000);

/** So much time passes while a face is looked at, ms. */
let computing = 0;
const slowed = (fast: FaceModels): FaceModels => ({
  ...fast,
  landmarks: {
    modelId: fast.landmarks.modelId,
    fit: (...given) => {
      if (computing > 0) vi.setSystemTime(Date.now() + computing);
      return fast.landmarks.fit(...given);
    },
  },
});

let sensor: FaultySensor;
let staged: StagedDesk;
let ticking: NodeJS.Timeout;

beforeEach(async () => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  });
  vi.setSystemTime(1_700_000_100_000);
  sensor = new FaultySensor(clock, empty);
  const vault = new MemoryVault();
  const of = {
    preprocessing: PREPROCESSING,
    networks: policy.networks!,
    embeddings: seen.embeddings,
    look: 'plain',
  };
  vault.galleries.set('ada', {
    user: 'ada',
    sensor: sensor.info,
    createdAt: 1,
    version: 1,
    templates: Array.from({ length: 3 }, () => ({
      ...of,
      capturedAt: clock.wallTime(),
      source: 'enrolment',
      pose: { yaw: deg(0), pitch: deg(0), roll: deg(0) },
    })),
    reliefs: [{ ...of, frames: 8, capturedAt: clock.wallTime(), source: 'enrolment' }],
    remembered: [],
  });
  const parts = {
    loadPersonal: () => Promise.reject(new Error('unused')),
    loadModels: async () => slowed(models),
    openSensor: async () => sensor,
    clock,
  };
  const pipeline = new ChildPipeline({ entry: '', spawn: () => inProcess(parts) });
  staged = await stagedDesk({
    sensor: 'kinect2',
    given: { pipeline, vault, clock, loadPolicy: async () => ok(policy) },
  });
  ticking = setInterval(() => void staged.desk.tick(), 250);
  staged.desk.attend();
});

afterEach(async () => {
  clearInterval(ticking);
  computing = 0;
  sensor.fault = undefined;
  await staged.desk.close();
  vi.useRealTimers();
});

const state = () => staged.desk.state;
const guidance = () => (state().face as { guidance?: string }).guidance;

/** Lets time pass, and the models work in no time. @param each is called every frame's time */
async function pass(milliseconds: number, each: () => void = () => undefined): Promise<void> {
  for (let left = milliseconds; left > 0; left -= PERIOD) {
    await vi.advanceTimersByTimeAsync(Math.min(left, PERIOD));
    do await settled();
    while (sensor.busy);
    // What it said of the frame is still on its way.
    await settled();
    each();
  }
}

/** As long as it takes, at most so long. */
async function until(condition: () => boolean, milliseconds: number): Promise<void> {
  for (let left = milliseconds; left > 0 && !condition(); left -= PERIOD) await pass(PERIOD);
  expect(condition()).toBe(true);
}

/** What the PIN gives, within a second. */
async function enter(pin: string): Promise<boolean> {
  let answer: boolean | undefined;
  void staged.desk.call('lock.pin', { pin }).then(({ ok: right }) => (answer = right));
  for (let waited = 0; waited < 1000 && answer === undefined; waited += 100) await pass(100);
  expect(answer).toBeDefined();
  return answer!;
}

const STATES: Readonly<Record<string, { begin(): Promise<unknown>; goesOn(): boolean }>> = {
  locked: {
    begin: () => pass(500),
    goesOn: () => state().sensor.kind === 'watching',
  },
  unlocking: {
    begin: async () => {
      await pass(500);
      sensor.sees = ada;
      // One frame is not enough to open.
      await until(() => guidance() === 'hold', 500);
    },
    goesOn: () => state().lock.kind === 'unlocked',
  },
  enrolling: {
    begin: async () => {
      await enter(PIN);
      await staged.desk.call('enrolment.start', { pin: PIN, look: 'glasses' });
      await pass(500);
    },
    goesOn: () => {
      const { enrolment, sensor: there } = state();
      return enrolment?.kind === 'running' && enrolment.view.kind === 'straight' && there.kind === 'watching';
    },
  },
  settings: {
    begin: async () => {
      await pass(500);
      await enter(PIN);
    },
    // Nobody looks at anything: the sensor rests.
    goesOn: () => state().sensor.kind === 'resting',
  },
  diagnostics: {
    begin: async () => {
      await enter(PIN);
      await staged.desk.call('diagnostics.open', { pin: PIN });
      await pass(1500);
    },
    goesOn: () => (state().diagnostics?.framesPerSecond ?? 0) > 10,
  },
};

describe.each(Object.keys(STATES))('%s', (name) => {
  const { begin, goesOn } = STATES[name];

  it.each<Fault>(FAULTS)(
    'with %s for three seconds: the PIN works, nothing opens by itself, and it goes on by itself',
    async (fault) => {
      await begin();
      const before = state().lock.kind;
      sensor.fault = fault;
      await pass(3000, () => expect(state().lock.kind).toBe(before));
      expect(await enter('000000')).toBe(false);
      expect(state().lock.kind).toBe(before);
      sensor.fault = undefined;
      await until(goesOn, 15_000);

      // And once more, from a locked screen.
      sensor.sees = empty;
      await staged.desk.call('lock.now', {});
      await pass(500);
      sensor.fault = fault;
      await pass(1500, () => expect(state().lock.kind).toBe('locked'));
      expect(await enter(PIN)).toBe(true);
      expect(state().lock).toEqual({ kind: 'unlocked', by: 'pin' });
      expect(staged.faults).toEqual([]);
    },
  );
});

it('a sensor that gives no first frame leaves the PIN, says so after a while, and is used when it does', async () => {
  sensor.fault = 'silence';
  await pass(3000);
  expect(state()).toMatchObject({ lock: { kind: 'locked' }, sensor: { kind: 'opening' } });
  expect(await enter('000000')).toBe(false);
  await pass(30_000);
  expect(state().sensor).toMatchObject({ kind: 'lost', code: 'sensor-lost' });
  sensor.fault = undefined;
  sensor.sees = ada;
  await until(() => state().lock.kind === 'unlocked', 12_000);
  expect(state().lock).toEqual({ kind: 'unlocked', by: 'face' });
});

describe('a slow machine', () => {
  it('opens for a face though each look at it takes longer than a frame may be old', async () => {
    await pass(500);
    computing = 500;
    sensor.sees = ada;
    await until(() => state().lock.kind === 'unlocked', 3000);
    expect(state().lock).toEqual({ kind: 'unlocked', by: 'face' });
  });

  it('says that it is too slow where all that it sees is long past, shows by how much, and looks again when it can', async () => {
    await pass(500);
    computing = 1200;
    sensor.sees = ada;
    await until(() => guidance() === 'slow', 2000);
    // The next attempts say so from their beginning.
    await pass(3000, () => expect([guidance(), state().lock.kind]).toEqual(['slow', 'locked']));
    expect(await enter(PIN)).toBe(true);
    await staged.desk.call('diagnostics.open', { pin: PIN });
    await until(() => (state().diagnostics?.lag ?? 0) >= 1200, 3000);
    await staged.desk.call('diagnostics.close', {});
    await staged.desk.call('lock.now', {});
    await until(() => guidance() === 'slow', 3000);
    computing = 0;
    await until(() => state().lock.kind === 'unlocked', 3000);
    expect(state().lock).toEqual({ kind: 'unlocked', by: 'face' });
    expect(staged.faults).toEqual([]);
  });
});
