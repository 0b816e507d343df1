import { beforeEach, describe, expect, it } from 'vitest';
import type { AttemptView } from '../../contract/states/attempt.ts';
import type { EnrolmentView } from '../../contract/states/enrolment.ts';
import { SECTORS, type LivenessReason } from '../../contract/codes.ts';
import type { Embeddings, Evidence, FaceEvidence } from '../../contract/evidence.ts';
import type { OpenSensor, Pace, WatchRequest } from '../../contract/pipeline.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import { deg, mm, ms } from '../../contract/units.ts';
import { AppService } from './app-service.ts';
import { MOST_CAPTURES } from '../people/enrolment.ts';
import { decodeLedger } from '../lock/lock-record.ts';
import { ManualClock } from '../manual-clock.ts';
import { MemoryPins, MemoryStore, MemoryVault, StagedTrainer } from '../memory.fixture.ts';
import type { MatchPolicy } from '../judge/policy.ts';
import { PREPROCESSING } from '../people/gallery.ts';
import { TurnProgress } from '../people/turn-progress.ts';
import type { Pipeline, PipelineEvent } from '../ports.ts';
import { keepHead } from '../retrain/versions.ts';
import { boundsOf, lastingWithin } from '../adapt/bounds.fixture.ts';

const PIN = '491783';
const SIMULATED: OpenSensor = { driver: 'simulated', model: 'kinect-v2', serial: 's', simulated: true };
const KINECT: OpenSensor = { driver: 'freenect2', model: 'kinect-v2', serial: 'A1', simulated: false };

/** What the pipeline does, in order: events, and things that happen elsewhere between two of them. */
type Script = readonly (PipelineEvent | (() => unknown))[];

/** Plays its script whatever the signal says: stricter on the shell than the real one. */
class ScriptedPipeline implements Pipeline {
  script: Script = [];
  readonly requests: WatchRequest[] = [];

  async *watch(request: WatchRequest): AsyncGenerator<PipelineEvent> {
    this.requests.push(request);
    for (const step of this.script) {
      if (typeof step === 'function') await step();
      else yield step;
    }
  }

  async close() {}
}

const KINDS = ['sface', 'sface@infrared', 'shape'];
const POLICY: MatchPolicy = {
  colour: ['sface', 'shape'].map((kind) => ({
    parts: [{ kind, pooling: { nearest: 1 }, weight: 1 }],
    limits: [{ fusedFrames: 1, distance: 0.5 }],
  })),
  infrared: ['sface@infrared', 'shape'].map((kind) => ({
    parts: [{ kind, pooling: { nearest: 1 }, weight: 1 }],
    limits: [{ fusedFrames: 1, distance: 0.5 }],
  })),
};

/** Each person looks like one axis: themselves at distance 0, anybody else at √2. */
const embeddingsOf = (person: number): Embeddings =>
  new Map(KINDS.map((kind) => [kind, Float32Array.from({ length: 4 }, (_, i) => (i === person ? 1 : 0))]));
const [ADA, BOB] = [0, 1];

interface Seen {
  readonly person?: number;
  readonly sequence: number;
  readonly capturedAt?: number;
  readonly yaw?: number;
  readonly pitch?: number;
  readonly track?: number;
  readonly against?: readonly LivenessReason[];
  readonly attentive?: boolean;
  readonly embeddings?: Embeddings;
}

const face = (seen: Seen): PipelineEvent & { evidence: FaceEvidence } => ({
  kind: 'evidence',
  evidence: {
    kind: 'face',
    sequence: seen.sequence,
    capturedAt: ms(seen.capturedAt ?? seen.sequence * 33),
    stages: {},
    dropped: 0,
    spectrum: 'colour',
    pose: { yaw: deg(seen.yaw ?? 0), pitch: deg(seen.pitch ?? 0), roll: deg(0) },
    distance: mm(650),
    attentive: seen.attentive ?? true,
    track: seen.track ?? 1,
    fusedFrames: 1,
    against: seen.against ?? [],
    embeddings: seen.against?.length ? new Map() : (seen.embeddings ?? embeddingsOf(seen.person ?? ADA)),
  },
});

const nobody = (sequence: number, capturedAt = sequence * 33): PipelineEvent => ({
  kind: 'evidence',
  evidence: {
    kind: 'nobody',
    sequence,
    capturedAt: ms(capturedAt),
    stages: {},
    dropped: 0,
  } satisfies Evidence,
});

const watching = (sensor: OpenSensor): PipelineEvent => ({ kind: 'watching', sensor });
const restarting: PipelineEvent = { kind: 'restarting', attempt: 1, delay: ms(100) };
const ended: PipelineEvent = { kind: 'ended' };

/** Frames of a second, in which somebody's straight is found. */
const SECOND = 32;

/** Somebody looks straight and turns the head all the way round; another person in another track. */
function turningHead(person = ADA, from = 0, track = person + 1): PipelineEvent[] {
  const straight = Array.from({ length: SECOND }, (_, i) => face({ person, track, sequence: from + i }));
  const round = SECTORS.map((_, i) =>
    face({
      person,
      track,
      sequence: from + SECOND + i,
      yaw: 16 * Math.cos((i * Math.PI) / 4),
      pitch: 16 * Math.sin((i * Math.PI) / 4),
    }),
  );
  return [...straight, ...round];
}

/** Enough frames of somebody to be refused. */
const stays = (person: number): PipelineEvent[] =>
  Array.from({ length: 60 }, (_, i) => face({ person, sequence: i }));

let pipeline: ScriptedPipeline;
let vault: MemoryVault;
let pins: MemoryPins;
let store: MemoryStore;
let clock: ManualClock;
const trainer = new StagedTrainer();
let app: AppService;
/** As the page lets ada's face try, with templates that follow her. */
const unlockAda = () =>
  app.unlock(
    { user: 'ada', sensor: 'any', pace: 'virtual', attentionRequired: true, adapt: true },
    new AbortController().signal,
    () => undefined,
  );

beforeEach(() => {
  pipeline = new ScriptedPipeline();
  vault = new MemoryVault();
  pins = new MemoryPins();
  store = new MemoryStore();
  clock = new ManualClock(100_000);
  app = newProcess();
});

const newProcess = (policy = POLICY) =>
  new AppService({ pipeline, vault, pins, store, clock, trainer, loadPolicy: async () => ok(policy) });

