/** The one instruction to whoever turns the head before the sensor, and how far they are. */
import { SECTORS } from '../../main/contract/codes.ts';
import type { AppState } from '../../main/contract/states/app.ts';
import { STRAIGHT_VIEWS, type EnrolmentView } from '../../main/contract/states/enrolment.ts';
import { GUIDANCE, NOT_LEARNED_FROM, RESTARTING_ENROLLING, SAVING, SENSOR_LOST_ENROLLING } from '../words.ts';

export interface TurnWords {
  readonly instruction: string;
  /** Something must be put right before it goes on. */
  readonly halted: boolean;
}

const HALTS = new Set([
  'two-faces',
  'someone-else',
  'not-live',
  'light',
  'no-picture',
  'uncover',
  'centre',
  'open-eyes',
]);

/** In an enrolment. */
export function turnWords(sensor: AppState['sensor'], view: EnrolmentView): TurnWords {
  if (sensor.kind === 'lost')
    return {
      instruction: sensor.code === 'sensor-lost' ? SENSOR_LOST_ENROLLING : sensor.message,
      halted: true,
    };
  if (sensor.kind === 'restarting') return { instruction: RESTARTING_ENROLLING, halted: true };
  if (view.kind === 'saving') return { instruction: SAVING, halted: false };
  return {
    instruction: GUIDANCE[view.guidance],
    halted: view.kind === 'paused' || HALTS.has(view.guidance),
  };
}

/** In a deeper retraining, which keeps nothing of what it sees, and learns only from who is recognised. */
export function turnAgainWords(sensor: AppState['sensor'], view: EnrolmentView): TurnWords {
  const words = turnWords(sensor, view);
  if (words.instruction === SAVING) return { ...words, instruction: GUIDANCE.done };
  if (words.instruction === GUIDANCE['someone-else']) return { ...words, instruction: NOT_LEARNED_FROM };
  return words;
}

/** `3 of 9 directions`: looking straight is the first. `5 of 12 views` of whoever looks straight ahead. */
export const turnProgress = ({ coverage, progress, filled }: EnrolmentView): string => {
  if (coverage === 'straight') return `${Math.round(progress * STRAIGHT_VIEWS)} of ${STRAIGHT_VIEWS} views`;
  const directions = SECTORS.length + 1;
  // As a pause keeps it: whoever has begun looked straight first.
  return `${filled.length + (progress > 0 ? 1 : 0)} of ${directions} directions`;
};
