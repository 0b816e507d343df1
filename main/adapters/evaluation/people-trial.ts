/**
 * One synthetic person's part of an evaluation: an enrolment, later visits in other light, poses and distances, and attacks
 * with their picture, each through the whole path of a frame. Comparing is left to who holds everybody's galleries.
 */
import type { Embeddings, Evidence } from '../../contract/evidence.ts';
import type { Coverage } from '../../contract/states/enrolment.ts';
import { ms } from '../../contract/units.ts';
import { beginEnrolment, stepEnrolment } from '../../core/people/enrolment.ts';
import { Observer, type FaceModels } from '../../core/observer.ts';
import type { Purpose } from '../../contract/pipeline.ts';
import type { Clock } from '../../core/ports.ts';
import { Random } from '../../core/random.ts';
import { BROAD_EXPRESSIONS, varied, type ExpressionName } from '../synthetic/people/expressions.ts';
import { drawGrimace } from '../synthetic/people/grimace.ts';
import { handHeld, standing, turning, type Stance } from '../sensors/simulated/motion.ts';
import type { SceneDescription, Shows, Visitor } from '../sensors/simulated/scene.ts';
import { ordinaryCast, type Face, type Who } from '../sensors/simulated/cast.ts';
import { FRAME_TIME, Stage } from '../sensors/simulated/stage.ts';

/** Presentations of the person's picture: on paper, on a screen, on a mask, on a living head of another shape; and a real person who is half of them. */
type AttackSpecies = Exclude<Shows, 'self'> | 'lookalike' | 'other-head';
type LightName = 'office' | 'window' | 'dark';

export interface TrialRequest {
  /** Identities are `${pool}/${index}`. */
  readonly pool: string;
  readonly index: number;
  readonly visits: number;
  /** What faces the visits make: units as they train and calibrate, or grimaces that nothing was made with. */
  readonly faces: 'units' | 'grimaces';
  /** How many attacks of each species; they alternate between light and dark. */
  readonly attacks: number;
  /** Enrolled all round where left out. */
  readonly coverage?: Coverage;
  /** Frames of a visit or an attack; 50 are 1.67 s, longer than the longest refusal. */
  readonly frames: number;
}

interface Presentation {
  readonly light: LightName;
  /** What each frame showed; long enough for any attempt to end. */
  readonly evidence: readonly Evidence[];
}

interface Visit extends Presentation {
  /** The expression's name. */
  readonly face: string;
}

export interface TrialOutcome {
  readonly index: number;
  /** Empty where the enrolment did not finish. */
  readonly templates: readonly Embeddings[];
  /** How long the person turned, in seconds; undefined where the enrolment did not finish. */
  readonly enrolmentSeconds: number | undefined;
  readonly visits: readonly Visit[];
  readonly attacks: readonly (Presentation & { readonly species: AttackSpecies })[];
}

/** An enrolment that takes longer has failed, in seconds. */
const ENROLMENT_LIMIT = 25;
/** Every second frame is enough to enrol: as on a machine that judges 15 frames a second. */
const ENROLMENT_STEP = 2;
/** A machine that judges 15 frames a second gives an attack as much time, and half the frames. */
const ATTACK_STEP = 2;
/** How much a lookalike has of the person: the way to somebody else is half gone. */
const LOOKALIKE = 0.5;
/** Every expression but shut eyes: blinks are the script's. */
const VISITED_EXPRESSIONS: readonly ExpressionName[] = [
  ...BROAD_EXPRESSIONS.filter((name) => name !== 'wink'),
  'smile',
  'grin',
  'open-mouth',
  'frown',
  'surprise',
];
/** A visit's smooth depth error, as of another day: root mean square up to this, millimetres. */
const DEPTH_ERROR = 1;

export async function runTrial(
  models: FaceModels,
  clock: Clock,
  request: TrialRequest,
): Promise<TrialOutcome> {
  const who = `${request.pool}/${request.index}`;
  const enrolment = await enrol(models, clock, who, request.coverage === 'straight');
  const visits: Visit[] = [];
  for (let i = 0; i < request.visits; i++) visits.push(await visit(models, clock, request, i));
  const attacks: (Presentation & { species: AttackSpecies })[] = [];
  for (const species of ['photo', 'tablet', 'mask', 'other-head', 'lookalike'] as const)
    for (let i = 0; i < request.attacks; i++)
      attacks.push({ species, ...(await attack(models, clock, request, species, i)) });
  return { index: request.index, ...enrolment, visits, attacks };
}

