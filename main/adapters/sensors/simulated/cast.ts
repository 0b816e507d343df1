/** The people of the simulated scenes. */
import { lookalike, sampleIdentity, type Identity } from '../../synthetic/people/identity.ts';
import { loadHeadPack, type HeadPack } from '../../synthetic/people/pack.ts';
import { buildPerson, type Accessory } from '../../synthetic/people/person.ts';
import type { Person } from '../../synthetic/surface.ts';

/** A person by the seed of their identity, by the identity itself, or as somebody who resembles another. */
export type Who =
  string | Identity | { readonly like: string; readonly share: number; readonly seed: string };

export interface Wear {
  readonly glasses?: boolean;
  readonly hat?: boolean;
}

/** The eyes of one person: the same head with lids open, halfway and closed. */
export interface Lids {
  readonly open: Person;
  readonly half: Person;
  readonly closed: Person;
}

/** Who can stand before the simulated sensor. */
export interface Cast {
  lids(who: Who, wear: Wear): Lids;
}

/** A name for the truth that frames carry: the identity's seed. */
export const nameOf = (who: Who): string => (typeof who === 'string' ? who : who.seed);

/** The synthetic people of the head pack. People are built on first use and kept. */
export class SyntheticCast implements Cast {
  private readonly built = new Map<string, Lids>();

  constructor(private readonly pack: HeadPack) {}

  identity(who: Who): Identity {
    if (typeof who === 'string') return sampleIdentity(this.pack, who);
    if (!('like' in who)) return who;
    return lookalike(this.pack, sampleIdentity(this.pack, who.like), who.seed, who.share);
  }

  lids(who: Who, wear: Wear): Lids {
    const key = JSON.stringify([who, wear.glasses ?? false, wear.hat ?? false]);
    let lids = this.built.get(key);
    if (!lids) {
      const identity = this.identity(who);
      const person = (closure: number): Person =>
        buildPerson(this.pack, identity, {
          accessories: accessories(wear),
          expression: { 'eye-left-closure': closure, 'eye-right-closure': closure },
        });
      lids = { open: person(0), half: person(0.5), closed: person(1) };
      this.built.set(key, lids);
    }
    return lids;
  }
}

const accessories = ({ glasses, hat }: Wear): Accessory[] => [
  ...(glasses ? (['glasses'] as const) : []),
  ...(hat ? (['hat'] as const) : []),
];

let ordinary: SyntheticCast | undefined;

/** The cast of the committed head pack, loaded once. */
export const ordinaryCast = (): SyntheticCast => (ordinary ??= new SyntheticCast(loadHeadPack()));
