/** One person's part of an evaluation on real people, each frame through the whole path; comparing is left to who holds everybody. */
import type { Evidence } from '../../contract/evidence.ts';
import { FacetError, type Failure } from '../../contract/result.ts';
import {
  ENROL_VISIT,
  EXPRESSIONS,
  templatesOf,
  type RealTrial,
  type SingleStill,
} from '../../core/evaluation/real-people.ts';
import { FAKES, fake, held, underPicture, type FoundFace } from '../../core/evaluation/stills.ts';
import type { FaceMesh } from '../../core/face/types.ts';
import type { Vec3 } from '../../core/geometry/rigid.ts';
import { Observer, type FaceModels } from '../../core/observer.ts';
import type { Clock } from '../../core/ports.ts';
import { Random } from '../../core/random.ts';
import type { SensorFrame } from '../../core/sense/frames.ts';
import { fuse, heights, type Relief } from '../../core/shape/relief.ts';
import { readStills } from './real-folder.ts';

/** Where the faces of a person's neutral visit are, pose by pose; undefined where none was found. */
type NeutralFaces = readonly (Omit<FoundFace, 'still'> | undefined)[];

export interface RealPersonOutcome extends RealTrial {
  readonly faces: NeutralFaces;
}

export type RealRequest =
  | { readonly part: 'person'; readonly name: string; readonly path: string }
  | { readonly part: 'pictures'; readonly owner: OnDisk; readonly wearers: readonly OnDisk[] };

interface OnDisk {
  readonly name: string;
  readonly path: string;
  readonly faces: NeutralFaces;
}

/** Frames that a still is held in a visit; nine of them are 1.8 s, longer than the longest refusal. */
const HELD = 6;
/** Frames of a visit of one pose: one more than are fused, so that two agree. */
const HELD_ALONE = 9;
/** A machine that judges 15 frames a second gives an attack as much time, and half the frames. */
const ATTACK_STEP = 2;

/** @returns a failure where the folder cannot be used */
export async function runReal(
  models: FaceModels,
  clock: Clock,
  request: RealRequest,
): Promise<RealPersonOutcome | (readonly Evidence[])[] | Failure> {
  try {
    return request.part === 'person'
      ? await runPerson(models, clock, request)
      : await wearPicture(models, clock, request);
  } catch (error) {
    if (error instanceof FacetError) return error.toFailure();
    throw error;
  }
}

async function runPerson(
  models: FaceModels,
  clock: Clock,
  { name, path }: { readonly name: string; readonly path: string },
): Promise<RealPersonOutcome> {
  const watch = (frames: Iterable<SensorFrame>) => observeAll(models, clock, frames);
  const singles: SingleStill[] = [];
  const reliefs = new Map<string, Float32Array>();
  const visits: RealTrial['visits'][number][] = [];
  const poses: RealTrial['poses'][number][] = [];
  const fakes: RealTrial['fakes'][number][] = [];
  let faces: NeutralFaces = [];

  const enrolStills = await readStills(path, ENROL_VISIT);
  const enrolment = await watch(held(enrolStills, HELD, `${name} enrols`));
  const templates = templatesOf(
    enrolment.map(({ evidence }) => evidence),
    HELD,
  );
  const alone: Relief[] = [];
  for (const [i, still] of enrolStills.entries()) {
    const [{ evidence, seen }] = await watch(held([still], 1, `${name} enrols ${i}`));
    singles.push({ visit: ENROL_VISIT, evidence });
    if (seen) alone.push(seen.relief);
  }
  if (alone.length > 0) reliefs.set(ENROL_VISIT, heights(fuse(alone)));

  for (const expression of EXPRESSIONS) {
    const stills = await readStills(path, expression);
    const visit = await watch(held(stills, HELD, `${name} ${expression}`));
    visits.push({ expression, evidence: visit.map(({ evidence }) => evidence) });
    const seenAlone: (Seen | undefined)[] = [];
    for (const [pose, still] of stills.entries()) {
      const frames = await watch(held([still], HELD_ALONE, `${name} ${expression} ${pose}`));
      poses.push({ expression, pose, evidence: frames.map(({ evidence }) => evidence) });
      singles.push({ visit: expression, evidence: frames[0].evidence });
      seenAlone.push(frames[0].seen);
    }
    const seen = seenAlone.flatMap((each) => each?.relief ?? []);
    if (seen.length > 0) reliefs.set(expression, heights(fuse(seen)));
    if (expression !== 'neutral') continue;
    faces = seenAlone.map((each) => each && { mesh: each.mesh, distance: each.at[2] });
    for (const kind of FAKES)
      for (const [pose, still] of stills.entries()) {
        const face = seenAlone[pose];
        if (!face) continue;
        const seed = `${name} ${kind} ${pose}`;
        const attack = fake(still, kind, face.at, new Random(seed));
        const [{ evidence }] = await watch(held([attack], 1, seed));
        fakes.push({ kind, evidence });
      }
  }
  return { name, templates, singles, visits, poses, fakes, reliefs, faces };
}

/** The owner's neutral pictures on the heads of others, a visit each. */
async function wearPicture(
  models: FaceModels,
  clock: Clock,
  { owner, wearers }: Extract<RealRequest, { part: 'pictures' }>,
): Promise<(readonly Evidence[])[]> {
  const own = await readStills(owner.path, 'neutral');
  const visits: (readonly Evidence[])[] = [];
  for (const wearer of wearers) {
    const stills = await readStills(wearer.path, 'neutral');
    const worn = stills.flatMap((still, pose) => {
      const [mine, theirs] = [owner.faces[pose], wearer.faces[pose]];
      return mine && theirs && own[pose]
        ? [underPicture({ ...mine, still: own[pose] }, { ...theirs, still })]
        : [];
    });
    const frames = held(worn, HELD / ATTACK_STEP, `${owner.name} on ${wearer.name}`, ATTACK_STEP);
    visits.push((await observeAll(models, clock, frames)).map(({ evidence }) => evidence));
  }
  return visits;
}

/** What is kept of an observation. */
interface Seen {
  readonly relief: Relief;
  readonly mesh: FaceMesh;
  /** Camera point between the eyes, millimetres. */
  readonly at: Vec3;
}

async function observeAll(models: FaceModels, clock: Clock, frames: Iterable<SensorFrame>) {
  const observer = new Observer(models, clock);
  const all: { readonly evidence: Evidence; readonly seen: Seen | undefined }[] = [];
  for (const frame of frames) {
    const evidence = await observer.observe(frame, 'unlock', frame.capturedAt);
    const { latest } = observer;
    const seen = latest && {
      relief: latest.relief,
      mesh: latest.mesh,
      at: (latest.settled?.headToCamera ?? latest.start).translation,
    };
    all.push({ evidence, seen });
  }
  return all;
}
