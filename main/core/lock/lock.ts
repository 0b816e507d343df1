/**
 * The lock as a pure state machine: `transition(lock, event)` gives the next lock and what to do.
 *
 * Attempts and their price. A face attempt has an id and only one is open at a time. It costs a miss at the moment
 * when its first live face is about to be matched (`face-seen`), and the ledger with that miss is written before any
 * verdict counts. Whatever ends the attempt after that, other than acceptance (a verdict, an unplugged sensor, a killed
 * process, a cancel), leaves the miss in place, so neither parallel nor cut-off attempts are free. An attempt that
 * saw nobody costs nothing. PIN attempts likewise: one at a time, charged (with the delay) before the PIN is looked at.
 *
 * Time. While Facet runs, pauses and delays pass by the monotonic clock alone: setting the wall clock does nothing.
 * Across a restart they pass by wall time beyond the latest wall time ever written (`latestWall`), so a clock set back
 * never shortens them. A clock set *forward* while Facet is not running does; that takes the machine's administrator
 * or its firmware, and the fifty-miss limit holds regardless. Suspension does not count as time for a pause.
 */
import { ms } from '../../contract/units.ts';
import type { Milliseconds } from '../../contract/units.ts';
import type { FaceGate, LockState, PinGate } from '../../contract/states/lock.ts';
import {
  LEDGER_INTERVAL,
  MISSES_TO_PAUSE,
  MISSES_TO_PIN,
  PAUSE,
  PIN_AGE,
  PIN_DELAYS,
  PIN_MISSES_TO_DELAY,
} from './lock-limits.ts';

/** One reading of both clocks. */
export interface Instant {
  /** Monotonic, of this process. */
  readonly now: Milliseconds;
  /** Milliseconds since the Unix epoch. */
  readonly wall: number;
}

/** What must outlive the process. */
export interface Ledger {
  /** Misses since the last accepted face, pause or PIN: 0 … 5. */
  readonly misses: number;
  /** Misses since the last PIN; an accepted face does not lower it. */
  readonly totalMisses: number;
  readonly pauseLeft: Milliseconds;
  /** Wrong PINs since the last right one. */
  readonly pinMisses: number;
  readonly pinDelayLeft: Milliseconds;
  /** Time since the last right PIN. */
  readonly pinAge: Milliseconds;
  /** The latest wall time seen since the last right PIN; never goes back. */
  readonly latestWall: number;
  /** The record was missing or unreadable where somebody is enrolled. */
  readonly recordLost: boolean;
}

export interface Lock {
  readonly screen: { readonly kind: 'locked' } | { readonly kind: 'unlocked'; readonly by: 'face' | 'pin' };
  readonly ledger: Ledger;
  /** The open face attempt; `charged` once it cost its miss. */
  readonly face: { readonly id: number; readonly charged: boolean } | undefined;
  /** The id of the PIN being checked. */
  readonly pin: number | undefined;
  /** Highest attempt id used: an id is never used twice. */
  readonly lastId: number;
  /** The ledger could not be written: the face is off, and PIN delays start at the first wrong one. */
  readonly unwritable: boolean;
  readonly seen: Instant;
  /** Monotonic time at which the ledger was last handed out for writing. */
  readonly writtenAt: Milliseconds;
}

/** `id`s come from the host and count up; a verdict for any but the open attempt is ignored. */
export type LockEvent = { readonly at: Instant } & (
  | { readonly kind: 'lock' | 'tick' | 'sensor-lost' | 'record-unwritable' | 'record-written' }
  /** An attempt starts watching. Refused (no change) unless the face is ready and no attempt is open. */
  | { readonly kind: 'face-begun'; readonly id: number }
  /** A live face is about to be matched: the attempt is charged. */
  | { readonly kind: 'face-seen'; readonly id: number }
  | { readonly kind: 'face-accepted'; readonly id: number }
  /** A live face was not recognised, or the face was a presentation attack. */
  | { readonly kind: 'face-missed'; readonly id: number }
  /** Nobody was seen in time, or the attempt was cancelled. */
  | { readonly kind: 'face-ended'; readonly id: number }
  /** Refused (no change) during a delay or while another PIN is checked. */
  | { readonly kind: 'pin-begun'; readonly id: number }
  | { readonly kind: 'pin-accepted'; readonly id: number }
  | { readonly kind: 'pin-refused'; readonly id: number }
);

