import { describe, expect, it } from 'vitest';
import type { EnrolmentView } from '../../main/contract/states/enrolment.ts';
import { appState } from '../dev/states.ts';
import { turnAgainWords, turnProgress, turnWords } from './turn-words.ts';

const view = (change: Partial<EnrolmentView> = {}): EnrolmentView => ({
  kind: 'turning',
  coverage: 'ring',
  offered: false,
  guidance: 'turn',
  progress: 0.5,
  filled: ['left', 'up'],
  pointer: undefined,
  ...change,
});
const { sensor } = appState();

describe('the words of a turn of the head', () => {
  it('give one instruction at a time', () => {
    expect(turnWords(sensor, view())).toEqual({
      instruction: 'Turn your head slowly, all the way round',
      halted: false,
    });
  });

  it('say that it waits while a second face is in view', () => {
    expect(turnWords(sensor, view({ guidance: 'two-faces' }))).toEqual({
      instruction: 'Someone else is in view. One person at a time',
      halted: true,
    });
  });

  it('speak of the sensor first when it is gone or starts again', () => {
    const lost = { kind: 'lost', code: 'sensor-lost', message: '' } as const;
    expect(turnWords(lost, view()).instruction).toBe('The sensor was unplugged. Plug it in to go on');
    expect(turnWords({ kind: 'restarting' }, view()).halted).toBe(true);
  });

  it('count looking straight as the first of nine directions', () => {
    expect(turnProgress(view({ kind: 'straight', progress: 0, filled: [] }))).toBe('0 of 9 directions');
    expect(turnProgress(view())).toBe('3 of 9 directions');
    expect(turnProgress(view({ kind: 'paused' }))).toBe('3 of 9 directions');
  });

  it('count views of whoever looks straight ahead', () => {
    expect(turnProgress(view({ coverage: 'straight', progress: 5 / 12 }))).toBe('5 of 12 views');
  });

  it('say in a deeper retraining that somebody else is not learned from, and speak of the sensor as in an enrolment', () => {
    expect(turnAgainWords(sensor, view({ guidance: 'someone-else' }))).toEqual({
      instruction: 'Facet does not recognise this face, so it learns nothing from it',
      halted: true,
    });
    expect(turnAgainWords(sensor, view({ kind: 'saving', guidance: 'done' })).instruction).toBe('Done');
    expect(turnAgainWords({ kind: 'restarting' }, view())).toEqual(turnWords({ kind: 'restarting' }, view()));
  });
});
