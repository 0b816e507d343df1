import { describe, expect, it } from 'vitest';
import type { Evidence, FaceEvidence } from '../../contract/evidence.ts';
import { deg, mm, ms } from '../../contract/units.ts';
import type { MatchPolicy } from '../judge/policy.ts';
import { reportReal, templatesOf, type RealPolicies, type RealTrial } from './real-people.ts';

/** A unit vector at an angle: two of them are 2 · sin(half the difference) apart. */
const at = (angle: number) => Float32Array.of(Math.cos(angle), Math.sin(angle));

const face = (sequence: number, angle: number, part: Partial<FaceEvidence> = {}): FaceEvidence => ({
  kind: 'face',
  sequence,
  capturedAt: ms((sequence * 1000) / 30),
  stages: {},
  dropped: 0,
  spectrum: 'infrared',
  pose: { yaw: deg(0), pitch: deg(0), roll: deg(0) },
  distance: mm(800),
  attentive: true,
  track: 1,
  fusedFrames: Math.min(8, sequence + 1),
  against: [],
  embeddings: new Map([['look@infrared', at(angle)]]),
  ...part,
});
const unclear = (sequence: number): Evidence => ({
  kind: 'unclear',
  guidance: 'closer',
  sequence,
  capturedAt: ms((sequence * 1000) / 30),
  stages: {},
  dropped: 0,
});
const shows = (angle: number, frames = 54) => Array.from({ length: frames }, (_, i) => face(i, angle));

const within = (distance: number): MatchPolicy => ({
  colour: [],
  infrared: [
    {
      parts: [{ kind: 'look@infrared', pooling: { nearest: 1 }, weight: 1 }],
      limits: [{ fusedFrames: 1, distance }],
    },
  ],
});
const policies: RealPolicies = {
  levels: [
    { level: 1e-4, policy: within(0.3) },
    { level: 1e-5, policy: within(0.1) },
  ],
  usual: within(0.1),
  alone: [{ name: 'look alone', kind: 'look@infrared', pooling: { nearest: 1 } }],
  descriptor: within(0.3),
};

/** Somebody at this angle, who moves by so much with a smile. */
const person = (name: string, angle: number, smile = 0): RealTrial => ({
  name,
  templates: [new Map([['look@infrared', at(angle)]])],
  singles: [
    { visit: 'enrol', evidence: face(0, angle) },
    { visit: 'neutral', evidence: face(0, angle) },
    { visit: 'smile', evidence: face(0, angle + smile) },
  ],
  visits: [
    { expression: 'neutral', evidence: shows(angle) },
    { expression: 'smile', evidence: shows(angle + smile) },
  ],
  poses: [
    { expression: 'neutral', pose: 0, evidence: shows(angle, 9) },
    { expression: 'smile', pose: 1, evidence: shows(angle + smile, 9) },
  ],
  fakes: [
    { kind: 'flat', evidence: face(0, angle, { against: ['flat'], embeddings: new Map() }) },
    { kind: 'bent', evidence: face(0, angle) },
  ],
  reliefs: new Map(),
});

describe('real people', () => {
  const people = [person('a', 0, 0.2), person('b', 1), person('c', 1.25)];
  const report = reportReal(people, [{ owner: 'a', evidence: shows(0.25) }], policies);
  const [comfortable, usual] = report.levels;

  it('are refused or let in at each level as the app decides, and counted by expression', () => {
    expect(usual.refused).toMatchObject({ errors: 1, of: 6 });
    expect(usual.refusedBy['smile']).toMatchObject({ errors: 1, of: 3 });
    expect(usual.refusedBy['neutral']).toMatchObject({ errors: 0, of: 3 });
    expect(comfortable.refused).toMatchObject({ errors: 0, of: 6 });
    expect(usual.poseRefused).toMatchObject({ errors: 1, of: 6 });
    expect(usual.refusedInPose.map(({ errors, of }) => [errors, of])).toEqual([
      [0, 3],
      [1, 3],
    ]);
  });

  it('are strangers to everybody else, in both orders', () => {
    // b and c are 0.25 apart: within the comfortable limit.
    expect(comfortable.accepted).toMatchObject({ errors: 4, of: 12 });
    expect(usual.accepted).toMatchObject({ errors: 0, of: 12 });
    expect(comfortable.poseAccepted).toMatchObject({ errors: 4, of: 12 });
  });

  it('are compared by single frames, alone and in units of the limit; frames that enrol are left out', () => {
    expect(usual.singleRefused).toMatchObject({ errors: 1, of: 6 });
    expect(comfortable.singleAccepted).toMatchObject({ errors: 4, of: 12 });
    const [alone, decided] = report.single;
    expect(alone).toMatchObject({ name: 'look alone', genuine: 6, impostor: 12 });
    expect(alone.farthest).toBeCloseTo(0.2, 2);
    expect(alone.nearestImpostor).toBeCloseTo(0.25, 2);
    expect(decided.name).toBe('as decided');
    expect(report.fused.map(({ genuine, impostor }) => [genuine, impostor])).toEqual([
      [6, 12],
      [6, 12],
    ]);
  });

  it('may be impersonated by their picture on another head: counted by level, and before the shape has a say', () => {
    expect(usual.wornAccepted).toMatchObject({ errors: 0, of: 1 });
    expect(comfortable.wornAccepted).toMatchObject({ errors: 1, of: 1 });
    expect(report.worn.framesLive).toMatchObject({ errors: 54, of: 54 });
    expect(report.worn.descriptorAccepts).toMatchObject({ errors: 1, of: 1 });
  });

  it('have every frame that is not live told with its reasons', () => {
    const [first, ...others] = people;
    const worse: RealTrial = {
      ...first,
      singles: [
        {
          visit: 'neutral',
          evidence: face(0, 0, { against: ['wrong-size', 'flat'], embeddings: new Map() }),
        },
        { visit: 'neutral', evidence: unclear(0) },
        { visit: 'talk', evidence: face(0, 0) },
      ],
    };
    const { frames } = reportReal([worse, ...others], [], policies);
    expect(frames.live).toMatchObject({ errors: 7, of: 9 });
    expect(frames.refused).toEqual({ 'wrong-size': 1, flat: 1, 'unclear: closer': 1 });
    expect(frames.notLive).toMatchObject({ errors: 1, of: 8 });
    expect(frames.fakesRefused).toMatchObject({
      flat: { errors: 3, of: 3 },
      bent: { errors: 0, of: 3 },
    });
  });

  it('who could not be enrolled are refused at every visit', () => {
    const { notEnrolled, levels } = reportReal([{ ...people[0], templates: [] }, people[1]], [], policies);
    expect(notEnrolled).toBe(1);
    expect(levels[0].refused).toMatchObject({ errors: 2, of: 4 });
  });
});

it('a template is the last live frame of each still', () => {
  const frames = [face(0, 0), face(1, 0.1), unclear(2), unclear(3), unclear(4), unclear(5), face(6, 0.6)];
  expect(templatesOf(frames, 3)).toEqual([
    (frames[1] as FaceEvidence).embeddings,
    (frames[6] as FaceEvidence).embeddings,
  ]);
});
