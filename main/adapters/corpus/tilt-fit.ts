/** Fits how the shape of a face tilts its settled pose (core/tilt.ts), on synthetic people whose pose is known. */
import { Matrix, solve } from 'ml-matrix';
import { invert, multiply } from '../../core/geometry/rigid.ts';
import type { MeanFace } from '../../core/shape/mean-face.ts';
import { Random } from '../../core/random.ts';
import { TILT_TERMS, tiltTerms } from '../../core/shape/tilt.ts';
import { sampleIdentity } from '../synthetic/people/identity.ts';
import type { HeadPack } from '../synthetic/people/pack.ts';
import { buildPerson } from '../synthetic/people/person.ts';
import { kinectV2 } from '../synthetic/render/cameras.ts';
import { drawMotion, shootSettled, TRAINING_SESSIONS } from './relief-sessions.ts';

/** Added to the diagonal of the normal equations: more than a millimetre's noise explains. */
const RIDGE = 1000;
const VIEWS = 2;

/** @param pool identities `${pool}/0` … `${pool}/${people − 1}` */
export function fitTilt(
  pack: HeadPack,
  mean: Omit<MeanFace, 'tilt'>,
  pool: string,
  people: number,
  progress: (share: number) => void,
): Float32Array {
  const flat: MeanFace = { ...mean, tilt: new Float32Array(TILT_TERMS) };
  const terms: Float64Array[] = [];
  const tilts: number[][] = [];
  for (let i = 0; i < people; i++) {
    const who = `${pool}/${i}`;
    const person = buildPerson(pack, sampleIdentity(pack, who));
    for (let view = 0; view < VIEWS; view++) {
      const name = `tilt ${who} view ${view}`;
      const random = new Random(name);
      const session = {
        person,
        geometry: kinectV2(),
        distance: random.between(500, 900),
        bias: drawMotion(random, TRAINING_SESSIONS.startAngle, TRAINING_SESSIONS.startPlace),
        field: { rms: 0, width: 40, seed: name },
      };
      const shot = shootSettled(random, session, flat, TRAINING_SESSIONS.startAngleJitter, name);
      if (!shot) continue;
      terms.push(tiltTerms(shot.relief, flat));
      const off = multiply(invert(shot.truth).rotation, shot.settled.rotation);
      // Small rotations: the turn about x is half the antisymmetric part.
      tilts.push([(((off[7] - off[5]) / 2) * 180) / Math.PI]);
    }
    progress(i / people);
  }
  const x = new Matrix(terms.map((row) => [...row]));
  const normal = x.transpose().mmul(x);
  for (let i = 0; i < TILT_TERMS; i++) normal.set(i, i, normal.get(i, i) + RIDGE);
  return Float32Array.from(solve(normal, x.transpose().mmul(new Matrix(tilts))).to1DArray());
}
