import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { apiSchemas, type Channel } from '../../contract/api.ts';
import { SECTORS } from '../../contract/codes.ts';
import { fail, ok } from '../../contract/result.ts';
import type { AppState } from '../../contract/states/app.ts';
import { deg } from '../../contract/units.ts';
import { trained } from '../memory.fixture.ts';
import { kinect } from '../../contract/states/sensors.fixture.ts';
import type { PipelineEvent } from '../ports.ts';
import {
  ADA,
  BOB,
  DISGUISED,
  PIN,
  restarting,
  settled,
  stagedDesk,
  unplugged,
  watching,
  type StagedDesk,
} from './desk.fixture.ts';

/** A Kinect as the system lists it, and as it answers when it is opened. */
const KINECT = kinect();
const kinectWatching: PipelineEvent = {
  kind: 'watching',
  sensor: { driver: 'freenect2', model: 'kinect-v2', serial: 'A1', simulated: false },
};

let staged: StagedDesk;
const state = (): AppState => staged.desk.state;
const call = (channel: Channel, argument: unknown = {}) => staged.desk.call(channel, argument);

async function open(options: Parameters<typeof stagedDesk>[0] = {}): Promise<void> {
  staged = await stagedDesk(options);
  staged.desk.attend();
  await settled();
}

/** Frames of a second, in which somebody's straight is found. */
const SECOND = 32;

/** Ada turns her head all the way round. @param frames in each direction */
async function turnHead(person = ADA, frames = 3): Promise<void> {
  await staged.stand(person, SECOND);
  for (const [i] of SECTORS.entries())
    await staged.stand(person, frames, {
      yaw: 16 * Math.cos((i * Math.PI) / 4),
      pitch: 16 * Math.sin((i * Math.PI) / 4),
    });
}

describe('a desk with a sensor that the gallery does not know', () => {
  beforeEach(() => open({ sensor: 'freenect2' }));

  it('says so in a sentence, opens for the PIN, and for the face from then on', async () => {
    await staged.pipeline.emit(kinectWatching);
    expect(state()).toMatchObject({
      lock: { kind: 'locked', pin: { kind: 'ready' } },
      sensor: {
        kind: 'lost',
        code: 'sensor-unknown',
        message: expect.stringMatching(/A1.*PIN once/) as string,
      },
    });
    await staged.pass(1000);
    await staged.pipeline.emit(kinectWatching);
    await staged.stand(ADA, 3);
    expect(state().lock.kind).toBe('locked');
    await call('lock.pin', { pin: PIN });
    await settled();
    await call('lock.now');
    await staged.pass(2000);
    await staged.pipeline.emit(kinectWatching);
    await staged.stand(ADA, 3);
    expect(state().lock).toEqual({ kind: 'unlocked', by: 'face' });
  });

  it('never takes a simulation for it', async () => {
    await staged.pipeline.emit(watching);
    expect(state().sensor).toMatchObject({ kind: 'lost', code: 'sensor-unknown' });
    await call('lock.pin', { pin: PIN });
    await call('lock.now');
    await staged.pass(2000);
    await staged.pipeline.emit(watching);
    expect(state()).toMatchObject({ lock: { kind: 'locked' }, sensor: { code: 'sensor-unknown' } });
  });
});

describe('a desk where nobody is set up', () => {
  beforeEach(() => open({ enrolled: false }));

  it('is in its first run, locked, and shows what the sensor sees', async () => {
    await staged.pipeline.emit(watching);
    expect(state()).toMatchObject({
      user: undefined,
      lock: { kind: 'locked' },
      sensor: { kind: 'watching' },
      looks: [],
    });
    expect(staged.pipeline.shown).toBe('shape');
  });

  it('takes the first PIN, opens, and enrols a head that turns', async () => {
    expect(await call('setup.begin', { user: 'ada', pin: PIN })).toEqual({ ok: true, value: undefined });
    expect(state()).toMatchObject({ user: 'ada', lock: { kind: 'unlocked', by: 'pin' } });
    await call('enrolment.start', { pin: PIN, look: 'plain' });
    await settled();
    await staged.pipeline.emit(watching);
    await turnHead();
    await settled();
    expect(state().enrolment).toMatchObject({ kind: 'done', report: { look: 'plain', user: 'ada' } });
    expect(state().looks).toMatchObject([{ name: 'plain' }]);
    await call('enrolment.dismiss');
    expect(state().enrolment).toBeUndefined();
  });

  it.each(['1234', 'abcdef', '123456', '😀😀😀😀😀😀', '9'.repeat(33)])(
    'refuses "%s" as a PIN',
    async (pin) => {
      expect(await call('setup.begin', { user: 'ada', pin })).toMatchObject({ ok: false });
      expect(state().user).toBeUndefined();
      expect(staged.pins.pins.size).toBe(0);
    },
  );

  it.each([10_000, 10_001])('tells who pastes %i characters what a PIN is', async (length) => {
    const refused = await call('setup.begin', { user: 'ada', pin: '7'.repeat(length) });
    expect(refused).toMatchObject({ ok: false, code: 'bad-argument' });
    expect(refused).toHaveProperty('message', expect.stringContaining('32'));
  });

  it.each(['', 'x'.repeat(61), 'a\tb'])('tells who is called %j what a name is', async (user) => {
    expect(await call('setup.begin', { user, pin: PIN })).toMatchObject({
      code: 'bad-argument',
      message: expect.stringMatching(/between 1 and 60 characters, without tabs/) as string,
    });
  });

  it('gives away nothing that needs a PIN', async () => {
    for (const [channel, argument] of [
      ['enrolment.start', { pin: PIN, look: 'plain' }],
      ['diagnostics.open', { pin: PIN }],
      ['everything.remove', { pin: PIN }],
      ['lock.pin', { pin: PIN }],
    ] as const)
      expect(await call(channel, argument)).toMatchObject({ ok: false, code: 'not-enrolled' });
  });
});

