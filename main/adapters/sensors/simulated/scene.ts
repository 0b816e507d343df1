/** What stands before the simulated sensor: plain descriptions, and the scenes that have a name. */
import { WORN } from '../../../contract/api.ts';
import { FacetError } from '../../../contract/result.ts';
import { Random } from '../../../core/random.ts';
import type { Light, LightName } from '../../synthetic/render/light.ts';
import type { Face, Wear, Who } from './cast.ts';
import { handHeld, standing, turning, type PoseScript, type Stance } from './motion.ts';

/** What the sensor sees of a visitor: their own face, or an attack with somebody's picture. */
export type Shows = 'self' | 'photo' | 'tablet' | 'mask';

export interface Visitor {
  readonly shows: Shows;
  /** Who is there; for a photo or tablet, whose picture it shows. */
  readonly who: Who;
  /** Whose face is on the mask (for `mask`). */
  readonly maskOf?: Who;
  /** Whether the mask has holes for the eyes. */
  readonly eyeHoles?: boolean;
  readonly wear: Wear;
  /** The face that they make; at rest where left out. */
  readonly face?: Face;
  readonly script: PoseScript;
}

export interface SceneDescription {
  /** Decides the room, the noise, and whatever else is drawn at random. */
  readonly seed: string;
  readonly model: 'kinect-v1' | 'kinect-v2';
  readonly light: LightName | Light;
  readonly visitors: readonly Visitor[];
  /** A smooth depth error that lasts for the session: root mean square in mm, width in pixels. */
  readonly depthError?: { readonly rms: number; readonly width: number };
}

export const SCENES = ['you', 'stranger', 'lookalike', 'photo', 'tablet', 'mask', 'empty', 'two'] as const;
export const MODIFIERS = ['dark', 'window', ...WORN, 'far', 'turn', 'v1'] as const;
type SceneName = (typeof SCENES)[number];
type Modifier = (typeof MODIFIERS)[number];

/** The seed of the person called "you": the same in every scene, so that enrolment and unlock meet. */
export const YOU = 'visitor/you';
/** How much of "you" a lookalike keeps. */
const LIKENESS = 0.7;

export interface SceneRequest {
  readonly scene: SceneName;
  readonly modifiers: readonly Modifier[];
  readonly seed: string;
}

/**
 * Reads `SCENE[+modifier…][@SEED]`, such as `you+dark+turn@7`; an empty text is `you`. The seed is any text and
 * decides everything that differs from session to session: room, place, motion, noise and who the stranger is.
 * @throws FacetError `bad-argument` naming what is known.
 */
export function parseScene(text: string): SceneRequest {
  const at = text.indexOf('@');
  const seed = at < 0 ? '1' : text.slice(at + 1);
  const [scene, ...modifiers] = (at < 0 ? text : text.slice(0, at)).split('+');
  const name = scene === '' && modifiers.length === 0 ? 'you' : scene;
  if (!SCENES.includes(name as SceneName)) {
    throw new FacetError(
      'bad-argument',
      `The simulated sensor has no scene "${name}". Scenes: ${SCENES.join(', ')}; each may be followed by ` +
        `modifiers (+${MODIFIERS.join(', +')}) and a seed (@7).`,
    );
  }
  for (const modifier of modifiers) {
    if (!MODIFIERS.includes(modifier as Modifier)) {
      throw new FacetError(
        'bad-argument',
        `The simulated sensor has no modifier "+${modifier}" for the scene "${name}". Modifiers: +${MODIFIERS.join(', +')}.`,
      );
    }
  }
  if (seed === '') {
    throw new FacetError(
      'bad-argument',
      `The scene "${text}" ends in "@" without a seed. Write ${name}@7, or leave the "@" out.`,
    );
  }
  return { scene: name as SceneName, modifiers: modifiers as Modifier[], seed };
}

/** The scene that a request names. Equal requests give equal scenes. */
export function describeScene({ scene, modifiers, seed }: SceneRequest): SceneDescription {
  const has = (modifier: Modifier) => modifiers.includes(modifier);
  const random = new Random(`scene ${scene} ${seed}`);
  const wear: Wear = Object.fromEntries(WORN.map((each) => [each, has(each)]));
  const move = has('turn') ? turning : standing;
  const stance: Stance = {
    distance: has('far') ? random.between(1200, 1300) : random.between(600, 720),
    x: random.between(-30, 30),
    y: random.between(-20, 25),
    yaw: random.between(-3, 3),
    pitch: random.between(-3, 3),
    roll: random.between(-2, 2),
  };
  const stranger = `visitor/stranger-${seed}`;
  const self = (who: Who, where: Stance, part: string): Visitor => ({
    shows: 'self',
    who,
    wear,
    script: move(where, `${seed} ${part}`),
  });
  const visitors = (): Visitor[] => {
    switch (scene) {
      case 'empty':
        return [];
      case 'you':
        return [self(YOU, stance, 'you')];
      case 'stranger':
        return [self(stranger, stance, 'stranger')];
      case 'lookalike':
        return [self({ like: YOU, share: LIKENESS, seed: `visitor/lookalike-${seed}` }, stance, 'lookalike')];
      case 'two': {
        const beside = {
          ...stance,
          x: 190 + random.between(0, 40),
          distance: stance.distance + random.between(40, 160),
        };
        return [self(YOU, { ...stance, x: -130 }, 'you'), self(stranger, beside, 'stranger')];
      }
      case 'photo':
      case 'tablet':
        // Held nearer than a head would be: so the picture fills the same part of the view.
        return [
          {
            shows: scene,
            who: YOU,
            wear,
            script: handHeld({ ...stance, distance: stance.distance * 0.9 }, seed),
          },
        ];
      case 'mask':
        return [
          {
            shows: 'mask',
            who: stranger,
            maskOf: YOU,
            eyeHoles: random.below(2) === 0,
            wear,
            script: move(stance, `${seed} mask`),
          },
        ];
    }
  };
  return {
    seed,
    model: has('v1') ? 'kinect-v1' : 'kinect-v2',
    light: has('dark') ? 'dark' : has('window') ? 'window' : 'office',
    visitors: visitors(),
  };
}
