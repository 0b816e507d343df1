/** The one instruction of an enrolment, and how far it is. */
import { SECTORS } from '../../main/contract/codes.ts';
import type { AppState } from '../../main/contract/states/app.ts';
import type { EnrolmentView } from '../../main/contract/states/enrolment.ts';
import { GUIDANCE, RESTARTING_ENROLLING, SAVING, SENSOR_LOST_ENROLLING } from '../words.ts';

export interface EnrolWords {
  readonly instruction: string;
  /** Something must be put right before it goes on. */
  readonly halted: boolean;
}

const HALTS = new Set(['two-faces', 'someone-else', 'not-live', 'light', 'uncover', 'open-eyes']);

export function enrolWords(sensor: AppState['sensor'], view: EnrolmentView): EnrolWords {
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

/** `3 of 9 directions`: looking straight is the first. */
export const enrolProgress = ({ kind, filled }: EnrolmentView): string =>
  `${filled.length + (kind === 'straight' ? 0 : 1)} of ${SECTORS.length + 1} directions`;