describe('a locked desk', () => {
  beforeEach(() => open());

  it('watches, and opens for the person who is enrolled', async () => {
    await staged.pipeline.emit(watching);
    expect(state().face).toMatchObject({ kind: 'watching' });
    await staged.stand(ADA, 3);
    expect(state()).toMatchObject({ lock: { kind: 'unlocked', by: 'face' }, face: { kind: 'accepted' } });
    expect(staged.pipeline.isWatched).toBe(false);
    expect(staged.pipeline.shown).toBe('nothing');
  });

  it('does not use the sensor while no page is open, nor right after the last one closed', async () => {
    const alone = await stagedDesk();
    await alone.pass(1000);
    expect(alone.pipeline.requests).toEqual([]);
    const leave = alone.desk.attend();
    await settled();
    expect(alone.pipeline.isWatched).toBe(true);
    leave();
    leave();
    await alone.pass(4500);
    expect(alone.pipeline.isWatched).toBe(true);
    await alone.pass(1000);
    expect(alone.pipeline.isWatched).toBe(false);
  });

  it('refuses a stranger without a score, for one miss, and tries again after a while', async () => {
    await staged.pipeline.emit(watching);
    await staged.stand(BOB, 60);
    expect(state().face).toEqual({ kind: 'refused', code: 'not-recognised' });
    expect(state().lock).toMatchObject({ kind: 'locked', face: { missesLeft: 4 } });
    expect(JSON.stringify(state())).not.toMatch(/score|threshold|embedding|0\.5/);
    const attempts = staged.pipeline.requests.length;
    await staged.stand(BOB, 40);
    expect(state().lock).toMatchObject({ face: { missesLeft: 4 } });
    await staged.stand(BOB, 45);
    expect(staged.pipeline.requests.length).toBeGreaterThan(attempts);
    expect(state().lock).toMatchObject({ face: { missesLeft: 3 } });
  });

  it('waits longer after each refusal of somebody who stays', async () => {
    await staged.pipeline.emit(watching);
    const waits: number[] = [];
    for (let round = 0; round < 3; round++) {
      while (state().face.kind !== 'refused') await staged.stand(BOB, 1);
      const since = staged.clock.now();
      while (state().face.kind === 'refused') await staged.stand(BOB, 1);
      waits.push(staged.clock.now() - since);
    }
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits[2]).toBeGreaterThan(2 * waits[0]);
  });

  it('tries whoever comes after the stranger left at once', async () => {
    await staged.pipeline.emit(watching);
    await staged.stand(BOB, 60);
    for (let i = 0; i < 25; i++) {
      await staged.pipeline.emit(staged.nobody());
      staged.clock.advance(50);
    }
    // Nobody is there to be told so any more.
    expect(state().face).toEqual({ kind: 'watching', guidance: 'looking' });
    await staged.stand(ADA, 4);
    expect(state().lock).toMatchObject({ kind: 'unlocked', by: 'face' });
  });

  it('tries again at once where the person asks', async () => {
    await staged.pipeline.emit(watching);
    await staged.stand(BOB, 60);
    await call('lock.retry');
    await settled();
    expect(state().face.kind).toBe('watching');
    await staged.stand(ADA, 4);
    expect(state().lock.kind).toBe('unlocked');
  });

  it('goes on quietly while nobody is there, and charges nothing', async () => {
    await staged.pipeline.emit(watching);
    for (let i = 0; i < 400; i++) {
      await staged.pipeline.emit(staged.nobody());
      staged.clock.advance(50);
    }
    expect(staged.pipeline.requests.length).toBeGreaterThan(1);
    expect(state()).toMatchObject({ face: { kind: 'watching' }, lock: { face: { missesLeft: 5 } } });
  });

  it('pauses the face after five misses, lets the PIN in meanwhile, and watches again when the pause is over', async () => {
    await staged.pipeline.emit(watching);
    for (let i = 0; i < 2000 && staged.pipeline.isWatched; i++) await staged.stand(BOB, 1);
    expect(state()).toMatchObject({ face: { kind: 'off' }, lock: { face: { kind: 'paused' } } });
    const pages: AppState[] = [];
    const leave = staged.desk.onState((seen) => pages.push(seen));
    await staged.pass(3000);
    leave();
    // The page counts down with the shell.
    expect(new Set(pages.map(({ lock }) => JSON.stringify(lock))).size).toBeGreaterThan(2);
    await staged.pass(30_000);
    expect(staged.pipeline.isWatched).toBe(true);
  });

  it('opens for the PIN whatever the sensor does, and stops watching', async () => {
    await staged.pipeline.emit(watching);
    expect(await call('lock.pin', { pin: PIN })).toMatchObject({ ok: true });
    await settled();
    expect(state().lock).toEqual({ kind: 'unlocked', by: 'pin' });
    expect(staged.pipeline.isWatched).toBe(false);
  });

  it('opens once, for the first of face and PIN', async () => {
    await staged.pipeline.emit(watching);
    let check = () => {};
    staged.pins.gate = new Promise((resolve) => (check = resolve));
    const entered = call('lock.pin', { pin: PIN });
    await settled();
    expect(state().lock).toMatchObject({ pin: { kind: 'checking' } });
    await staged.stand(ADA, 3);
    expect(state().lock).toEqual({ kind: 'unlocked', by: 'face' });
    await call('lock.now');
    check();
    // The PIN was typed before the screen was locked again: it does not open that one.
    await entered;
    expect(state().lock.kind).toBe('locked');
  });

  it('stays locked for wrong PINs, and soon makes them wait', async () => {
    for (let i = 0; i < 5; i++)
      expect(await call('lock.pin', { pin: '000000' })).toMatchObject({ code: 'pin-wrong' });
    expect(await call('lock.pin', { pin: PIN })).toMatchObject({ code: 'paused' });
    expect(state().lock).toMatchObject({ kind: 'locked', pin: { kind: 'delayed' } });
  });

  it.each(['9'.repeat(10_000), '😀🔑🔑🔑🔑🔑', '', ' 491783', '٤٩١٧٨٣'])(
    'is not opened by what is no PIN',
    async (pin) => {
      expect(await call('lock.pin', { pin })).toMatchObject({ ok: false });
      expect(state().lock.kind).toBe('locked');
    },
  );

  it('says that the sensor is lost, tries again by itself, later and later, and goes on when it is back', async () => {
    await staged.pipeline.emit(watching, unplugged);
    expect(state()).toMatchObject({ sensor: { kind: 'lost', code: 'sensor-lost' }, face: { kind: 'off' } });
    expect(staged.pipeline.isWatched).toBe(false);
    expect(await call('lock.pin', { pin: '000000' })).toMatchObject({ code: 'pin-wrong' });
    await staged.pass(1000);
    expect(staged.pipeline.isWatched).toBe(true);
    await staged.pipeline.emit(unplugged);
    await staged.pass(1000);
    expect(staged.pipeline.isWatched).toBe(false);
    await staged.pass(1000);
    await staged.pipeline.emit(watching);
    await staged.stand(ADA, 3);
    expect(state().lock.kind).toBe('unlocked');
  });

  it('goes on at once when a sensor is plugged in, however long it was away', async () => {
    await staged.pipeline.emit(watching, unplugged);
    for (let i = 0; i < 3; i++) {
      await staged.pass(5000);
      if (staged.pipeline.isWatched) await staged.pipeline.emit(unplugged);
    }
    await staged.pass(1000);
    expect(staged.pipeline.isWatched).toBe(false);
    staged.plugged.sensors = [KINECT];
    await staged.pass(1250);
    expect(staged.pipeline.isWatched).toBe(true);
    expect(state().sensors).toEqual([KINECT]);
    staged.plugged.sensors = [];
    await staged.pass(1250);
    expect(state().sensors).toEqual([]);
  });

  it('is no worse off where nothing can say what is attached', async () => {
    staged.plugged.failure = new Error('no such bus');
    await staged.pass(250);
    expect(staged.faults).toHaveLength(1);
    await staged.pipeline.emit(watching);
    await staged.stand(ADA, 3);
    expect(state().lock.kind).toBe('unlocked');
  });

  it('says that the camera part starts again, and is locked meanwhile', async () => {
    await staged.pipeline.emit(watching, restarting);
    expect(state()).toMatchObject({ sensor: { kind: 'restarting' }, lock: { kind: 'locked' } });
  });

  it('does not watch for somebody without a look, and says why a gallery cannot be opened', async () => {
    const shut = await stagedDesk();
    shut.vault.loading = { ok: false, code: 'key-unavailable', message: 'The keychain is locked.' };
    const again = await shut.desk.call('looks.remove', { pin: PIN, look: 'plain' });
    expect(again).toMatchObject({ code: 'key-unavailable' });
    expect(shut.desk.state).toMatchObject({ looks: [], warnings: ['The keychain is locked.'] });
    await shut.desk.call('lock.now', {});
    shut.desk.attend();
    await settled();
    expect(shut.pipeline.isWatched).toBe(false);
  });

  it('shows no picture but shape', async () => {
    await staged.pipeline.emit(watching);
    const kinds: string[] = [];
    staged.desk.onPreview(({ kind }) => kinds.push(kind));
    for (const kind of ['mirror', 'relief', 'colour', 'infrared', 'depth', 'tensor', 'points'] as const)
      staged.pipeline.view({ kind, width: 1, height: 1, data: new Uint8Array(12) });
    expect(kinds).toEqual(['mirror', 'relief']);
  });
});

