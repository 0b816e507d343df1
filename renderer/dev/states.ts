/** States to develop and test the page with. */
import type { AppState, EnrolmentPause } from '../../main/contract/states/app.ts';
import type { Judgement, RetrainReport } from '../../main/contract/states/retrain.ts';
import { kinect } from '../../main/contract/states/sensors.fixture.ts';
import type { FaceMap, MapPlace } from '../../main/contract/states/face-map.ts';
import { fail, ok } from '../../main/contract/result.ts';
import { deg, ms } from '../../main/contract/units.ts';

const app: AppState = {
  host: 'web',
  version: '0.1.0',
  user: 'Ada',
  lock: {
    kind: 'locked',
    face: { kind: 'ready', missesLeft: 5, watching: true },
    pin: { kind: 'ready' },
  },
  face: { kind: 'watching', guidance: 'looking' },
  sensor: {
    kind: 'watching',
    sensor: { driver: 'simulated', model: 'kinect-v2', serial: 'simulated-1', simulated: true },
  },
  sensors: [],
  looks: [
    {
      name: 'plain',
      templates: 16,
      enrolledAt: Date.UTC(2026, 10, 20, 9, 30),
      adapted: 0,
      outdated: false,
    },
  ],
  adaptation: [],
  offer: false,
  enrolment: undefined,
  retraining: undefined,
  deeper: undefined,
  heads: [],
  settings: {
    sensitivity: 1e-5,
    attentionRequired: true,
    idleLockMinutes: 5,
    sensor: 'simulated',
    startAtLogin: false,
    theme: 'system',
    adaptation: true,
  },
  warnings: [],
  diagnostics: undefined,
  visitor: {
    who: 'you',
    holds: 'nothing',
    yaw: 0,
    pitch: 0,
    distance: 650,
    dark: false,
    glasses: false,
    sunglasses: false,
    hat: false,
    muffler: false,
    turning: false,
    plugged: true,
  },
  levels: [
    {
      sensitivity: 1e-4,
      falseRejectRate: 0.017,
      measuredOn: '2,000 synthetic people never trained on, 8 frames fused',
    },
    {
      sensitivity: 1e-5,
      falseRejectRate: 0.068,
      measuredOn: '2,000 synthetic people never trained on, 8 frames fused',
    },
  ],
};

/** A locked desk with one enrolled look, changed as told. */
export const appState = (change: Partial<AppState> = {}): AppState => ({ ...app, ...change });

