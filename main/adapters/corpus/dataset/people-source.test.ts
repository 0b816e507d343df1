import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fuse, completeness, heights, RELIEF_CELLS, type Relief } from '../../../core/shape/relief.ts';
import { loadMeanFace } from '../../onnx/load-face-models.ts';
import { modelsFolder } from '../../program-files.ts';
import { sampleIdentity } from '../../synthetic/people/identity.ts';
import { loadHeadPack } from '../../synthetic/people/pack.ts';
import { neutralShape } from '../../synthetic/people/shape.ts';
import type { SyntheticSource } from './labels.ts';
import { corpusIdentity, packPerson } from './people-source.ts';
import { addRelief } from './relief-code.ts';
import type { PackedPerson } from './shard.ts';

const pack = loadHeadPack();
const mean = await loadMeanFace(modelsFolder());
const source = (changes: Partial<SyntheticSource> = {}): SyntheticSource => ({
  kind: 'synthetic',
  pool: 'test',
  from: 0,
  people: 10,
  sessions: 3,
  frames: 2,
  seed: '',
  ...changes,
});

/** The reliefs of each session. */
function reliefsOf({ record, frames }: PackedPerson): Relief[][] {
  let at = 0;
  return record.sessions.map((session) =>
    session.frames.map((frame) => {
      const bytes = new Uint8Array(inflateRawSync(frames.subarray(at, (at += frame.bytes))));
      const relief = { ...fuse([]), frames: 1 };
      addRelief({ bytes, heights: new Int16Array(bytes.buffer) }, 0, mean, relief);
      return relief;
    }),
  );
}

describe('the people of a dataset', () => {
  it('are those of their pool, and half of the training people have a head of their own', () => {
    for (const pool of ['validation', 'test'] as const)
      for (const index of [0, 1])
        expect(corpusIdentity(pack, { pool }, index)).toEqual(sampleIdentity(pack, `${pool}/${index}`));
    const training = [0, 1, 2, 3].map((index) => corpusIdentity(pack, { pool: 'train' }, index));
    expect(training.map(({ deformation }) => deformation !== undefined)).toEqual([false, true, false, true]);
    training.forEach((identity, index) =>
      expect({ ...identity, deformation: undefined }).toEqual({
        ...sampleIdentity(pack, `train/${index}`),
        deformation: undefined,
      }),
    );
  });

  it('differ by smooth fields and no morph target where heads of another family are asked for', () => {
    const heads = [0, 1].map((index) => corpusIdentity(pack, { pool: 'test', heads: 'fields' }, index));
    expect(heads.map(({ details }) => details)).toEqual([{}, {}]);
    const [a, b] = heads.map((identity) => neutralShape(pack, identity).points);
    const apart = Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length);
    expect(apart).toBeGreaterThan(2.5);
  });

  it('wear what they are told to once they have enrolled, and else what they would have worn', () => {
    const sessionsOf = (changes: Partial<SyntheticSource>) =>
      packPerson(pack, mean, 'reliefs', source({ frames: 1, ...changes }), 0).record.sessions;
    const drawn = sessionsOf({});
    const enrols = drawn.findIndex(({ spectrum }) => spectrum === 'colour');
    expect(enrols).toBeLessThan(2);
    sessionsOf({ worn: 'fringe' }).forEach(({ accessories }, s) =>
      expect(accessories).toEqual([...drawn[s].accessories, ...(s > enrols ? ['fringe'] : [])]),
    );
  });

  it('are nobody of another pool', () => {
    const faces = (['train', 'validation', 'test'] as const).flatMap((pool) =>
      Array.from({ length: 20 }, (_, index) =>
        JSON.stringify(sampleIdentity(pack, `${pool}/${index}`).details),
      ),
    );
    expect(new Set(faces).size).toBe(60);
  });

  it('are deformed smoothly, by about 1.5 mm along each axis, always in the same way', () => {
    const strengths = [1, 3, 5, 7, 9, 11].map((index) => {
      const { points } = neutralShape(pack, corpusIdentity(pack, { pool: 'train' }, index));
      expect(neutralShape(pack, corpusIdentity(pack, { pool: 'train' }, index)).points).toEqual(points);
      const plain = neutralShape(pack, sampleIdentity(pack, `train/${index}`)).points;
      const moved = points.map((value, i) => value - plain[i]);
      // Points that are neighbours in the mesh stay neighbours.
      const { references, triangles } = pack.mesh('skin');
      for (let t = 0; t < triangles.length; t += 3) {
        const [a, b] = [references[triangles[t]] * 3, references[triangles[t + 1]] * 3];
        const apart = Math.hypot(...[0, 1, 2].map((k) => plain[a + k] - plain[b + k]));
        const torn = Math.hypot(...[0, 1, 2].map((k) => moved[a + k] - moved[b + k]));
        expect(torn).toBeLessThan(0.5 * apart + 1e-9);
      }
      return Math.sqrt(moved.reduce((sum, value) => sum + value * value, 0) / moved.length);
    });
    const strength = strengths.reduce((sum, value) => sum + value, 0) / strengths.length;
    expect(strength).toBeGreaterThan(1);
    expect(strength).toBeLessThan(2.2);
  });
});