describe('an open desk', () => {
  beforeEach(async () => {
    await open();
    await call('lock.pin', { pin: PIN });
    await settled();
  });

  it('locks when nothing was touched for the time that was set, and not before', async () => {
    await staged.pass(4 * 60_000);
    await call('lock.active');
    await staged.pass(5 * 60_000 - 250);
    expect(state().lock.kind).toBe('unlocked');
    await staged.pass(500);
    expect(state().lock.kind).toBe('locked');
  });

  it('locks when the machine slept', async () => {
    staged.clock.setWall(staged.clock.wallTime() + 10 * 60_000);
    await staged.pass(250);
    expect(state().lock.kind).toBe('locked');
  });

  it('stays open when the clock is set back', async () => {
    staged.clock.setWall(staged.clock.wallTime() - 86_400_000);
    await staged.pass(1000);
    expect(state().lock.kind).toBe('unlocked');
  });

  it('draws the face map into open diagnostics alone, and forgets it with them', async () => {
    expect(await call('diagnostics.map')).toMatchObject({ code: 'pin-needed' });
    await call('diagnostics.open', { pin: PIN });
    const gallery = staged.vault.galleries.get('ada')!;
    const templates = [...gallery.templates, ...gallery.templates];
    staged.vault.galleries.set('ada', { ...gallery, templates });
    await call('diagnostics.map');
    await settled();
    const { map } = state().diagnostics!;
    expect(map).toMatchObject({ kind: 'drawn' });
    if (map?.kind === 'drawn') expect(map.map.points).toHaveLength(4);
    expect(JSON.stringify(map)).not.toContain('.');
    await call('lock.now');
    await call('diagnostics.open', { pin: PIN });
    expect(state().diagnostics).not.toHaveProperty('map');
  });

  it('closes diagnostics and ends an enrolment when it locks', async () => {
    await call('diagnostics.open', { pin: PIN });
    expect(state().diagnostics).toBeDefined();
    await call('enrolment.start', { pin: PIN, look: 'glasses' });
    await settled();
    await call('lock.now');
    await settled();
    expect(state()).toMatchObject({ diagnostics: undefined, enrolment: undefined, lock: { kind: 'locked' } });
    expect(staged.pipeline.shown).not.toBe('everything');
    expect(state().looks).toHaveLength(1);
  });

  it('shows pictures only to who has the PIN', async () => {
    expect(await call('diagnostics.open', { pin: '000000' })).toMatchObject({ code: 'pin-wrong' });
    expect(state().diagnostics).toBeUndefined();
    await call('diagnostics.open', { pin: PIN });
    await settled();
    expect(staged.pipeline.shown).toBe('everything');
    await staged.pipeline.emit(watching, staged.face(ADA));
    await staged.pass(1000);
    expect(state().diagnostics).toMatchObject({ against: [] });
    // Looking is no attempt.
    await staged.stand(BOB, 60);
    await call('diagnostics.close');
    await settled();
    expect(staged.pipeline.isWatched).toBe(false);
    await call('lock.now');
    expect(state().lock).toMatchObject({ face: { missesLeft: 5 } });
  });

  it.each([
    ['diagnostics.open', {}],
    ['enrolment.start', { look: 'glasses' }],
    ['retrain.start', { scope: 'deeper' }],
    ['settings.change', { change: { attentionRequired: false } }],
    ['looks.remove', { look: 'plain' }],
    ['pin.change', { next: '662607' }],
    ['everything.remove', {}],
  ] as const)('does not do %s where it was locked while the PIN was checked', async (channel, argument) => {
    const before = state();
    let check = () => {};
    staged.pins.gate = new Promise((resolve) => (check = resolve));
    const asked = call(channel, { ...argument, pin: PIN });
    await settled();
    await call('lock.now');
    check();
    expect(await asked).toMatchObject({ ok: false, code: 'cancelled' });
    await settled();
    const { lock, ...rest } = state();
    expect(lock.kind).toBe('locked');
    expect(rest).toMatchObject({ diagnostics: undefined, enrolment: undefined, retraining: undefined });
    expect([rest.settings, rest.looks]).toEqual([before.settings, before.looks]);
    expect(staged.pipeline.shown).not.toBe('everything');
    expect(await call('lock.pin', { pin: PIN })).toMatchObject({ ok: true });
  });

  it('goes on enrolling when the sensor was unplugged and is back', async () => {
    await call('enrolment.start', { pin: PIN, look: 'glasses' });
    await settled();
    await staged.pipeline.emit(watching);
    await staged.stand(ADA, SECOND);
    await staged.pipeline.emit(unplugged);
    expect(state().enrolment).toMatchObject({ kind: 'running', view: { kind: 'paused' } });
    await staged.pass(1250);
    await staged.pipeline.emit(watching);
    await turnHead();
    await settled();
    expect(state().enrolment).toMatchObject({ kind: 'done' });
    expect(state().looks.map(({ name }) => name)).toContain('glasses');
  });

  it('waits for a sensor that was unplugged right after its first frame', async () => {
    await call('enrolment.start', { pin: PIN, look: 'glasses' });
    await settled();
    await staged.pipeline.emit(watching, unplugged);
    expect(state().enrolment).toMatchObject({ kind: 'running', view: { kind: 'paused' } });
    await staged.pass(1250);
    expect(staged.pipeline.isWatched).toBe(true);
  });

  it('ends an enrolment whose sensor never worked, and keeps nothing of it', async () => {
    await call('enrolment.start', { pin: PIN, look: 'glasses' });
    await settled();
    await staged.pipeline.emit(unplugged);
    await settled();
    expect(state().enrolment).toMatchObject({ kind: 'failed', code: 'sensor-lost' });
    expect(state().looks).toHaveLength(1);
  });

  it('keeps what was captured while nobody is there, and goes on when asked', async () => {
    await call('enrolment.start', { pin: PIN, look: 'glasses' });
    await settled();
    await staged.pipeline.emit(watching);
    await staged.stand(ADA, SECOND);
    for (let i = 0; i < 70 && staged.pipeline.isWatched; i++) {
      staged.clock.advance(1000);
      await staged.pipeline.emit(staged.nobody());
    }
    await settled();
    expect(state().enrolment).toMatchObject({
      kind: 'paused',
      why: 'away',
      pinNeeded: false,
      view: { progress: 1 / 9 },
    });
    expect(staged.pipeline.isWatched).toBe(false);
    expect(await call('enrolment.start', { pin: PIN, look: 'hat' })).toMatchObject({ code: 'busy' });
    await call('enrolment.dismiss');
    expect(state().enrolment).toMatchObject({ kind: 'paused' });
    await call('enrolment.resume');
    await settled();
    expect(state().enrolment).toMatchObject({ kind: 'running' });
    await staged.pipeline.emit(watching);
    await turnHead();
    await settled();
    expect(state().enrolment).toMatchObject({ kind: 'done', report: { look: 'glasses' } });
    expect(await call('enrolment.resume')).toMatchObject({ code: 'bad-argument' });
  });

  it('keeps what was captured when no page is open any more, and throws it away only when told to', async () => {
    await call('enrolment.start', { pin: PIN, look: 'glasses' });
    await settled();
    await staged.pipeline.emit(watching);
    await staged.stand(ADA, SECOND);
    await call('settings.change', { pin: PIN, change: { sensor: 'simulated:stranger' } });
    await settled();
    expect(state().enrolment).toMatchObject({ kind: 'paused', why: 'left' });
    await call('enrolment.cancel');
    expect(state().enrolment).toBeUndefined();
    expect(await call('enrolment.resume')).toMatchObject({ code: 'bad-argument' });
  });

  it('keeps what was captured behind the lock, and goes on only with the PIN', async () => {
    await call('enrolment.start', { pin: PIN, look: 'glasses' });
    await settled();
    await staged.pipeline.emit(watching);
    await staged.stand(ADA, SECOND);
    await call('lock.now');
    await settled();
    expect(state()).toMatchObject({
      lock: { kind: 'locked' },
      enrolment: { kind: 'paused', why: 'locked', pinNeeded: true },
    });
    expect(await call('enrolment.resume')).toMatchObject({ code: 'pin-needed' });
    expect(await call('enrolment.resume', { pin: '000000' })).toMatchObject({ code: 'pin-wrong' });
    expect(await call('enrolment.resume', { pin: PIN })).toMatchObject({ ok: true });
    expect(state().enrolment).toMatchObject({ kind: 'running', look: 'glasses' });
  });

  it('goes on looking straight ahead when asked to', async () => {
    expect(await call('enrolment.straight')).toMatchObject({ code: 'bad-argument' });
    await call('enrolment.start', { pin: PIN, look: 'glasses' });
    await settled();
    await staged.pipeline.emit(watching);
    await staged.stand(ADA, SECOND);
    await call('enrolment.straight');
    await staged.stand(ADA, 200);
    await settled();
    expect(state().enrolment).toMatchObject({
      kind: 'done',
      report: { coverage: 'straight', templates: 12 },
    });
    expect(state().looks.find(({ name }) => name === 'glasses')).toMatchObject({ straight: true });
  });

  it('cancels an enrolment at once', async () => {
    await call('enrolment.start', { pin: PIN, look: 'glasses' });
    await settled();
    await staged.pipeline.emit(watching);
    await staged.stand(ADA, SECOND);
    await call('enrolment.cancel');
    await settled();
    expect(state().enrolment).toBeUndefined();
    expect(staged.pipeline.isWatched).toBe(false);
    expect(state().looks).toHaveLength(1);
  });

  it('makes stricter without the PIN, weaker only with it', async () => {
    expect(await call('settings.change', { change: { sensitivity: 1e-5, theme: 'dark' } })).toMatchObject({
      ok: true,
    });
    for (const change of [
      { sensitivity: 1e-4 as const },
      { attentionRequired: false },
      { idleLockMinutes: 60 },
      { idleLockMinutes: 0 },
      { sensor: 'simulated:stranger' },
    ]) {
      const before = state().settings;
      expect(await call('settings.change', { change })).toMatchObject({ code: 'pin-needed' });
      expect(await call('settings.change', { pin: '000000', change })).toMatchObject({ code: 'pin-wrong' });
      expect(state().settings).toEqual(before);
      expect(await call('settings.change', { pin: PIN, change })).toMatchObject({ ok: true });
      expect(state().settings).toEqual({ ...before, ...change });
    }
    expect(staged.settings.kept).toEqual(state().settings);
  });

  it('changes nothing without the PIN while it is locked', async () => {
    await call('lock.now');
    expect(await call('settings.change', { change: { theme: 'dark' } })).toMatchObject({
      code: 'pin-needed',
    });
  });

  it('keeps two changes that are asked for at once', async () => {
    const asked = await Promise.all([
      call('settings.change', { change: { theme: 'dark' } }),
      call('settings.change', { change: { idleLockMinutes: 1 } }),
      call('settings.change', { change: { idleLockMinutes: 15 } }),
    ]);
    expect(asked).toMatchObject([{ ok: true }, { ok: true }, { code: 'pin-needed' }]);
    expect(staged.settings.kept).toMatchObject({ theme: 'dark', idleLockMinutes: 1 });
  });

  it('renames and removes looks, and forgets the face with the last one', async () => {
    expect(await call('looks.rename', { pin: PIN, look: 'plain', to: 'summer' })).toMatchObject({ ok: true });
    expect(state().looks).toMatchObject([{ name: 'summer' }]);
    expect(await call('looks.remove', { pin: PIN, look: 'plain' })).toMatchObject({ code: 'bad-argument' });
    expect(await call('looks.remove', { pin: PIN, look: 'summer' })).toMatchObject({ ok: true });
    expect(state().looks).toEqual([]);
    await call('lock.now');
    await settled();
    expect(staged.pipeline.isWatched).toBe(false);
  });

  it('changes the PIN', async () => {
    expect(await call('pin.change', { pin: '000000', next: '271828' })).toMatchObject({ code: 'pin-wrong' });
    expect(await call('pin.change', { pin: PIN, next: '1234' })).toMatchObject({ code: 'pin-too-short' });
    expect(await call('pin.change', { pin: PIN, next: '271828' })).toMatchObject({ ok: true });
    await call('lock.now');
    expect(await call('lock.pin', { pin: PIN })).toMatchObject({ code: 'pin-wrong' });
    expect(await call('lock.pin', { pin: '271828' })).toMatchObject({ ok: true });
  });

  it('does not start at login any more once everything is removed', async () => {
    const told: boolean[] = [];
    await open({ given: { startAtLogin: (enabled) => told.push(enabled) } });
    await call('lock.pin', { pin: PIN });
    await call('settings.change', { change: { startAtLogin: true } });
    await call('everything.remove', { pin: PIN });
    expect(told).toEqual([true, false]);
    expect(state().settings.startAtLogin).toBe(false);
  });

  it('removes everything, and is then in its first run', async () => {
    await call('settings.change', { pin: PIN, change: { idleLockMinutes: 60 } });
    expect(await call('everything.remove', { pin: '000000' })).toMatchObject({ code: 'pin-wrong' });
    expect(await call('everything.remove', { pin: PIN })).toMatchObject({ ok: true });
    await settled();
    expect(state()).toMatchObject({
      user: undefined,
      looks: [],
      lock: { kind: 'locked' },
      settings: { idleLockMinutes: 5 },
    });
    expect(await call('setup.begin', { user: 'bob', pin: '271828' })).toMatchObject({ ok: true });
    expect(state().user).toBe('bob');
  });
});

