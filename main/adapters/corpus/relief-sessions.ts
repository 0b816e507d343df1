/**
 * Sessions of synthetic people before a sensor. A head's surroundings alone are rendered, a start as uncertain as the landmarks'
 * is settled; the linear model learns from depth alone, fused in the ways that the app fuses frames.
 */
import type { Spectrum } from '../../contract/evidence.ts';
import { deg, mm, ms } from '../../contract/units.ts';
import { toneMapInfrared } from '../../core/face/infrared.ts';
import type { Rigid, SensorFrame } from '../../core/sense/frames.ts';
import { compose, rotationFromVector } from '../../core/geometry/rigid.ts';
import type { MeanFace } from '../../core/shape/mean-face.ts';
import { Random } from '../../core/random.ts';
import { Registrar, type RegisteredFrame } from '../../core/sense/registration.ts';
import {
  fuse,
  noseMeasured,
  paintedWindow,
  RELIEF_CELLS,
  reliefOf,
  type Paint,
  type Relief,
} from '../../core/shape/relief.ts';
import { cutByNearness } from '../../core/judge/quality.ts';
import { settle } from '../../core/shape/settle.ts';
import { reliefTensor } from '../../core/shape/tensor.ts';
import { sampleIdentity } from '../synthetic/people/identity.ts';
import type { HeadPack } from '../synthetic/people/pack.ts';
import { buildPerson, type Accessory } from '../synthetic/people/person.ts';
import {
  BROAD_EXPRESSIONS,
  varied,
  type Expression,
  type ExpressionName,
} from '../synthetic/people/expressions.ts';
import { kinectV1, kinectV2, type Region, type SensorGeometry } from '../synthetic/render/cameras.ts';
import type { ErrorFieldSpec } from '../synthetic/render/error-field.ts';
import type { Light } from '../synthetic/render/light.ts';
import { headToCamera, type Pose } from '../synthetic/render/pose.ts';
import { headRegion, shootCrop, shootDepthFirst } from '../synthetic/render/scene-renderer.ts';
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

/** Share of sessions with the face at rest, and of those with a broad expression. */
const AT_REST = 0.35;
const BROAD = 0.4;

/** @param atRest the face is, whatever is drawn */
export function drawLook(
  random: Random,
  atRest = false,
): {
  readonly name: ExpressionName;
  readonly expression: Expression;
  readonly accessories: readonly Accessory[];
} {
  const pick = random.uniform();
  const name =
    atRest || pick < AT_REST
      ? 'neutral'
      : pick < AT_REST + BROAD
        ? random.pick(BROAD_EXPRESSIONS)
        : random.pick(['smile', 'grin', 'open-mouth', 'frown', 'surprise', 'eyes-closed'] as const);
  const expression = varied(random, name);
  const accessories = ACCESSORIES.flatMap(([name, share]) => (random.uniform() < share ? [name] : []));
  return { name, expression, accessories };
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
  /** Depth alone where it is left out. */
  readonly sight?: Sight;
}

/** What paints a session's faces, and what stands behind them. */
interface Sight {
  readonly light: Light;
  readonly spectrum: Spectrum;
  readonly room: Person;
  /** Pixels by which the sensor is wrong about where its colour camera looks. */
  readonly offset: readonly [number, number];
  /** Millimetres around the face that are rendered. */
  readonly margin: number;
  /** Whether colour shows what is beside the face too. */
  readonly surroundings: boolean;
}

const registrar = new Registrar();

/** One frame: the true pose and place of the head, where it settled, and the relief there. What is registered holds until the next. */
export interface SettledShot {
  readonly pose: Pose;
  readonly truth: Rigid;
  readonly registered: RegisteredFrame;
  readonly settled: Rigid;
  readonly relief: Relief;
}

/**
 * @param random decides place and start
 * @param seed the noise
 * @returns undefined where the frame does not settle, or is one that the app would not take since its nose is lost by nearness
 */
