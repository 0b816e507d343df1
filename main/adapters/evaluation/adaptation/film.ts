/**
 * One synthetic person filmed for the evaluation of adaptation: an enrolment, visits with something new in the face, two years
 * of ageing, and people who would like to be taken for them. Evidence holds the relief tensor in place of what a network
 * makes of it, so that another network sees the same film.
 */
import type { Evidence, FaceEvidence } from '../../../contract/evidence.ts';
import { mm, ms } from '../../../contract/units.ts';
import type { FaceModels } from '../../../core/observer.ts';
import type { Clock } from '../../../core/ports.ts';
import { Random } from '../../../core/random.ts';
import { DEPTH_ERROR, reliefVisit } from '../../corpus/relief-visit.ts';
import type { Wear } from '../../sensors/simulated/cast.ts';
import { standing, type PoseScript, type Stance } from '../../sensors/simulated/motion.ts';
import type { SceneDescription } from '../../sensors/simulated/scene.ts';
import { lookalike, sampleIdentity, SIBLING, type Identity } from '../../synthetic/people/identity.ts';
import { loadHeadPack, type HeadPack } from '../../synthetic/people/pack.ts';
import { filmScene, round, ROUND_SHOTS, TENSOR, type Shots } from '../films/film-scene.ts';
import { aged } from './ageing.ts';

/** What a person comes back with. */
const CHANGES = {
  glasses: { glasses: true },
  sunglasses: { sunglasses: true },
  hat: { hat: true },
  beard: { beard: true },
  scarf: { scarf: true },
  'scarf over the mouth': { muffler: true },
} as const satisfies Record<string, Wear>;
export type Change = keyof typeof CHANGES;

let pack: HeadPack | undefined;
const people = (): HeadPack => (pack ??= loadHeadPack());

export const FILM_PARTS = ['sudden', 'gradual', 'poison'] as const;
export type FilmPart = (typeof FILM_PARTS)[number];

export interface FilmRequest {
  /** Identities are `${pool}/${index}`. */
  readonly pool: string;
  readonly index: number;
  readonly part: FilmPart;
}

/** The whole path of a frame saw these. */
export interface SuddenFilm {
  readonly enrolment: readonly Evidence[];
  /** The visit on the day that it is new, and a later one. */
  readonly visits: readonly {
    readonly change: Change;
    readonly first: readonly Evidence[];
    readonly later: readonly Evidence[];
  }[];
}

/** Reliefs alone and without colour, as in the dark, settled from a start as uncertain as the landmarks'. */
interface ReliefFilm {
  readonly enrolment: readonly FaceEvidence[];
}

export interface GradualFilm extends ReliefFilm {
  /** The last fusion of each session, from the day of enrolment to the end of the time; those that did not settle are left out. */
  readonly sessions: readonly { readonly step: number; readonly face: FaceEvidence }[];
}

/** Sessions of an impostor: every fusion of its frames. */
type Sessions = readonly (readonly FaceEvidence[])[];
export interface PoisonFilm extends ReliefFilm {
  readonly stranger: Sessions;
  readonly sibling: Sessions;
  /** The stranger made up as the person, a little less with each entry: from all to nothing. */
  readonly walker: Sessions;
  /** The person, to see that the film is one in which they would be let in. */
  readonly owner: Sessions;
}

/** Frames of an attempt, and every how many of the sensor one is judged: as on a machine that judges ten a second. */
const ATTEMPT = { frames: 12, step: 3 } as const;
export const AGEING_STEPS = 100;
const AGEING_FRAMES = 2;
const IMPOSTOR = { sessions: 24, frames: 4 } as const;
const OWNER_SESSIONS = 8;
const ANCHORS = 16;
const WALK_STEPS = 8;

async function filmSudden(models: FaceModels, clock: Clock, who: string): Promise<SuddenFilm> {
  const enrolment = await shots(models, clock, who, {}, 'enrolment', round, ROUND_SHOTS);
  const visits = [];
  for (const change of Object.keys(CHANGES) as Change[]) {
    const visit = (name: string) =>
      shots(models, clock, who, CHANGES[change], `${change} ${name}`, standing, ATTEMPT);
    visits.push({ change, first: await visit('first'), later: await visit('later') });
  }
  return { enrolment, visits };
}