const ledger = (user = 'ada') => {
  const decoded = decodeLedger(store.files.get(`lock-${user}.json`)!);
  if (!decoded.ok) throw new Error(decoded.message);
  return decoded.value;
};

async function enrol(
  script: Script,
  { user = 'ada', pin = PIN, look = 'plain', signal = new AbortController().signal, patience = 60_000 } = {},
) {
  pipeline.script = script;
  const views: EnrolmentView[] = [];
  const result = await app.enrol(
    { user, pin, look, sensor: 'any', pace: 'virtual', patience: ms(patience) },
    signal,
    (view) => views.push(view),
  );
  return { result, views };
}

interface Trying {
  readonly user?: string;
  readonly pace?: Pace;
  readonly attentionRequired?: boolean;
  readonly signal?: AbortSignal;
  readonly sensor?: string;
}

async function unlock(
  script: Script,
  {
    user = 'ada',
    pace = 'virtual',
    attentionRequired = true,
    signal = new AbortController().signal,
    sensor = 'any',
  }: Trying = {},
) {
  pipeline.script = script;
  const views: AttemptView[] = [];
  const result = await app.unlock({ user, sensor, pace, attentionRequired }, signal, (view) =>
    views.push(view),
  );
  return { result, views };
}

const enrolled = async (sensor = SIMULATED, user = 'ada', person = ADA) => {
  const { result } = await enrol([watching(sensor), ...turningHead(person)], { user });
  expect(result.ok).toBe(true);
  app = newProcess();
};

const screen = async (user = 'ada') => (await app.lock(user)).state;

