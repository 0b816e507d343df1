import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Person, Surface, Texture } from '../surface.ts';
import { sampleIdentity } from './identity.ts';
import { landmarkVertices } from './landmarks.ts';
import { loadHeadPack } from './pack.ts';
import { buildBareShape, buildPerson, meanHead, shapeOf } from './person.ts';
import type { Accessory } from './person.ts';

const pack = loadHeadPack();
const identity = sampleIdentity(pack, 'test/3');
const marks = landmarkVertices(pack);

const named = ({ surfaces }: Pick<Person, 'surfaces'>, name: string): Surface => {
  const surface = surfaces.find((s) => s.name === name);
  if (!surface) throw new Error(`no surface ${name}`);
  return surface;
};
const at = ({ positions }: Surface, vertex: number) =>
  [positions[vertex * 3], positions[vertex * 3 + 1], positions[vertex * 3 + 2]] as const;
const axis = ({ positions }: Surface, k: number) =>
  Array.from({ length: positions.length / 3 }, (_, i) => positions[i * 3 + k]);
const hashOf = ({ surfaces }: Person) => {
  const hash = createHash('sha256');
  for (const { positions } of surfaces)
    hash.update(new Uint8Array(positions.buffer, positions.byteOffset, positions.byteLength));
  return hash.digest('hex');
};

describe('a person', () => {
  test('is bit-equal on every machine', () => {
    const everything: Accessory[] = ['glasses', 'cap', 'beard', 'scarf'];
    const look = { expression: 'smile', gaze: { right: 10, up: -5 }, accessories: everything } as const;
    expect(hashOf(buildPerson(pack, identity, look))).toBe(
      'fba5b01fc783c4308dfcda84aee9081d76fd88bcc9bc7bfdaea1ec3d12162a53',
    );
  });

  test('has its origin midway between the centres of the eyeballs', () => {
    for (let i = 0; i < 10; i++) {
      const person = sampleIdentity(pack, `test/${i}`);
      const { points } = shapeOf(pack, person);
      const middle = (eye: readonly number[], k: number) => {
        return eye.reduce((sum, p) => sum + points[p * 3 + k], 0) / eye.length;
      };
      for (let k = 0; k < 3; k++) {
        const between = middle(pack.content.eyeLeft, k) + middle(pack.content.eyeRight, k);
        expect(Math.abs(between / 2)).toBeLessThan(0.1);
      }
      const eyes = named(buildPerson(pack, person), 'eyes');
      for (let k = 0; k < 2; k++) {
        const values = axis(eyes, k);
        expect(Math.abs(Math.min(...values) + Math.max(...values)) / 2).toBeLessThan(1);
      }
    }
  });

  test('is of human size, with its parts where they belong', () => {
    for (let i = 0; i < 20; i++) {
      const skin = named(buildPerson(pack, sampleIdentity(pack, `test/${i}`)), 'skin');
      const [nose, chin, crown] = [marks.noseTip, marks.chin, marks.crown].map((v) => at(skin, v));
      const [left, right] = [at(skin, marks.mouthLeft), at(skin, marks.mouthRight)];
      expect(Math.abs(nose[0])).toBeLessThan(5);
      expect(nose[2]).toBeGreaterThan(30);
      expect(crown[1] - chin[1]).toBeGreaterThan(160);
      expect(crown[1] - chin[1]).toBeLessThan(270);
      expect(left[0] - right[0]).toBeGreaterThan(35);
      expect(left[0] - right[0]).toBeLessThan(70);
      expect(left[1]).toBeLessThan(nose[1]);
      expect(at(skin, marks.earTopLeft)[0]).toBeGreaterThan(55);
      expect(at(skin, marks.earTopRight)[0]).toBeLessThan(-55);
    }
  });

  test('turns about the base of the skull, behind and below the eyes', () => {
    const { pivot } = buildPerson(pack, identity);
    expect(Math.abs(pivot[0])).toBeLessThan(3);
    expect(pivot[1]).toBeLessThan(-20);
    expect(pivot[2]).toBeLessThan(-50);
  });

  test('has surfaces whose arrays agree', () => {
    const accessories: Accessory[] = ['sunglasses', 'hat', 'scarf', 'moustache'];
    for (const hair of [...pack.content.hair, 'cropped', 'none'])
      for (const surface of buildPerson(pack, { ...identity, hair }, { accessories }).surfaces) {
        const count = surface.positions.length / 3;
        expect(surface.uvs).toHaveLength(count * 2);
        expect(surface.follow).toHaveLength(count);
        expect(surface.positions.every(Number.isFinite)).toBe(true);
        expect(surface.uvs.every((v) => v >= 0 && v <= 1)).toBe(true);
        expect(surface.follow.every((v) => v >= 0 && v <= 1)).toBe(true);
        expect(surface.triangles.every((v) => v < count)).toBe(true);
        if (surface.material.kind === 'cutout') expect(surface.texture?.channels).toBe(4);
      }
  });
});

