/**
 * Synthetic people filmed for retraining: an enrolment, then visits in new light, at new distances, with new noise, through the whole
 * path of a frame.
 */
import type { Evidence, FaceEvidence } from '../../../contract/evidence.ts';
import type { FaceModels } from '../../../core/observer.ts';
import { beginEnrolment, stepEnrolment, type Capture } from '../../../core/people/enrolment.ts';
import type { Clock } from '../../../core/ports.ts';
import { Random } from '../../../core/random.ts';
import { variedLight } from '../../corpus/dataset/people-source.ts';
import { standing, type Stance } from '../../sensors/simulated/motion.ts';
import type { SceneDescription } from '../../sensors/simulated/scene.ts';
import { LIGHTS } from '../../synthetic/render/light.ts';
import { filmScene, round, ROUND_SHOTS, SLOW_ROUND_SHOTS, slowRound } from '../films/film-scene.ts';

export interface VisitRequest {
  /** Identities are `${pool}/${index}`. */
  readonly pool: string;
  readonly index: number;
  /** Whether the person enrols first. */
  readonly enrols: boolean;
  readonly visits: number;
  /** Whether a deeper retraining looks at the person again. */
  readonly again?: boolean;
}

export interface VisitFilm {
  /** What an enrolment keeps; empty where none was filmed, or it did not finish. */
  readonly captures: readonly Pick<Capture, 'embeddings' | 'pose'>[];
  /** The live faces of each visit. */
  readonly visits: readonly (readonly FaceEvidence[])[];
  /** The live faces of a deeper retraining, in the order of time; empty where none was filmed. */
  readonly again: readonly FaceEvidence[];
}

/** Frames of a visit, and every how many of the sensor one is judged: as on a machine that judges ten a second. */
const VISIT = { frames: 2, step: 3 } as const;
/** One visit in so many is in the dark. */
const DARK_EVERY = 5;
/** How people stand, in millimetres and degrees; and a session's smooth depth error, root mean square, up to this. */
const RANGE = {
  enrolment: { distance: [520, 780], yaw: 4, pitch: 4, depthError: 1 },
  visit: { distance: [400, 1300], yaw: 25, pitch: 16, depthError: 4 },
} as const;

export async function filmVisits(
  models: FaceModels,
  clock: Clock,
  request: VisitRequest,
): Promise<VisitFilm> {
  const who = `${request.pool}/${request.index}`;
  const visits: FaceEvidence[][] = [];
  for (let n = 0; n < request.visits; n++) {
    const seed = `retraining visit ${n} ${who}`;
    const random = new Random(seed);
    const light = n % DARK_EVERY === DARK_EVERY - 1 ? LIGHTS.dark : variedLight(random);
    const scene = sceneOf(random, seed, who, light, RANGE.visit, standing);
    const purpose = request.enrols ? 'unlock' : 'enrol';
    const seen = await filmScene(models, clock, scene, purpose, VISIT);
    visits.push(seen.flatMap(liveFace));
  }
  return {
    captures: request.enrols ? await enrol(models, clock, who) : [],
    visits,
    again: request.again ? await lookAgain(models, clock, who) : [],
  };
}

const liveFace = (evidence: Evidence): FaceEvidence[] =>
  evidence.kind === 'face' && evidence.embeddings.size > 0 ? [evidence] : [];

async function lookAgain(models: FaceModels, clock: Clock, who: string): Promise<FaceEvidence[]> {
  const seed = `deeper retraining ${who}`;
  const scene = sceneOf(new Random(seed), seed, who, LIGHTS.office, RANGE.enrolment, slowRound);
  const seen = await filmScene(models, clock, scene, 'enrol', SLOW_ROUND_SHOTS);
  return seen.flatMap(liveFace);
}

async function enrol(models: FaceModels, clock: Clock, who: string): Promise<VisitFilm['captures']> {
  const seed = `retraining enrolment ${who}`;
  const scene = sceneOf(new Random(seed), seed, who, LIGHTS.office, RANGE.enrolment, round);
  let state = beginEnrolment();
  for (const evidence of await filmScene(models, clock, scene, 'enrol', ROUND_SHOTS))
    // One person is before the sensor throughout: whether it is the same one is not the question here.
    state = stepEnrolment(state, evidence, evidence.capturedAt, { samePerson: () => 'same' });
  return state.kind === 'done' ? state.captures.map(({ embeddings, pose }) => ({ embeddings, pose })) : [];
}

function sceneOf(
  random: Random,
  seed: string,
  who: string,
  light: SceneDescription['light'],
  range: (typeof RANGE)[keyof typeof RANGE],
  move: typeof standing,
): SceneDescription {
  const stance: Stance = {
    distance: random.between(range.distance[0], range.distance[1]),
    x: random.between(-60, 60),
    y: random.between(-40, 40),
    yaw: random.between(-range.yaw, range.yaw),
    pitch: random.between(-range.pitch, range.pitch),
    roll: random.between(-6, 6),
  };
  return {
    seed,
    model: 'kinect-v2',
    light,
    visitors: [{ shows: 'self', who, wear: {}, script: move(stance, seed) }],
    depthError: { rms: random.between(0, range.depthError), width: random.between(20, 60) },
  };
}