/** @returns lets what is saved meanwhile be saved */
function holdSaves(): () => void {
  const { vault } = staged;
  let save = () => {};
  const gate = new Promise<void>((resolve) => (save = resolve));
  const saving = vault.save.bind(vault);
  vault.save = (gallery) => gate.then(() => saving(gallery));
  return save;
}

/** Removes everything while something is being saved; nothing may be left of it, nor any other change come in between. */
async function removeWhile(save: () => void): Promise<void> {
  const removed = call('everything.remove', { pin: PIN });
  await settled();
  expect(await call('pin.change', { pin: PIN, next: '271828' })).toMatchObject({ code: 'busy' });
  const again = call('everything.remove', { pin: PIN });
  await settled();
  save();
  expect(await Promise.all([removed, again])).toMatchObject([{ ok: true }, { ok: true }]);
  await settled();
  expect([...staged.vault.galleries.keys(), ...staged.pins.pins.keys()]).toEqual([]);
  expect(await call('setup.begin', { user: 'ada', pin: '271828' })).toMatchObject({ ok: true });
  expect(staged.faults).toEqual([]);
}

describe('a gallery that is being saved when everything is removed', () => {
  it('does not come back by what it learned', async () => {
    await open();
    const save = holdSaves();
    await staged.pipeline.emit(watching);
    await staged.stand(ADA, 3, { yaw: 20 });
    expect(state().lock).toMatchObject({ kind: 'unlocked', by: 'face' });
    await removeWhile(save);
  });
});