/** In this order: what is written first is written before the rest happens. */
export type LockEffect =
  | { readonly kind: 'write'; readonly ledger: Ledger }
  /** Open the screen: at most once between two `lock`s, however many attempts succeed. */
  | { readonly kind: 'unlock'; readonly by: 'face' | 'pin' }
  /** The open face attempt is over: stop watching, discard what it still reports. */
  | { readonly kind: 'end-attempt'; readonly id: number };

export interface Transition {
  readonly lock: Lock;
  readonly effects: readonly LockEffect[];
}

/** The ledger just after a right PIN. */
export const freshLedger = (wall: number): Ledger => ({
  misses: 0,
  totalMisses: 0,
  pauseLeft: ms(0),
  pinMisses: 0,
  pinDelayLeft: ms(0),
  pinAge: ms(0),
  latestWall: wall,
  recordLost: false,
});

/**
 * The lock at the start of a process: always locked.
 * @param record the ledger as written, undefined where there is none or it cannot be read
 * @param enrolled whether a gallery or PIN exists: then a missing ledger was deleted, and the face waits for the PIN
 */
export function restore(record: Ledger | undefined, enrolled: boolean, at: Instant): Lock {
  const ledger = record ?? { ...freshLedger(at.wall), recordLost: enrolled };
  const away = Math.max(0, at.wall - ledger.latestWall);
  return settle({
    screen: { kind: 'locked' },
    ledger: pass(ledger, away, away, at.wall),
    face: undefined,
    pin: undefined,
    lastId: 0,
    unwritable: false,
    seen: at,
    writtenAt: at.now,
  });
}

/** Why the face waits for the PIN, or undefined. */
function pinNeeded({ ledger, unwritable }: Lock): (FaceGate & { kind: 'pin-needed' })['because'] | undefined {
  if (ledger.recordLost) return 'record-lost';
  if (ledger.pinAge >= PIN_AGE) return 'age';
  if (ledger.totalMisses >= MISSES_TO_PIN) return 'misses';
  return unwritable ? 'record-unwritable' : undefined;
}

/** Whether a face may be tried now. */
export function faceGate(lock: Lock): FaceGate {
  const because = pinNeeded(lock);
  // The attempt that was charged the last miss is still entitled to its verdict.
  if (because && !(because === 'misses' && lock.face?.charged)) return { kind: 'pin-needed', because };
  if (lock.ledger.pauseLeft > 0) return { kind: 'paused', left: lock.ledger.pauseLeft };
  return {
    kind: 'ready',
    missesLeft: MISSES_TO_PAUSE - lock.ledger.misses,
    watching: lock.face !== undefined,
  };
}

/** Whether a PIN may be tried now. */
export function pinGate(lock: Lock): PinGate {
  if (lock.pin !== undefined) return { kind: 'checking' };
  return lock.ledger.pinDelayLeft > 0
    ? { kind: 'delayed', left: lock.ledger.pinDelayLeft }
    : { kind: 'ready' };
}

/** The lock as the page may see it. */
export function lockState(lock: Lock): LockState {
  return lock.screen.kind === 'unlocked'
    ? lock.screen
    : { kind: 'locked', face: faceGate(lock), pin: pinGate(lock) };
}

/** The next lock and its effects. Pure; events that do not apply change nothing but the time. */
export function transition(before: Lock, event: LockEvent): Transition {
  const aged = advance(before, event.at);
  const lock = apply(aged, event);
  const effects: LockEffect[] = [];
  const due = aged.unwritable && event.kind === 'tick';
  const served = before.ledger.pauseLeft > 0 && lock.ledger.pauseLeft === 0;
  if (lock.ledger !== aged.ledger || served || due || event.at.now - lock.writtenAt >= LEDGER_INTERVAL)
    effects.push({ kind: 'write', ledger: lock.ledger });
  if (before.screen.kind === 'locked' && lock.screen.kind === 'unlocked')
    effects.push({ kind: 'unlock', by: lock.screen.by });
  if (before.face && before.face.id !== lock.face?.id)
    effects.push({ kind: 'end-attempt', id: before.face.id });
  return { lock: effects[0]?.kind === 'write' ? { ...lock, writtenAt: event.at.now } : lock, effects };
}

/** Takes `running` off pauses and delays and adds `age` to the PIN's age. */
function pass(ledger: Ledger, running: number, age: number, wall: number): Ledger {
  return {
    ...ledger,
    pauseLeft: ms(Math.max(0, ledger.pauseLeft - running)),
    pinDelayLeft: ms(Math.max(0, ledger.pinDelayLeft - running)),
    pinAge: ms(ledger.pinAge + age),
    latestWall: Math.max(ledger.latestWall, wall),
  };
}

