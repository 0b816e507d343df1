import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lockStateSchema } from '../../contract/states/lock.ts';
import { ms } from '../../contract/units.ts';
import { faceGate, freshLedger, lockState, pinGate, restore, transition } from './lock.ts';
import type { Instant, Ledger, Lock, LockEffect, LockEvent } from './lock.ts';
import { decodeLedger, encodeLedger } from './lock-record.ts';
import { MISSES_TO_PAUSE, MISSES_TO_PIN, PAUSE, PIN_AGE, PIN_DELAYS } from './lock-limits.ts';

const START: Instant = { now: ms(1000), wall: 1_800_000_000_000 };
type Timeless = LockEvent extends infer E ? (E extends unknown ? Omit<E, 'at'> : never) : never;

/** A lock with a process around it: events, time, crash and restart. */
class Rig {
  at = START;
  effects: LockEffect[] = [];
  written: Ledger = freshLedger(START.wall);
  lock: Lock = restore(this.written, true, START);
  id = 0;

  send(event: Timeless): this {
    const { lock, effects } = transition(this.lock, { ...event, at: this.at });
    this.lock = lock;
    this.effects.push(...effects);
    for (const effect of effects) if (effect.kind === 'write') this.written = effect.ledger;
    return this;
  }

  wait(by: number): this {
    this.at = { now: ms(this.at.now + by), wall: this.at.wall + by };
    return this.send({ kind: 'tick' });
  }

  /** The process dies and another starts with the ledger as last written; monotonic time starts anew. */
  restart(wall = this.at.wall, record: Ledger | undefined = this.written): this {
    this.at = { now: ms(5), wall };
    this.lock = restore(record, true, this.at);
    this.id = 0;
    return this;
  }

  begin(): this {
    return this.send({ kind: 'face-begun', id: ++this.id });
  }

  miss(times = 1): this {
    for (let i = 0; i < times; i++) this.begin().send({ kind: 'face-missed', id: this.id });
    return this;
  }

  accept(): this {
    const { id } = this.begin();
    return this.send({ kind: 'face-seen', id }).send({ kind: 'face-accepted', id });
  }

  wrongPin(times = 1): this {
    for (let i = 0; i < times; i++)
      this.send({ kind: 'pin-begun', id: ++this.id }).send({ kind: 'pin-refused', id: this.id });
    return this;
  }

  rightPin(): this {
    return this.send({ kind: 'pin-begun', id: ++this.id }).send({ kind: 'pin-accepted', id: this.id });
  }

  get unlocks() {
    return this.effects.filter(({ kind }) => kind === 'unlock').length;
  }
}

const rig = () => new Rig();

