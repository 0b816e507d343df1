import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SECTORS } from '../../contract/codes.ts';
import type { Evidence, FaceEvidence } from '../../contract/evidence.ts';
import { deg, mm, ms } from '../../contract/units.ts';
import {
  beginEnrolment,
  enrolmentProgress,
  sectorOf,
  stepEnrolment,
  type EnrolmentState,
} from './enrolment.ts';

const FRAME = 1000 / 30;
const me = new Map([['who', Float32Array.of(1)]]);
const rules = { samePerson: ({ embeddings }: FaceEvidence) => embeddings === me };

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

const play = (evidence: readonly Evidence[], from = beginEnrolment()): EnrolmentState =>
  evidence.reduce((state, each) => stepEnrolment(state, each, ms(each.capturedAt + 10), rules), from);

/** Straight for a moment, then once round in `frames` frames. */
const circle = (frames: number, part: Partial<FaceEvidence> = {}, radius = 20): FaceEvidence[] => [
  ...Array.from({ length: 10 }, (_, i) => face(i, 2, -3, part)),
  ...Array.from({ length: frames }, (_, i) => {
    const angle = (2 * Math.PI * i) / frames;
    return face(10 + i, 2 + radius * Math.cos(angle), -3 + 0.75 * radius * Math.sin(angle), part);
  }),
];

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

  it('takes where the person looks as straight, within reason', () => {
    expect(play(circle(210).map((e) => ({ ...e, pose: { ...e.pose, yaw: deg(e.pose.yaw + 8) } }))).kind).toBe(
      'done',
    );
    expect(
      play(circle(210).map((e) => ({ ...e, pose: { ...e.pose, yaw: deg(e.pose.yaw + 30) } }))),
    ).toMatchObject({
      kind: 'straight',
      guidance: 'look-here',
    });
  });

  it('fills nothing with a picture, shut eyes, somebody else or an unclear frame', () => {
    const bad: Partial<FaceEvidence>[] = [{ against: ['flat'] }, { attentive: false }];
    for (const part of bad) expect(play(circle(210, part)).captures).toEqual([]);
    const swapped = [...circle(0), ...circle(210, { embeddings: new Map() }).slice(10)];
    const state = play(swapped);
    expect(state.guidance).toBe('someone-else');
    expect(state.filled).toEqual([]);
  });

  it('goes on after an interruption', () => {
    const round = circle(210);
    const half = play(round.slice(0, 110));
    const interrupted = play(
      Array.from({ length: 30 }, (_, i): Evidence => ({
        kind: 'unclear',
        guidance: 'two-faces',
        sequence: 120 + i,
        capturedAt: ms((120 + i) * FRAME),
        stages: {},
        dropped: 0,
      })),
      half,
    );
    expect(interrupted).toMatchObject({ kind: 'turning', guidance: 'two-faces', captures: half.captures });
    const rest = round
      .slice(110)
      .map((e) => ({ ...e, sequence: e.sequence + 100, capturedAt: ms(e.capturedAt + 100 * FRAME) }));
    expect(play(rest, interrupted).kind).toBe('done');
  });

  it('says where to go when few sectors are left', () => {
    const state = play(circle(210).slice(0, 180));
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
        let sequence = 9;
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
