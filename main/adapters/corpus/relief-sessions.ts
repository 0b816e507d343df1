/**
 * Reliefs of synthetic people for training, without the pictures: depth alone is rendered, a start as uncertain as the
 * landmarks' is settled, frames of a session are fused in the ways that the app fuses them.
 */
import { deg, ms } from '../../contract/units.ts';
import type { Rigid, SensorFrame } from '../../core/sense/frames.ts';
import { compose, identity, rotationFromVector } from '../../core/geometry/rigid.ts';
import type { MeanFace } from '../../core/shape/mean-face.ts';
import { Random } from '../../core/random.ts';
import { register } from '../../core/sense/registration.ts';
import { fuse, RELIEF_CELLS, reliefOf, type Relief } from '../../core/shape/relief.ts';
import { settle } from '../../core/shape/settle.ts';
import { reliefTensor } from '../../core/shape/tensor.ts';
import { sampleIdentity } from '../synthetic/people/identity.ts';
import type { HeadPack } from '../synthetic/people/pack.ts';
import { buildPerson, type Look } from '../synthetic/people/person.ts';
import { kinectV1, kinectV2, type SensorGeometry } from '../synthetic/render/cameras.ts';
import type { ErrorFieldSpec } from '../synthetic/render/error-field.ts';
import { headToCamera, type Pose } from '../synthetic/render/pose.ts';
import { headRegion, shootCrop } from '../synthetic/render/scene-renderer.ts';
import type { Person } from '../synthetic/surface.ts';

/** What varies from session to session and from frame to frame. Angles in degrees, lengths in millimetres. */
export interface SessionRecipe {
  readonly sessions: number;
  readonly framesPerSession: number;
  /** Standard deviation of the landmark pose's error that lasts a session, and of what each frame adds. */
  readonly startAngle: number;
  readonly startAngleJitter: number;
  readonly startPlace: number;
  /** Root mean square of the smooth depth error of a session; each session draws 0 … this. */
  readonly depthError: number;
  /** Share of sessions on a Kinect v1. */
  readonly v1: number;
}

export const TRAINING_SESSIONS: SessionRecipe = {
  sessions: 3,
  framesPerSession: 6,
  startAngle: 2,
  startAngleJitter: 1,
  startPlace: 2.5,
  depthError: 2,
  v1: 0.15,
};

/** Groups of a session's frames that are fused into one sample each. */
const FUSIONS: readonly (readonly number[])[] = [[0], [3], [0, 1, 2], [3, 4, 5], [0, 1, 2, 3, 4, 5]];

/** The height plane (channel 3 of the relief tensor) of each sample of one person, laid end to end. */
export function reliefSamples(
  pack: HeadPack,
  mean: MeanFace,
  seed: string,
  recipe: SessionRecipe = TRAINING_SESSIONS,
): Float32Array {
  const who = sampleIdentity(pack, seed);
  const samples: Float32Array[] = [];
  for (let s = 0; s < recipe.sessions; s++) {
    const name = `${seed} session ${s}`;
    const random = new Random(name);
    const geometry = random.uniform() < recipe.v1 ? kinectV1() : kinectV2();
    const person = buildPerson(pack, who, drawLook(random));
    const bias = drawMotion(random, recipe.startAngle, recipe.startPlace);
    const distance = random.between(450, 1100);
    const field = { rms: random.between(0, recipe.depthError), width: random.between(20, 60), seed: name };
    const frames: Relief[] = [];
    for (let f = 0; f < recipe.framesPerSession; f++) {
      const shot = shootSettled(
        random,
        { person, geometry, distance, bias, field },
        mean,
        recipe.startAngleJitter,
        `${name} frame ${f}`,
      );
      if (shot) frames.push(shot.relief);
    }
    for (const group of FUSIONS) {
      const members = group.flatMap((i) => (frames[i] ? [frames[i]] : []));
      if (members.length > 0) samples.push(reliefTensor(fuse(members), mean).subarray(3 * RELIEF_CELLS));
    }
  }
  const out = new Float32Array(samples.length * RELIEF_CELLS);
  samples.forEach((sample, i) => out.set(sample, i * RELIEF_CELLS));
  return out;
}

function drawLook(random: Random): Look {
  const pick = random.uniform();
  const expression =
    pick < 0.5
      ? 'neutral'
      : pick < 0.7
        ? 'smile'
        : random.pick(['grin', 'open-mouth', 'frown', 'surprise', 'eyes-closed'] as const);
  const accessories = ACCESSORIES.flatMap(([name, share]) => (random.uniform() < share ? [name] : []));
  return { expression, accessories };
}

/** What people wear in a session, and how often. */
const ACCESSORIES = [
  ['glasses', 0.25],
  ['hat', 0.12],
  ['scarf', 0.08],
] as const;

/** What stays the same in a session. */
export interface Session {
  readonly person: Person;
  readonly geometry: SensorGeometry;
  readonly distance: number;
  readonly bias: Rigid;
  readonly field: ErrorFieldSpec;
}

/** One frame: the true place of the head, where it settled, and the relief there; undefined where it did not settle. */
export interface SettledShot {
  readonly truth: Rigid;
  readonly settled: Rigid;
  readonly relief: Relief;
}

/** @param random decides pose and place; @param seed the noise */
export function shootSettled(
  random: Random,
  { person, geometry, distance, bias, field }: Session,
  mean: MeanFace,
  startAngleJitter: number,
  seed: string,
): SettledShot | undefined {
  const pose: Pose = {
    yaw: deg(random.between(-30, 30)),
    pitch: deg(random.between(-20, 20)),
    roll: deg(random.between(-10, 10)),
    at: [random.between(-80, 80), random.between(-60, 60), distance + random.between(-15, 15)],
  };
  const actor = { person, pose };
  const region = headRegion(actor, geometry.depth);
  const { depth } = shootCrop([actor], geometry, region, seed, { field });
  const frame: SensorFrame = { sequence: 0, capturedAt: ms(0), depth, depthToColour: identity };
  const registered = register(frame);
  const truth = headToCamera(pose, person.pivot);
  const jitter = drawMotion(random, startAngleJitter, 0.5);
  const settled = settle(registered, compose(truth, compose(bias, jitter)), mean);
  if (!settled) return undefined;
  const relief = reliefOf(registered, settled.headToCamera, mean);
  return { truth, settled: settled.headToCamera, relief };
}

/** A small motion in the head's frame; standard deviations in degrees and millimetres. */
export function drawMotion(random: Random, angle: number, place: number): Rigid {
  const r = (angle * Math.PI) / 180;
  return {
    rotation: rotationFromVector(r * random.normal(), r * random.normal(), r * random.normal()),
    translation: [place * random.normal(), place * random.normal(), place * random.normal()],
  };
}