describe('enrolling', () => {
  it('keeps templates of every direction and the PIN of a new user', async () => {
    const { result, views } = await enrol([watching(SIMULATED), ...turningHead()]);
    expect(result).toMatchObject({ ok: true, value: { user: 'ada', look: 'plain', templates: 9 } });
    expect(views.at(-1)).toMatchObject({ kind: 'saving', progress: 1 });
    expect(vault.galleries.get('ada')!.templates).toHaveLength(9);
    expect(pins.pins.get('ada')).toBe(PIN);
  });

  it('adds a look to the others and replaces one of the same name', async () => {
    await enrolled();
    await enrol([watching(SIMULATED), ...turningHead()], { look: 'with glasses' });
    await enrol([watching(SIMULATED), ...turningHead()]);
    const looks = vault.galleries.get('ada')!.templates.map(({ look }) => look);
    expect(looks.filter((look) => look === 'plain')).toHaveLength(9);
    expect(looks.filter((look) => look === 'with glasses')).toHaveLength(9);
  });

  it('asks for no frame before the PIN is right, or fit for a new user', async () => {
    expect((await enrol(turningHead(), { pin: '123' })).result).toMatchObject({ code: 'pin-too-short' });
    await enrolled();
    pipeline.requests.length = 0;
    expect((await enrol(turningHead(), { pin: '918273' })).result).toMatchObject({ code: 'pin-wrong' });
    expect(pipeline.requests).toEqual([]);
  });

  it('asks for no frame of a look whose name or number no gallery can hold', async () => {
    await enrolled();
    pipeline.requests.length = 0;
    const named = { code: 'bad-argument', message: expect.stringContaining('tabs') as string };
    for (const look of ['', 'a\tb', 'x'.repeat(61)])
      expect((await enrol(turningHead(), { look })).result).toMatchObject(named);
    expect((await enrol(turningHead(), { user: 'a\u001b[2J' })).result).toMatchObject(named);
    const gallery = vault.galleries.get('ada')!;
    const [template] = gallery.templates;
    const many = Array.from({ length: 256 - MOST_CAPTURES }, () => template);
    vault.galleries.set('ada', { ...gallery, templates: [...many, { ...template, look: 'hat' }] });
    expect((await enrol(turningHead(), { look: 'with glasses' })).result).toMatchObject({
      code: 'busy',
      message: expect.stringMatching(/no room for another look. Delete one/) as string,
    });
    expect(pipeline.requests).toEqual([]);
    // In the place of one there is room.
    expect((await enrol([watching(SIMULATED), ...turningHead()], { look: 'hat' })).result.ok).toBe(true);
  });

  it.each<[string, Script, string]>([
    [
      'the recording ends early',
      [watching(SIMULATED), ...turningHead().slice(0, SECOND + 4), ended],
      'not-enrolled',
    ],
    [
      'the sensor goes away',
      [
        watching(SIMULATED),
        ...turningHead().slice(0, SECOND + 4),
        { kind: 'failed', failure: fail('sensor-lost', 'Gone.') },
      ],
      'sensor-lost',
    ],
    [
      'the sensor is exchanged',
      [
        watching(KINECT),
        ...turningHead().slice(0, SECOND + 4),
        watching({ ...KINECT, serial: 'B2' }),
        ...turningHead(ADA, 50),
      ],
      'sensor-lost',
    ],
    ['the sensor was never opened', turningHead(), 'sensor-lost'],
    [
      'nobody comes',
      [
        watching(SIMULATED),
        ...Array.from({ length: 200 }, (_, i) => nobody(i, i * 1000)),
        ...turningHead(ADA, 200),
      ],
      'timed-out',
    ],
    [
      'the sensor falls silent',
      [watching(SIMULATED), () => clock.advance(31_000), { kind: 'silent' }, ...turningHead()],
      'sensor-lost',
    ],
  ])('stores nothing when %s', async (_, script, code) => {
    expect((await enrol(script)).result).toMatchObject({ ok: false, code });
    expect([...vault.galleries.keys(), ...pins.pins.keys()]).toEqual([]);
  });

  it('stores nothing when it is cancelled, even though the rest of the turn still arrives', async () => {
    const cancel = new AbortController();
    const [begin, rest] = [turningHead().slice(0, SECOND + 4), turningHead().slice(SECOND + 4)];
    const script = [watching(SIMULATED), ...begin, () => cancel.abort(), ...rest];
    expect((await enrol(script, { signal: cancel.signal })).result).toMatchObject({ code: 'cancelled' });
    expect([...vault.galleries.keys(), ...pins.pins.keys()]).toEqual([]);
  });

  it('stores neither gallery nor PIN when the gallery cannot be saved', async () => {
    vault.saving = fail('store-unwritable', 'The disk is full.');
    expect((await enrol([watching(SIMULATED), ...turningHead()])).result).toMatchObject({
      code: 'store-unwritable',
    });
    expect([...vault.galleries.keys(), ...pins.pins.keys()]).toEqual([]);
  });

  it('keeps the first PIN where the gallery is there though saving it failed', async () => {
    const save = vault.save.bind(vault);
    vault.save = async (gallery) => {
      await save(gallery);
      return fail('key-unavailable', 'The keychain takes nothing.');
    };
    expect((await enrol([watching(SIMULATED), ...turningHead()])).result).toMatchObject({
      code: 'key-unavailable',
    });
    expect([[...vault.galleries.keys()], [...pins.pins.keys()]]).toEqual([['ada'], ['ada']]);
  });

  it('loses no other look where the gallery cannot be read at the end', async () => {
    await enrolled();
    const breaks = () => (vault.loading = fail('key-unavailable', 'The keychain gives no answer.'));
    const script = [watching(SIMULATED), ...turningHead(), breaks];
    const last = script.splice(-2, 1)[0];
    const { result } = await enrol([...script, last], { look: 'hat' });
    expect(result).toMatchObject({ ok: false, code: 'key-unavailable' });
    vault.loading = undefined;
    expect((await enrol([watching(SIMULATED), ...turningHead()], { look: 'hat' })).result.ok).toBe(true);
    expect(new Set(vault.galleries.get('ada')!.templates.map(({ look }) => look))).toEqual(
      new Set(['plain', 'hat']),
    );
  });

  it('keeps the PIN of a user who had one when a further look cannot be saved', async () => {
    await enrolled();
    vault.saving = fail('store-unwritable', 'The disk is full.');
    await enrol([watching(SIMULATED), ...turningHead()], { look: 'with glasses' });
    expect(pins.pins.get('ada')).toBe(PIN);
  });

  it('pauses while the camera part restarts and finishes with the frames of the new process', async () => {
    const { result, views } = await enrol([
      watching(SIMULATED),
      ...turningHead().slice(0, SECOND + 4),
      restarting,
      watching(SIMULATED),
      ...turningHead(),
    ]);
    expect(result.ok).toBe(true);
    expect(views.map(({ kind }) => kind)).toContain('paused');
    const now = clock.wallTime();
    for (const { capturedAt } of vault.galleries.get('ada')!.templates)
      expect(capturedAt).toBeLessThanOrEqual(now);
  });

  it('counts only the time before the sensor, and holds looks straight ahead to stricter limits', async () => {
    await enrolled();
    const still = Array.from({ length: 240 }, (_, i) => face({ sequence: i }));
    const progress = new TurnProgress();
    progress.straightAhead = true;
    pipeline.script = [watching(SIMULATED), ...still];
    const request = { user: 'ada', look: 'plain', sensor: 'any', pace: 'virtual', progress } as const;
    const report = await app.enrolLook(request, new AbortController().signal, () => undefined);
    expect(report).toMatchObject({ ok: true, value: { coverage: 'straight', templates: 12 } });
    if (report.ok) expect(report.value.seconds).toBeCloseTo(progress.spent / 1000, 9);
    const { templates } = vault.galleries.get('ada')!;
    expect(templates.map(({ coverage }) => coverage)).toEqual(Array(12).fill('straight'));
    const near: Embeddings = new Map(KINDS.map((kind) => [kind, Float32Array.of(0.92, 0.3919, 0, 0)]));
    const limits = [{ fusedFrames: 1, distance: 0.3 }];
    const stricter = POLICY.colour.map((each) => ({ ...each, limits }));
    app = newProcess({ ...POLICY, straightAhead: { colour: stricter, infrared: stricter } });
    const [probe, self] = [near, embeddingsOf(ADA)].map((embeddings) => [
      watching(SIMULATED),
      ...Array.from({ length: 60 }, (_, sequence) => face({ sequence, embeddings })),
    ]);
    expect((await unlock(probe)).result).toMatchObject({ value: { kind: 'refused' } });
    expect((await unlock(self)).result).toMatchObject({ value: { kind: 'unlocked' } });
    // The same distance from looks of all directions is near enough.
    await enrolled();
    app = newProcess({ ...POLICY, straightAhead: { colour: stricter, infrared: stricter } });
    expect((await unlock(probe)).result).toMatchObject({ value: { kind: 'unlocked' } });
  });

  it('goes on where an enrolment ended that somebody holds, and says what is kept', async () => {
    const progress = new TurnProgress();
    const request = { user: 'ada', look: 'plain', sensor: 'any', pace: 'virtual', progress } as const;
    const go = (script: Script, pin?: string) => {
      pipeline.script = script;
      return app.enrolLook(request, new AbortController().signal, () => undefined, pin);
    };
    const away = Array.from({ length: 70 }, (_, i) => nobody(100 + i, 3000 + i * 1000));
    const half = turningHead().slice(0, SECOND + 4);
    expect(await go([watching(SIMULATED), ...half, ...away], PIN)).toMatchObject({
      code: 'timed-out',
      message: expect.stringMatching(/Nothing new .* 56 % done; what was captured is kept.*go on/) as string,
    });
    expect(progress.begun).toBe(true);
    // Somebody else in the meantime adds nothing, though another process counts tracks from the start again.
    expect(await go([watching(SIMULATED), ...turningHead(BOB, 0, 1), ended], PIN)).toMatchObject({
      ok: false,
    });
    expect(progress.state.captures).toHaveLength(5);
    vault.saving = fail('store-unwritable', 'The disk is full.');
    const rest = turningHead(ADA, 0, 1).slice(SECOND + 4);
    expect(await go([watching(SIMULATED), ...rest], PIN)).toMatchObject({ code: 'store-unwritable' });
    // What was seen is only stored again.
    vault.saving = undefined;
    expect(await go([], PIN)).toMatchObject({ ok: true, value: { templates: 9 } });
    expect(vault.galleries.get('ada')!.templates).toHaveLength(9);
  });

  it('says that the machine is too slow where most frames were too old when they were judged', async () => {
    const progress = new TurnProgress();
    const late = Array.from({ length: 80 }, (_, i) => [
      () => clock.advance(1000),
      nobody(SECOND + i, SECOND * 33 + 1000 * (i + 1) - 700),
    ]).flat();
    const now = turningHead()
      .slice(0, SECOND)
      .map((event) => [() => clock.advance(33), event]);
    clock.advance(0 - clock.now());
    pipeline.script = [watching(SIMULATED), ...now.flat(), ...late];
    const ended = await app.enrolLook(
      { user: 'ada', look: 'plain', sensor: 'any', pace: 'live', progress },
      new AbortController().signal,
      () => undefined,
      PIN,
    );
    expect(ended).toMatchObject({
      code: 'timed-out',
      message: expect.stringContaining('too slow') as string,
    });
    expect(progress).toMatchObject({ slow: true, begun: true });
  });

  it('takes no template of somebody else who comes in between', async () => {
    const turn = turningHead();
    const strangers = turningHead(BOB, 100).slice(SECOND);
    const { result, views } = await enrol([
      watching(SIMULATED),
      ...turn.slice(0, SECOND + 1),
      ...strangers,
      ...turningHead(ADA, 200, 3).slice(SECOND),
    ]);
    expect(result.ok).toBe(true);
    expect(views.map(({ guidance }) => guidance)).toContain('someone-else');
    for (const { embeddings } of vault.galleries.get('ada')!.templates)
      expect(embeddings.get('shape')![BOB]).toBe(0);
  });

  it('replaces a gallery that was altered for who has the PIN, and for nobody else', async () => {
    await enrolled();
    vault.loading = fail('store-altered', 'The gallery was altered.');
    expect((await enrol([watching(SIMULATED), ...turningHead()], { pin: '918273' })).result.ok).toBe(false);
    expect((await enrol([watching(SIMULATED), ...turningHead()])).result.ok).toBe(true);
    pins.pins.clear();
    expect((await enrol([watching(SIMULATED), ...turningHead()])).result).toMatchObject({
      code: 'store-altered',
    });
  });

  it('sets no new PIN for somebody whose face is enrolled and whose PIN record is gone', async () => {
    await enrolled();
    pins.pins.clear();
    const { result } = await enrol([watching(SIMULATED), ...turningHead(BOB)], { pin: '918273' });
    expect(result).toMatchObject({ code: 'store-altered' });
    expect(pins.pins.size).toBe(0);
  });
});