async function shots(
  models: FaceModels,
  clock: Clock,
  who: string,
  wear: Wear,
  name: string,
  move: (stance: Stance, seed: string) => PoseScript,
  taken: Shots,
): Promise<Evidence[]> {
  const seed = `adaptation ${name} ${who}`;
  const random = new Random(seed);
  const stance: Stance = {
    distance: random.between(500, 850),
    x: random.between(-50, 50),
    y: random.between(-30, 30),
    yaw: random.between(-6, 6),
    pitch: random.between(-5, 5),
    roll: random.between(-4, 4),
  };
  const scene: SceneDescription = {
    seed,
    model: 'kinect-v2',
    light: random.below(3) === 0 ? 'window' : 'office',
    visitors: [{ shows: 'self', who, wear, script: move(stance, seed) }],
    depthError: { rms: random.between(0, DEPTH_ERROR), width: random.between(20, 60) },
  };
  return filmScene(models, clock, scene, 'unlock', taken);
}

/** One part of one person. */
export async function film(
  models: FaceModels,
  clock: Clock,
  { pool, index, part }: FilmRequest,
): Promise<SuddenFilm | GradualFilm | PoisonFilm> {
  const who = `${pool}/${index}`;
  if (part === 'sudden') return filmSudden(models, clock, who);
  return part === 'gradual' ? filmGradual(models, who) : filmPoison(models, who);
}

function filmGradual(models: FaceModels, who: string): GradualFilm {
  const identity = sampleIdentity(people(), who);
  const sessions: GradualFilm['sessions'][number][] = [];
  for (let step = 0; step <= AGEING_STEPS; step++) {
    const then = aged(identity, step / AGEING_STEPS);
    const face = reliefSession(models, then, `adaptation year ${step} ${who}`, AGEING_FRAMES).at(-1);
    if (face) sessions.push({ step, face });
  }
  return { enrolment: reliefEnrolment(models, identity, who), sessions };
}

const reliefEnrolment = (models: FaceModels, identity: Identity, who: string): FaceEvidence[] =>
  reliefSession(models, identity, `adaptation enrolment ${who}`, ANCHORS);

function filmPoison(models: FaceModels, who: string): PoisonFilm {
  const pack = people();
  const identity = sampleIdentity(pack, who);
  const film = (name: string, count: number, of: (n: number) => Identity): Sessions =>
    Array.from({ length: count }, (_, n) =>
      reliefSession(models, of(n), `adaptation ${name} ${n} ${who}`, IMPOSTOR.frames),
    );
  const [stranger, sibling] = [`${who} stranger`, `${who} sibling`];
  const another = sampleIdentity(pack, stranger);
  const like = lookalike(pack, identity, sibling, SIBLING);
  return {
    enrolment: reliefEnrolment(models, identity, who),
    owner: film('owner', OWNER_SESSIONS, () => identity),
    stranger: film('stranger', IMPOSTOR.sessions, () => another),
    sibling: film('sibling', IMPOSTOR.sessions, () => like),
    walker: film('walker', WALK_STEPS + 3, (n) =>
      lookalike(pack, identity, stranger, Math.max(0, 1 - n / WALK_STEPS)),
    ),
  };
}

/** Every fusion of a session's frames, of depth alone; frames that do not settle are left out. */
function reliefSession(
  { mean }: FaceModels,
  identity: Identity,
  name: string,
  frames: number,
): FaceEvidence[] {
  const { distance, faces } = reliefVisit(people(), mean, identity, name, frames);
  return faces.map(({ frame, pose, fusedFrames, tensor }) => ({
    kind: 'face',
    sequence: frame,
    capturedAt: ms(frame * 100),
    stages: {},
    dropped: 0,
    spectrum: 'infrared',
    pose,
    distance: mm(distance),
    attentive: true,
    track: 0,
    fusedFrames,
    against: [],
    embeddings: new Map([[TENSOR, tensor]]),
  }));
}
