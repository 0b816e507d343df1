/**
 * Synthetic people filmed for retraining: an enrolment, then visits in new light, at new distances, with new noise, through the whole
 * path of a frame. Evidence holds the relief tensor in place of what a network makes of it (adaptation/film.ts), so that another
 * network sees the same film.
 */
import type { Evidence, FaceEvidence } from '../../../contract/evidence.ts';
import type { Purpose } from '../../../contract/pipeline.ts';
import { ms } from '../../../contract/units.ts';
import { kindIn } from '../../../core/judge/policy.ts';
import { Observer, type FaceModels } from '../../../core/observer.ts';
import { beginEnrolment, stepEnrolment, type Capture } from '../../../core/people/enrolment.ts';
import type { Clock } from '../../../core/ports.ts';
import { Random } from '../../../core/random.ts';
import { variedLight } from '../../corpus/dataset/people-source.ts';
import { ordinaryCast } from '../../sensors/simulated/cast.ts';
import { standing, type Stance } from '../../sensors/simulated/motion.ts';
import type { SceneDescription } from '../../sensors/simulated/scene.ts';
import { FRAME_TIME, Stage } from '../../sensors/simulated/stage.ts';
import { LIGHTS } from '../../synthetic/render/light.ts';
import { ENROLMENT_STEP, round, ROUND_FRAMES, TENSOR, tensorsOf } from '../adaptation/film.ts';

export interface VisitRequest {
  /** Identities are `${pool}/${index}`. */
  readonly pool: string;
  readonly index: number;
  /** Whether the person enrols first. */
  readonly enrols: boolean;
  readonly visits: number;
}

export interface VisitFilm {
  /** What an enrolment keeps; empty where none was filmed, or it did not finish. */
  readonly captures: readonly Pick<Capture, 'embeddings' | 'pose'>[];
  /** The live faces of each visit. */
  readonly visits: readonly (readonly FaceEvidence[])[];
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
  const raw: FaceModels = { ...models, shape: tensorsOf(models) };
  const visits: FaceEvidence[][] = [];
  for (let n = 0; n < request.visits; n++) {
    const seed = `retraining visit ${n} ${who}`;
    const random = new Random(seed);
    const light = n % DARK_EVERY === DARK_EVERY - 1 ? LIGHTS.dark : variedLight(random);
    const scene = sceneOf(random, seed, who, light, RANGE.visit, standing);
    const purpose = request.enrols ? 'unlock' : 'enrol';
    const seen = await watch(raw, clock, scene, purpose, VISIT.step, VISIT.frames);
    visits.push(
      seen.flatMap((evidence) =>
        evidence.kind === 'face' && evidence.embeddings.size > 0 ? [evidence] : [],
      ),
    );
  }
  return { captures: request.enrols ? await enrol(raw, clock, who) : [], visits };
}

async function enrol(models: FaceModels, clock: Clock, who: string): Promise<VisitFilm['captures']> {
  const seed = `retraining enrolment ${who}`;
  const scene = sceneOf(new Random(seed), seed, who, LIGHTS.office, RANGE.enrolment, round);
  let state = beginEnrolment();
  for (const evidence of await watch(models, clock, scene, 'enrol', ENROLMENT_STEP, ROUND_FRAMES))
    // One person is before the sensor throughout: whether it is the same one is not the question here.
    state = stepEnrolment(state, evidence, evidence.capturedAt, { samePerson: () => true });
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

async function watch(
  models: FaceModels,
  clock: Clock,
  scene: SceneDescription,
  purpose: Purpose,
  step: number,
  count: number,
): Promise<Evidence[]> {
  const observer = new Observer(models, clock);
  const stage = new Stage(scene, ordinaryCast());
  const seen: Evidence[] = [];
  for (let n = 0; n < count; n++) {
    const at = ms(n * step * FRAME_TIME);
    seen.push(withOneTensor(await observer.observe(stage.frame(n * step, at), purpose, at)));
  }
  return seen;
}

/** In light, the tensor without colour follows from the one with it. */
function withOneTensor(evidence: Evidence): Evidence {
  if (evidence.kind !== 'face' || !evidence.embeddings.has(TENSOR)) return evidence;
  const embeddings = new Map(evidence.embeddings);
  embeddings.delete(kindIn('infrared', TENSOR));
  return { ...evidence, embeddings };
}
