/** A crowd of synthetic people for the face map: rendered when it is asked for, so that it is always of the network in use. */
import type { Projection } from '../../contract/states/face-map.ts';
import { PROJECTIONS } from '../../contract/states/face-map.ts';
import type { MeanFace } from '../../core/shape/mean-face.ts';
import type { Project } from '../../core/people/face-map.ts';
import { Random } from '../../core/random.ts';
import { fuse } from '../../core/shape/relief.ts';
import { reliefTensor } from '../../core/shape/tensor.ts';
import { sampleIdentity } from '../synthetic/people/identity.ts';
import type { HeadPack } from '../synthetic/people/pack.ts';
import { buildPerson } from '../synthetic/people/person.ts';
import { kinectV2 } from '../synthetic/render/cameras.ts';
import { drawMotion, shootSettled } from './relief-sessions.ts';
import { spread } from './spread.ts';

const PEOPLE = 120;
const FRAMES = 3;

/** Relief tensors [4, 60, 52] without colour, one of each person; who does not settle is left out. */
export function crowdTensors(pack: HeadPack, mean: MeanFace): Float32Array[] {
  return Array.from({ length: PEOPLE }, (_, i) => `crowd/${i}`).flatMap((seed) => {
    const random = new Random(seed);
    const session = {
      person: buildPerson(pack, sampleIdentity(pack, seed)),
      geometry: kinectV2(),
      distance: random.between(480, 900),
      bias: drawMotion(random, 1, 1),
      field: { rms: random.uniform(), width: random.between(20, 60), seed },
    };
    const reliefs = Array.from({ length: FRAMES }, (_, f) => f).flatMap(
      (f) => shootSettled(random, session, mean, 1, `${seed} frame ${f}`)?.relief ?? [],
    );
    return reliefs.length > 0 ? [reliefTensor(fuse(reliefs), mean)] : [];
  });
}

/** In a thread of its own, once. */
export function crowdOnce(): () => Promise<readonly Float32Array[]> {
  let crowd: Promise<readonly Float32Array[]> | undefined;
  return () =>
    (crowd ??= one<readonly Float32Array[]>({ kind: 'crowd' }).catch((error: unknown) => {
      crowd = undefined;
      throw error;
    }));
}

/** Each projection in a thread of its own. */
export const project: Project = async (vectors) => {
  const places = await Promise.all(
    PROJECTIONS.map((projection) => one<number[][]>({ kind: 'projection', projection, vectors })),
  );
  return Object.fromEntries(PROJECTIONS.map((projection, i) => [projection, places[i]])) as Record<
    Projection,
    number[][]
  >;
};

async function one<Outcome>(job: object): Promise<Outcome> {
  let done: Outcome | undefined;
  await spread<object, Outcome>([job], (outcome) => void (done = outcome), 1);
  return done!;
}