describe('unlocking by face', () => {
  it('opens for two agreeing frames, tells neither score nor name, and leaves no miss', async () => {
    await enrolled();
    const { result, views } = await unlock([
      watching(SIMULATED),
      face({ sequence: 0 }),
      face({ sequence: 1 }),
    ]);
    expect(result).toMatchObject({ ok: true, value: { kind: 'unlocked', by: 'face' } });
    for (const view of views) expect(Object.keys(view).sort()).toEqual(['guidance', 'kind']);
    expect(await screen()).toEqual({ kind: 'unlocked', by: 'face' });
    expect(ledger().misses).toBe(0);
  });

  it('has written the miss before anything is compared', async () => {
    await enrolled();
    const missesWhenCompared: number[] = [];
    class Watched extends Map<string, Float32Array> {
      override get(kind: string) {
        missesWhenCompared.push(ledger().misses);
        return super.get(kind);
      }
    }
    const embeddings = new Watched(embeddingsOf(BOB));
    await unlock([watching(SIMULATED), face({ sequence: 0, embeddings }), ended]);
    expect(missesWhenCompared.length).toBeGreaterThan(0);
    expect(new Set(missesWhenCompared)).toEqual(new Set([1]));
  });

  it('refuses a stranger and charges one miss, however many frames were compared', async () => {
    await enrolled();
    const { result } = await unlock([watching(SIMULATED), ...stays(BOB)]);
    expect(result).toMatchObject({ ok: true, value: { kind: 'refused', code: 'not-recognised' } });
    expect(ledger()).toMatchObject({ misses: 1, totalMisses: 1 });
    expect(await screen()).toMatchObject({ kind: 'locked' });
  });

  it('charges a picture of somebody too', async () => {
    await enrolled();
    const shown = Array.from({ length: 60 }, (_, i) => face({ sequence: i, against: ['flat'] }));
    expect((await unlock([watching(SIMULATED), ...shown])).result).toMatchObject({
      value: { kind: 'refused', code: 'not-live' },
    });
    expect(ledger().misses).toBe(1);
  });

  it.each<[string, Script]>([
    ['nobody is there', [watching(SIMULATED), nobody(0), nobody(1), ended]],
    [
      'the eyes stay closed',
      [
        watching(SIMULATED),
        face({ sequence: 0, attentive: false }),
        face({ sequence: 1, attentive: false }),
        ended,
      ],
    ],
  ])('charges nothing when %s', async (_, script) => {
    await enrolled();
    expect((await unlock(script)).result).toMatchObject({ value: { kind: 'refused', code: 'nobody' } });
    expect(ledger().totalMisses).toBe(0);
  });

  it('takes closed eyes where no attention is asked for', async () => {
    await enrolled();
    const asleep = [0, 1].map((sequence) => face({ sequence, attentive: false }));
    const { result } = await unlock([watching(SIMULATED), ...asleep], { attentionRequired: false });
    expect(result).toMatchObject({ value: { kind: 'unlocked' } });
  });

  it.each<[string, Script]>([
    ['the same frame twice', [face({ sequence: 5 }), face({ sequence: 5 })]],
    ['a frame and an earlier one', [face({ sequence: 5 }), face({ sequence: 4 })]],
    ['frames of two tracks', [face({ sequence: 5, track: 1 }), face({ sequence: 6, track: 2 })]],
    ['frames far apart', [face({ sequence: 5 }), face({ sequence: 6, capturedAt: 1000 })]],
    ['two frames with nobody between', [face({ sequence: 5 }), nobody(6), face({ sequence: 7 })]],
    [
      'two frames with a restart between',
      [face({ sequence: 5 }), restarting, watching(SIMULATED), face({ sequence: 6 })],
    ],
  ])('does not open for %s', async (_, frames) => {
    await enrolled();
    const { result } = await unlock([watching(SIMULATED), ...frames, ended]);
    expect(result).not.toMatchObject({ value: { kind: 'unlocked' } });
    expect(await screen()).toMatchObject({ kind: 'locked' });
  });

  it('takes live evidence that is old for no evidence, and charges nothing for it', async () => {
    await enrolled();
    const old = [0, 1].map((sequence) => face({ sequence, capturedAt: clock.now() - 260 + sequence }));
    await unlock([watching(SIMULATED), ...old, ended], { pace: 'live' });
    expect(await screen()).toMatchObject({ kind: 'locked' });
    expect(ledger().totalMisses).toBe(0);
    const fresh = [2, 3].map((sequence) => face({ sequence, capturedAt: clock.now() - 200 + sequence }));
    const { result } = await unlock([watching(SIMULATED), ...fresh], { pace: 'live' });
    expect(result).toMatchObject({ value: { kind: 'unlocked' } });
  });

  it('says that the machine is too slow where all that it saw live is old, and that is no miss', async () => {
    await enrolled();
    const old = [0, 1, 2].map((sequence) => face({ sequence, capturedAt: clock.now() - 900 + sequence }));
    const patient = () => clock.advance(10_000);
    const { result, views } = await unlock([watching(SIMULATED), ...old, patient, { kind: 'silent' }], {
      pace: 'live',
    });
    expect(views.slice(0, 3).map(({ guidance }) => guidance)).toEqual(['looking', 'slow', 'slow']);
    expect(result).toMatchObject({ value: { kind: 'refused', code: 'slow' } });
    expect(ledger().totalMisses).toBe(0);
  });

  it('tells how the sensor works otherwise than was asked for', async () => {
    await enrolled();
    const noted = watching({ ...SIMULATED, note: 'The processor computes depth.' });
    const { result } = await unlock([noted, face({ sequence: 0 }), face({ sequence: 1 })]);
    expect(result).toMatchObject({ value: { warning: 'The processor computes depth.' } });
  });

  it('looks at nothing that arrives after a cancel; the miss stays', async () => {
    await enrolled();
    const cancel = new AbortController();
    const script = [watching(SIMULATED), face({ sequence: 0 }), () => cancel.abort(), face({ sequence: 1 })];
    expect((await unlock(script, { signal: cancel.signal })).result).toMatchObject({ code: 'cancelled' });
    expect(await screen()).toMatchObject({ kind: 'locked' });
    expect(ledger().misses).toBe(1);
  });

  it('is over when the sensor falls silent, live at its patience, a recording after half a minute', async () => {
    await enrolled();
    const silence = (milliseconds: number): Script => [() => clock.advance(milliseconds), { kind: 'silent' }];
    const later = [face({ sequence: 0 }), face({ sequence: 1 })];
    expect(
      (await unlock([watching(SIMULATED), ...silence(10_001), ...later], { pace: 'live' })).result,
    ).toMatchObject({
      value: { kind: 'refused', code: 'slow' },
    });
    expect((await unlock([watching(SIMULATED), ...silence(10_001), ...later])).result).toMatchObject({
      value: { kind: 'unlocked' },
    });
    app = newProcess();
    expect((await unlock([watching(SIMULATED), ...silence(30_001), ...later])).result).toMatchObject({
      code: 'sensor-lost',
    });
    expect(await screen()).toMatchObject({ kind: 'locked' });
  });

  it('turns the face off after five misses, over a restart too, and on again with the PIN', async () => {
    await enrolled();
    for (let i = 0; i < 5; i++) await unlock([watching(SIMULATED), ...stays(BOB)]);
    app = newProcess();
    const you = [watching(SIMULATED), face({ sequence: 0 }), face({ sequence: 1 })];
    pipeline.requests.length = 0;
    expect((await unlock(you)).result).toMatchObject({ code: 'paused' });
    expect(pipeline.requests).toEqual([]);
    expect((await app.enterPin('ada', PIN)).ok).toBe(true);
    await (await app.lock('ada')).dispatch({ kind: 'lock' });
    expect((await unlock(you)).result).toMatchObject({ value: { kind: 'unlocked', by: 'face' } });
  });

  it('opens for no face when the miss could not be written down', async () => {
    await enrolled();
    const script = [
      watching(SIMULATED),
      () => (store.full = true),
      face({ sequence: 0 }),
      face({ sequence: 1 }),
    ];
    expect((await unlock(script)).result.ok).toBe(false);
    expect(await screen()).toMatchObject({ kind: 'locked', face: { kind: 'pin-needed' } });
    expect((await app.enterPin('ada', PIN)).ok).toBe(true);
  });

  it('compares nothing made by other steps from frame to input', async () => {
    await enrolled();
    const gallery = vault.galleries.get('ada')!;
    vault.galleries.set('ada', {
      ...gallery,
      templates: gallery.templates.map((template) => ({ ...template, preprocessing: 99 })),
    });
    expect((await unlock([])).result).toMatchObject({ code: 'not-enrolled' });
  });
});

