/** What time does to a synthetic face: shape and weight, in small steps of one direction. */
import { Random } from '../../../core/random.ts';
import type { Identity } from '../../synthetic/people/identity.ts';

/** At the end of the simulated time; deliberately more than two years do to a real face. */
const AGEING = {
  /** Years on the morph from young to old. */
  years: 10,
  /** Of the scale from thin to heavy. */
  weight: 0.27,
  muscle: 0.15,
  /** A smooth change that no target makes: root mean square in millimetres, along each axis, over so many millimetres. */
  deformation: { rms: 1.5, width: 55 },
} as const;

/** @param share 0 as enrolled … 1 at the end */
export function aged(identity: Identity, share: number): Identity {
  const random = new Random(`ageing ${identity.seed}`);
  const way = (size: number) => (random.below(2) === 0 ? -1 : 1) * share * size;
  const within = (value: number) => Math.min(1, Math.max(0, value));
  return {
    ...identity,
    age: identity.age + AGEING.years * share,
    weight: within(identity.weight + way(AGEING.weight)),
    muscle: within(identity.muscle + way(AGEING.muscle)),
    deformation: {
      seed: `ageing ${identity.seed}`,
      rms: AGEING.deformation.rms * share,
      width: AGEING.deformation.width,
    },
  };
}