/** Twenty views of two looks in a corner, and a crowd around. */
function crowded(): FaceMap {
  const wave = (i: number, size: number): MapPlace => [
    Math.round(500 + size * Math.cos(i * 2.4) * Math.sqrt((i % 37) / 37)),
    Math.round(500 + size * Math.sin(i * 2.4) * Math.sqrt((i % 37) / 37)),
  ];
  const views = Array.from({ length: 20 }, (_, i) => ({
    pca: wave(i, 60),
    umap: wave(i + 3, 40),
    view: {
      look: i < 14 ? 'plain' : 'with a hat',
      capturedAt: Date.UTC(2026, 9 + (i % 2), 1 + i),
      adapted: i > 10,
    },
  }));
  const crowd = Array.from({ length: 160 }, (_, i) => ({ pca: wave(i + 7, 480), umap: wave(i, 500) }));
  return {
    points: [...views, ...crowd],
    histogram: {
      same: [20, 60, 50, 20, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      different: [0, 0, 0, 0, 0, 1, 6, 40, 130, 400, 800, 900, 500, 200, 60, 10],
      accepted: 5,
    },
  };
}

const open = { kind: 'unlocked', by: 'pin' } as const;
const [plain] = app.looks;
const november = (day: number) => Date.UTC(2026, 10, day, 9, 30);

const judgement = (errors: number, scale: number): Judgement => ({
  falseAccepts: { errors: 0, of: 790, low: 0, high: 0.0038 },
  falseRejects: { errors, of: 168, low: errors / 240, high: errors / 110 },
  det: [0.1, 0.03, 0.01, 0.003].map((falseAccept, i) => ({ falseAccept, falseReject: scale * i })),
});
const REPORT: RetrainReport = {
  scope: 'head',
  verdict: 'better',
  promoted: true,
  version: 2,
  before: judgement(25, 0.05),
  after: judgement(8, 0.02),
  views: { learned: 13, heldOut: 4 },
  people: { learned: 207, heldOut: 206 },
  backend: 'wasm',
  seconds: 2.9,
};
const HEADS = [
  {
    version: 2,
    fittedAt: november(24),
    looks: ['plain', 'with a hat'],
    deeper: false,
    inUse: true,
    outdated: false,
  },
  { version: 1, fittedAt: november(21), looks: ['plain'], deeper: false, inUse: false, outdated: false },
];

const powerless = kinect({
  spec: 'freenect',
  driver: 'freenect',
  title: 'Kinect v1 through libfreenect',
  serial: '',
  state: 'trouble',
  troubles: [
    {
      what: 'Its motor answers, its camera does not: it has no power of its own.',
      remedy: 'Plug in its 12 V adapter (the USB port alone cannot feed the camera).',
      blocks: true,
    },
  ],
});

const paused = (why: EnrolmentPause) => ({
  kind: 'paused' as const,
  look: 'plain',
  why,
  message: '',
  pinNeeded: false,
  view: {
    kind: 'paused' as const,
    coverage: 'ring' as const,
    offered: false,
    guidance: 'looking' as const,
    progress: 4 / 9,
    filled: ['left', 'up-left', 'up'] as const,
    pointer: undefined,
  },
});

/** What /dev/?show=NAME begins with. */
export const SHOWN: Readonly<Record<string, Partial<AppState>>> = {
  offer: { lock: open, offer: true },
  lacking: { lock: open, sensors: [powerless] },
  'lacking-first': { user: undefined, lock: open, looks: [], sensors: [powerless] },
  'lacking-locked': { sensors: [powerless] },
  following: {
    lock: open,
    looks: [
      { ...plain, templates: 21, adapted: 5 },
      {
        ...plain,
        name: 'with a hat',
        templates: 6,
        enrolledAt: november(23),
        remembered: { reason: 'hat', usedAt: november(25), expiresAt: november(25 + 60), expired: false },
      },
    ],
    adaptation: [
      { day: 4, at: november(24), views: 1, drift: 3 },
      { day: 3, at: november(23), views: 2, drift: 2 },
      { day: 1, at: november(21), views: 2, drift: 1 },
    ],
  },
  retraining: {
    lock: open,
    retraining: {
      kind: 'running',
      scope: 'head',
      progress: {
        stage: 'fitting',
        backend: 'wasm',
        share: 0.4,
        epoch: 60,
        epochs: 100,
        loss: 0.1,
        secondsLeft: 2,
      },
      losses: Array.from({ length: 60 }, (_, i) => 0.7 / (1 + i / 6)),
    },
  },
  retrained: { lock: open, retraining: { kind: 'done', report: REPORT }, heads: HEADS },
  'retrained-before': {
    lock: open,
    heads: HEADS.map((head) => ({ ...head, inUse: false, outdated: true })),
  },
  'retrain-choice': { lock: open, deeper: ok(undefined), heads: HEADS },
  'retrain-head-only': {
    lock: open,
    deeper: fail(
      'model-missing',
      'Retraining deeper needs TensorFlow itself (tfjs-node), which cannot be loaded here. Run node scripts/tensorflow.mjs once (about 230 MB); the head alone needs none.',
    ),
  },
  'enrolling-offered': {
    lock: open,
    enrolment: {
      kind: 'running',
      look: 'plain',
      view: {
        kind: 'turning',
        coverage: 'ring',
        offered: true,
        guidance: 'turn',
        progress: 2 / 9,
        filled: ['left'],
        pointer: { yaw: deg(3), pitch: deg(-1) },
      },
    },
  },
  'enrolling-chin': {
    lock: open,
    enrolment: {
      kind: 'running',
      look: 'plain',
      view: {
        kind: 'straight',
        coverage: 'ring',
        offered: false,
        guidance: 'chin-down',
        progress: 0,
        filled: [],
        pointer: { yaw: deg(1), pitch: deg(27) },
      },
    },
  },
  'enrolling-ahead': {
    lock: open,
    enrolment: {
      kind: 'running',
      look: 'plain',
      view: {
        kind: 'turning',
        coverage: 'straight',
        offered: false,
        guidance: 'ahead',
        progress: 5 / 12,
        filled: [],
        pointer: { yaw: deg(1), pitch: deg(0) },
      },
    },
  },
  'enrolling-paused': { lock: open, enrolment: paused('away') },
  'enrolling-slow': { lock: open, enrolment: paused('slow') },
  'enrolling-locked': { lock: open, enrolment: { ...paused('locked'), pinNeeded: true } },
  'looking-again': {
    lock: open,
    retraining: {
      kind: 'looking',
      view: {
        kind: 'turning',
        coverage: 'ring',
        offered: false,
        guidance: 'turn-right',
        progress: 6 / 9,
        filled: ['left', 'up-left', 'up', 'down-left', 'down'],
        pointer: { yaw: deg(-9), pitch: deg(4) },
      },
    },
  },
  'looking-at-nobody-known': {
    lock: open,
    retraining: {
      kind: 'looking',
      view: {
        kind: 'straight',
        coverage: 'ring',
        offered: false,
        guidance: 'someone-else',
        progress: 0,
        filled: [],
        pointer: { yaw: deg(0), pitch: deg(2) },
      },
    },
  },
  deepening: {
    lock: open,
    retraining: {
      kind: 'running',
      scope: 'deeper',
      progress: {
        stage: 'tuning',
        backend: 'tfjs-node',
        share: 0.4,
        epoch: 10,
        epochs: 20,
        loss: 0.2,
        secondsLeft: 14,
      },
      losses: Array.from({ length: 10 }, (_, i) => 0.9 / (1 + i / 3)),
    },
  },
  deepened: {
    lock: open,
    deeper: ok(undefined),
    retraining: {
      kind: 'done',
      report: { ...REPORT, scope: 'deeper', version: 3, backend: 'tfjs-node', seconds: 41.3 },
    },
    heads: [
      { ...HEADS[0], version: 3, fittedAt: november(25), deeper: true },
      ...HEADS.map((head) => ({ ...head, inUse: false })),
    ],
  },
  map: {
    lock: open,
    diagnostics: {
      framesPerSecond: 29.8,
      dropped: 3,
      stages: {},
      against: [],
      lastRefusal: undefined,
      map: { kind: 'drawn', map: crowded() },
    },
  },
  outdated: { lock: open, looks: [{ ...plain, outdated: true }] },
};

/** A locked desk; the face or the PIN gated as told. */
export function lockedState(gates: {
  face?: Extract<AppState['lock'], { kind: 'locked' }>['face'];
  pin?: Extract<AppState['lock'], { kind: 'locked' }>['pin'];
}): AppState {
  return appState({
    lock: {
      kind: 'locked',
      face: gates.face ?? { kind: 'ready', missesLeft: 5, watching: true },
      pin: gates.pin ?? { kind: 'ready' },
    },
  });
}

export const pausedFor = (seconds: number) => ({ kind: 'paused', left: ms(seconds * 1000) }) as const;
