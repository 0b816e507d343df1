/** One sentence for each code that a person meets, the same on every host. No full stop at the end: each host sets its own. */
import type { GuidanceCode, RefusalCode } from './codes.ts';

export const GUIDANCE: Readonly<Record<GuidanceCode, string>> = {
  looking: 'Looking for you',
  closer: 'Come a little closer',
  back: 'Move back a little',
  hold: 'Hold still for a moment',
  'look-here': 'Look at the sensor',
  'open-eyes': 'Open your eyes',
  uncover: 'Your face is partly covered',
  light: 'It is too dark for this sensor. Use your PIN or switch on a light',
  'two-faces': 'Someone else is in view. One person at a time',
  'someone-else': 'This is not the person who began. One person at a time',
  'not-live': 'That does not look like a face in front of the sensor',
  turn: 'Turn your head slowly, all the way round',
  'turn-left': 'A little further to the left',
  'turn-up-left': 'A little further up and to the left',
  'turn-up': 'A little further up',
  'turn-up-right': 'A little further up and to the right',
  'turn-right': 'A little further to the right',
  'turn-down-right': 'A little further down and to the right',
  'turn-down': 'A little further down',
  'turn-down-left': 'A little further down and to the left',
  done: 'Done',
};

export const REFUSAL: Readonly<Record<RefusalCode, string>> = {
  'not-recognised': 'Not recognised. Try again or use your PIN',
  'not-live': 'That does not look like a face in front of the sensor. Use your PIN',
  nobody: 'Nobody was seen in time',
};
