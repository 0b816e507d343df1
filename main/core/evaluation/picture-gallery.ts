/** Everybody's pictures against everybody's templates: descriptors end to end, so that millions of comparisons take seconds. */
import type { Pooling } from '../judge/match.ts';

export interface DescribedPerson {
  readonly name: string;
  /** Unit vectors of one length, in the order of the pictures. */
  readonly descriptors: readonly Float32Array[];
}

export interface PictureGallery {
  /** Who is enrolled; person p's templates are rows `starts[p]` to `starts[p + 1] − 1`. */
  readonly people: readonly string[];
  readonly starts: Uint32Array;
  /** [rows, dimensions] */
  readonly templates: Float32Array;
  readonly dimensions: number;
  readonly probes: readonly { readonly name: string; readonly descriptor: Float32Array }[];
}

/**
 * The first `most` pictures of each person are templates and the rest probes. Whoever has fewer keeps one as a probe, so that
 * everybody who is enrolled also comes back; whoever has one is a probe only.
 */
export function enrolPictures(described: readonly DescribedPerson[], most: number): PictureGallery {
  const people: string[] = [];
  const starts = [0];
  const rows: Float32Array[] = [];
  const probes: { name: string; descriptor: Float32Array }[] = [];
  for (const { name, descriptors } of described) {
    const kept = Math.min(most, descriptors.length - 1);
    if (kept > 0) {
      people.push(name);
      rows.push(...descriptors.slice(0, kept));
      starts.push(rows.length);
    }
    for (const descriptor of descriptors.slice(Math.max(0, kept))) probes.push({ name, descriptor });
  }
  const dimensions = rows[0]?.length ?? 0;
  const templates = new Float32Array(rows.length * dimensions);
  rows.forEach((row, i) => templates.set(row, i * dimensions));
  return { people, starts: Uint32Array.from(starts), templates, dimensions, probes };
}

export const templatesOf = ({ starts }: PictureGallery, person: number): number =>
  starts[person + 1] - starts[person];

/**
 * Distances of one probe to everybody enrolled, as judge/match.ts pools them.
 * @param into one value a person
 */
export function compareWithEverybody(
  probe: Float32Array,
  { starts, templates, dimensions }: PictureGallery,
  pooling: Pooling,
  into: Float32Array,
): void {
  const nearest = new Float64Array(pooling.nearest);
  let at = 0;
  for (let person = 0; person < into.length; person++) {
    const end = starts[person + 1];
    const kept = Math.min(pooling.nearest, end - starts[person]);
    nearest.fill(Infinity);
    for (let row = starts[person]; row < end; row++) {
      let square = 0;
      for (let i = 0; i < dimensions; i++, at++) {
        const difference = probe[i] - templates[at];
        square += difference * difference;
      }
      if (square >= nearest[kept - 1]) continue;
      let place = kept - 1;
      for (; place > 0 && nearest[place - 1] > square; place--) nearest[place] = nearest[place - 1];
      nearest[place] = square;
    }
    let sum = 0;
    for (let i = 0; i < kept; i++) sum += Math.sqrt(nearest[i]);
    into[person] = sum / kept;
  }
}