describe('the sensor', () => {
  const two = [face({ sequence: 0 }), face({ sequence: 1 })];

  const OTHER: OpenSensor = { ...KINECT, serial: 'B2' };
  const unlockWith = async (sensor: OpenSensor, asked = 'any') =>
    (await unlock([watching(sensor), ...two], { sensor: asked })).result;
  const unknown = (sentence: RegExp) => ({
    code: 'sensor-unknown',
    message: expect.stringMatching(sentence) as string,
  });

  it('must be the one that a gallery was enrolled with, where that was a real one', async () => {
    await enrolled(KINECT);
    for (const other of [SIMULATED, { ...SIMULATED, driver: 'replay' }, OTHER]) {
      expect(await unlockWith(other)).toMatchObject(unknown(/PIN/));
      expect(await screen()).toMatchObject({ kind: 'locked' });
    }
    expect(ledger().totalMisses).toBe(0);
    expect(await unlockWith(KINECT)).toMatchObject({ value: { kind: 'unlocked' } });
  });

  it('that is another real one unlocks after the PIN was entered once, and from then on in every process', async () => {
    await enrolled(KINECT);
    expect(await unlockWith(OTHER)).toMatchObject(unknown(/B2.*not the sensor that knows you.*PIN once/));
    expect((await app.enterPin('ada', '918273')).ok).toBe(false);
    expect(await unlockWith(OTHER)).toMatchObject(unknown(/PIN once/));
    expect((await app.enterPin('ada', PIN)).ok).toBe(true);
    await app.settled();
    app = newProcess();
    expect(await unlockWith(OTHER)).toMatchObject({ value: { kind: 'unlocked', by: 'face' } });
    app = newProcess();
    expect(await unlockWith(KINECT)).toMatchObject({ value: { kind: 'unlocked', by: 'face' } });
    expect(vault.galleries.get('ada')).toMatchObject({
      sensor: { serial: 'A1' },
      otherSensors: [{ serial: 'B2' }],
    });
  });

  it('that went away again before the PIN is not taken in by it', async () => {
    await enrolled(KINECT);
    await unlockWith(OTHER);
    await unlock([{ kind: 'failed', failure: fail('sensor-lost', 'Gone.') }]);
    await app.enterPin('ada', PIN);
    await app.settled();
    app = newProcess();
    expect(await unlockWith(OTHER)).toMatchObject({ code: 'sensor-unknown' });
  });

  it('of a recording must be of the model that a recording was enrolled from, until the PIN was entered once', async () => {
    const recorded = (model: OpenSensor['model'], serial = ''): OpenSensor => ({
      driver: 'replay',
      model,
      serial,
      simulated: true,
    });
    await enrolled(recorded('kinect-v2', 'A1'));
    for (const alike of [
      recorded('kinect-v2', 'B2'),
      recorded('other'),
      { ...SIMULATED, model: 'kinect-v1' },
    ] as const) {
      app = newProcess();
      expect(await unlockWith(alike)).toMatchObject({ value: { kind: 'unlocked' } });
    }
    app = newProcess();
    const another = recorded('kinect-v1');
    expect(await unlockWith(another)).toMatchObject(unknown(/Kinect v1 of this recording is not.*PIN once/));
    expect((await app.enterPin('ada', PIN)).ok).toBe(true);
    await app.settled();
    app = newProcess();
    expect(await unlockWith(another)).toMatchObject({ value: { kind: 'unlocked', by: 'face' } });
  });

  it('that is none is never taken in, whatever PIN follows', async () => {
    await enrolled(KINECT);
    expect(await unlockWith(SIMULATED)).toMatchObject(unknown(/never stands in/));
    await app.enterPin('ada', PIN);
    await app.settled();
    app = newProcess();
    expect(await unlockWith(SIMULATED)).toMatchObject(unknown(/never stands in/));
  });

  it('that is a simulation where a real one is set is refused, though the face was enrolled with a simulation', async () => {
    await enrolled();
    expect(await unlockWith(SIMULATED, 'freenect2:cpu')).toMatchObject(unknown(/never stands in/));
    expect(await unlockWith(SIMULATED, 'simulated')).toMatchObject({ value: { kind: 'unlocked' } });
  });

  it('leaves the PIN at work where it cannot be kept, and is asked for again', async () => {
    await enrolled(KINECT);
    await unlockWith(OTHER);
    vault.saving = fail('store-unwritable', 'The disk is full.');
    expect((await app.enterPin('ada', PIN)).ok).toBe(true);
    await app.settled();
    vault.saving = undefined;
    app = newProcess();
    expect(await unlockWith(OTHER)).toMatchObject({ code: 'sensor-unknown' });
  });

  it('joins the gallery with an enrolment on it, which had the PIN: no look is lost', async () => {
    await enrolled(KINECT);
    await enrol([watching(OTHER), ...turningHead(ADA)], { look: 'with glasses' });
    const gallery = vault.galleries.get('ada')!;
    expect(new Set(gallery.templates.map(({ look }) => look))).toEqual(new Set(['plain', 'with glasses']));
    app = newProcess();
    for (const sensor of [KINECT, OTHER]) {
      expect(await unlockWith(sensor)).toMatchObject({ value: { kind: 'unlocked' } });
      app = newProcess();
    }
  });

  it.each([
    ['a simulation', KINECT, SIMULATED, /from a Kinect v2 \(A1\)\. All.*a simulation or recording.*--data/],
    ['a real one', SIMULATED, KINECT, /from a simulation or recording\. All.*a Kinect v2 \(A1\).*--data/],
  ])(
    'that is %s enrols no look in place of all those of the other kind',
    async (_, first, other, sentence) => {
      await enrolled(first);
      const before = vault.galleries.get('ada');
      for (const look of ['plain', 'with glasses'])
        expect((await enrol([watching(other), ...turningHead()], { look })).result).toMatchObject(
          unknown(sentence),
        );
      expect(vault.galleries.get('ada')).toBe(before);
    },
  );

  it('that is real and was taken in with the PIN may join looks of a simulation', async () => {
    await enrolled();
    await unlockWith(KINECT);
    await app.enterPin('ada', PIN);
    await app.settled();
    await enrol([watching(KINECT), ...turningHead()], { look: 'with glasses' });
    const looks = vault.galleries.get('ada')!.templates.map(({ look }) => look);
    expect(new Set(looks)).toEqual(new Set(['plain', 'with glasses']));
  });

  it('must not become another during an attempt', async () => {
    await enrolled(KINECT);
    const script = [watching(KINECT), two[0], watching(SIMULATED), two[1]];
    expect((await unlock(script)).result).toMatchObject({ code: 'sensor-unknown' });
    expect(await screen()).toMatchObject({ kind: 'locked' });
    expect(ledger().misses).toBe(1);
  });

  it('may be a recording where the gallery came from a simulation', async () => {
    await enrolled();
    const { result } = await unlock([watching({ ...SIMULATED, driver: 'replay' }), ...two]);
    expect(result).toMatchObject({ value: { kind: 'unlocked' } });
  });
});

