import { describe, expect, it } from 'vitest';
import type { Evidence, FaceEvidence } from '../../contract/evidence.ts';
import { deg, mm, ms } from '../../contract/units.ts';
import type { MatchPolicy } from '../judge/policy.ts';
import { compareVisits, probeOf, RecordingEnrolment, type RecordedPerson } from './recorded-people.ts';

/** A unit vector at an angle: two of them are 2 · sin(half the difference) apart. */
const at = (angle: number) => Float32Array.of(Math.cos(angle), Math.sin(angle));

const face = (sequence: number, part: Partial<FaceEvidence> = {}): FaceEvidence => ({
  kind: 'face',
  sequence,
  capturedAt: ms((sequence * 1000) / 30),
  stages: {},
  dropped: 0,
  spectrum: 'colour',
  pose: { yaw: deg(0), pitch: deg(0), roll: deg(0) },
  distance: mm(650),
  attentive: true,
  track: 1,
  fusedFrames: Math.min(8, sequence + 1),
  against: [],
  embeddings: new Map([['look', at(0)]]),
  ...part,
});

const requirement = (kind: string, distance: number) => ({
  parts: [{ kind, pooling: { nearest: 1 }, weight: 1 }],
  limits: [
    { fusedFrames: 1, distance: 2 * distance },
    { fusedFrames: 8, distance },
  ],
});
const policy: MatchPolicy = {
  colour: [requirement('look', 0.5)],
  infrared: [requirement('look@infrared', 0.5)],
};

describe('an enrolment from a recording', () => {
  const enrol = (evidence: readonly Evidence[]) => {
    const enrolment = new RecordingEnrolment(policy);
    for (const each of evidence) enrolment.step(each);
    return enrolment.finish();
  };

  it('is the one of the app where the head turns all the way round', () => {
    const round = Array.from({ length: 240 }, (_, i) => {
      const angle = (2 * Math.PI * i) / 100;
      const out = i < 40 ? 0 : 20;
      const pose = { yaw: deg(out * Math.cos(angle)), pitch: deg(out * Math.sin(angle)), roll: deg(0) };
      return face(i, { pose });
    });
    const { templates, ring } = enrol(round);
    expect(ring).toBe(true);
    expect(templates.length).toBeGreaterThan(8);
  });

  it('takes sixteen frames spread over a recording that does not', () => {
    const still = Array.from({ length: 61 }, (_, i) => face(i, { embeddings: new Map([['look', at(i)]]) }));
    const { templates, ring } = enrol(still);
    expect(ring).toBe(false);
    const kept = templates.map((template) => still.findIndex(({ embeddings }) => embeddings === template));
    expect(kept).toEqual(Array.from({ length: 16 }, (_, i) => 4 * i));
  });

  it('keeps no frame that is not live, or whose eyes are shut', () => {
    const [live, photo, shut] = [
      face(0),
      face(1, { against: ['flat'] as unknown as FaceEvidence['against'] }),
      face(2, { attentive: false }),
    ];
    expect(enrol([live, photo, shut]).templates).toEqual([live.embeddings]);
    expect(enrol([photo, shut]).templates).toEqual([]);
  });
});

describe('the frame that stands for a visit', () => {
  it('is the first live one in which eight are fused, else the last live one', () => {
    const frames = Array.from({ length: 12 }, (_, i) => face(i));
    expect(probeOf(frames)).toBe(frames[7]);
    expect(probeOf(frames.slice(0, 5))).toBe(frames[4]);
    const against = ['flat'] as unknown as FaceEvidence['against'];
    expect(probeOf([frames[0], face(1, { against })])).toBe(frames[0]);
    expect(probeOf([face(0, { against })])).toBeUndefined();
    expect(probeOf([])).toBeUndefined();
  });
});

describe('visits', () => {
  const person = (name: string, template: number, ...visits: number[]): RecordedPerson => ({
    name,
    templates: Number.isNaN(template) ? [] : [new Map([['look', at(template)]])],
    visits: visits.map((angle) => ({ evidence: [face(8, { embeddings: new Map([['look', at(angle)]]) })] })),
  });
  const people = [person('ada', 0, 0.1, 0.2), person('bea', 2, 2.1), person('cy', NaN, 1)];

  const chord = (angle: number) => 2 * Math.sin(angle / 2);

  it('are compared with everybody who is enrolled', () => {
    const { comparisons, impossible } = compareVisits(people, policy);
    expect([comparisons.genuine.total, comparisons.impostor.total, impossible]).toEqual([3, 5, 0]);
    expect(comparisons.genuine.farthest).toBeCloseTo(chord(0.2), 4);
    expect(comparisons.impostor.farthest).toBeCloseTo(chord(2.1), 4);
    // Nobody is nearer to another than the third, who is not enrolled.
    expect(comparisons.impostor.within(chord(0.99))).toBe(0);
    expect(comparisons.impostor.within(chord(1.01))).toBe(2);
  });

  it('are compared in units of the limits where shape and picture both decide: up to 1 is let in', () => {
    const both: MatchPolicy = { ...policy, colour: [...policy.colour, requirement('shape', 0.25)] };
    const with2 = (look: number, shape: number) =>
      new Map([
        ['look', at(look)],
        ['shape', at(shape)],
      ]);
    const compare = (look: number, shape: number) => {
      const evidence = [face(8, { embeddings: with2(look, shape) })];
      const owner = { name: 'ada', templates: [with2(0, 0)], visits: [{ evidence }] };
      return compareVisits([owner], both).comparisons.genuine;
    };
    expect(compare(0.2, 0.2).farthest).toBeCloseTo(chord(0.2) / 0.25, 3);
    expect(compare(0.4, 0.1).farthest).toBeCloseTo(chord(0.4) / 0.5, 3);
    expect(compare(0.2, 0.24).within(1)).toBe(1);
    expect(compare(0.2, 0.26).within(1)).toBe(0);
  });

  it('in the dark to templates of colour are counted as impossible', () => {
    const dark = {
      name: 'cy',
      templates: [],
      visits: [
        { evidence: [face(8, { spectrum: 'infrared', embeddings: new Map([['look@infrared', at(0)]]) })] },
      ],
    };
    const all = [...people, dark];
    expect(compareVisits(all, policy)).toMatchObject({ impossible: 2 });
    expect(compareVisits(all, policy, 'infrared').comparisons.genuine.total).toBe(0);
    expect(compareVisits(all, policy, 'colour')).toMatchObject({ impossible: 0 });
  });

  it('are counted within each group too', () => {
    const groupOf = (name: string) => (name === 'bea' ? undefined : 'a');
    const { groups } = compareVisits([...people, person('dee', 1)], policy, undefined, groupOf);
    // Ada's two visits to Dee, Cy's visit to Ada and to Dee.
    expect([...groups].map(([group, { total }]) => [group, total])).toEqual([['a', 4]]);
  });
});