async function enrol(models: FaceModels, clock: Clock, who: string, straight: boolean) {
  const seed = `enrol ${who}`;
  const random = new Random(seed);
  const stance = stanceOf(random, { distance: [520, 780], yaw: 4, pitch: 4 });
  const scene = sceneOf(random, seed, 'office', [person(who, (straight ? standing : turning)(stance, seed))]);
  let state = beginEnrolment();
  let seconds = 0;
  for await (const evidence of watch(models, clock, scene, 'enrol', ENROLMENT_STEP)) {
    seconds = evidence.capturedAt / 1000;
    // One person is before the sensor throughout: whether it is the same one is not the question here.
    state = stepEnrolment(state, evidence, evidence.capturedAt, {
      samePerson: () => 'same',
      straightAhead: () => straight,
    });
    if (state.kind === 'done' || seconds > ENROLMENT_LIMIT) break;
  }
  const done = state.kind === 'done';
  return {
    templates: done ? state.captures.map((capture) => capture.embeddings) : [],
    enrolmentSeconds: done ? seconds : undefined,
  };
}

async function visit(
  models: FaceModels,
  clock: Clock,
  { pool, index: identity, frames, faces }: TrialRequest,
  index: number,
): Promise<Visit> {
  const who = `${pool}/${identity}`;
  const seed = `visit ${index} ${who}`;
  const random = new Random(seed);
  const light = (['office', 'window', 'dark', 'office'] as const)[index % 4];
  const stance = stanceOf(random, { distance: [450, 1150], yaw: 15, pitch: 10 });
  const face = faceOf(new Random(`face ${seed}`), faces, seed);
  const scene = sceneOf(random, seed, light, [{ ...person(who, standing(stance, seed)), face }]);
  return {
    light,
    face: face.name,
    evidence: await collect(watch(models, clock, scene, 'unlock'), frames),
  };
}

async function attack(
  models: FaceModels,
  clock: Clock,
  { pool, index, frames }: TrialRequest,
  species: AttackSpecies,
  turn: number,
): Promise<Presentation> {
  const who = `${pool}/${index}`;
  const seed = `${species} ${turn} ${who}`;
  const random = new Random(seed);
  const light = (['office', 'dark', 'window'] as const)[turn % 3];
  const stance = stanceOf(random, { distance: [450, 900], yaw: 8, pitch: 8 });
  const wearer = `${pool}/attacker-${random.below(1_000_000)}`;
  const visitor: Visitor =
    species === 'lookalike' || species === 'other-head'
      ? person(
          { like: who, share: species === 'lookalike' ? LOOKALIKE : 0, seed: wearer },
          standing(stance, seed),
        )
      : species === 'mask'
        ? {
            shows: 'mask',
            who: wearer,
            maskOf: who,
            eyeHoles: random.below(2) === 0,
            wear: {},
            script: standing(stance, seed),
          }
        : { shows: species, who, wear: {}, script: handHeld(stance, seed) };
  return {
    light,
    evidence: await collect(
      watch(models, clock, sceneOf(random, seed, light, [visitor]), 'unlock', ATTACK_STEP),
      Math.ceil(frames / ATTACK_STEP),
    ),
  };
}

/** Share of visits with the face at rest. */
const AT_REST = 0.25;

function faceOf(
  random: Random,
  faces: TrialRequest['faces'],
  seed: string,
): Face & { readonly name: string } {
  if (random.uniform() < AT_REST) return { name: 'neutral' };
  if (faces === 'grimaces') return { name: 'grimace', grimace: drawGrimace(seed) };
  // Lids are the script's.
  const name = random.pick(VISITED_EXPRESSIONS);
  return { name, expression: varied(random, name) };
}

const person = (who: Who, script: Visitor['script']): Visitor => ({
  shows: 'self',
  who,
  wear: {},
  script,
});

function stanceOf(
  random: Random,
  range: { distance: readonly [number, number]; yaw: number; pitch: number },
): Stance {
  return {
    distance: random.between(...range.distance),
    x: random.between(-60, 60),
    y: random.between(-40, 40),
    yaw: random.between(-range.yaw, range.yaw),
    pitch: random.between(-range.pitch, range.pitch),
    roll: random.between(-8, 8),
  };
}

const sceneOf = (
  random: Random,
  seed: string,
  light: LightName,
  visitors: readonly Visitor[],
): SceneDescription => ({
  seed,
  model: 'kinect-v2',
  light,
  visitors,
  depthError: { rms: random.between(0, DEPTH_ERROR), width: random.between(20, 60) },
});

/** @param step every how many frames of the sensor one is judged */
async function* watch(models: FaceModels, clock: Clock, scene: SceneDescription, purpose: Purpose, step = 1) {
  const observer = new Observer(models, clock);
  const stage = new Stage(scene, ordinaryCast());
  for (let n = 0; ; n += step) {
    const frame = stage.frame(n, ms(n * FRAME_TIME));
    yield await observer.observe(frame, purpose, frame.capturedAt);
  }
}

async function collect(evidence: AsyncIterable<Evidence>, frames: number): Promise<Evidence[]> {
  const all: Evidence[] = [];
  for await (const each of evidence) {
    all.push(each);
    if (all.length >= frames) break;
  }
  return all;
}
