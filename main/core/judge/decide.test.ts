import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Evidence, FaceEvidence } from '../../contract/evidence.ts';
import { deg, mm, ms } from '../../contract/units.ts';
import { ATTEMPT_LIMITS, beginAttempt, expireAttempt, stepAttempt, type AttemptState } from './decide.ts';

const FRAME = 1000 / 30;
const right = new Map([['who', Float32Array.of(1)]]);
const wrong = new Map([['who', Float32Array.of(-1)]]);
const rules = {
  attentionRequired: true,
  recognises: ({ embeddings }: FaceEvidence) => embeddings.get('who')?.[0] === 1,
};

type Part = Partial<Omit<FaceEvidence, 'kind'>>;
const face = (sequence: number, part: Part = {}): FaceEvidence => ({
  kind: 'face',
  sequence,
  capturedAt: ms(sequence * FRAME),
  stages: {},
  dropped: 0,
  spectrum: 'colour',
  pose: { yaw: deg(0), pitch: deg(0), roll: deg(0) },
  distance: mm(650),
  attentive: true,
  track: 1,
  fusedFrames: 4,
  against: [],
  embeddings: right,
  ...part,
});
const nobody = (sequence: number): Evidence => ({
  kind: 'nobody',
  sequence,
  capturedAt: ms(sequence * FRAME),
  stages: {},
  dropped: 0,
});

const play = (evidence: readonly Evidence[], late = 10): AttemptState =>
  evidence.reduce(
    (state, each) => stepAttempt(state, each, ms(each.capturedAt + late), rules),
    beginAttempt(ms(0)),
  );

describe('an attempt', () => {
  it('opens for two agreeing live frames and not for one', () => {
    expect(play([face(1)]).kind).toBe('watching');
    expect(play([face(1), face(2)]).kind).toBe('accepted');
  });

  it('does not add up frames of two people, of two tracks or far apart', () => {
    expect(play([face(1), face(2, { embeddings: wrong }), face(3)]).kind).toBe('watching');
    expect(play([face(1), face(2, { track: 2 })]).kind).toBe('watching');
    expect(play([face(1), nobody(2), face(3)]).kind).toBe('watching');
    expect(play([face(1), face(9)]).kind).toBe('watching');
  });

  it('adds up what a slow machine saw as far apart as it was busy, and no further', () => {
    const [busy, before] = [ms(600), ms(630)];
    const seen = (after: number, took: number): Evidence[] => [
      face(1, { capturedAt: ms(0), took: busy }),
      face(20, { capturedAt: ms(after), took: ms(took) }),
    ];
    const opens = (...evidence: Evidence[]) => play(evidence, before).kind === 'accepted';
    expect(opens(...seen(800, 600))).toBe(true);
    expect(opens(...seen(801, 600))).toBe(false);
    // What is said to have taken less is too old by then, and so is what took too long.
    expect(opens(...seen(800, 100))).toBe(false);
    expect(opens(...seen(800, 751))).toBe(false);
  });

  it('takes no evidence from stale, future, repeated or earlier frames', () => {
    expect(play([face(1), face(2)], 251).kind).toBe('watching');
    expect(play([face(1), face(2)], -50).kind).toBe('watching');
    expect(play([face(2), face(2)]).kind).toBe('watching');
    expect(play([face(5), face(4)]).kind).toBe('watching');
  });

  it('wants open eyes', () => {
    const shut = [face(1, { attentive: false }), face(2, { attentive: false })];
    const state = play(shut);
    expect(state).toMatchObject({ kind: 'watching', guidance: 'open-eyes' });
  });

  it('refuses a live stranger after a while, not sooner', () => {
    const stranger = Array.from({ length: 60 }, (_, i) => face(i, { embeddings: wrong }));
    const first = stranger.findIndex((_, i) => play(stranger.slice(0, i + 1)).kind === 'refused');
    expect(first).toBeGreaterThanOrEqual(ATTEMPT_LIMITS.unrecognisedFrames - 1);
    expect(play(stranger)).toMatchObject({ kind: 'refused', code: 'not-recognised' });
  });

  it('refuses a picture as not live', () => {
    const print = Array.from({ length: 60 }, (_, i) => face(i, { against: ['flat'], embeddings: new Map() }));
    expect(play(print)).toMatchObject({ kind: 'refused', code: 'not-live' });
  });

  it('ends without a miss where nobody came', () => {
    const empty = Array.from({ length: 400 }, (_, i) => nobody(i));
    expect(play(empty)).toMatchObject({ kind: 'refused', code: 'nobody' });
    expect(expireAttempt(beginAttempt(ms(0)), ms(10_000))).toMatchObject({ kind: 'refused', code: 'nobody' });
  });

  it('stays ended whatever comes', () => {
    const ended = play([face(1), face(2)]);
    expect(stepAttempt(ended, face(3, { embeddings: wrong }), ms(120), rules)).toBe(ended);
  });

  it('never opens without two recognised, live, attentive frames of one track within the gap', () => {
    const part = fc.record({
      embeddings: fc.constantFrom(right, wrong),
      attentive: fc.boolean(),
      against: fc.constantFrom([], ['flat' as const]),
      track: fc.constantFrom(1, 2),
    });
    const step = fc.record({ gap: fc.integer({ min: -2, max: 8 }), part, seen: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let sequence = 3;
        const evidence = steps.map(({ gap, part: p, seen }) => {
          sequence = Math.max(0, sequence + gap);
          return seen ? face(sequence, p) : nobody(sequence);
        });
        const accepted = play(evidence).kind === 'accepted';
        const good = (e: Evidence): e is FaceEvidence =>
          e.kind === 'face' && e.embeddings === right && e.attentive && e.against.length === 0;
        const pairs = evidence.some((a, i) =>
          evidence
            .slice(i + 1)
            .some(
              (b) =>
                good(a) &&
                good(b) &&
                a.track === b.track &&
                b.sequence > a.sequence &&
                b.capturedAt - a.capturedAt <= ATTEMPT_LIMITS.gap,
            ),
        );
        if (accepted) expect(pairs).toBe(true);
      }),
    );
  });
});
