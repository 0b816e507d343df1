/** The people of the simulated scenes. */
import type { Expression } from '../../synthetic/people/expressions.ts';
import { lookalike, sampleIdentity, type Identity } from '../../synthetic/people/identity.ts';
import { loadHeadPack, type HeadPack } from '../../synthetic/people/pack.ts';
import { buildPerson, type Accessory, type Look } from '../../synthetic/people/person.ts';
import type { Person } from '../../synthetic/surface.ts';
import { withTorso } from './torso.ts';

/** A person by the seed of their identity, by the identity itself, or as somebody who resembles another. */
export type Who =
  string | Identity | { readonly like: string; readonly share: number; readonly seed: string };

export type Wear = { readonly [A in Accessory]?: boolean };

/** What somebody does with their face for a while. */
export interface Face extends Pick<Look, 'grimace'> {
  readonly expression?: Expression;
}

/** The eyes of one person: the same head with lids open, halfway and closed. */
export interface Lids {
  readonly open: Person;
  readonly half: Person;
  readonly closed: Person;
}

/** Who can stand before the simulated sensor. */
export interface Cast {
  lids(who: Who, wear: Wear, face?: Face): Lids;
}

/** A name for the truth that frames carry: the identity's seed. */
export const nameOf = (who: Who): string => (typeof who === 'string' ? who : who.seed);

/** People kept built: enough for any scene, few enough for evaluations of thousands. */
const KEPT = 16;

/** The synthetic people of the head pack. People are built on first use; the last few are kept. */
export class SyntheticCast implements Cast {
  private readonly built = new Map<string, Lids>();

  constructor(private readonly pack: HeadPack) {}

  identity(who: Who): Identity {
    if (typeof who === 'string') return sampleIdentity(this.pack, who);
    if (!('like' in who)) return who;
    return lookalike(this.pack, sampleIdentity(this.pack, who.like), who.seed, who.share);
  }

  lids(who: Who, wear: Wear, face: Face = {}): Lids {
    const key = JSON.stringify([who, accessories(wear), face]);
    const lids = this.built.get(key) ?? this.build(who, wear, face);
    this.built.delete(key);
    this.built.set(key, lids);
    for (const [oldest] of this.built) {
      if (this.built.size <= KEPT) break;
      this.built.delete(oldest);
    }
    return lids;
  }

  private build(who: Who, wear: Wear, { expression, grimace }: Face): Lids {
    const identity = this.identity(who);
    const person = (closure: number): Person =>
      withTorso(
        buildPerson(this.pack, identity, {
          accessories: accessories(wear),
          expression: {
            ...expression,
            'eye-left-closure': Math.max(closure, expression?.['eye-left-closure'] ?? 0),
            'eye-right-closure': Math.max(closure, expression?.['eye-right-closure'] ?? 0),
          },
          ...(grimace && { grimace }),
        }),
      );
    return lazily(
      () => person(0),
      () => person(0.5),
      () => person(1),
    );
  }
}

/** Lids whose heads are built when they are first looked at. */
export function lazily(open: () => Person, half: () => Person, closed: () => Person): Lids {
  const once = (build: () => Person) => {
    let person: Person | undefined;
    return () => (person ??= build());
  };
  const heads = { open: once(open), half: once(half), closed: once(closed) };
  return {
    get open() {
      return heads.open();
    },
    get half() {
      return heads.half();
    },
    get closed() {
      return heads.closed();
    },
  };
}

const accessories = (wear: Wear): Accessory[] =>
  (Object.keys(wear) as Accessory[]).filter((accessory) => wear[accessory]).sort();

let ordinary: SyntheticCast | undefined;

/** The cast of the committed head pack, loaded once. */
export const ordinaryCast = (): SyntheticCast => (ordinary ??= new SyntheticCast(loadHeadPack()));