export function shootSettled(
  random: Random,
  session: Session,
  mean: MeanFace,
  startAngleJitter: number,
  seed: string,
  pose = posedWithin(random, session.distance, (range) => random.between(-range, range), [30, 20, 10]),
): SettledShot | undefined {
  const { frame, paint, drawColour } = shoot(session, pose, seed);
  const registered = registrar.register(frame);
  const truth = headToCamera(pose, session.person.pivot);
  const jitter = drawMotion(random, startAngleJitter, 0.5);
  const settled = settle(registered, compose(truth, compose(session.bias, jitter)), mean)?.headToCamera;
  if (!settled) return undefined;
  const cues = {
    distance: mm(settled.translation[2]),
    noseMeasured: noseMeasured(registered, settled),
  };
  if (cutByNearness(cues)) return undefined;
  drawColour?.(registered, settled);
  return { pose, truth, registered, settled, relief: reliefOf(registered, settled, mean, paint) };
}

/** @param within draws from −range to range; @param ranges of yaw, pitch and roll, degrees */
export function posedWithin(
  random: Random,
  distance: number,
  within: (range: number) => number,
  [yaw, pitch, roll]: readonly [number, number, number],
): Pose {
  return {
    yaw: deg(within(yaw)),
    pitch: deg(within(pitch)),
    roll: deg(within(roll)),
    at: [random.between(-80, 80), random.between(-60, 60), distance + random.between(-15, 15)],
  };
}

/** What lies behind a head shows this much further beside it in the colour camera, which stands beside the depth camera: millimetres. */
const PARALLAX = 40;

/** The windows around the head that the session's sensor delivers, and what paints the relief: colour once it is drawn. */
function shoot(
  { person, geometry, field, sight }: Session,
  pose: Pose,
  seed: string,
): {
  readonly frame: SensorFrame;
  readonly paint?: Paint;
  readonly drawColour?: (registered: RegisteredFrame, settled: Rigid) => void;
} {
  const actor = { person, pose };
  const region = headRegion(actor, geometry.depth, sight?.margin);
  const frame = { sequence: 0, capturedAt: ms(0), depthToColour: geometry.depthToColour };
  if (!sight) return { frame: { ...frame, ...shootCrop([actor], geometry, region, seed, { field }) } };
  const { light, spectrum, room, offset, margin, surroundings } = sight;
  if (spectrum === 'infrared') {
    const shot = shootCrop([actor], geometry, region, seed, { field, room, infrared: true });
    const picture = toneMapInfrared(shot.infrared!, { ...region, x: 0, y: 0 });
    return { frame: { ...frame, ...shot }, paint: { picture, grid: 'depth' } };
  }
  const wide = surroundings ? margin + PARALLAX : margin;
  const window = headRegion(actor, geometry.colour, wide, geometry.depthToColour);
  const painted = { region: window, light, room: surroundings };
  const { shot, drawColour } = shootDepthFirst([actor], geometry, region, seed, {
    field,
    room,
    colour: painted,
  });
  const { intrinsics, ...picture } = shot.colour!;
  const assumed = { ...intrinsics, cx: intrinsics.cx + offset[0], cy: intrinsics.cy + offset[1] };
  const colour = { ...picture, intrinsics: assumed };
  return {
    frame: { ...frame, ...shot, colour },
    paint: { picture: colour, grid: 'colour' },
    // A relief reads the face alone; the article's crop shows what is around it too.
    drawColour: (registered, settled) =>
      drawColour(surroundings ? undefined : paintedIn(registered, settled)),
  };
}

/** What the relief reads of the colour picture. */
function paintedIn(registered: RegisteredFrame, settled: Rigid): Region {
  const { left, top, right, bottom } = paintedWindow(registered, settled);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** A small motion in the head's frame; standard deviations in degrees and millimetres. */
export function drawMotion(random: Random, angle: number, place: number): Rigid {
  const r = (angle * Math.PI) / 180;
  return {
    rotation: rotationFromVector(r * random.normal(), r * random.normal(), r * random.normal()),
    translation: [place * random.normal(), place * random.normal(), place * random.normal()],
  };
}