describe('PIN and face at once', () => {
  it('open the screen once, by the PIN where it is first', async () => {
    await enrolled();
    const pin = () => app.enterPin('ada', PIN);
    const { result } = await unlock([watching(SIMULATED), face({ sequence: 0 }), pin, face({ sequence: 1 })]);
    expect(result).toMatchObject({ value: { kind: 'unlocked', by: 'pin' } });
    expect(await screen()).toEqual({ kind: 'unlocked', by: 'pin' });
  });

  it('end the attempt with the PIN though no frame comes any more', async () => {
    await enrolled();
    let after = false;
    const { result } = await unlock([
      watching(SIMULATED),
      () => app.enterPin('ada', PIN),
      { kind: 'silent' },
      () => (after = true),
    ]);
    expect(result).toMatchObject({ value: { kind: 'unlocked', by: 'pin' } });
    expect(after).toBe(false);
  });

  it('open the screen once, by the face where the PIN is still being checked', async () => {
    await enrolled();
    let release: () => void = () => undefined;
    pins.gate = new Promise((resolve) => (release = resolve));
    let entered: Promise<Result<void>> | undefined;
    const { result } = await unlock([
      watching(SIMULATED),
      () => void (entered = app.enterPin('ada', PIN)),
      face({ sequence: 0 }),
      face({ sequence: 1 }),
    ]);
    expect(result).toMatchObject({ value: { kind: 'unlocked', by: 'face' } });
    release();
    expect((await entered!).ok).toBe(true);
    expect(await screen()).toEqual({ kind: 'unlocked', by: 'face' });
  });

  it('leave a wrong PIN counted though the face opens', async () => {
    await enrolled();
    const wrong = () => app.enterPin('ada', '918273');
    await unlock([watching(SIMULATED), wrong, face({ sequence: 0 }), face({ sequence: 1 })]);
    expect(ledger().pinMisses).toBe(1);
  });
});