describe('the simulated visitor', () => {
  it('is directed, turns once, and is unplugged and plugged in', async () => {
    await open();
    await call('visitor.direct', { who: 'stranger', yaw: 20 });
    expect(staged.pipeline.visitor).toMatchObject({ who: 'stranger', yaw: 20, plugged: true });
    await call('visitor.direct', { turning: true });
    await staged.pass(9000);
    expect(state().visitor?.turning).toBe(true);
    await staged.pass(1000);
    expect(state().visitor?.turning).toBe(false);
    await staged.pipeline.emit(unplugged);
    await call('visitor.direct', { plugged: true });
    await settled();
    expect(staged.pipeline.isWatched).toBe(true);
  });

  it('is not there with a real sensor', async () => {
    await open({ sensor: 'kinect2' });
    expect(state().visitor).toBeUndefined();
    expect(await call('visitor.direct', { who: 'you' })).toMatchObject({ code: 'bad-argument' });
  });
});

describe('whatever a page sends', () => {
  const channels = Object.keys(apiSchemas) as Channel[];

  it('is refused where it is not what the channel takes', async () => {
    await open();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.constantFrom<string>(...channels, 'toString', '__proto__', 'constructor'), fc.string()),
        fc.anything(),
        async (channel, argument) => {
          const result = await staged.desk.call(channel, argument);
          const fits =
            Object.hasOwn(apiSchemas, channel) && apiSchemas[channel as Channel].safeParse(argument).success;
          if (!fits) expect(result).toMatchObject({ ok: false, code: 'bad-argument' });
          expect(state().lock.kind).toBe('locked');
        },
      ),
      { numRuns: 300 },
    );
    expect(staged.faults).toEqual([]);
  });

  it('never opens the screen, enrols, retrains, or shows pictures without the PIN', async () => {
    const pin = fc
      .oneof(fc.string({ maxLength: 40 }), fc.stringMatching(/^[0-9]{6}$/))
      .filter((text) => text !== PIN);
    const request = fc.oneof(
      fc.record({ channel: fc.constant('lock.pin'), argument: fc.record({ pin }) }),
      fc.record({
        channel: fc.constant('enrolment.start'),
        argument: fc.record({ pin, look: fc.constant('x') }),
      }),
      fc.record({ channel: fc.constant('diagnostics.open'), argument: fc.record({ pin }) }),
      fc.record({
        channel: fc.constant('retrain.start'),
        argument: fc.record({ pin, scope: fc.constantFrom('head', 'deeper') }),
      }),
      fc.record({
        channel: fc.constant('setup.begin'),
        argument: fc.record({ pin, user: fc.constantFrom('ada', 'eve') }),
      }),
      fc.record({ channel: fc.constant('everything.remove'), argument: fc.record({ pin }) }),
      fc.record({ channel: fc.constant('pin.change'), argument: fc.record({ pin, next: pin }) }),
      fc.record({
        channel: fc.constant('settings.change'),
        argument: fc.record({ pin, change: fc.record({ attentionRequired: fc.constant(false) }) }),
      }),
      fc.record({
        channel: fc.constantFrom('lock.now', 'lock.retry', 'lock.active', 'retrain.check'),
        argument: fc.constant({}),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: 12 }), async (requests) => {
        await open();
        for (const { channel, argument } of requests) await staged.desk.call(channel, argument);
        const { lock, enrolment, diagnostics, retraining, deeper, user, settings } = state();
        expect(lock.kind).toBe('locked');
        expect([enrolment, diagnostics, retraining, deeper].every((each) => each === undefined)).toBe(true);
        expect(staged.pipeline.requests.every(({ purpose }) => purpose === 'unlock')).toBe(true);
        expect(user).toBe('ada');
        expect(settings.attentionRequired).toBe(true);
        expect(staged.pins.pins.get('ada')).toBe(PIN);
      }),
      { numRuns: 60 },
    );
  });

  it('costs a fault only the page that caused it', async () => {
    await open();
    staged.pins.gate = Promise.reject(new Error('a bug'));
    staged.pins.gate.catch(() => undefined);
    staged.vault.load = () => Promise.reject(new Error('another bug'));
    await call('lock.pin', { pin: PIN });
    staged.pins.gate = Promise.resolve();
    expect(await call('looks.rename', { pin: PIN, look: 'plain', to: 'x' })).toMatchObject({ code: 'fault' });
    expect(staged.faults).not.toEqual([]);
    expect(JSON.stringify(await call('looks.rename', { pin: PIN, look: 'plain', to: 'x' }))).not.toContain(
      'another bug',
    );
  });
});

