/**
 * Runs the lock of one user: events one after the other, every charge on disk before the verdict it pays for is looked
 * at. Exactly one process may hold the session of a data folder (adapters/store/folder-lock.ts): two would each have
 * free misses.
 */
import type { FaceGate, LockState, PinGate } from '../../contract/states/lock.ts';
import { fail, ok } from '../../contract/result.ts';
import type { Failure, Result } from '../../contract/result.ts';
import type { Clock, Store } from '../ports.ts';
import { userFile } from '../people/gallery-user-file.ts';
import { faceGate, lockState, pinGate, restore, transition } from './lock.ts';
import type { Ledger, Lock, LockEffect, LockEvent } from './lock.ts';
import { decodeLedger, encodeLedger } from './lock-record.ts';

/** An event as the host gives it; the session adds the time. */
export type TimelessLockEvent = LockEvent extends infer E
  ? E extends unknown
    ? Omit<E, 'at'>
    : never
  : never;
/** An effect left for the host; writing is the session's own. */
export type HostLockEffect = Exclude<LockEffect, { kind: 'write' }>;

export class LockSession {
  private queue: Promise<unknown> = Promise.resolve();
  private lastId = 0;
  /** Called after every change that the page may see. */
  changed: () => void = () => undefined;

  private constructor(
    private readonly store: Store,
    private readonly file: string,
    private readonly clock: Clock,
    private readonly act: (effect: HostLockEffect) => void,
    private lock: Lock,
  ) {}

  /**
   * Reads the ledger; the lock starts locked.
   * @param enrolled whether the user has a gallery or a PIN (then a missing ledger counts as deleted)
   * @param act carries out `unlock` and `end-attempt`, in order
   */
  static async open(
    { store, clock, user, enrolled }: { store: Store; clock: Clock; user: string; enrolled: boolean },
    act: (effect: HostLockEffect) => void,
  ): Promise<LockSession> {
    const file = `lock-${userFile(user)}.json`;
    const bytes = await store.read(file);
    const record = bytes.ok && bytes.value ? decodeLedger(bytes.value) : undefined;
    const at = { now: clock.now(), wall: clock.wallTime() };
    const lost = enrolled || !bytes.ok || bytes.value !== undefined;
    const lock = restore(record?.ok ? record.value : undefined, lost, at);
    const session = new LockSession(store, file, clock, act, lock);
    await session.write(lock.ledger);
    return session;
  }

  /** The lock now, for the page. */
  get state(): LockState {
    return lockState(this.lock);
  }

  get face(): FaceGate {
    return faceGate(this.lock);
  }

  get pin(): PinGate {
    return pinGate(this.lock);
  }

  /** Queues an event; resolves when it, and the writing it asked for, is done. */
  async dispatch(event: TimelessLockEvent): Promise<void> {
    await this.enqueue(event);
  }

  /** @returns the lock as the event found it */
  private enqueue(event: TimelessLockEvent): Promise<Lock> {
    const done = this.queue.then(() => this.step(event));
    this.queue = done.catch(() => undefined); // a failing effect must not stop the events after it
    return done;
  }

  /** Opens a face attempt and gives its id; `paused`, `pin-needed` or `busy` where the face may not be tried. */
  async beginFace(): Promise<Result<number>> {
    await this.dispatch({ kind: 'tick' });
    const gate = this.face;
    const id = ++this.lastId;
    await this.dispatch({ kind: 'face-begun', id });
    return this.lock.face?.id === id ? ok(id) : faceRefusal(gate);
  }

  /**
   * Charges, then checks a PIN, then settles. Resolves to a success where it was right, whatever the screen showed; to
   * `cancelled` where an open screen was locked meanwhile: what the PIN was given for must not happen any more.
   * @param verify compares with the stored record; its own failures are passed on and count as a wrong PIN
   */
  async tryPin(verify: () => Promise<Result<boolean>>): Promise<Result<void>> {
    await this.dispatch({ kind: 'tick' });
    const gate = this.pin;
    const id = ++this.lastId;
    await this.dispatch({ kind: 'pin-begun', id });
    if (this.lock.pin !== id) return pinRefusal(gate);
    const right = await verify().catch((error: unknown): Failure =>
      fail('store-altered', `The PIN could not be checked: ${String(error)}`),
    );
    const accepted = right.ok && right.value;
    const found = await this.enqueue({ kind: accepted ? 'pin-accepted' : 'pin-refused', id });
    if (!right.ok) return right;
    if (!accepted) return fail('pin-wrong', 'That PIN is not right; try again.');
    return found.pin === id
      ? ok(undefined)
      : fail('cancelled', 'The screen was locked while the PIN was checked. Enter the PIN again.');
  }

  private async step(event: TimelessLockEvent): Promise<Lock> {
    const found = this.lock;
    const { lock, effects } = transition(found, { ...event, at: this.instant() });
    this.lock = lock;
    for (const effect of effects) {
      if (effect.kind === 'write') await this.write(effect.ledger);
      else this.act(effect);
    }
    this.changed();
    return found;
  }

  private async write(ledger: Ledger): Promise<void> {
    const written = await this.store.write(this.file, encodeLedger(ledger));
    const kind = written.ok ? 'record-written' : 'record-unwritable';
    const { lock, effects } = transition(this.lock, { kind, at: this.instant() });
    this.lock = lock;
    for (const effect of effects) if (effect.kind !== 'write') this.act(effect);
  }

  private instant() {
    return { now: this.clock.now(), wall: this.clock.wallTime() };
  }
}

const span = (left: number): string =>
  left > 90_000 ? `${Math.ceil(left / 60_000)} minutes` : `${Math.ceil(left / 1000)} seconds`;

const PIN_NEEDED = {
  misses: 'Too many faces were not recognised; enter the PIN to use the face again.',
  age: 'The PIN was last entered three days ago; enter it to use the face again.',
  'record-lost': 'The lock record is missing or damaged; enter the PIN to use the face again.',
  'record-unwritable':
    'The data folder cannot be written, so failed faces cannot be counted; make room or make it writable, or use the PIN.',
};

function faceRefusal(gate: FaceGate): Failure {
  if (gate.kind === 'paused')
    return fail('paused', `The face is off for ${span(gate.left)} after five misses; use the PIN or wait.`);
  if (gate.kind === 'pin-needed') return fail('pin-needed', PIN_NEEDED[gate.because]);
  return fail('busy', 'The screen is open already or another attempt is under way.');
}

function pinRefusal(gate: PinGate): Failure {
  return gate.kind === 'delayed'
    ? fail('paused', `Too many wrong PINs; wait ${span(gate.left)} and try again.`)
    : fail('busy', 'Another PIN is being checked; try again in a moment.');
}