describe('two users', () => {
  it('have faces, PINs and misses of their own', async () => {
    await enrolled(SIMULATED, 'ada', ADA);
    await enrolled(SIMULATED, 'bob', BOB);
    const bob = [face({ person: BOB, sequence: 0 }), face({ person: BOB, sequence: 1 })];
    for (let i = 0; i < 5; i++) await unlock([watching(SIMULATED), ...stays(BOB)], { user: 'ada' });
    expect((await unlock([], { user: 'ada' })).result).toMatchObject({ code: 'paused' });
    expect(ledger('bob').totalMisses).toBe(0);
    expect((await unlock([watching(SIMULATED), ...bob], { user: 'bob' })).result).toMatchObject({
      value: { kind: 'unlocked', by: 'face' },
    });
    expect(await screen('ada')).toMatchObject({ kind: 'locked' });
  });

  it('are told apart from people who are not enrolled', async () => {
    await enrolled();
    expect((await unlock([], { user: 'eve' })).result).toMatchObject({ code: 'not-enrolled' });
    expect(pipeline.requests).toHaveLength(1);
  });
});

describe("a network of a person's own", () => {
  const own = `facet-personal ${'5e'.repeat(8)}`;
  const network = {
    kind: own,
    onnx: Uint8Array.of(1, 2),
    sha256: '5e'.repeat(32),
    templates: [Float32Array.of(1, 0)],
  };
  /** Nothing but the distance of the person's own network decides whether the fused one is nearer or farther. */
  const term = { offset: -0.1, distances: new Map([[own, 1]]), weights: new Map() };
  const FUSED: MatchPolicy = {
    ...POLICY,
    networks: 'now',
    colour: [{ ...POLICY.colour[0], parts: POLICY.colour[0].parts.flatMap((part) => [part, part]) }],
    adaptation: boundsOf({
      lasting: lastingWithin(2),
      follow: 2,
      reach: { limits: [{ fusedFrames: 1, distance: 2 }] },
      confident: 1,
    }),
  };
  const seenAt = (sequence: number, personal: number | undefined) => {
    const { evidence } = face({ sequence });
    const embeddings = new Map(evidence.embeddings);
    if (personal !== undefined) embeddings.set(own, Float32Array.of(Math.cos(personal), Math.sin(personal)));
    return face({ sequence, embeddings });
  };
  const attempt = (personal: number | undefined, ...first: PipelineEvent[]) => {
    pipeline.script = [
      watching(SIMULATED),
      ...first,
      ...Array.from({ length: 60 }, (_, i) => seenAt(i, personal)),
    ];
    return unlockAda();
  };

  beforeEach(async () => {
    const loadPolicy = async () => ok(FUSED);
    app = new AppService({ pipeline, vault, pins, store, clock, trainer, loadPolicy });
    expect((await enrol([watching(SIMULATED), ...turningHead()])).result.ok).toBe(true);
    app = new AppService({ pipeline, vault, pins, store, clock, trainer, loadPolicy });
    const gallery = vault.galleries.get('ada')!;
    const head = {
      fittedAt: 1,
      networks: 'now',
      preprocessing: PREPROCESSING,
      looks: ['plain'],
      terms: { colour: term },
    };
    vault.galleries.set('ada', keepHead(gallery, { ...head, network }));
  });

  it('is handed to the pipeline with each attempt, and decides with what was fused', async () => {
    expect(await attempt(0)).toMatchObject({ ok: true, value: { kind: 'unlocked', by: 'face' } });
    const { kind, onnx, sha256 } = network;
    expect(pipeline.requests.at(-1)).toMatchObject({ purpose: 'unlock', personal: { kind, onnx, sha256 } });
    await app.settled();
    expect(vault.galleries.get('ada')!.templates.some(({ source }) => source === 'adaptation')).toBe(true);
    for (const { embeddings } of vault.galleries.get('ada')!.templates)
      expect(embeddings.has(own)).toBe(false);
    expect(vault.galleries.get('ada')!.heads?.versions[0].network).toEqual(network);
  });

  it('refuses a face that it does not know, which Facet as it came would let in', async () => {
    expect(await attempt(3)).toMatchObject({ ok: true, value: { kind: 'refused', code: 'not-recognised' } });
  });

  it('that cannot be used leaves Facet as it came, and the attempt says so', async () => {
    const impersonal: PipelineEvent = {
      kind: 'impersonal',
      failure: fail('model-altered', 'It is damaged.'),
    };
    expect(await attempt(undefined, impersonal)).toMatchObject({
      ok: true,
      value: { kind: 'unlocked', by: 'face', warning: 'It is damaged.' },
    });
  });
});

describe('being looked at again', () => {
  const withRelief = (event: PipelineEvent): PipelineEvent =>
    event.kind === 'evidence' && event.evidence.kind === 'face'
      ? {
          kind: 'evidence',
          evidence: { ...event.evidence, relief: Float32Array.of(event.evidence.sequence) },
        }
      : event;
  /** Slowly: every direction for four frames, 100 ms apart. */
  const slowly = (person = ADA): PipelineEvent[] => [
    ...Array.from({ length: 10 }, (_, i) => face({ person, sequence: i, capturedAt: 100 * i })),
    ...SECTORS.flatMap((_, i) =>
      Array.from({ length: 5 }, (__, k) =>
        face({
          person,
          sequence: 10 + 5 * i + k,
          capturedAt: 100 * (10 + 5 * i + k),
          yaw: 16 * Math.cos((i * Math.PI) / 4),
          pitch: 16 * Math.sin((i * Math.PI) / 4),
        }),
      ),
    ),
  ];
  const look = async (script: Script) => {
    pipeline.script = script;
    const request = { user: 'ada', sensor: 'any', pace: 'virtual' } as const;
    return app.lookAgain(request, new AbortController().signal, () => undefined);
  };

  it('gives the reliefs of a person who turns the head, and stores nothing', async () => {
    await enrolled();
    const before = vault.galleries.get('ada');
    const seen = await look([watching(SIMULATED), ...slowly().map(withRelief)]);
    if (!seen.ok) return expect.fail(seen.message);
    expect(pipeline.requests.at(-1)).toMatchObject({ purpose: 'retrain' });
    expect(seen.value.length).toBeGreaterThanOrEqual(32);
    const order = seen.value.map(({ relief }) => relief[0]);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(vault.galleries.get('ada')).toBe(before);
  });

  it('goes on until enough was seen of whoever turns in a hurry', async () => {
    await enrolled();
    const hasty = turningHead().map(withRelief);
    expect(await look([watching(SIMULATED), ...hasty, ended])).toMatchObject({
      ok: false,
      message: expect.stringMatching(/ended when the look at you was \d+ % done/) as string,
    });
    expect(await look([watching(SIMULATED), ...slowly().map(withRelief)])).toMatchObject({ ok: true });
  });

  it('takes nothing from a stranger, or from another sensor', async () => {
    await enrolled();
    const stranger = await look([watching(SIMULATED), ...slowly(BOB).map(withRelief), ended]);
    expect(stranger).toMatchObject({
      ok: false,
      message: expect.stringContaining('0 % done; nothing was changed') as string,
    });
    await enrolled(KINECT, 'bob');
    pipeline.script = [watching(SIMULATED), ...slowly().map(withRelief)];
    const bob = { user: 'bob', sensor: 'any', pace: 'virtual' } as const;
    expect(await app.lookAgain(bob, new AbortController().signal, () => undefined)).toMatchObject({
      ok: false,
      code: 'sensor-unknown',
    });
  });
});

