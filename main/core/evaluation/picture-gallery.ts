/** Everybody's pictures against everybody's templates: descriptors end to end, so that millions of comparisons take seconds. */
import type { Pooling } from '../judge/match.ts';
import { tallyOf } from './groups.ts';
import { beginComparisons, type Comparisons, type DistanceTally } from './tally.ts';

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
function compareWithEverybody(
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

export interface PictureComparisons {
  readonly all: Comparisons;
  /** Those with people who have all the templates that were asked for. */
  readonly full: Comparisons;
  /** Impostor comparisons within each group. */
  readonly groups: ReadonlyMap<string, DistanceTally>;
}

/** Every probe against everybody. @param progress called with how many probes are done */
export function comparePictures(
  gallery: PictureGallery,
  options: {
    /** So many templates are all. */
    readonly full: number;
    readonly pooling: Pooling;
    readonly groupOf: (name: string) => string | undefined;
  },
  progress: (done: number) => void = () => undefined,
): PictureComparisons {
  const [all, full] = [beginComparisons(), beginComparisons()];
  const groups = new Map<string, DistanceTally>();
  const { people, probes } = gallery;
  const isFull = people.map((_, p) => templatesOf(gallery, p) >= options.full);
  const groupOfOwner = people.map(options.groupOf);
  const distances = new Float32Array(people.length);
  for (const [i, { name, descriptor }] of probes.entries()) {
    compareWithEverybody(descriptor, gallery, options.pooling, distances);
    const own = people.indexOf(name);
    const group = options.groupOf(name);
    const within = group === undefined ? undefined : tallyOf(groups, group);
    for (let p = 0; p < distances.length; p++) {
      const kind = p === own ? 'genuine' : 'impostor';
      all[kind].add(distances[p]);
      if (isFull[p]) full[kind].add(distances[p]);
      if (within && p !== own && groupOfOwner[p] === group) within.add(distances[p]);
    }
    progress(i + 1);
  }
  return { all, full, groups };
}