function advance(lock: Lock, at: Instant): Lock {
  const running = Math.max(0, at.now - lock.seen.now);
  // A suspended machine's monotonic clock stands still, but the PIN grows old: take the longer of the two.
  const age = Math.max(running, at.wall - lock.ledger.latestWall);
  const aged = { ...lock, seen: at, ledger: pass(lock.ledger, running, age, at.wall) };
  // Growing old closes the gate under an open attempt too.
  return pinNeeded(aged) === 'age' ? endFace(aged) : aged;
}

/** A fifth miss with no attempt open starts the pause; also after a crash in the middle of the fifth attempt. */
function settle(lock: Lock): Lock {
  if (lock.face || lock.ledger.misses < MISSES_TO_PAUSE) return lock;
  return { ...lock, ledger: { ...lock.ledger, misses: 0, pauseLeft: PAUSE } };
}

const endFace = (lock: Lock): Lock => (lock.face ? settle({ ...lock, face: undefined }) : lock);

function charge(lock: Lock, id: number): Lock {
  if (lock.face?.id !== id || lock.face.charged) return lock;
  const { misses, totalMisses } = lock.ledger;
  return {
    ...lock,
    face: { id, charged: true },
    ledger: { ...lock.ledger, misses: misses + 1, totalMisses: totalMisses + 1 },
  };
}

function chargePin(lock: Lock, id: number): Lock {
  const pinMisses = lock.ledger.pinMisses + 1;
  const step = Math.min(pinMisses - PIN_MISSES_TO_DELAY, PIN_DELAYS.length - 1);
  const pinDelayLeft = step >= 0 ? PIN_DELAYS[step] : ms(0);
  return { ...lock, pin: id, lastId: id, ledger: { ...lock.ledger, pinMisses, pinDelayLeft } };
}

function open(lock: Lock, by: 'face' | 'pin'): Lock {
  const screen = lock.screen.kind === 'unlocked' ? lock.screen : ({ kind: 'unlocked', by } as const);
  return { ...lock, face: undefined, screen };
}

function apply(lock: Lock, event: LockEvent): Lock {
  const locked = lock.screen.kind === 'locked';
  switch (event.kind) {
    case 'tick':
      return lock;
    case 'lock':
      // Locking a locked screen must not cancel a PIN that is being checked.
      return locked ? lock : { ...endFace(lock), pin: undefined, screen: { kind: 'locked' } };
    case 'sensor-lost':
      return endFace(lock);
    case 'record-written':
      return lock.unwritable ? { ...lock, unwritable: false } : lock;
    case 'record-unwritable':
      return unwritten(lock);
    case 'face-begun':
      if (!locked || lock.face || event.id <= lock.lastId || faceGate(lock).kind !== 'ready') return lock;
      return { ...lock, face: { id: event.id, charged: false }, lastId: event.id };
    case 'face-seen':
      return charge(lock, event.id);
    case 'face-accepted':
      if (!locked || lock.face?.id !== event.id || !lock.face.charged || faceGate(lock).kind !== 'ready')
        return lock;
      // What this attempt was charged for was no miss; earlier ones still count towards the PIN.
      return open(
        { ...lock, ledger: { ...lock.ledger, misses: 0, totalMisses: lock.ledger.totalMisses - 1 } },
        'face',
      );
    case 'face-missed':
      return lock.face?.id === event.id ? endFace(charge(lock, event.id)) : lock;
    case 'face-ended':
      return lock.face?.id === event.id ? endFace(lock) : lock;
    case 'pin-begun':
      if (event.id <= lock.lastId || pinGate(lock).kind !== 'ready') return lock;
      return chargePin(lock, event.id);
    case 'pin-accepted':
      if (lock.pin !== event.id) return lock;
      return open({ ...lock, pin: undefined, ledger: freshLedger(event.at.wall) }, 'pin');
    case 'pin-refused':
      return lock.pin === event.id ? { ...lock, pin: undefined } : lock;
  }
}

/**
 * A charge that was not written would be free after a restart, so the open attempt ends and faces wait. The PIN always
 * works, but its free misses are gone: one wrong PIN and the delays begin.
 */
function unwritten(lock: Lock): Lock {
  const ended = endFace(lock);
  const pinMisses = Math.max(ended.ledger.pinMisses, PIN_MISSES_TO_DELAY - 1);
  const delayed =
    lock.pin === undefined ? ended.ledger.pinDelayLeft : Math.max(ended.ledger.pinDelayLeft, PIN_DELAYS[0]);
  return { ...ended, unwritable: true, ledger: { ...ended.ledger, pinMisses, pinDelayLeft: ms(delayed) } };
}