describe('face attempts', () => {
  it('open the screen once for an accepted face', () => {
    const r = rig().accept();
    expect(lockState(r.lock)).toEqual({ kind: 'unlocked', by: 'face' });
    expect(r.unlocks).toBe(1);
  });

  it('are not opened by a verdict that no attempt asked for', () => {
    const r = rig().send({ kind: 'face-seen', id: 1 }).send({ kind: 'face-accepted', id: 1 });
    expect(r.lock.screen.kind).toBe('locked');
  });

  it('are not opened by an acceptance that was never charged', () => {
    const r = rig().begin();
    r.send({ kind: 'face-accepted', id: r.id });
    expect(r.lock.screen.kind).toBe('locked');
  });

  it('ignore a late acceptance after they ended', () => {
    const r = rig().begin();
    const id = r.id;
    r.send({ kind: 'face-seen', id }).send({ kind: 'face-ended', id }).send({ kind: 'face-accepted', id });
    expect(r.lock.screen.kind).toBe('locked');
  });

  it('cannot run side by side', () => {
    const r = rig().begin();
    const first = r.id;
    r.begin();
    expect(r.lock.face?.id).toBe(first);
  });

  it('cost nothing when nobody was seen', () => {
    const r = rig();
    for (let i = 0; i < 60; i++) r.begin().send({ kind: 'face-ended', id: r.id });
    expect(faceGate(r.lock)).toMatchObject({ kind: 'ready', missesLeft: MISSES_TO_PAUSE });
  });

  it.each(['face-ended', 'sensor-lost', 'crash'] as const)(
    'cost their miss when a face was seen and then: %s',
    (end) => {
      const r = rig();
      for (let i = 0; i < 5; i++) {
        r.begin().send({ kind: 'face-seen', id: r.id });
        if (end === 'crash') r.restart();
        else r.send(end === 'sensor-lost' ? { kind: end } : { kind: end, id: r.id });
      }
      expect(faceGate(r.lock)).toMatchObject({ kind: 'paused', left: PAUSE });
    },
  );

  it('write the charge before a verdict is possible', () => {
    const r = rig().begin().send({ kind: 'face-seen', id: 1 });
    expect(r.effects.at(-1)).toMatchObject({ kind: 'write', ledger: { misses: 1, totalMisses: 1 } });
  });

  it('are charged once, however often the face is seen', () => {
    const r = rig().begin();
    const id = r.id;
    r.send({ kind: 'face-seen', id }).send({ kind: 'face-seen', id }).send({ kind: 'face-missed', id });
    expect(r.lock.ledger).toMatchObject({ misses: 1, totalMisses: 1 });
  });

  it('still open with the fifth try after four misses', () => {
    expect(rig().miss(4).accept().lock.screen.kind).toBe('unlocked');
  });

  it('still open with the fiftieth try', () => {
    const r = rig();
    while (r.lock.ledger.totalMisses < MISSES_TO_PIN - 1) r.miss().wait(PAUSE);
    expect(r.accept().lock.screen.kind).toBe('unlocked');
    expect(r.lock.ledger.totalMisses).toBe(MISSES_TO_PIN - 1);
    expect(faceGate(r.send({ kind: 'lock' }).lock)).toMatchObject({ kind: 'ready' });
    expect(faceGate(r.miss().lock)).toMatchObject({ kind: 'pin-needed', because: 'misses' });
  });

  it('as often as it is recognised', () => {
    const r = rig();
    for (let i = 0; i <= MISSES_TO_PIN; i++) r.accept().send({ kind: 'lock' });
    expect(faceGate(r.lock)).toMatchObject({ kind: 'ready' });
  });

  it('and PINs never use an id twice', () => {
    const r = rig().miss().send({ kind: 'face-begun', id: 1 }).send({ kind: 'pin-begun', id: 1 });
    expect([r.lock.face, r.lock.pin]).toEqual([undefined, undefined]);
  });

  it('end when the PIN grows too old under them', () => {
    const r = rig()
      .wait(PIN_AGE - 1)
      .begin();
    const id = r.id;
    r.send({ kind: 'face-seen', id }).wait(1).send({ kind: 'face-accepted', id });
    expect(r.lock.screen.kind).toBe('locked');
    expect(r.effects).toContainEqual({ kind: 'end-attempt', id });
  });

  it('end when the screen is opened by the PIN', () => {
    const r = rig().begin();
    const id = r.id;
    r.rightPin();
    expect(r.effects).toContainEqual({ kind: 'end-attempt', id });
  });
});

