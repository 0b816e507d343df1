/**
 * `facet train --network article`: the recipe of the article that Facet started from, and the table that it gave: single crops,
 * contrastive loss, one threshold. For comparison only: nothing of it goes into the models folder.
 */
import { join } from 'node:path';
import { PROJECTIONS } from '../../contract/states/face-map.ts';
import { embeddingDistance } from '../../core/face/embedding.ts';
import { wilsonRate, type Rate } from '../../core/evaluation/rates.ts';
import { ARTICLE_CROP } from '../../core/shape/tensor.ts';
import type { Dataset, DatasetPerson } from '../corpus/dataset/open-dataset.ts';
import { writeWhole } from '../corpus/write-models.ts';
import { CropBatches } from './crop-batches.ts';
import { mapPicture, projected } from './map-picture.ts';
import { ARTICLE } from './network-spec.ts';
import { runCourse, type Course, type CourseOptions, type CourseReport } from './run-course.ts';
import { separationOf, type Embed } from './validate-reliefs.ts';

const COURSE: Course = {
  spec: ARTICLE,
  recipe: {
    seed: 'article 1',
    loss: 'contrastive',
    temperature: 1,
    steps: [600, 0],
    rate: 1e-3,
    cosface: { scale: 1, margin: 0 },
    alikeFrom: Infinity,
    every: 50,
    patience: 12,
  },
  kind: 'crops',
  batches: (data) => new CropBatches(data),
  measure: async (validation, embed) => {
    const { same, different } = pairDistances(await embedAll(validation, embed));
    return separationOf(same, different);
  },
  samples: (validation) => {
    const frames = validation.frames.slice(0, 8);
    const input = new Float32Array(frames.length * SIZE);
    frames.forEach((frame, i) => input.set(validation.crop(frame), i * SIZE));
    return input;
  },
};

const SIZE = 4 * ARTICLE_CROP.side ** 2;
const BLOCK = 16;
/** Crops of a session that are compared. */
const CROPS = 6;
/** The threshold that the article settled on. */
const THRESHOLD = 0.4;

interface ArticleTable {
  readonly people: number;
  readonly meanSame: number;
  readonly meanDifferent: number;
  readonly threshold: number;
  /** Pairs of different people at or below the threshold, pairs of the same person above it. */
  readonly falseAccepts: Rate;
  readonly falseRejects: Rate;
}

export interface TrainArticleReport extends CourseReport {
  readonly table: ArticleTable;
}

/** Writes article.onnx, article.svg, article-pca.svg, article-umap.svg and article.json into the work folder. @throws FacetError as runCourse */
export async function trainArticle(options: CourseOptions): Promise<TrainArticleReport> {
  const { report, validation, embed } = await runCourse(COURSE, options);
  const embedded = await embedAll(validation, embed);
  for (const projection of PROJECTIONS) {
    const points = projected(
      embedded.map(({ vector }) => vector),
      projection,
    );
    const title = `${projection.toUpperCase()}: ${validation.people.length} validation people, a colour each`;
    const picture = mapPicture(
      title,
      points,
      embedded.map(({ person }) => person.name),
    );
    await writeWhole(join(options.work, `article-${projection}.svg`), Buffer.from(picture));
  }
  const { same, different } = pairDistances(embedded);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const table: ArticleTable = {
    people: validation.people.length,
    meanSame: mean(same),
    meanDifferent: mean(different),
    threshold: THRESHOLD,
    falseAccepts: wilsonRate(different.filter((d) => d <= THRESHOLD).length, different.length),
    falseRejects: wilsonRate(same.filter((d) => d > THRESHOLD).length, same.length),
  };
  await writeWhole(
    join(options.work, 'article.json'),
    Buffer.from(`${JSON.stringify({ ...report, table }, null, 2)}\n`),
  );
  return { ...report, table };
}

interface Embedded {
  readonly person: DatasetPerson;
  readonly session: DatasetPerson['sessions'][number];
  readonly vector: Float32Array;
}

/** The first crops of every session, embedded. */
async function embedAll(dataset: Dataset, embed: Embed): Promise<Embedded[]> {
  const crops = dataset.people.flatMap((person) =>
    person.sessions.flatMap((session) =>
      session.frames.slice(0, CROPS).map((frame) => ({ person, session, frame })),
    ),
  );
  const embedded: Embedded[] = [];
  for (let from = 0; from < crops.length; from += BLOCK) {
    const some = crops.slice(from, from + BLOCK);
    const input = new Float32Array(some.length * SIZE);
    some.forEach(({ frame }, i) => input.set(dataset.crop(frame), i * SIZE));
    const vectors = await embed(input, some.length);
    some.forEach(({ person, session }, i) => embedded.push({ person, session, vector: vectors[i] }));
  }
  return embedded;
}

/** Distances of every pair of crops of different sessions. */
function pairDistances(embedded: readonly Embedded[]): {
  readonly same: readonly number[];
  readonly different: readonly number[];
} {
  const same: number[] = [];
  const different: number[] = [];
  embedded.forEach((one, i) => {
    for (const other of embedded.slice(i + 1))
      if (one.session !== other.session)
        (one.person === other.person ? same : different).push(embeddingDistance(one.vector, other.vector));
  });
  return { same, different };
}
