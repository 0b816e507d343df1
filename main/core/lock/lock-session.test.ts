import { describe, expect, it } from 'vitest';
import { fail, ok } from '../../contract/result.ts';
import { freshLedger } from './lock.ts';
import type { Ledger } from './lock.ts';
import { decodeLedger, encodeLedger } from './lock-record.ts';
import { LockSession } from './lock-session.ts';
import type { HostLockEffect } from './lock-session.ts';
import { ManualClock } from '../manual-clock.ts';
import { MemoryStore } from '../memory.fixture.ts';

/** Its writes take a turn of the event loop. */
class SlowStore extends MemoryStore {
  override async write(name: string, bytes: Uint8Array) {
    await new Promise((resolve) => setImmediate(resolve));
    return super.write(name, bytes);
  }

  get ledger(): Ledger {
    const ledger = decodeLedger(this.files.get('lock-ada.json')!);
    if (!ledger.ok) throw new Error(ledger.message);
    return ledger.value;
  }
}

async function desk({ store = new SlowStore(), clock = new ManualClock(), enrolled = false } = {}) {
  const effects: HostLockEffect[] = [];
  const session = await LockSession.open({ store, clock, user: 'ada', enrolled }, (effect) =>
    effects.push(effect),
  );
  const attempt = async (verdict: 'face-accepted' | 'face-missed') => {
    const begun = await session.beginFace();
    if (!begun.ok) return begun;
    const id = begun.value;
    await Promise.all([session.dispatch({ kind: 'face-seen', id }), session.dispatch({ kind: verdict, id })]);
    return begun;
  };
  return { store, clock, session, effects, attempt };
}

const right = async () => ok(true);
const wrong = async () => ok(false);

describe('a lock session', () => {
  it('opens for an accepted face, once', async () => {
    const { session, effects, attempt } = await desk();
    await attempt('face-accepted');
    expect(session.state).toEqual({ kind: 'unlocked', by: 'face' });
    expect(effects.filter(({ kind }) => kind === 'unlock')).toHaveLength(1);
  });

  it('has each miss on disk before the next attempt', async () => {
    const { store, attempt } = await desk();
    for (let i = 1; i <= 4; i++) {
      await attempt('face-missed');
      expect(store.ledger.misses).toBe(i);
    }
  });

  it('says how long the face is off after five misses, also to the next process', async () => {
    const { store, clock, attempt } = await desk();
    for (let i = 0; i < 5; i++) await attempt('face-missed');
    const next = await desk({ store, clock, enrolled: true });
    const refused = await next.session.beginFace();
    expect(refused).toMatchObject({ ok: false, code: 'paused' });
    expect(refused).toHaveProperty('message', expect.stringContaining('30 seconds'));
    clock.advance(30_000);
    expect((await next.session.beginFace()).ok).toBe(true);
  });

  it('gives one of twenty simultaneous attempts the face, and the others nothing', async () => {
    const { session } = await desk();
    const begun = await Promise.all(Array.from({ length: 20 }, () => session.beginFace()));
    expect(begun.filter(({ ok }) => ok)).toHaveLength(1);
    expect(begun.filter((b) => !b.ok && b.code === 'busy')).toHaveLength(19);
  });

  it('looks at five of forty simultaneous or hurried PINs', async () => {
    const { session } = await desk();
    let looked = 0;
    const verify = async () => (looked++, ok(false));
    await Promise.all(Array.from({ length: 20 }, () => session.tryPin(verify)));
    for (let i = 0; i < 20; i++) await session.tryPin(verify);
    expect(looked).toBe(5);
    expect(await session.tryPin(right)).toMatchObject({ ok: false, code: 'paused' });
  });

  it('has a wrong PIN on disk before it is looked at', async () => {
    const { store, session } = await desk();
    await session.tryPin(async () => {
      expect(store.ledger.pinMisses).toBe(1);
      return ok(false);
    });
    expect(await session.tryPin(right)).toEqual(ok(undefined));
    expect(store.ledger.pinMisses).toBe(0);
  });

  it('takes no PIN whose screen was locked while it was checked', async () => {
    const { session, effects } = await desk();
    await session.tryPin(right);
    const late = await session.tryPin(async () => {
      await session.dispatch({ kind: 'lock' });
      return ok(true);
    });
    expect(late).toMatchObject({ ok: false, code: 'cancelled' });
    expect(session.state.kind).toBe('locked');
    expect(effects).toEqual([{ kind: 'unlock', by: 'pin' }]);
    expect(await session.tryPin(right)).toEqual(ok(undefined));
  });

  it('passes on why a PIN could not be checked, and stays locked', async () => {
    const { session } = await desk();
    expect(await session.tryPin(async () => fail('store-altered', 'damaged'))).toMatchObject({
      code: 'store-altered',
    });
    expect((await session.tryPin(() => Promise.reject(new Error('boom')))).ok).toBe(false);
    expect(session.state.kind).toBe('locked');
  });

  it.each([
    ['deleted', undefined],
    ['damaged', new Uint8Array([1, 2, 3])],
  ])('waits for the PIN when the record of an enrolled user is %s', async (_, bytes) => {
    const store = new SlowStore();
    if (bytes) store.files.set('lock-ada.json', bytes);
    const { session } = await desk({ store, enrolled: true });
    expect(await session.beginFace()).toMatchObject({ ok: false, code: 'pin-needed' });
    await session.tryPin(right);
    await session.dispatch({ kind: 'lock' });
    expect((await session.beginFace()).ok).toBe(true);
  });

  it('still takes the PIN at once when the disk is full, but no face and no second guess', async () => {
    const { store, session, clock, attempt } = await desk();
    store.full = true;
    expect((await attempt('face-accepted')).ok).toBe(true);
    expect(session.state.kind).toBe('locked');
    expect(session.face).toEqual({ kind: 'pin-needed', because: 'record-unwritable' });
    expect(await session.tryPin(wrong)).toMatchObject({ code: 'pin-wrong' });
    expect(await session.tryPin(right)).toMatchObject({ code: 'paused' });
    clock.advance(30_000);
    expect(await session.tryPin(right)).toEqual(ok(undefined));
    expect(session.state.kind).toBe('unlocked');
    store.full = false;
    await session.dispatch({ kind: 'lock' });
    await session.dispatch({ kind: 'tick' });
    expect(session.face.kind).toBe('ready');
  });

  it('takes the PIN at once on a disk that was full from the start', async () => {
    const store = new SlowStore();
    store.files.set('lock-ada.json', encodeLedger(freshLedger(0)));
    store.full = true;
    const { session } = await desk({ store, enrolled: true });
    expect(await session.tryPin(right)).toEqual(ok(undefined));
  });

  it('goes on after an effect that failed', async () => {
    const session = await LockSession.open(
      { store: new SlowStore(), clock: new ManualClock(), user: 'ada', enrolled: false },
      () => {
        throw new Error('the window is gone');
      },
    );
    await expect(session.tryPin(right)).rejects.toThrow('window');
    await session.dispatch({ kind: 'lock' });
    expect(session.state.kind).toBe('locked');
  });
});
