/**
 * `facet train --network lasting`: what lasts of a face whatever is new in it. Linear discriminants of the shape network's
 * embedding: the same people with glasses, beard or scarf are one person, and what tells those people apart is kept.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { LastingEntry } from '../../contract/manifest.ts';
import { FacetError } from '../../contract/result.ts';
import { lastingDistance, type Lasting } from '../../core/adapt/lasting.ts';
import { countedRate } from '../../core/evaluation/rates.ts';
import { networksOf } from '../../core/judge/policy.ts';
import type { Embedder } from '../../core/ports.ts';
import type { MeanFace } from '../../core/shape/mean-face.ts';
import { withoutColour } from '../../core/shape/tensor.ts';
import { OnnxEmbedder } from '../onnx/face-models.ts';
import { SHAPE_MODEL } from '../onnx/load-face-models.ts';
import { openModelLibrary } from '../onnx/model-library.ts';
import { OnnxGraph } from '../onnx/onnx-writer.ts';
import { lookalike, sampleIdentity, SIBLING } from '../synthetic/people/identity.ts';
import type { HeadPack } from '../synthetic/people/pack.ts';
import type { Accessory } from '../synthetic/people/person.ts';
import { fitDiscriminants } from './linear-fit.ts';
import { reliefVisit } from './relief-visit.ts';
import { spread } from './spread.ts';
import type { TrainOptions } from './train-linear.ts';
import { putLasting, writeWhole } from './write-models.ts';

const FILE = 'facet-lasting.onnx';
/** Chosen on the people that judge it: more dimensions keep what changes, fewer lose who it is. */
const RECIPE = { dimensions: 16, shrinkage: 3 } as const;
/** The first of the training pool whom neither network nor impostor pool knows, and the people who judge. */
const TEACH = { pool: 'train', from: 20_000 } as const;
const JUDGE = { pool: 'validation', from: 1200, people: 100 } as const;
/** Fewer people than that differ in too few ways. */
const LEAST_PEOPLE = 100;
const FRAMES = { visit: 4, enrolment: 16 } as const;
/** What may be new in a face. */
const CHANGES = [
  'glasses',
  'sunglasses',
  'hat',
  'fringe',
  'beard',
  'moustache',
  'muffler',
] as const satisfies readonly Accessory[];
/** Visits of a person as they enrolled; to learn from, with each change, the hardest one more often; and to judge by. */
const VISITS = 2;
const TAUGHT: Partial<Record<(typeof CHANGES)[number], number>> = { muffler: 3 };
/** More of a depth error than is judged with: what a day's error does to a face does not last either. Millimetres. */
const TAUGHT_IN = { depthError: 2.5 } as const;
const SIBLING_VISITS = 4;
/** Share of the visits with the hardest change that are let through. */
const LET_THROUGH = 0.97;
/** Frames fused in a face, for which there are limits. */
const FUSED = [1, 2, 4] as const;

type Kind = 'enrolment' | 'plain' | (typeof CHANGES)[number] | 'sibling' | 'stranger';

/** Relief tensors of one visit, each frame fused with those before it. */
export interface LastingVisit {
  readonly kind: Kind;
  readonly tensors: readonly Float32Array[];
}

export interface LastingRequest {
  readonly who: string;
  /** Somebody to learn from, or somebody who judges: they enrol, and others come too. */
  readonly role: 'teach' | 'judge';
}

export function lastingVisits(pack: HeadPack, mean: MeanFace, { who, role }: LastingRequest): LastingVisit[] {
  const identity = sampleIdentity(pack, who);
  const teaches = role === 'teach';
  const visit = (kind: Kind, n = 0, of = identity, accessories: readonly Accessory[] = []): LastingVisit => {
    const frames = kind === 'enrolment' ? FRAMES.enrolment : FRAMES.visit;
    const name = `lasting ${kind} ${n} ${who}`;
    const { faces } = reliefVisit(pack, mean, of, name, frames, { accessories, ...(teaches && TAUGHT_IN) });
    const tensors = faces.map(({ tensor }) => tensor);
    // To learn from, the clearest of a visit is enough.
    return { kind, tensors: teaches ? tensors.slice(-1) : tensors };
  };
  const several = (count: number, make: (n: number) => LastingVisit) =>
    Array.from({ length: count }, (_, n) => make(n));
  const plain = several(VISITS, (n) => visit('plain', n));
  const changed = CHANGES.flatMap((change) =>
    several(teaches ? (TAUGHT[change] ?? 1) : VISITS, (n) => visit(change, n, identity, [change])),
  );
  if (teaches) return [...plain, ...changed];
  const sibling = lookalike(pack, identity, `${who} sibling`, SIBLING);
  return [
    visit('enrolment'),
    ...plain,
    ...changed,
    ...several(SIBLING_VISITS, (n) => visit('sibling', n, sibling)),
    visit('stranger', 0, sampleIdentity(pack, `${who} stranger`)),
  ];
}

export interface LastingReport {
  readonly people: number;
  readonly dimensions: number;
  readonly limits: LastingEntry['limits'];
}

