import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SECTORS } from '../../contract/codes.ts';
import type { Evidence, FaceEvidence } from '../../contract/evidence.ts';
import { STRAIGHT_VIEWS } from '../../contract/states/enrolment.ts';
import { deg, mm, ms } from '../../contract/units.ts';
import {
  beginEnrolment,
  enrolmentProgress,
  interruptEnrolment,
  sectorOf,
  stepEnrolment,
  type EnrolmentRules,
  type EnrolmentState,
} from './enrolment.ts';

const FRAME = 1000 / 30;
const me = new Map([['who', Float32Array.of(1)]]);
const rules: EnrolmentRules = {
  samePerson: ({ embeddings }) => (embeddings === me ? 'same' : 'other'),
};

const face = (
  sequence: number,
  yaw: number,
  pitch: number,
  part: Partial<FaceEvidence> = {},
): FaceEvidence => ({
  kind: 'face',
  sequence,
  capturedAt: ms(sequence * FRAME),
  stages: {},
  dropped: 0,
  spectrum: 'colour',
  pose: { yaw: deg(yaw), pitch: deg(pitch), roll: deg(0) },
  distance: mm(650),
  attentive: true,
  track: 1,
  fusedFrames: 4,
  against: [],
  embeddings: me,
  ...part,
});

const play = (
  evidence: readonly Evidence[],
  from = beginEnrolment(),
  by: EnrolmentRules = rules,
): EnrolmentState =>
  evidence.reduce((state, each) => stepEnrolment(state, each, ms(each.capturedAt + 10), by), from);

/** Where the person of these tests rests, and the frames of a second in which that is found. */
const REST = { yaw: 2, pitch: -3 };
const SECOND = 30;

/** Resting for a second, then once round in `frames` frames. */
const circle = (
  frames: number,
  part: Partial<FaceEvidence> = {},
  { yaw, pitch } = REST,
  radius = 20,
): FaceEvidence[] => [
  ...Array.from({ length: SECOND }, (_, i) => face(i, yaw, pitch, part)),
  ...Array.from({ length: frames }, (_, i) => {
    const angle = (2 * Math.PI * i) / frames;
    return face(SECOND + i, yaw + radius * Math.cos(angle), pitch + 0.75 * radius * Math.sin(angle), part);
  }),
];

/** The same frames, later. */
const later = <E extends Evidence>(frames: readonly E[], by: number): E[] =>
  frames.map((e) => ({ ...e, sequence: e.sequence + by, capturedAt: ms(e.capturedAt + by * FRAME) }));

describe('the sectors', () => {
  it('are named as the person turns: picture-right is their left', () => {
    expect(sectorOf(20, 0)).toBe('left');
    expect(sectorOf(-20, 0)).toBe('right');
    expect(sectorOf(0, 15)).toBe('up');
    expect(sectorOf(0, -15)).toBe('down');
    expect(sectorOf(15, 11)).toBe('up-left');
    expect(sectorOf(2, 2)).toBeUndefined();
  });
});