describe('a desk that adapts', () => {
  beforeEach(() => open());
  const wish = { look: 'with glasses', reason: 'glasses' };
  const refuse = async (person: number) => {
    await staged.pipeline.emit(watching);
    await staged.stand(person, 40);
    expect(state().face).toMatchObject({ kind: 'refused' });
  };
  const enterPin = async () => {
    await call('lock.pin', { pin: PIN });
    await settled();
  };
  const templates = () => staged.vault.galleries.get('ada')!.templates;

  it('offers to remember who was refused and has the PIN, and knows them the next time', async () => {
    await refuse(DISGUISED);
    await enterPin();
    expect(state()).toMatchObject({ lock: { kind: 'unlocked', by: 'pin' }, offer: true });
    expect(await call('offer.accept', wish)).toMatchObject({ ok: true });
    expect(state()).toMatchObject({
      offer: false,
      looks: [{ name: 'plain' }, { name: 'with glasses', remembered: { reason: 'glasses', expired: false } }],
    });
    await call('lock.now');
    await settled();
    await staged.pipeline.emit(watching);
    await staged.stand(DISGUISED, 3);
    expect(state().lock).toMatchObject({ kind: 'unlocked', by: 'face' });
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a stranger with the PIN', () => refuse(BOB)],
    ['who waited too long with the PIN', () => refuse(DISGUISED).then(() => staged.clock.advance(31_000))],
    [
      'who came after the refused one left',
      async () => {
        await refuse(DISGUISED);
        for (let i = 0; i < 30; i++) {
          await staged.pipeline.emit(staged.nobody());
          staged.clock.advance(50);
        }
      },
    ],
    [
      'whose desk does not adapt',
      () =>
        call('settings.change', { pin: PIN, change: { adaptation: false } })
          .then(() => call('lock.now'))
          .then(settled)
          .then(() => refuse(DISGUISED)),
    ],
    ['who was not refused', async () => undefined],
  ])('offers nothing to %s', async (_, before) => {
    await before();
    const kept = templates();
    await enterPin();
    expect(state()).toMatchObject({ lock: { kind: 'unlocked' }, offer: false });
    expect(await call('offer.accept', wish)).toMatchObject({ ok: false, code: 'bad-argument' });
    expect(templates()).toBe(kept);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['declined', () => call('offer.dismiss')],
    ['not taken before the screen is locked', () => call('lock.now')],
    [
      'for what the settings no longer allow',
      () => call('settings.change', { change: { adaptation: false } }),
    ],
  ])('forgets an offer that is %s', async (_, end) => {
    await refuse(DISGUISED);
    await enterPin();
    expect(state().offer).toBe(true);
    await end();
    await settled();
    expect(state().offer).toBe(false);
    expect(await call('offer.accept', wish)).toMatchObject({ ok: false });
  });

  it('remembers an offer once, however often it is asked to at once', async () => {
    await refuse(DISGUISED);
    await enterPin();
    const asked = await Promise.all(['a', 'b', 'c'].map((look) => call('offer.accept', { ...wish, look })));
    expect(asked.map(({ ok }) => ok)).toEqual([true, false, false]);
    expect(state().looks).toMatchObject([{ name: 'plain' }, { name: 'a' }]);
  });

  it('keeps the offer while the disk is full', async () => {
    await refuse(DISGUISED);
    await enterPin();
    staged.vault.saving = fail('store-unwritable', 'The disk is full.');
    expect(await call('offer.accept', wish)).toMatchObject({ ok: false, code: 'store-unwritable' });
    expect(state()).toMatchObject({ offer: true, looks: [{ name: 'plain' }] });
    staged.vault.saving = undefined;
    expect(await call('offer.accept', { ...wish, look: 'plain' })).toMatchObject({ code: 'bad-argument' });
    expect(await call('offer.accept', wish)).toMatchObject({ ok: true });
  });

  it('follows its person after the screen is open, shows the day, and forgets it for the PIN', async () => {
    await staged.pipeline.emit(watching);
    await staged.stand(ADA, 3);
    await settled();
    expect(state()).toMatchObject({ lock: { by: 'face' }, adaptation: [{ views: 1, drift: 1 }] });
    expect(templates().map(({ source }) => source)).toEqual(['enrolment', 'adaptation']);
    const { day } = state().adaptation![0];
    expect(await call('adaptation.undo', { pin: '918273', day })).toMatchObject({ code: 'pin-wrong' });
    expect(await call('adaptation.undo', { pin: PIN, day })).toMatchObject({ ok: true });
    expect(state().adaptation).toEqual([]);
    expect(templates()).toHaveLength(1);
  });

  it('opens all the same where what was learned cannot be kept, and says so', async () => {
    staged.vault.saving = fail('store-unwritable', 'The disk is full.');
    await staged.pipeline.emit(watching);
    await staged.stand(ADA, 3);
    await settled();
    expect(state().lock).toMatchObject({ kind: 'unlocked', by: 'face' });
    expect(state().warnings).toEqual(['What Facet learned could not be kept: The disk is full.']);
    expect(templates()).toHaveLength(1);
  });

  it('asks for the PIN to adapt again, not to stop', async () => {
    await enterPin();
    expect(await call('settings.change', { change: { adaptation: false } })).toMatchObject({ ok: true });
    expect(await call('settings.change', { change: { adaptation: true } })).toMatchObject({
      code: 'pin-needed',
    });
    await call('lock.now');
    await settled();
    await staged.pipeline.emit(watching);
    await staged.stand(ADA, 3);
    await settled();
    expect(templates()).toHaveLength(1);
  });
});

