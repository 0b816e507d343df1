/** People that a head learns to tell its owner from: none of them is real, and none taught the networks. */
import type { EmbeddingKind, Embeddings } from '../../contract/evidence.ts';
import { normalised } from '../face/embedding.ts';
import type { Random } from '../random.ts';

export interface ImpostorPool {
  /** Which networks embedded it, and by which steps, as templates note it. */
  readonly networks: string;
  readonly preprocessing: number;
  /** The faces of each person, as they looked on different days. */
  readonly people: readonly (readonly Embeddings[])[];
}

/** Every other person teaches; the rest judge what was learned. */
export const halfOf = <Person>(
  { people }: { readonly people: readonly Person[] },
  which: 'teach' | 'judge',
) => people.filter((_, i) => i % 2 === (which === 'teach' ? 0 : 1));

/** How faces of one person differ between two days: one day minus the other, over √2. */
export type DayChange = ReadonlyMap<EmbeddingKind, Float32Array>;

export const dayChanges = (people: readonly (readonly Embeddings[])[]): DayChange[] =>
  people.flatMap(([one, other]) =>
    other
      ? [
          new Map(
            [...one].flatMap(([kind, vector]) => {
              const later = other.get(kind);
              return later ? [[kind, vector.map((value, i) => (value - later[i]) / Math.SQRT2)]] : [];
            }),
          ),
        ]
      : [],
  );

/** The view as it might look on another day: changed as somebody else's face did, one way or the other. */
export function onAnotherDay(view: Embeddings, changes: readonly DayChange[], random: Random): Embeddings {
  const change = random.pick(changes);
  const way = random.below(2) === 0 ? -1 : 1;
  return new Map(
    [...view].map(([kind, vector]) => {
      const step = change.get(kind);
      return [kind, step ? normalised(vector.map((value, i) => value + way * step[i])) : vector];
    }),
  );
}