describe('pauses', () => {
  it('begin at the fifth miss and end after 30 s', () => {
    const r = rig().miss(4);
    expect(faceGate(r.lock).kind).toBe('ready');
    expect(faceGate(r.miss().lock)).toEqual({ kind: 'paused', left: PAUSE });
    expect(faceGate(r.wait(29_999).lock)).toEqual({ kind: 'paused', left: 1 });
    expect(faceGate(r.wait(1).lock).kind).toBe('ready');
  });

  it('survive a restart', () => {
    expect(faceGate(rig().miss(5).restart().lock)).toEqual({ kind: 'paused', left: PAUSE });
  });

  it('survive a restart with the clock set back, and pass only by running then', () => {
    const r = rig().miss(5);
    r.restart(START.wall - 86_400_000);
    expect(faceGate(r.lock)).toEqual({ kind: 'paused', left: PAUSE });
    expect(faceGate(r.wait(10_000).lock)).toEqual({ kind: 'paused', left: 20_000 });
  });

  it('are not shortened by setting the clock forward while Facet runs', () => {
    const r = rig().miss(5);
    r.at = { ...r.at, wall: r.at.wall + 3_600_000 };
    expect(faceGate(r.send({ kind: 'tick' }).lock)).toEqual({ kind: 'paused', left: PAUSE });
  });

  it('are not shortened by a clock set back while Facet runs and right again at the next start', () => {
    const r = rig().miss(5);
    r.at = { ...r.at, wall: r.at.wall - 3_600_000 };
    r.send({ kind: 'tick' }).wrongPin();
    expect(r.written.latestWall).toBe(START.wall);
    expect(faceGate(r.restart(START.wall + 1000).lock)).toEqual({ kind: 'paused', left: 29_000 });
  });

  it('leave the PIN working', () => {
    const r = rig().miss(5).rightPin().send({ kind: 'lock' });
    expect(faceGate(r.lock)).toMatchObject({ kind: 'ready', missesLeft: 5 });
  });

  it('add up: ten of them and the face waits for the PIN', () => {
    const r = rig();
    for (let i = 0; i < 10; i++) r.miss(5).wait(PAUSE);
    expect(faceGate(r.lock)).toEqual({ kind: 'pin-needed', because: 'misses' });
    expect(faceGate(r.restart().lock).kind).toBe('pin-needed');
    expect(r.accept().lock.screen.kind).toBe('locked');
    expect(r.rightPin().lock.screen.kind).toBe('unlocked');
    expect(faceGate(r.send({ kind: 'lock' }).lock).kind).toBe('ready');
  });
});

describe('the PIN', () => {
  it('is needed for the face after 72 hours, running or not, suspended or not', () => {
    expect(faceGate(rig().wait(PIN_AGE - 1).lock).kind).toBe('ready');
    expect(faceGate(rig().wait(PIN_AGE).lock)).toEqual({ kind: 'pin-needed', because: 'age' });
    expect(faceGate(rig().restart(START.wall + PIN_AGE).lock).kind).toBe('pin-needed');
    const asleep = rig();
    asleep.at = { ...asleep.at, wall: asleep.at.wall + PIN_AGE };
    expect(faceGate(asleep.send({ kind: 'tick' }).lock).kind).toBe('pin-needed');
  });

  it('is not needed after a restart alone', () => {
    expect(faceGate(rig().restart().lock).kind).toBe('ready');
  });

  it('grows old in running time when the clock is set back', () => {
    const r = rig();
    r.at = { ...r.at, wall: r.at.wall - 10 * PIN_AGE };
    expect(faceGate(r.wait(PIN_AGE).lock)).toEqual({ kind: 'pin-needed', because: 'age' });
  });

  it('is needed when the ledger of somebody enrolled is gone, and restores it', () => {
    const r = rig();
    r.lock = restore(undefined, true, r.at);
    expect(faceGate(r.lock)).toEqual({ kind: 'pin-needed', because: 'record-lost' });
    r.rightPin().restart();
    expect(faceGate(r.lock).kind).toBe('ready');
    expect(faceGate(restore(undefined, false, r.at)).kind).toBe('ready');
  });

  it('is delayed after five wrong ones: 30 s, 1, 5, 15 minutes, then an hour each', () => {
    const r = rig().wrongPin(4);
    expect(pinGate(r.lock).kind).toBe('ready');
    for (const delay of [...PIN_DELAYS, PIN_DELAYS.at(-1)!]) {
      r.wrongPin();
      expect(pinGate(r.lock)).toEqual({ kind: 'delayed', left: delay });
      expect(r.rightPin().lock.screen.kind).toBe('locked');
      r.wait(delay);
    }
    expect(r.rightPin().lock.screen.kind).toBe('unlocked');
    expect(r.lock.ledger.pinMisses).toBe(0);
  });

  it('keeps its delay over a restart, a crash while checking, and a clock set back', () => {
    const r = rig().wrongPin(4);
    r.send({ kind: 'pin-begun', id: ++r.id }).restart(START.wall - 1e9);
    expect(pinGate(r.lock)).toEqual({ kind: 'delayed', left: PIN_DELAYS[0] });
  });

  it('is checked one at a time', () => {
    const r = rig().send({ kind: 'pin-begun', id: 1 }).send({ kind: 'pin-begun', id: 2 });
    expect(r.lock.pin).toBe(1);
    expect(r.send({ kind: 'pin-accepted', id: 2 }).lock.screen.kind).toBe('locked');
  });

  it('does not lose its misses to an accepted face', () => {
    expect(rig().wrongPin(3).accept().lock.ledger.pinMisses).toBe(3);
  });

  it('and the face together open the screen once', () => {
    const r = rig().begin();
    const face = r.id;
    r.send({ kind: 'face-seen', id: face }).send({ kind: 'pin-begun', id: ++r.id });
    r.send({ kind: 'face-accepted', id: face }).send({ kind: 'pin-accepted', id: r.id });
    expect(r.unlocks).toBe(1);
    expect(r.lock.screen).toEqual({ kind: 'unlocked', by: 'face' });
  });

  it('that was being checked when the screen was locked again does not open it', () => {
    const r = rig().send({ kind: 'pin-begun', id: 1 });
    r.id = 1;
    const pin = r.id;
    r.accept().send({ kind: 'lock' }).send({ kind: 'pin-accepted', id: pin });
    expect(r.lock.screen.kind).toBe('locked');
  });
});