describe('a gallery that learns', () => {
  const adaptation = boundsOf();
  const learning = () =>
    new AppService({
      pipeline,
      vault,
      pins,
      store,
      clock,
      trainer,
      loadPolicy: async () => ok({ ...POLICY, adaptation }),
    });
  const sources = () => vault.galleries.get('ada')!.templates.map(({ source }) => source);
  const attempt = (script: Script) => {
    pipeline.script = script;
    return unlockAda();
  };
  const comes = [watching(SIMULATED), face({ sequence: 0 }), face({ sequence: 1 })];

  beforeEach(async () => {
    await enrolled();
    app = learning();
  });

  it('is saved after the screen is open, and keeps nobody waiting', async () => {
    let save = (): void => undefined;
    const gate = new Promise<void>((resolve) => (save = resolve));
    const saving = vault.save.bind(vault);
    vault.save = (gallery) => gate.then(() => saving(gallery));
    expect(await attempt(comes)).toMatchObject({ ok: true, value: { kind: 'unlocked', by: 'face' } });
    expect(sources()).not.toContain('adaptation');
    save();
    await app.settled();
    expect(sources()).toContain('adaptation');
  });

  it('takes no faces from before and after a restart for one look', async () => {
    const disguised = (sequence: number) => {
      const embeddings = new Map([...embeddingsOf(BOB), ['shape', embeddingsOf(ADA).get('shape')!]]);
      return face({ sequence, capturedAt: 150 * sequence, embeddings });
    };
    const [before, after] = [[0, 1, 2].map(disguised), [3, 4].map(disguised)];
    const tries = async (script: Script) => {
      expect(await attempt([watching(SIMULATED), ...script])).toMatchObject({
        value: { kind: 'refused', code: 'not-recognised' },
      });
      await app.enterPin('ada', PIN);
      return app.mayRemember('ada');
    };
    expect(await tries([...before, ...after, ended])).toBe(true);
    app = learning();
    expect(await tries([...before, restarting, watching(SIMULATED), ...after, ended])).toBe(false);
  });

  it('says that it could not learn where saving breaks', async () => {
    const learned = new Promise<Result<void>>((resolve) => (app.learned = (_, saved) => resolve(saved)));
    vault.save = () => Promise.reject(new Error('broken'));
    expect(await attempt(comes)).toMatchObject({ ok: true, value: { kind: 'unlocked' } });
    expect(await learned).toMatchObject({
      code: 'fault',
      message: expect.stringContaining('broken') as string,
    });
  });

  it('loses neither of two changes at once', async () => {
    await attempt(comes);
    await app.renameLook('ada', PIN, 'plain', 'every day');
    expect(sources()).toContain('adaptation');
    expect(await app.looks('ada')).toMatchObject({ value: { looks: [{ name: 'every day', adapted: 1 }] } });
  });

  it.each([
    ['an unlock that teaches nothing', () => attempt(comes)],
    ['a change', () => app.renameLook('ada', PIN, 'plain', 'every day')],
    ['an enrolment', () => enrol([watching(SIMULATED), ...turningHead()])],
  ])('forgets a look that expired with %s', async (_, next) => {
    await attempt(comes);
    await app.settled();
    await (await app.lock('ada')).dispatch({ kind: 'lock' });
    const gallery = vault.galleries.get('ada')!;
    const winter = { ...gallery.templates[0], source: 'adaptation' as const, look: 'winter' };
    vault.galleries.set('ada', {
      ...gallery,
      templates: [...gallery.templates, winter],
      remembered: [{ look: 'winter', reason: 'hat', usedAt: clock.wallTime() - 61 * 86_400_000 }],
    });
    await next();
    await app.settled();
    const { templates, remembered } = vault.galleries.get('ada')!;
    expect(remembered).toEqual([]);
    expect(templates.map(({ look }) => look)).not.toContain('winter');
    expect(templates.filter(({ source }) => source === 'enrolment').length).toBeGreaterThan(0);
  });

  it.each([
    ['of other networks', { networks: 'earlier' }],
    ['cut out of the frame by other steps', { preprocessing: PREPROCESSING - 1 }],
  ])('says that looks %s are outdated, and compares nothing with them', async (_, made) => {
    const gallery = vault.galleries.get('ada')!;
    const templates = gallery.templates.map((template) => ({ ...template, ...made }));
    vault.galleries.set('ada', { ...gallery, templates });
    expect(await app.looks('ada')).toMatchObject({ value: { looks: [{ name: 'plain', outdated: true }] } });
    const refused = await attempt(comes);
    expect(refused).toMatchObject({ ok: false, code: 'not-enrolled' });
    expect(refused).toHaveProperty('message', expect.stringContaining('Enrol again; the PIN works'));
    expect(vault.galleries.get('ada')!.templates).toBe(templates);
  });

  it('remembers nothing of somebody without a look', async () => {
    vault.galleries.clear();
    expect(await app.mayRemember('ada')).toBe(false);
    expect(await app.remember('ada', { look: 'hat', reason: 'hat' })).toMatchObject({ code: 'not-enrolled' });
    expect(await app.looks('ada')).toEqual(ok({ looks: [], days: [], heads: [] }));
  });
});
