/** Every sentence of the page. What crosses as a code has its sentence in the contract's words, shared with the command line. */
import type { Settings, Visitor } from '../main/contract/api.ts';
import type { GuidanceCode, LivenessReason, LookReason } from '../main/contract/codes.ts';
import type { ListedSensor } from '../main/contract/states/sensors.ts';
import type { Stage } from '../main/contract/evidence.ts';
import type { EnrolmentPause } from '../main/contract/states/app.ts';
import type { RetrainScope } from '../main/contract/states/retrain.ts';
import type { Projection } from '../main/contract/states/face-map.ts';
import type { Failure, FailureCode } from '../main/contract/result.ts';

import { GUIDANCE, plural } from '../main/contract/words.ts';

export {
  BACKEND,
  epochOf,
  GUIDANCE,
  LOOKING_AGAIN,
  plural,
  REFUSAL,
  RETRAIN_STAGE,
  retrainSentences,
  secondsLeft,
} from '../main/contract/words.ts';

export const UNREACHED = 'Facet did not answer. Try again in a moment';
export const RECONNECTING = 'Facet cannot be reached at the moment. It is being tried again';
export const RECONNECTING_LONG =
  'Facet cannot be reached. If it was started again, open the address that it printed';
export const WAITING = 'Facet is starting';

export const PAUSED = (seconds: number) =>
  `Face unlock is paused for ${plural(seconds, 'second')}. Your PIN works`;
export const PIN_NEEDED = 'Enter your PIN to switch face unlock on again';
export const SENSOR_LOST = 'The sensor was unplugged. Your PIN works; plug it in to go on';
export const SENSOR_LOST_ENROLLING = 'The sensor was unplugged. Plug it in to go on';
export const RESTARTING = 'The camera part stopped and is starting again. Your PIN works';
export const RESTARTING_ENROLLING = 'The camera part stopped and is starting again';
export const UNLOCKED = 'Unlocked';
export const NO_FACE = 'Enter your PIN';
export const PIN_DELAYED = (seconds: number) =>
  `Too many wrong PINs. The next one can be tried in ${plural(seconds, 'second')}`;
export const SAVING = 'Keeping what was seen';
/** What the first enrolled look is called, on every host. */
export const FIRST_LOOK = 'plain';
export const GLASSES_LOOK = 'with glasses';
/** A look that was refused right before the PIN. */
export const OFFER =
  'You were not recognised before you entered your PIN. Facet can remember what you looked like then.';
export const OFFER_STORES =
  'A few views of your face as it was are stored, sealed on this machine, and no picture. Facet forgets them when they were of no use for 60 days, and you can delete them under Your looks.';
export const LOOK_REASON: Readonly<Record<LookReason, string>> = {
  glasses: 'Glasses',
  sunglasses: 'Sunglasses',
  hat: 'A hat',
  scarf: 'A scarf',
  'make-up': 'Make-up',
  beard: 'A beard',
  bandage: 'A bandage',
  other: 'Something else',
};
/** What a look that was remembered is called at first. */
export const LOOK_NAME: Readonly<Record<LookReason, string>> = {
  glasses: GLASSES_LOOK,
  sunglasses: 'with sunglasses',
  hat: 'with a hat',
  scarf: 'with a scarf',
  'make-up': 'with make-up',
  beard: 'with a beard',
  bandage: 'with a bandage',
  other: 'another look',
};
export const FOLLOWING =
  'At most one new view a day and direction, only of a face that was recognised for sure and is close to what you set up yourself. And after your PIN, Facet may offer to remember a look that it did not recognise.';
export const NOT_FOLLOWING =
  'Nothing is learned: what the networks in use are worth cannot be read from models/manifest.json. Restore the file.';
/** How far a day's views are from what was enrolled, by AdaptedDay.drift. */
export const DRIFT = [
  'hardly changed',
  'changed a little',
  'changed',
  'changed as far as Facet follows',
] as const;
export const OUTDATED = 'Facet’s networks changed. Enter your PIN and set up your face again';
export const OUTDATED_DESK =
  'Facet’s networks changed since you set up your face, so they cannot recognise it any more. Set it up again; until then your PIN opens the screen.';
