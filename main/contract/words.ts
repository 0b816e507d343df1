/** One sentence for each code that a person meets, the same on every host. No full stop at the end: each host sets its own. */
import type { GuidanceCode, RefusalCode } from './codes.ts';
import type {
  Backend,
  Counted,
  RetrainProgress,
  RetrainReport,
  RetrainStage,
  RetrainVerdict,
} from './states/retrain.ts';

export const GUIDANCE: Readonly<Record<GuidanceCode, string>> = {
  looking: 'Looking for you',
  closer: 'Come a little closer',
  back: 'Move back a little',
  hold: 'Hold still for a moment',
  'look-here': 'Look at the sensor',
  'chin-up': 'Raise your chin a little',
  'chin-down': 'Lower your chin a little',
  centre: 'Part of your face is outside the picture. Move to the middle',
  'open-eyes': 'Open your eyes',
  uncover: 'Your face is partly covered',
  slow: 'This computer is too slow to look at you just now. Your PIN works',
  light: 'It is too dark for this sensor. Use your PIN or switch on a light',
  'no-picture':
    'There is depth and no picture from this sensor or recording, so no face can be found. Use your PIN',
  'two-faces': 'Someone else is in view. One person at a time',
  'someone-else': 'This is someone else. One person at a time',
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
  ahead: 'Keep looking at the sensor',
  done: 'Done',
};

export const REFUSAL: Readonly<Record<RefusalCode, string>> = {
  'not-recognised': 'Not recognised. Try again or use your PIN',
  'not-live': 'That does not look like a face in front of the sensor. Use your PIN',
  nobody: 'Nobody was seen in time',
  slow: 'This computer is too slow to look at you just now. Your PIN works',
};

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
export const secondsLeft = (seconds: number): string => `about ${plural(seconds, 'second')} left`;
export const epochOf = ({ epoch, epochs }: Pick<RetrainProgress, 'epoch' | 'epochs'>): string =>
  `epoch ${epoch} of ${epochs}`;

export const RETRAIN_STAGE: Readonly<Record<RetrainStage, string>> = {
  loading: 'Getting ready',
  tuning: 'Learning the shape of your face',
  fitting: 'Learning from your looks',
  judging: 'Trying it on what was held out',
  saving: 'Keeping what was learned',
};

/** While a deeper retraining watches its person turn the head. */
export const LOOKING_AGAIN = 'Looking at you again; what is seen for this is not kept';

/** What computes, to a person. */
export const BACKEND: Readonly<Record<Backend, string>> = {
  'tfjs-node': 'TensorFlow',
  wasm: 'TensorFlow.js in WebAssembly',
  cpu: 'TensorFlow.js in plain JavaScript, which is slow',
};

const DEEPER_KEPT =
  'Deeper: a network that knows the shape of your face is sealed with your looks. What was seen for it is forgotten';
const DEEPER_FORGOTTEN = 'What was seen of you for it is forgotten';

const VERDICT: Readonly<Record<RetrainVerdict, string>> = {
  better: 'Facet knows you better now, and lets no more strangers in',
  'as-good': 'Facet learned from your looks. By what was held out it is as good as before',
  'more-false-accepts': 'Nothing was changed: what was learned would have let more strangers in',
  'more-false-rejects': 'Nothing was changed: what was learned would have turned you away more often',
};

/** `2 of 84 (0.7 to 8.3 %)`: errors, and between which shares the true one lies, 19 times in 20. */
function counted({ errors, of, low, high }: Counted): string {
  const share = (value: number) => (100 * value).toLocaleString('en', { maximumSignificantDigits: 2 });
  return `${errors} of ${of.toLocaleString('en')} (${share(low)} to ${share(high)} %)`;
}

/** What came of a retraining, and the counts before and after that say so. */
export function retrainSentences({
  scope,
  promoted,
  verdict,
  elsewhere,
  before,
  after,
  views,
  people,
}: RetrainReport): readonly string[] {
  const both = (which: 'falseAccepts' | 'falseRejects') =>
    `${counted(before[which])} before, ${counted(after[which])} after`;
  return [
    // Only what was refused was refused elsewhere.
    VERDICT[verdict] + (elsewhere ? ' at another sensitivity' : ''),
    `You turned away: ${both('falseRejects')}, by ${plural(views.heldOut, 'view')} held out, as on many imagined days`,
    `Strangers let in: ${both('falseAccepts')}, by ${people.heldOut.toLocaleString('en')} synthetic people held out`,
    ...(scope === 'deeper' ? [promoted ? DEEPER_KEPT : DEEPER_FORGOTTEN] : []),
  ];
}