describe('enrolment', () => {
  it('is done after looking straight and turning once round, with about sixteen templates all round', () => {
    const state = play(circle(210));
    expect(state.kind).toBe('done');
    expect(new Set(state.captures.map(({ sector }) => sector))).toEqual(new Set(['straight', ...SECTORS]));
    expect(state.captures.length).toBeGreaterThanOrEqual(14);
    expect(state.captures.length).toBeLessThanOrEqual(18);
    expect(enrolmentProgress(state)).toBe(1);
  });

  it.each([
    [-5, 12],
    [8, -3],
    [0, 20],
    [-18, -10],
  ])('takes where the person rests as straight: at %i° to the side and %i° up', (yaw, pitch) => {
    const state = play(circle(210, {}, { yaw, pitch }));
    expect(state).toMatchObject({ kind: 'done', straight: { yaw, pitch } });
    expect(state.filled).toHaveLength(8);
  });

  it('leaves whoever rests far up room to look further up', () => {
    const state = play(circle(0, {}, { yaw: 0, pitch: 24 }));
    expect(state.kind).toBe('turning');
    expect(state.straight!.pitch).toBe(20);
  });

  it.each([
    [0, 27, 'chin-down'],
    [0, -27, 'chin-up'],
    [28, 5, 'turn-right'],
    [-28, -5, 'turn-left'],
  ] as const)('says in words how %i°, %i° comes back to the sensor', (yaw, pitch, guidance) => {
    expect(play(circle(0, {}, { yaw, pitch }))).toMatchObject({ kind: 'straight', guidance });
    const lost: Evidence = {
      kind: 'unclear',
      guidance: 'look-here',
      pose: { yaw: deg(2 * yaw), pitch: deg(2 * pitch), roll: deg(0) },
      sequence: 0,
      capturedAt: ms(0),
      stages: {},
      dropped: 0,
    };
    expect(play([lost])).toMatchObject({ guidance });
    expect(play([{ ...lost, pose: { yaw: deg(3), pitch: deg(3), roll: deg(35) } }])).toMatchObject({
      guidance: 'look-here',
    });
  });

  it('waits for a look that is steady for a second, as the person breathes and blinks', () => {
    const restless = Array.from({ length: 90 }, (_, i) => face(i, 12 * Math.sin(i / 4), 0));
    expect(play(restless)).toMatchObject({ kind: 'straight', guidance: 'hold', captures: [] });
    const blinking = Array.from({ length: 33 }, (_, i) =>
      face(i, 2 + Math.sin(i), -3, { attentive: i < 12 || i > 18 }),
    );
    expect(play(blinking).kind).toBe('turning');
    expect(play(blinking.slice(0, 25)).kind).toBe('straight');
  });

  it('finds it on a machine that judges three frames a second, too', () => {
    const slow = Array.from({ length: 6 }, (_, i) => face(10 * i, 2, -3));
    expect(play(slow)).toMatchObject({ kind: 'turning', straight: REST });
  });

  it('fills nothing with a picture or an unclear frame', () => {
    expect(play(circle(210, { against: ['flat'] })).captures).toEqual([]);
  });

  it('passes over shut eyes for a moment, and is never blocked by them', () => {
    const shut = circle(210, { attentive: false });
    expect(play(shut.slice(0, 40))).toMatchObject({ guidance: 'open-eyes', captures: [] });
    const patient = Array.from({ length: 60 }, (_, i) => face(i, 2, -3, { attentive: false }));
    const goesOn = later(circle(210, { attentive: false }), 60);
    expect(play([...patient, ...goesOn]).kind).toBe('done');
  });

  it('says that it is someone else only after a break, and of a face far from everything captured', () => {
    const smile = { embeddings: new Map() };
    expect(play([...circle(0), ...circle(210, smile).slice(SECOND)]).kind).toBe('done');
    const stranger = [...circle(0), ...circle(210, { ...smile, track: 2 }).slice(SECOND)];
    expect(play(stranger)).toMatchObject({ guidance: 'someone-else', filled: [] });
    const unsure: EnrolmentRules = { samePerson: () => 'unsure' };
    expect(play(stranger, undefined, unsure)).toMatchObject({ guidance: 'hold', filled: [] });
    // Back again, in a track of their own, from one frame that is like what was captured.
    const back = later(circle(210, { track: 3 }).slice(SECOND), 210);
    expect(play([...stranger, ...back]).kind).toBe('done');
  });

  it('looks at whoever is there after another process began to count', () => {
    const half = interruptEnrolment(play(circle(210).slice(0, 120)));
    const rest = circle(210, { embeddings: new Map() });
    expect(play(rest, half)).toMatchObject({ guidance: 'someone-else', captures: half.captures });
    expect(play(circle(210), half).kind).toBe('done');
  });

  it('goes on after an interruption', () => {
    const round = circle(210);
    const half = play(round.slice(0, 130));
    const interrupted = play(
      Array.from({ length: 30 }, (_, i): Evidence => ({
        kind: 'unclear',
        guidance: 'two-faces',
        sequence: 140 + i,
        capturedAt: ms((140 + i) * FRAME),
        stages: {},
        dropped: 0,
      })),
      half,
    );
    expect(interrupted).toMatchObject({ kind: 'turning', guidance: 'two-faces', captures: half.captures });
    expect(play(later(round.slice(130), 100), interrupted).kind).toBe('done');
  });

  it('offers to look straight ahead after 20 s without a new sector, and not before', () => {
    const still = circle(0).concat(Array.from({ length: 700 }, (_, i) => face(SECOND + i, 2, -3)));
    expect(play(still.slice(0, SECOND + 590))).toMatchObject({ offered: false, kind: 'turning' });
    const waited = play(still.slice(0, SECOND + 605));
    expect(waited).toMatchObject({ offered: true, coverage: 'ring' });
    expect(play(later(circle(60).slice(SECOND), 605), waited).offered).toBe(false);
  });

  it('is done without a turn of the head for whoever looks straight ahead, with views half a second apart', () => {
    const ahead: EnrolmentRules = { ...rules, straightAhead: () => true };
    // Farther to the side than any straight, and trembling.
    const frames = Array.from({ length: 240 }, (_, i) => face(i, 30 + 3 * Math.sin(i / 3), 4));
    const state = play(frames, undefined, ahead);
    expect(state).toMatchObject({ kind: 'done', coverage: 'straight', filled: [] });
    expect(state.captures).toHaveLength(STRAIGHT_VIEWS);
    const times = state.captures.map(({ capturedAt }) => capturedAt);
    times.slice(1).forEach((at, i) => expect(at - times[i]).toBeGreaterThanOrEqual(500));
    const half = play(frames.slice(0, 110), undefined, ahead);
    expect(half).toMatchObject({ kind: 'turning', guidance: 'ahead', offered: false });
    expect(enrolmentProgress(half)).toBeCloseTo(half.captures.length / STRAIGHT_VIEWS, 9);
  });

  it('keeps the directions that were seen before looking straight ahead was chosen', () => {
    const some = play(circle(210).slice(0, 120));
    expect(some.filled.length).toBeGreaterThan(1);
    const still = Array.from({ length: 240 }, (_, i) => face(200 + i, 2, -3));
    const state = play(still, some, { ...rules, straightAhead: () => true });
    expect(state).toMatchObject({ kind: 'done', coverage: 'straight', filled: some.filled });
    expect(state.captures.length).toBeGreaterThan(STRAIGHT_VIEWS + some.filled.length - 1);
  });

  it('says where to go when few sectors are left', () => {
    const state = play(circle(210).slice(0, 200));
    expect(state.guidance).toMatch(/^turn-(down|down-left|left|down-right|right)$/);
  });

  it('never shrinks, never counts a sector that was not visited, whatever comes', () => {
    const any = fc.record({
      yaw: fc.integer({ min: -40, max: 40 }),
      pitch: fc.integer({ min: -30, max: 30 }),
      good: fc.boolean(),
      gap: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 120 }), (steps) => {
        let state = play(circle(0));
        let sequence = SECOND - 1;
        const visited = new Set<string>();
        for (const { yaw, pitch, good, gap } of steps) {
          sequence += gap;
          const before = state;
          const evidence = face(sequence, yaw, pitch, good ? {} : { against: ['flat'] });
          state = play([evidence], state);
          if (good && gap > 0) visited.add(sectorOf(yaw - 2, pitch + 3) ?? 'straight');
          expect(state.captures.length).toBeGreaterThanOrEqual(before.captures.length);
          for (const sector of state.filled) expect(visited.has(sector)).toBe(true);
        }
      }),
    );
  });
});