describe('retraining', () => {
  /** The page is closed. */
  let leave: ReturnType<StagedDesk['desk']['attend']>;
  beforeEach(async () => {
    staged = await stagedDesk();
    const gallery = staged.vault.galleries.get('ada')!;
    const [template] = gallery.templates;
    const turned = (i: number) => ({
      yaw: deg(20 * Math.sin(i)),
      pitch: deg(14 * Math.cos(i)),
      roll: deg(0),
    });
    const templates = Array.from({ length: 12 }, (_, i) => ({ ...template, pose: turned(i) }));
    staged.vault.galleries.set('ada', { ...gallery, templates });
    leave = staged.desk.attend();
    await settled();
  });

  const start = (scope = 'head') => call('retrain.start', { pin: PIN, scope });
  const end = async (outcome: Parameters<StagedDesk['trainer']['end']>[0]) => {
    staged.trainer.end(outcome);
    await settled();
  };

  it('needs the PIN, and only one is done at a time', async () => {
    expect(await call('retrain.start', { pin: '918273', scope: 'head' })).toMatchObject({
      code: 'pin-wrong',
    });
    expect(staged.trainer.tasks).toHaveLength(0);
    expect(await start()).toMatchObject({ ok: true });
    await settled();
    expect(await start()).toMatchObject({ code: 'busy' });
    expect(staged.trainer.tasks).toHaveLength(1);
  });

  it('shows how far it is, and what came of it; the version can be left again, for the PIN', async () => {
    await start();
    await settled();
    for (const [epoch, loss] of [0.71234, 0.4].entries())
      staged.trainer.show({
        stage: 'fitting',
        backend: 'wasm',
        share: 0.3,
        epoch: epoch + 1,
        epochs: 100,
        loss,
      });
    expect(state().retraining).toMatchObject({
      kind: 'running',
      progress: { epoch: 2 },
      losses: [0.712, 0.4],
    });
    await end(trained(true));
    expect(state().retraining).toMatchObject({ kind: 'done', report: { promoted: true } });
    expect(state().heads).toMatchObject([{ version: 1, inUse: true, looks: ['plain'] }]);
    expect(await call('retrain.use', { pin: '918273', version: 0 })).toMatchObject({ code: 'pin-wrong' });
    expect(await call('retrain.use', { pin: PIN, version: 0 })).toMatchObject({ ok: true });
    expect(state().heads).toMatchObject([{ version: 1, inUse: false }]);
    await call('retrain.dismiss');
    expect(state().retraining).toBeUndefined();
  });

  it('is put away by a cancel, and says why where it fails', async () => {
    await start();
    await settled();
    await call('retrain.cancel');
    await settled();
    expect(state().retraining).toBeUndefined();
    await start();
    await settled();
    await end(fail('model-missing', 'There is no pool.'));
    expect(state().retraining).toEqual({
      kind: 'failed',
      scope: 'head',
      code: 'model-missing',
      message: 'There is no pool.',
    });
    expect(state().heads).toEqual([]);
  });

  it('brings nothing back that is removed while it is saved', async () => {
    const save = holdSaves();
    await start();
    await settled();
    await end(trained(true));
    expect(state().retraining).toMatchObject({ progress: { stage: 'saving' } });
    await removeWhile(save);
    expect(state()).toMatchObject({ retraining: undefined, heads: [], looks: [] });
  });

  it('goes on where its thread throws, and says that it is a fault', async () => {
    staged.trainer.retrain = () => Promise.reject(new Error('a bug'));
    await start();
    await settled();
    expect(state().retraining).toMatchObject({ kind: 'failed', code: 'fault' });
    expect(state().heads).toEqual([]);
    expect(await call('lock.now')).toMatchObject({ ok: true });
  });

  it('ends with everything that is deleted', async () => {
    await start();
    await settled();
    expect(await call('everything.remove', { pin: PIN })).toMatchObject({ ok: true });
    await settled();
    expect(state()).toMatchObject({ retraining: undefined, heads: [], user: undefined });
  });

  describe('deeper', () => {
    /** A deeper one that looks at the person. */
    const look = async () => {
      expect(await start('deeper')).toMatchObject({ ok: true });
      await settled();
      await staged.pipeline.emit(watching);
    };
    const lookedFor = (purpose: string) =>
      staged.pipeline.requests.filter((request) => request.purpose === purpose).length;

    it('says whether it can be done here, to who opened the screen, and finds out again where it could not', async () => {
      expect(await call('retrain.check')).toMatchObject({ code: 'pin-needed' });
      await call('lock.pin', { pin: PIN });
      expect(state().deeper).toBeUndefined();
      staged.trainer.deeper = fail('model-missing', 'No TensorFlow.');
      await call('retrain.check');
      await settled();
      expect(state().deeper).toMatchObject({ ok: false, message: 'No TensorFlow.' });
      staged.trainer.deeper = ok(undefined);
      await call('retrain.check');
      await settled();
      expect(state().deeper).toMatchObject({ ok: true });
    });

    it('looks at the person again, then learns, and says that the version is deeper', async () => {
      await look();
      expect(staged.pipeline.requests.at(-1)).toMatchObject({ purpose: 'retrain', pace: 'live' });
      expect(state().retraining).toMatchObject({ kind: 'looking', view: { kind: 'straight' } });
      expect(staged.pipeline.shown).toBe('shape');
      expect(await start('deeper')).toMatchObject({ code: 'busy' });
      await turnHead(ADA, 10);
      expect(state().retraining).toMatchObject({ kind: 'running', progress: { stage: 'loading' } });
      expect(staged.pipeline.isWatched).toBe(false);
      expect(staged.trainer.tasks[0].deeper?.seen.length).toBeGreaterThanOrEqual(32);
      await end(trained(true));
      expect(state().retraining).toMatchObject({ kind: 'done', report: { scope: 'deeper' } });
    });

    it('has whoever turns in a hurry go on', async () => {
      await look();
      await turnHead();
      const { retraining } = state();
      expect(retraining).toMatchObject({ kind: 'looking', view: { guidance: 'turn' } });
      if (retraining?.kind === 'looking') expect(retraining.view.progress).toBeLessThan(1);
      for (let again = 0; again < 2; again++) await turnHead();
      expect(staged.trainer.tasks).toHaveLength(1);
    });

    it('learns nothing from somebody else, and says so', async () => {
      await look();
      await turnHead(BOB, 10);
      expect(state().retraining).toMatchObject({
        kind: 'looking',
        view: { guidance: 'someone-else', progress: 0 },
      });
      expect(staged.trainer.tasks).toEqual([]);
    });

    it('goes on when the sensor was unplugged and is back', async () => {
      await look();
      await staged.stand(ADA, SECOND);
      await staged.pipeline.emit(unplugged);
      expect(state()).toMatchObject({
        sensor: { kind: 'lost', code: 'sensor-lost' },
        retraining: { kind: 'looking', view: { kind: 'paused' } },
      });
      await staged.pass(1250);
      await staged.pipeline.emit(watching);
      await turnHead(ADA, 10);
      expect(staged.trainer.tasks).toHaveLength(1);
    });

    it('fails where the sensor never worked, and can be tried again', async () => {
      await start('deeper');
      await settled();
      await staged.pipeline.emit(unplugged);
      expect(state().retraining).toMatchObject({ kind: 'failed', scope: 'deeper', code: 'sensor-lost' });
      await look();
      expect(state().retraining).toMatchObject({ kind: 'looking' });
    });

    it('is cancelled at once while it looks, and before, and looks at nobody any more', async () => {
      await look();
      await staged.stand(ADA, SECOND);
      await call('retrain.cancel');
      await settled();
      expect(state().retraining).toBeUndefined();
      expect(staged.pipeline.isWatched).toBe(false);
      let answer = () => {};
      staged.trainer.goesDeeper = () =>
        new Promise((resolve) => (answer = () => resolve(staged.trainer.deeper)));
      await start('deeper');
      await settled();
      await call('retrain.cancel');
      answer();
      await settled();
      expect(state().retraining).toBeUndefined();
      expect(lookedFor('retrain')).toBe(1);
      expect(staged.trainer.tasks).toEqual([]);
    });

    it('ends with a sentence where the screen is locked while it looks, or before', async () => {
      const locked = { kind: 'failed', message: expect.stringContaining('The screen was locked') as string };
      await look();
      await call('lock.now');
      await settled();
      expect(state().retraining).toMatchObject(locked);
      expect(staged.pipeline.requests.at(-1)).toMatchObject({ purpose: 'unlock' });
      let answer = () => {};
      staged.trainer.goesDeeper = () =>
        new Promise((resolve) => (answer = () => resolve(staged.trainer.deeper)));
      await start('deeper');
      await settled();
      await call('lock.now');
      await settled();
      expect(state().retraining).toMatchObject({ kind: 'running' });
      answer();
      await settled();
      expect(state().retraining).toMatchObject(locked);
      expect(lookedFor('retrain')).toBe(1);
    });

    it('does not lock while it looks, and ends where nobody has the page open any more', async () => {
      await call('settings.change', { pin: PIN, change: { idleLockMinutes: 1 } });
      await look();
      await staged.pass(70_000);
      expect(state()).toMatchObject({ lock: { kind: 'unlocked' }, retraining: { kind: 'looking' } });
      leave('hidden');
      await settled();
      expect(state().retraining).toMatchObject({ kind: 'failed', code: 'cancelled' });
      expect(staged.pipeline.isWatched).toBe(false);
    });

    it('and an enrolment never look at once', async () => {
      await look();
      expect(await call('enrolment.start', { pin: PIN, look: 'glasses' })).toMatchObject({ code: 'busy' });
      await call('retrain.cancel');
      await settled();
      await call('enrolment.start', { pin: PIN, look: 'glasses' });
      await start('deeper');
      await settled();
      expect(state()).toMatchObject({
        enrolment: { kind: 'running' },
        retraining: { kind: 'failed', code: 'busy' },
      });
    });

    it('ends with everything that is deleted while it looks', async () => {
      await look();
      expect(await call('everything.remove', { pin: PIN })).toMatchObject({ ok: true });
      await settled();
      expect(state()).toMatchObject({ retraining: undefined, user: undefined });
      expect(staged.faults).toEqual([]);
    });
  });
});
