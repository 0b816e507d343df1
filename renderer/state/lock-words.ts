/** What the lock screen shows of the face and of the PIN: a sign, one sentence, and what can be done. */
import type { AppState } from '../../main/contract/states/app.ts';
import type { Failure } from '../../main/contract/result.ts';
import {
  failureSentence,
  GUIDANCE,
  NO_FACE,
  OUTDATED,
  PAUSED,
  PIN_DELAYED,
  PIN_NEEDED,
  REFUSAL,
  RESTARTING,
  SENSOR_LOST,
  UNLOCKED,
} from '../words.ts';

export type Sign =
  'looking' | 'guide' | 'dark' | 'refused' | 'paused' | 'pin' | 'lost' | 'restarting' | 'accepted';

export interface FaceWords {
  readonly sign: Sign;
  readonly sentence: string;
  /** Whether the face can be tried again at once. */
  readonly retry: boolean;
}

/** @param elapsed ms since this state arrived: what is left of a pause shrinks by it */
export function faceWords(app: AppState, elapsed: number): FaceWords {
  const words = (sign: Sign, sentence: string, retry = false): FaceWords => ({ sign, sentence, retry });
  const { lock, face, sensor, looks } = app;
  if (lock.kind === 'unlocked') return words('accepted', UNLOCKED);
  if (looks.length === 0) return words('pin', NO_FACE);
  if (looks.every(({ outdated }) => outdated)) return words('pin', OUTDATED);
  if (lock.face.kind === 'pin-needed') return words('pin', PIN_NEEDED);
  if (lock.face.kind === 'paused') return words('paused', PAUSED(secondsLeft(lock.face.left, elapsed)));
  if (sensor.kind === 'restarting') return words('restarting', RESTARTING);
  if (sensor.kind === 'lost')
    return words('lost', sensor.code === 'sensor-lost' ? SENSOR_LOST : sensor.message);
  switch (face.kind) {
    case 'accepted':
      return words('accepted', UNLOCKED);
    case 'refused':
      return words('refused', REFUSAL[face.code], true);
    case 'watching':
      if (face.guidance === 'looking') return words('looking', GUIDANCE.looking);
      return words(face.guidance === 'light' ? 'dark' : 'guide', GUIDANCE[face.guidance]);
    case 'off':
      return words('pin', NO_FACE);
  }
}

/** The line below the PIN: a delay that runs, else what became of the last try. */
export function pinNote(app: AppState, elapsed: number, failure: Failure | undefined): string {
  const gate = app.lock.kind === 'locked' ? app.lock.pin : undefined;
  const seconds = gate?.kind === 'delayed' ? secondsLeft(gate.left, elapsed) : 0;
  if (seconds > 0) return PIN_DELAYED(seconds);
  // A delay that has run out needs no words any more.
  return failure && failure.code !== 'paused' ? failureSentence(failure) : '';
}

const secondsLeft = (left: number, elapsed: number): number =>
  Math.max(0, Math.ceil((left - elapsed) / 1000));
