/** A person's views among synthetic people: what is projected to a plane, and how far they are from each other. */
import { fail, ok, type Result } from '../../contract/result.ts';
import {
  PROJECTIONS,
  type DistanceHistogram,
  type FaceMap,
  type MapPlace,
  type Projection,
} from '../../contract/states/face-map.ts';
import { templatesInUse } from '../adapt/anchors.ts';
import { embeddingDistance } from '../face/embedding.ts';
import type { MatchPolicy } from '../judge/policy.ts';
import type { ImpostorPool } from '../retrain/pool.ts';
import type { Gallery } from './gallery.ts';

/** Embeddings to a plane, one place for each, on any scale. It may take seconds and must not take them from the shell. */
export type Project = (
  vectors: readonly Float32Array[],
) => Promise<Readonly<Record<Projection, readonly (readonly number[])[]>>>;

/** Distances are told in bins of this width, up to the longest: too coarse to climb by. */
const BIN = 0.1;
const BINS = 20;
const SIDE = 1000;
const CROWD = 150;
/**
 * By the shape without its colour: every view has it, in whatever light it was made.
 * @param pool synthetic people; the first of them stand around the person
 */
export async function drawFaceMap(
  gallery: Gallery,
  pool: ImpostorPool,
  policy: MatchPolicy,
  wallTime: number,
  project: Project,
): Promise<Result<FaceMap>> {
  const kind = policy.infrared.at(-1)?.parts[0]?.kind ?? '';
  const views = templatesInUse(gallery, policy, wallTime).flatMap((template) => {
    const vector = template.embeddings.get(kind);
    return vector ? [{ ...template, vector }] : [];
  });
  if (pool.networks !== policy.networks) return fail('model-altered', OTHER_POOL);
  const crowd = pool.people.flatMap(([face]) => face?.get(kind) ?? []).slice(0, CROWD);
  if (views.length < 2) return fail('not-enrolled', NOTHING);
  const own = views.map(({ vector }) => vector);
  const places = await project([...own, ...crowd]);
  const [pca, umap] = PROJECTIONS.map((projection) => fitted(places[projection]));
  const limit = policy.adaptation?.opens;
  return ok({
    points: pca.map((_, i) => {
      const view = views[i];
      return {
        pca: pca[i],
        umap: umap[i],
        ...(view && {
          view: { look: view.look, capturedAt: view.capturedAt, adapted: view.source === 'adaptation' },
        }),
      };
    }),
    histogram: {
      same: counts(own.flatMap((a, i) => own.slice(i + 1).map((b) => embeddingDistance(a, b)))),
      different: counts(own.flatMap((a) => crowd.map((b) => embeddingDistance(a, b)))),
      ...(limit !== undefined && { accepted: Math.min(BINS, Math.round(limit / BIN)) }),
    },
  });
}

const OTHER_POOL =
  'The synthetic people to show you among were made by other networks. Reinstall Facet, or make them again: npm run facet -- pool.';
const NOTHING =
  'There is nothing to draw: fewer than two views that the networks of now made. Set up your face first.';

function counts(distances: readonly number[]): DistanceHistogram['same'] {
  const bins = new Array<number>(BINS).fill(0);
  for (const distance of distances) bins[Math.min(BINS - 1, Math.floor(distance / BIN))]++;
  return bins;
}

/** Into the square, with one scale for both axes. */
function fitted(places: readonly (readonly number[])[]): MapPlace[] {
  const [x, y] = [0, 1].map((axis) => {
    const values = places.map((place) => place[axis]);
    return { low: Math.min(...values), high: Math.max(...values) };
  });
  const scale = SIDE / (Math.max(x.high - x.low, y.high - y.low) || 1);
  const on = (value: number, { low, high }: typeof x) =>
    Math.round(SIDE / 2 + (value - (low + high) / 2) * scale);
  return places.map(([a, b]) => [on(a, x), on(b, y)]);
}