export const OUTDATED_LOOK = 'Facet’s networks changed: set this look up again';
export const RETRAINING =
  'Facet can learn from your looks what tells you from others. Views and people that it did not learn from decide whether what it learned is kept.';
/** What is retrained, and what that takes. */
export const SCOPE: Readonly<
  Record<RetrainScope, { readonly [about in 'name' | 'hint' | 'asked' | 'takes']: string }>
> = {
  head: {
    name: 'From your looks',
    hint: 'Learns from what is stored of you already.',
    asked: 'Facet learns from your looks, and keeps what it learned only where it is no worse.',
    takes: 'This takes a few seconds',
  },
  deeper: {
    name: 'Deeper',
    hint: 'Looks at you again while you turn your head, and learns the shape of your face as well. What is seen for it is not kept.',
    asked:
      'Your PIN shows that this is your desk. Then look at the sensor and turn your head. What is learned is kept only where it is no worse.',
    takes: 'This takes about a minute',
  },
};
export const ASKING_DEEPER = 'Seeing whether this machine can do it';
export const ONLY_DEEPER =
  'The version in use is deeper, and only a deeper one can be compared with it. Go back to an earlier version to use this.';
export const NO_SENSOR = 'No sensor is plugged in that could look at you.';
/** In a deeper retraining. */
export const NOT_LEARNED_FROM = 'Facet does not recognise this face, so it learns nothing from it';
export const NOTHING_TO_LEARN = 'No look is set up yet, so there is nothing to learn from';
export const PINS_DIFFER = 'The two PINs differ. Type the same one twice';

const FAILURE: Partial<Record<FailureCode, string>> = {
  'pin-wrong': 'That PIN is not right. Try again',
  'timed-out': UNREACHED,
};

/** The sentence for a failure: the page's own where it has one, else what the shell said. */
export const failureSentence = ({ code, message }: Failure): string => FAILURE[code] ?? message;

/** Why an enrolment waits; nothing that was captured is lost. */
export const ENROL_PAUSED: Readonly<Record<Exclude<EnrolmentPause, 'trouble'>, string>> = {
  away: 'Nothing new was seen for a minute',
  slow: 'This computer is too slow to look at you just now',
  left: 'Nobody had this page open',
  locked: 'The screen was locked',
};
export const ENROL_KEPT = 'What was captured is kept until you go on or cancel';
/** The link for whoever cannot turn the head, and the same as an offer when nothing new comes. */
export const AHEAD = 'I cannot turn my head';
export const AHEAD_OFFER =
  'If turning your head is hard, keep looking at the sensor instead. Facet then takes more views, and asks for a closer match later';
export const AHEAD_ACTION = 'Look straight ahead';
export const STRAIGHT_LOOK = 'set up looking straight ahead, so it asks for a closer match';

export const ENROL_FAILED: Partial<Record<FailureCode, string>> = {
  cancelled: 'Stopped. Nothing was stored',
  'timed-out': 'Nothing new was seen for a minute, so nothing was stored',
  'sensor-lost': 'The sensor was lost, so nothing was stored',
};

/** From the capture of a frame to its verdict. */
export const LAG = 'Behind the sensor';
export const STAGE: Readonly<Record<Stage, string>> = {
  presence: 'Presence',
  register: 'Registration',
  detect: 'Find the face',
  mesh: 'Landmarks',
  quality: 'Quality',
  eyes: 'Eyelids',
  settle: 'Settle on the mean face',
  relief: 'Relief',
  liveness: 'Liveness',
  embed: 'Embedding',
};

const LIVENESS: Readonly<Record<LivenessReason, string>> = {
  flat: 'The surface is flat',
  'bent-print': 'The surface is a bent sheet',
  'wrong-size': 'The face has the wrong size for its distance',
  'depth-disagrees': 'The depth does not fit the picture',
  'not-a-face-shape': 'The shape is not a face',
  'dark-in-infrared': 'Skin looks too dark in infrared',
  'depth-missing': 'Parts of the face have no depth',
};