/** @throws FacetError `bad-argument` for too few people; where a model that it builds on is missing */
export async function trainLasting({
  folder,
  people,
  threads,
  progress,
}: TrainOptions): Promise<LastingReport> {
  if (people < LEAST_PEOPLE)
    throw new FacetError(
      'bad-argument',
      `What tells people apart cannot be learned from ${people}. Give at least ${LEAST_PEOPLE} --people.`,
    );
  const library = await openModelLibrary(folder);
  const shape = await OnnxEmbedder.open(library, SHAPE_MODEL, { threads: 1 });
  const see = async (requests: readonly LastingRequest[], stage: string): Promise<EmbeddedVisit[][]> => {
    const seen: EmbeddedVisit[][] = [];
    let done = 0;
    await spread<unknown, LastingVisit[]>(
      requests.map((request) => ({ kind: 'lasting', request })),
      async (visits, i) => {
        seen[i] = await embed(visits, shape);
        progress(stage, ++done / requests.length);
      },
      threads,
    );
    return seen;
  };
  const rows = (pool: string, from: number, count: number, role: LastingRequest['role']) =>
    Array.from({ length: count }, (_, i): LastingRequest => ({ who: `${pool}/${from + i}`, role }));

  const teach = await see(rows(TEACH.pool, TEACH.from, people, 'teach'), 'Faces');
  const samples = teach.flatMap((visits, person) =>
    visits.flatMap(({ embeddings }) => embeddings.map((embedding) => ({ person, embedding }))),
  );
  const { length } = samples[0].embedding;
  const flat = new Float32Array(samples.length * length);
  samples.forEach(({ embedding }, i) => flat.set(embedding, i * length));
  const owners = Uint32Array.from(samples, ({ person }) => person);
  const weights = fitDiscriminants(flat, owners, length, RECIPE);

  const judges = await see(rows(JUDGE.pool, JUDGE.from, JUDGE.people, 'judge'), 'Limits');
  const limits = limitsOf(judges, { weights, dimensions: RECIPE.dimensions });
  const bytes = lastingModel(weights, length);
  await writeWhole(join(folder, FILE), bytes);
  await putLasting(folder, {
    file: FILE,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    shape: networksOf(library.entry(SHAPE_MODEL)),
    dimensions: RECIPE.dimensions,
    limits,
    measuredOn: `${JUDGE.people} synthetic people (${JUDGE.pool}/${JUDGE.from} to ${JUDGE.pool}/${JUDGE.from + JUDGE.people - 1}), ${VISITS} visits with each change; lets through ${Math.round(100 * LET_THROUGH)} % of those with the hardest one`,
    licence: 'Apache-2.0',
    made: `npm run facet -- train --network lasting --people ${people}: ${people} synthetic people (${TEACH.pool}/${TEACH.from} to ${TEACH.pool}/${TEACH.from + people - 1}), plain and with ${CHANGES.join(', ')}; ${RECIPE.dimensions} discriminants, shrinkage ${RECIPE.shrinkage}`,
  });
  return { people, dimensions: RECIPE.dimensions, limits };
}

interface EmbeddedVisit {
  readonly kind: Kind;
  readonly embeddings: readonly Float32Array[];
}

async function embed(
  visits: readonly LastingVisit[],
  shape: Pick<Embedder, 'embed'>,
): Promise<EmbeddedVisit[]> {
  const embedded: EmbeddedVisit[] = [];
  for (const { kind, tensors } of visits) {
    const input = new Float32Array(tensors.reduce((sum, tensor) => sum + tensor.length, 0));
    tensors.forEach((tensor, i) => input.set(withoutColour(tensor.slice()), i * tensor.length));
    embedded.push({ kind, embeddings: tensors.length > 0 ? await shape.embed(input) : [] });
  }
  return embedded;
}

function limitsOf(
  judges: readonly (readonly EmbeddedVisit[])[],
  fit: Omit<Lasting, 'limits'>,
): LastingEntry['limits'] {
  const KIND = 'shape';
  const as = (vector: Float32Array) => new Map([[KIND, vector]]);
  return FUSED.map((fusedFrames, f) => {
    const distances = new Map<Kind, number[]>();
    for (const visits of judges) {
      const anchors = visits
        .filter(({ kind }) => kind === 'enrolment')
        .flatMap(({ embeddings }) => embeddings.map((vector) => ({ embeddings: as(vector) })));
      for (const { kind, embeddings } of visits) {
        if (kind === 'enrolment') continue;
        // The face of a visit that was fused from as many frames, before the next limit counts.
        const face = embeddings.slice(fusedFrames - 1, (FUSED[f + 1] ?? Infinity) - 1).at(-1);
        const distance = face && lastingDistance(as(face), anchors, KIND, { ...fit, limits: [] });
        if (distance !== undefined) distances.set(kind, [...(distances.get(kind) ?? []), distance]);
      }
    }
    const letting = (kind: Kind) => {
      const sorted = (distances.get(kind) ?? []).sort((a, b) => a - b);
      return { kind, distance: sorted[Math.ceil(LET_THROUGH * sorted.length) - 1] };
    };
    const hardest = CHANGES.map(letting).reduce((a, b) => (b.distance > a.distance ? b : a));
    const share = (kind: Kind, beyond: boolean) => {
      const all = distances.get(kind) ?? [];
      return countedRate(all.filter((distance) => distance > hardest.distance === beyond).length, all.length);
    };
    return {
      fusedFrames,
      distance: hardest.distance,
      falseRejects: share(hardest.kind, true),
      falseAccepts: { strangers: share('stranger', false), siblings: share('sibling', false) },
    };
  });
}

/** The projection as an ONNX model: [n, length] → [n, dimensions], to unit length. */
function lastingModel(weights: Float32Array, length: number): Uint8Array {
  const graph = new OnnxGraph('facet-lasting');
  const input = graph.input('embedding', ['n', length]);
  const matrix = graph.weights(weights, [RECIPE.dimensions, length]);
  const projected = graph.node('Gemm', [input, matrix], { transB: 1 });
  graph.node('LpNormalization', [projected], { axis: 1, p: 2 }, 'lasting');
  graph.output('lasting', ['n', RECIPE.dimensions]);
  return graph.encode();
}