describe('a fringe', () => {
  test('hides the forehead down to the brows, on whoever has hair', () => {
    const fringed = (hair: string) =>
      buildPerson(pack, { ...identity, hair }, { accessories: ['fringe'] }).surfaces.find(
        ({ name }) => name === 'fringe',
      );
    expect(fringed('none')).toBeUndefined();
    const heights = axis(fringed('cropped')!, 1);
    expect(Math.min(...heights)).toBeGreaterThan(-5);
    expect(Math.max(...heights)).toBeGreaterThan(60);
  });
});

describe('an expression', () => {
  const neutral = buildPerson(pack, identity);
  const moved = (a: Person, b: Person, vertex: number) => {
    const [p, q] = [at(named(a, 'skin'), vertex), at(named(b, 'skin'), vertex)];
    return [q[0] - p[0], q[1] - p[1], q[2] - p[2]] as const;
  };

  test('opens the mouth, lowers the chin and leaves the forehead alone', () => {
    const open = buildPerson(pack, identity, { expression: 'open-mouth' });
    expect(moved(neutral, open, marks.chin)[1]).toBeLessThan(-8);
    expect(moved(neutral, open, marks.crown)).toEqual([0, 0, 0]);
    const teeth = axis(named(open, 'teeth'), 1);
    const before = axis(named(neutral, 'teeth'), 1);
    expect(Math.min(...teeth)).toBeLessThan(Math.min(...before) - 3);
  });

  test('widens the mouth in a smile', () => {
    const smile = buildPerson(pack, identity, { expression: 'smile' });
    expect(moved(neutral, smile, marks.mouthLeft)[0]).toBeGreaterThan(1);
    expect(moved(neutral, smile, marks.mouthRight)[0]).toBeLessThan(-1);
  });

  test('closes the lids over the eyes', () => {
    const closed = named(buildPerson(pack, identity, { expression: 'eyes-closed' }), 'skin');
    const open = named(neutral, 'skin');
    const lowered = axis(open, 1).map((y, v) => y - at(closed, v)[1]);
    for (const side of [-1, 1]) {
      const lid = lowered.filter((_, v) => side * at(open, v)[0] > 15 && at(open, v)[2] > 0);
      expect(Math.max(...lid)).toBeGreaterThan(4);
    }
  });

  test('turns the eyes with the gaze, without moving their centres', () => {
    const eyes = (right: number) => named(buildPerson(pack, identity, { gaze: { right, up: 0 } }), 'eyes');
    const [straight, aside] = [eyes(0), eyes(20)];
    const foremost = axis(straight, 2).reduce((best, z, i, all) => (z > all[best] ? i : best), 0);
    expect(at(aside, foremost)[0] - at(straight, foremost)[0]).toBeGreaterThan(2);
    const mean = (s: Surface) => axis(s, 0).reduce((a, b) => a + b) / (s.positions.length / 3);
    expect(Math.abs(mean(straight))).toBeLessThan(0.1);
  });
});