describe('a ledger that cannot be written', () => {
  it('turns the face off and makes the delays begin at the first wrong PIN', () => {
    const r = rig().send({ kind: 'record-unwritable' });
    expect(faceGate(r.lock)).toEqual({ kind: 'pin-needed', because: 'record-unwritable' });
    expect(pinGate(r.lock).kind).toBe('ready');
    expect(pinGate(r.wrongPin().lock)).toEqual({ kind: 'delayed', left: PIN_DELAYS[0] });
    expect(r.wait(PIN_DELAYS[0]).rightPin().lock.screen.kind).toBe('unlocked');
  });

  it('gives the face back once it can be written', () => {
    const r = rig().send({ kind: 'record-unwritable' }).send({ kind: 'record-written' });
    expect(faceGate(r.lock).kind).toBe('ready');
  });
});

describe('whatever happens', () => {
  const id = fc.integer({ min: 1, max: 12 });
  const step = fc.oneof(
    fc.record({
      kind: fc.constantFrom('lock', 'tick', 'sensor-lost', 'record-unwritable', 'record-written'),
    }),
    fc.record({
      kind: fc.constantFrom(
        ...(['face-begun', 'face-seen', 'face-accepted', 'face-missed', 'face-ended'] as const),
        ...(['pin-begun', 'pin-accepted', 'pin-refused'] as const),
      ),
      id,
    }),
  ) as fc.Arbitrary<Timeless>;
  const wait = fc.oneof(fc.integer({ min: 0, max: 40_000 }), fc.integer({ min: 0, max: 9e7 }));
  const wallJump = fc.integer({ min: -1e10, max: 1e10 });
  const story = fc.array(
    fc.record({ step, wait, wallJump: fc.option(wallJump), restart: fc.option(wallJump, { freq: 12 }) }),
    {
      maxLength: 120,
    },
  );

  /** Plays a story, with `judge` looking at each transition. */
  function play(
    events: typeof story extends fc.Arbitrary<infer T> ? T : never,
    judge: (before: Lock, event: LockEvent, after: Lock, effects: LockEffect[]) => void,
  ) {
    const r = rig();
    for (const { step: event, wait: by, wallJump: jump, restart } of events) {
      if (restart !== null) r.restart(Math.max(0, r.at.wall + restart));
      r.at = { now: ms(r.at.now + by), wall: Math.max(0, r.at.wall + by + (jump ?? 0)) };
      const before = r.lock;
      r.effects = [];
      r.send(event);
      judge(before, { ...event, at: r.at }, r.lock, r.effects);
    }
  }

  it('only an accepted face or PIN of the open attempt unlocks', () => {
    fc.assert(
      fc.property(story, (events) =>
        play(events, (before, event, after, effects) => {
          const opens = before.screen.kind === 'locked' && after.screen.kind === 'unlocked';
          expect(effects.filter(({ kind }) => kind === 'unlock')).toHaveLength(opens ? 1 : 0);
          if (!opens) return;
          const open = event.kind === 'face-accepted' ? before.face?.id : before.pin;
          expect(['face-accepted', 'pin-accepted']).toContain(event.kind);
          expect('id' in event && event.id).toBe(open);
        }),
      ),
      { numRuns: 400 },
    );
  });

  it('a paused face is neither tried nor accepted', () => {
    fc.assert(
      fc.property(story, (events) =>
        play(events, (before, event, after) => {
          const off =
            faceGate({ ...before, ledger: after.ledger }).kind !== 'ready' &&
            faceGate(before).kind !== 'ready';
          if (faceGate(before).kind === 'paused') expect(before.face).toBeUndefined();
          if (off && event.kind.startsWith('face-')) expect(after.screen.kind).toBe(before.screen.kind);
        }),
      ),
      { numRuns: 400 },
    );
  });

  it('misses are never given back except by the PIN, and every view of the lock is valid', () => {
    fc.assert(
      fc.property(story, (events) =>
        play(events, (before, event, after) => {
          // A face that was recognised was charged before it was judged.
          const refund = event.kind === 'face-accepted' ? 1 : 0;
          if (event.kind !== 'pin-accepted')
            expect(after.ledger.totalMisses).toBeGreaterThanOrEqual(before.ledger.totalMisses - refund);
          expect(after.ledger.misses).toBeLessThanOrEqual(MISSES_TO_PAUSE);
          if (after.ledger.misses === MISSES_TO_PAUSE) expect(after.face?.charged).toBe(true);
          expect(lockStateSchema.safeParse(lockState(after)).success).toBe(true);
          expect(decodeLedger(encodeLedger(after.ledger))).toEqual({ ok: true, value: after.ledger });
        }),
      ),
      { numRuns: 400 },
    );
  });

  it('running time alone shortens a pause while Facet runs', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ by: fc.integer({ min: 0, max: 4000 }), jump: wallJump }), { maxLength: 30 }),
        (waits) => {
          const r = rig().miss(5);
          let ran = 0;
          for (const { by, jump } of waits) {
            ran += by;
            r.at = { now: ms(r.at.now + by), wall: Math.max(0, r.at.wall + jump) };
            r.send({ kind: 'tick' });
          }
          expect(r.lock.ledger.pauseLeft).toBe(Math.max(0, PAUSE - ran));
        },
      ),
    );
  });

  it('no more than fifty faces are matched against a gallery without the PIN', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('missed', 'seen-then-crash', 'seen-then-unplugged', 'nobody'), {
          minLength: 60,
          maxLength: 90,
        }),
        (ways) => {
          const r = rig();
          let matched = 0;
          for (const way of ways) {
            r.begin();
            if (way === 'nobody') r.send({ kind: 'face-ended', id: r.id });
            else {
              r.send({ kind: 'face-seen', id: r.id });
              if (r.lock.face?.charged) matched++;
              if (way === 'missed') r.send({ kind: 'face-missed', id: r.id });
              if (way === 'seen-then-unplugged') r.send({ kind: 'sensor-lost' });
              if (way === 'seen-then-crash') r.restart();
            }
            if (faceGate(r.lock).kind === 'paused') r.wait(PAUSE);
          }
          expect(matched).toBe(Math.min(MISSES_TO_PIN, ways.filter((way) => way !== 'nobody').length));
        },
      ),
    );
  });
});

describe('the written ledger', () => {
  it.each([
    ['empty', ''],
    ['cut', '{"version":1,"ledger":{"mis'],
    ['of another version', JSON.stringify({ version: 2, ledger: freshLedger(1) })],
    ['negative', JSON.stringify({ version: 1, ledger: { ...freshLedger(1), totalMisses: -9 } })],
    ['not finite', JSON.stringify({ version: 1, ledger: { ...freshLedger(1), pauseLeft: Number.NaN } })],
  ])('is refused when it is %s', (_, text) => {
    expect(decodeLedger(new TextEncoder().encode(text))).toMatchObject({ ok: false, code: 'store-altered' });
  });
});