/** Why a frame was not judged, or what speaks against a live face. */
export const reasonSentence = (reason: LivenessReason | GuidanceCode): string =>
  reason in LIVENESS ? LIVENESS[reason as LivenessReason] : GUIDANCE[reason as GuidanceCode];

export const WHO: Readonly<Record<Visitor['who'], string>> = {
  you: 'You',
  stranger: 'A stranger',
  lookalike: 'A look-alike',
  two: 'Two people',
  nobody: 'Nobody',
};
export const HOLDS: Readonly<Record<Visitor['holds'], string>> = {
  nothing: 'Nothing',
  photo: 'A photo of you',
  tablet: 'You on a tablet',
  mask: 'A mask of you',
};
export const THEME: Readonly<Record<Settings['theme'], string>> = {
  system: 'Like the system',
  light: 'Light',
  dark: 'Dark',
};

/** How the sensors are named to a person, by the driver's name in `--sensor`. */
export const DRIVER: Readonly<Record<string, string>> = {
  kinect2: 'Kinect v2 on Windows',
  freenect: 'Kinect v1',
  freenect2: 'Kinect v2 on Linux or macOS',
  simulated: 'Simulated visitor',
  replay: 'A recording',
};

/** What kind of sensor a driver is for. */
const SENSOR: Readonly<Record<string, string>> = {
  kinect2: 'Kinect v2',
  freenect: 'Kinect v1',
  freenect2: 'Kinect v2',
  simulated: 'Simulated visitor',
  replay: 'Recording',
};
export const sensorName = ({ driver, serial }: ListedSensor): string =>
  serial ? `${SENSOR[driver]} (${serial})` : SENSOR[driver];
export const SENSOR_LISTED: Readonly<Record<ListedSensor['state'], string>> = {
  available: 'Ready',
  trouble: 'Plugged in, and needs attention',
  'no-device': 'Not plugged in',
  'driver-missing': 'Something must be installed first',
  unknown: 'May be plugged in',
  elsewhere: 'Not on this system',
};
/** Of the simulated visitor, in the list of sensors. */
export const STANDS_IN = 'Stands in for a Kinect';
export const PLUGGED_IN = (sensor: ListedSensor) => `A ${sensorName(sensor)} is plugged in`;
export const PLUGGED_IN_LATER = ({ driver }: ListedSensor) =>
  `A ${SENSOR[driver]} is plugged in. Enter your PIN, then choose it in the settings`;
/** Of the first thing that keeps it from working: one sentence and one action at a time. */
export const PLUGGED_IN_LACKING = ({ driver, troubles }: ListedSensor) => {
  const { what, remedy } = troubles.find(({ blocks }) => blocks) ?? troubles[0];
  return `A ${SENSOR[driver]} is plugged in. ${what} ${remedy}`;
};
export const SENSOR_CHANGE =
  'Another sensor sees differently, and a simulated one can be made to show anybody.';

export const FACE_MAP =
  'Where your views lie among synthetic people: near means alike to the network that reads shape. Only positions on a plane leave the shell, and coarse counts of distances. The line is that of the usual sensitivity; the picture of a face must agree as well.';
export const MAP_VIEW = (look: string, date: string, adapted: boolean) =>
  `“${look}”, ${adapted ? 'learned' : 'set up'} on ${date}`;
/** Of the dashed line in the histogram. */
export const MAP_LIMIT = 'left of the line shape alone would open the lock';
export const MAP_CROWD = 'A synthetic person';
export const MAP_HINT = 'Point at a dot, or go through your views with the arrow keys';
export const PROJECTION: Readonly<Record<Projection, string>> = { pca: 'PCA', umap: 'UMAP' };

/** 1e-4 → `1 in 10,000`. */
export const oneIn = (rate: number): string => `1 in ${Math.round(1 / rate).toLocaleString('en')}`;

/** 0.0213 → `2.1 %`. */
export const percent = (share: number): string =>
  `${(share * 100).toLocaleString('en', { maximumSignificantDigits: 2 })} %`;