describe("a person's sessions", () => {
  const people = [0, 1, 2, 3].map((position) => packPerson(pack, mean, 'reliefs', source(), position));

  it('are the same for the same seed, others for another one, and of other people in other pools', () => {
    expect(packPerson(pack, mean, 'reliefs', source(), 1)).toEqual(people[1]);
    expect(packPerson(pack, mean, 'reliefs', source({ from: 1 }), 0)).toEqual(people[1]);
    expect(packPerson(pack, mean, 'reliefs', source({ seed: 'b' }), 1).frames).not.toEqual(people[1].frames);
    const other = packPerson(pack, mean, 'reliefs', source({ pool: 'validation' }), 1);
    expect(other.record.name).toBe('validation/1');
    expect(other.frames).not.toEqual(people[1].frames);
  });

  it('say who the person is, in what light and how turned', () => {
    people.forEach(({ record }, index) => {
      const identity = sampleIdentity(pack, `test/${index}`);
      expect(record).toMatchObject({ index, name: `test/${index}`, deformed: false });
      expect(record.sex).toBe(identity.male > 0.5 ? 'male' : 'female');
      expect(identity.ancestry[record.ancestry as 'asian']).toBeGreaterThanOrEqual(0.6);
      expect(record.sessions.length).toBe(3);
      for (const { frames, distance, spectrum, light } of record.sessions) {
        expect(distance).toBeGreaterThanOrEqual(350);
        expect(distance).toBeLessThanOrEqual(1300);
        expect(spectrum === 'infrared').toBe(light === 'dark');
        for (const { pose } of frames) {
          expect(Math.abs(pose!.yaw)).toBeLessThan(45);
          expect(Math.abs(pose!.pitch)).toBeLessThan(30);
          expect(Math.abs(pose!.roll)).toBeLessThan(15);
        }
      }
    });
  });

  it('show most of the face; in light in colours, in the dark in grey', () => {
    const seen = { colour: 0, infrared: 0 };
    for (const person of people)
      reliefsOf(person).forEach((reliefs, s) => {
        const { spectrum } = person.record.sessions[s];
        const fused = fuse(reliefs);
        expect(completeness(fused, mean)).toBeGreaterThan(0.6);
        let coloured = 0;
        for (let i = 0; i < RELIEF_CELLS; i++)
          if (Math.abs(fused.colour[i] - fused.colour[2 * RELIEF_CELLS + i]) > 4 * fused.seen[i]) coloured++;
        if (spectrum === 'infrared') expect(coloured).toBe(0);
        else expect(coloured).toBeGreaterThan(1000);
        expect(fused.seen.reduce((sum, w) => sum + w, 0)).toBeGreaterThan(
          0.7 * fused.weight.reduce((sum, w) => sum + w, 0),
        );
        seen[spectrum]++;
      });
    expect(seen.colour).toBeGreaterThan(0);
    expect(seen.infrared).toBeGreaterThan(0);
  });

  it('show the same person each time: nearer to each other than to anybody else', () => {
    const shapes = people.map((person) => reliefsOf(person).map((reliefs) => heights(fuse(reliefs))));
    const apart = (a: Float32Array, b: Float32Array) => {
      const differences = [...a].flatMap((z, i) =>
        mean.inner[i] && !Number.isNaN(z - b[i]) ? [Math.abs(z - b[i])] : [],
      );
      return differences.sort((x, y) => x - y)[differences.length >> 1];
    };
    const [same, others]: [number[], number[]] = [[], []];
    shapes.forEach((mine, p) =>
      shapes.forEach((theirs, q) =>
        mine.forEach((a, s) =>
          theirs.forEach((b, t) => {
            if (p === q && s < t) same.push(apart(a, b));
            if (p < q) others.push(apart(a, b));
          }),
        ),
      ),
    );
    const average = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(average(same)).toBeLessThan(0.8 * average(others));
  });

  it('as crops are lit', () => {
    for (const position of [0, 1, 2])
      for (const { light, spectrum } of packPerson(
        pack,
        mean,
        'crops',
        source({ frames: 1, sessions: 4 }),
        position,
      ).record.sessions) {
        expect(light).not.toBe('dark');
        expect(spectrum).toBe('colour');
      }
  });
});