describe('accessories', () => {
  const people = Array.from({ length: 12 }, (_, i) => sampleIdentity(pack, `test/${i}`));

  test('glasses have their lenses in front of the eyes and their temples at the ears', () => {
    for (const person of people) {
      const worn = buildPerson(pack, person, { accessories: ['glasses'] });
      const eyeFront = Math.max(...axis(named(worn, 'eyes'), 2));
      const lenses = named(worn, 'lenses');
      expect(lenses.material.kind).toBe('glass');
      // Before the pupils; the outer rims curve back beside the eyes.
      const before = axis(lenses, 2).filter((_, v) => {
        const [x, y] = at(lenses, v);
        return Math.abs(Math.abs(x) - 29) < 12 && Math.abs(y) < 12;
      });
      expect(before.length).toBeGreaterThan(0);
      expect(Math.min(...before)).toBeGreaterThan(eyeFront + 2);
      expect(Math.min(...before)).toBeLessThan(eyeFront + 25);
      const skin = named(worn, 'skin');
      const frame = axis(named(worn, 'glasses'), 2);
      expect(Math.min(...frame)).toBeLessThan(at(skin, marks.earTopLeft)[2]);
    }
  });

  test('sunglasses let less light through than glasses', () => {
    const tint = (accessory: Accessory) =>
      named(buildPerson(pack, identity, { accessories: [accessory] }), 'lenses').material.colour[1];
    expect(tint('sunglasses')).toBeLessThan(0.2);
    expect(tint('glasses')).toBeGreaterThan(0.8);
  });

  test('a hat covers the crown, leaves the eyes free and lets no hair through', () => {
    for (const person of people) {
      const worn = buildPerson(pack, person, { accessories: ['cap'] });
      const heights = axis(named(worn, 'hat'), 1);
      expect(Math.max(...heights)).toBeGreaterThan(at(named(worn, 'skin'), marks.crown)[1] + 5);
      expect(Math.min(...heights)).toBeGreaterThan(5);
      expect(Math.max(...axis(named(worn, 'peak'), 2))).toBeGreaterThan(70);
      const hair = worn.surfaces.find((s) => s.name === 'hair');
      const used = hair ? Array.from(hair.triangles, (v) => at(hair, v)[1]) : [];
      for (const y of used) expect(y).toBeLessThan(75);
    }
  });

  test('a beard grows outwards on the chin', () => {
    const worn = buildPerson(pack, identity, { accessories: ['beard'] });
    const chin = at(named(worn, 'skin'), marks.chin);
    const beard = named(worn, 'beard');
    const near = axis(beard, 2).filter((_, i) => {
      const [x, y] = at(beard, i);
      return Math.abs(x - chin[0]) < 8 && Math.abs(y - chin[1]) < 10;
    });
    expect(Math.max(...near)).toBeGreaterThan(chin[2] + 3);
  });

  test('stubble darkens the skin where a beard would grow, in one picture for all expressions', () => {
    const stubbled = { ...identity, facialHair: 'stubble', hairColour: [0, 0, 0] } as const;
    const shaven = { ...identity, facialHair: 'none' } as const;
    const picture = (who: typeof stubbled | typeof shaven, expression: 'neutral' | 'smile') =>
      named(buildPerson(pack, who, { expression }), 'skin').texture!;
    const brightness = ({ data }: Texture) => data.reduce((sum, v) => sum + v, 0) / data.length;
    const dark = picture(stubbled, 'neutral');
    expect(brightness(dark)).toBeLessThan(brightness(picture(shaven, 'neutral')) - 1);
    expect(picture(stubbled, 'smile')).toBe(dark);
  });

  test('another skin changes the picture and nothing else', () => {
    const other = { skin: 'young_asian_female', skinTone: [1, 1, 1] } as const;
    const changed = buildPerson(pack, { ...identity, facialHair: 'none' }, { skinOverride: other });
    expect(named(changed, 'skin').texture).toBe(pack.texture('skin/young_asian_female'));
    expect(named(changed, 'skin').positions).toEqual(named(buildPerson(pack, identity), 'skin').positions);
  });
});

describe('bare shapes', () => {
  test('are the person without pictures, hair and clothes', () => {
    const bare = buildBareShape(pack, identity, { expression: 'smile' });
    expect(bare.map((s) => s.name)).toEqual(['skin', 'eyes', 'teeth', 'tongue']);
    expect(bare.every((s) => s.texture === undefined)).toBe(true);
    const smile = buildPerson(pack, identity, { expression: 'smile' });
    expect(bare[0].positions).toEqual(named(smile, 'skin').positions);
  });

  test('of the mean head are nearly symmetric and lie amid the people', () => {
    const [skin] = meanHead(pack, 60);
    const [left, right] = [at(skin, marks.mouthLeft), at(skin, marks.mouthRight)];
    expect(Math.abs(left[0] + right[0])).toBeLessThan(1.5);
    expect(Math.abs(left[2] - right[2])).toBeLessThan(1.5);
    expect(at(skin, marks.noseTip)[2]).toBeGreaterThan(35);
  });
});
