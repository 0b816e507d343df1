/** One visit of a synthetic person before a Kinect v2, by depth alone: settled from a start as uncertain as the landmarks'. */
import { deg, type Degrees } from '../../contract/units.ts';
import { Random } from '../../core/random.ts';
import type { MeanFace } from '../../core/shape/mean-face.ts';
import { fuse, type Relief } from '../../core/shape/relief.ts';
import { reliefTensor } from '../../core/shape/tensor.ts';
import type { Identity } from '../synthetic/people/identity.ts';
import type { HeadPack } from '../synthetic/people/pack.ts';
import { buildPerson, type Accessory } from '../synthetic/people/person.ts';
import { kinectV2 } from '../synthetic/render/cameras.ts';
import { drawMotion, posedWithin, shootSettled, type Session } from './relief-sessions.ts';

/** A frame, fused with those before it. */
interface VisitFace {
  /** Of the visit's frames, from 0. */
  readonly frame: number;
  readonly pose: { readonly yaw: Degrees; readonly pitch: Degrees; readonly roll: Degrees };
  readonly fusedFrames: number;
  /** The relief tensor (reliefTensor). */
  readonly tensor: Float32Array;
}

export interface Visit {
  /** From the sensor, millimetres. */
  readonly distance: number;
  /** Frames that do not settle are left out. */
  readonly faces: readonly VisitFace[];
}

/** How wrong the landmarks' pose is, for a visit and for each frame: degrees and millimetres, as the corpus has it. */
const START = { angle: 2, place: 2.5, jitter: 1 } as const;
/** A visit's smooth depth error: root mean square up to this, millimetres. */
export const DEPTH_ERROR = 1;

/**
 * @param name the visit's seed
 * @param options.depthError root mean square of the visit's smooth depth error, as of another day: up to this, millimetres
 */
export function reliefVisit(
  pack: HeadPack,
  mean: MeanFace,
  identity: Identity,
  name: string,
  frames: number,
  {
    accessories = [],
    depthError = DEPTH_ERROR,
  }: { readonly accessories?: readonly Accessory[]; readonly depthError?: number } = {},
): Visit {
  const random = new Random(name);
  const distance = random.between(480, 900);
  const session: Session = {
    person: buildPerson(pack, identity, {
      expression: random.uniform() < 0.7 ? 'neutral' : 'smile',
      accessories,
    }),
    geometry: kinectV2(),
    distance,
    bias: drawMotion(random, START.angle, START.place),
    field: { rms: random.between(0, depthError), width: random.between(20, 60), seed: name },
  };
  const turn = random.between(-12, 12);
  const reliefs: Relief[] = [];
  const faces: VisitFace[] = [];
  for (let frame = 0; frame < frames; frame++) {
    const pose = posedWithin(random, distance, (range) => random.between(-range, range), [3, 6, 4]);
    const turned = { ...pose, yaw: deg(pose.yaw + turn) };
    const shot = shootSettled(random, session, mean, START.jitter, `${name} frame ${frame}`, turned);
    if (!shot) continue;
    reliefs.push(shot.relief);
    const { yaw, pitch, roll } = turned;
    faces.push({
      frame,
      pose: { yaw, pitch, roll },
      fusedFrames: reliefs.length,
      tensor: reliefTensor(fuse(reliefs), mean),
    });
  }
  return { distance, faces };
}
