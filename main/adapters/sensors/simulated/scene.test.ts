import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FacetError } from '../../../contract/result.ts';
import { turning } from './motion.ts';
import { describeScene, MODIFIERS, parseScene, SCENES } from './scene.ts';

const refusal = (text: string): FacetError => {
  try {
    parseScene(text);
  } catch (error) {
    if (error instanceof FacetError) return error;
  }
  throw new Error(`"${text}" was taken`);
};

describe('the grammar of scenes', () => {
  it('reads every scene with any modifiers and seed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SCENES),
        fc.uniqueArray(fc.constantFrom(...MODIFIERS)),
        fc.string({ minLength: 1 }),
        (scene, modifiers, seed) => {
          const read = parseScene(`${[scene, ...modifiers].join('+')}@${seed}`);
          expect(read).toEqual({ scene, modifiers, seed });
        },
      ),
    );
    expect(parseScene('')).toEqual({ scene: 'you', modifiers: [], seed: '1' });
  });

  it.each(['nobody', 'you dark', '+dark', 'YOU', 'you+', 'you+loud', 'you+dark+', 'you@'])(
    'refuses "%s" in a sentence that says what is known',
    (text) => {
      const error = refusal(text);
      expect(error.code).toBe('bad-argument');
      if (!text.endsWith('@')) expect(error.message).toContain(MODIFIERS.join(', +'));
      if (!text.startsWith('you+') && !text.endsWith('@')) expect(error.message).toContain(SCENES.join(', '));
    },
  );

  it('keeps "you" the same person and strangers different ones from seed to seed', () => {
    const who = (text: string) => describeScene(parseScene(text)).visitors[0].who;
    expect(who('you@1')).toEqual(who('you@2'));
    expect(who('stranger@1')).not.toEqual(who('stranger@2'));
    expect(who('mask@1')).not.toEqual(who('you@1'));
  });

  it('wears what it is asked to and nothing else', () => {
    const { wear } = describeScene(parseScene('you+sunglasses+muffler')).visitors[0];
    expect(wear).toEqual({ glasses: false, sunglasses: true, hat: false, muffler: true });
  });

  it('stands far away, in the dark and before a Kinect v1 when asked to', () => {
    const scene = describeScene(parseScene('you+far+dark+v1@3'));
    expect(scene).toMatchObject({ light: 'dark', model: 'kinect-v1' });
    const { at } = scene.visitors[0].script(0).pose;
    expect(at[2]).toBeGreaterThan(1170);
    expect(at[2]).toBeLessThan(1330);
  });
});

describe('turning the head', () => {
  it('starts and ends straight and passes all directions at more than 12°, slowly', () => {
    const script = turning({ distance: 650 }, 'a');
    const passed = new Set<number>();
    let last = script(0).pose;
    expect(Math.hypot(last.yaw, last.pitch)).toBeLessThan(7);
    for (let t = 0; t < 11; t += 1 / 30) {
      const { pose } = script(t);
      expect(Math.hypot(pose.yaw - last.yaw, pose.pitch - last.pitch)).toBeLessThan(2.5);
      if (Math.hypot(pose.yaw, pose.pitch) > 12)
        passed.add(Math.floor((Math.atan2(pose.pitch, pose.yaw) / Math.PI + 1) * 4) % 8);
      last = pose;
    }
    expect(passed.size).toBe(8);
    expect(Math.hypot(last.yaw, last.pitch)).toBeLessThan(7);
  });
});
