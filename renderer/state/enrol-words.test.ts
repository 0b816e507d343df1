import { describe, expect, it } from 'vitest';
import type { EnrolmentView } from '../../main/contract/states/enrolment.ts';
import { appState } from '../dev/states.ts';
import { enrolProgress, enrolWords } from './enrol-words.ts';

const view = (change: Partial<EnrolmentView> = {}): EnrolmentView => ({
  kind: 'turning',
  guidance: 'turn',
  progress: 0.5,
  filled: ['left', 'up'],
  pointer: undefined,
  ...change,
});
const { sensor } = appState();

describe('the words of an enrolment', () => {
  it('give one instruction at a time', () => {
    expect(enrolWords(sensor, view())).toEqual({
      instruction: 'Turn your head slowly, all the way round',
      halted: false,
    });
  });

  it('say that it waits while a second face is in view', () => {
    expect(enrolWords(sensor, view({ guidance: 'two-faces' }))).toEqual({
      instruction: 'Someone else is in view. One person at a time',
      halted: true,
    });
  });

  it('speak of the sensor first when it is gone or starts again', () => {
    const lost = { kind: 'lost', code: 'sensor-lost', message: '' } as const;
    expect(enrolWords(lost, view()).instruction).toBe('The sensor was unplugged. Plug it in to go on');
    expect(enrolWords({ kind: 'restarting' }, view()).halted).toBe(true);
  });

  it('count looking straight as the first of nine directions', () => {
    expect(enrolProgress(view({ kind: 'straight', filled: [] }))).toBe('0 of 9 directions');
    expect(enrolProgress(view())).toBe('3 of 9 directions');
  });
});
