/**
 * The part of a deeper retraining that comes before the head: tunes a network to what was seen of the person, checks the file that is
 * written of it, and lets it see everybody whom the head will be fitted to and judged by. All of it in memory.
 */
import { createHash } from 'node:crypto';
import type { EmbeddingKind, Embeddings } from '../../contract/evidence.ts';
import { FacetError } from '../../contract/result.ts';
import { personalKind, personalTemplates, type PersonalNetwork } from '../../core/judge/personal-network.ts';
import { halfOf, type ImpostorPool } from '../../core/retrain/pool.ts';
import type { RetrainFaces, RetrainTask, SeenFace } from '../../core/retrain/retrain.ts';
import { embedReliefs, reliefTensors } from './embed-reliefs.ts';
import { exportNetwork } from './export-network.ts';
import type { PeopleReliefs } from './impostor-reliefs.ts';
import { FACET_PERSONAL } from './network-spec.ts';
import { departure, PARITY, rows } from './parity.ts';
import { TfNetwork, type Tensorflow, type Weights } from './tf-network.ts';
import { tuneNetwork } from './tune-network.ts';

/** What was seen is cut into blocks of time, and so of poses; every so many-th is held out. */
const BLOCKS = 8;
const HELD_OUT = 4;
/** Faces at the beginning of a block that the one before shares frames with: their reliefs are fused over 0.3 s. */
const SHARED = 3;
/** Views of the person that the version keeps, as embeddings. */
const TEMPLATES = 24;
/** Inputs of each sort that the file is checked on. */
const CHECKED = 32;

export interface Deeper {
  readonly network: PersonalNetwork;
  readonly faces: RetrainFaces;
  /** The pool, with what the networks of the person's own make of it. */
  readonly pool: ImpostorPool;
}

export interface DeeperInput {
  readonly task: RetrainTask & { readonly deeper: NonNullable<RetrainTask['deeper']> };
  readonly pool: ImpostorPool;
  /** Of the pool's faces, one by one. */
  readonly reliefs: PeopleReliefs;
  /** The shape network as Facet comes with it. */
  readonly base: Uint8Array;
}

/**
 * @param told after each epoch, with its mean loss
 * @throws FacetError `model-altered` where reliefs and pool are not of the same people, `fault` where the exported file departs from
 * what was trained
 */
export async function goDeeper(
  tf: Tensorflow,
  { task, pool, reliefs, base }: DeeperInput,
  told: (epoch: number, epochs: number, loss: number) => void,
): Promise<Deeper> {
  if (pool.people.some((days, i) => days.length !== reliefs[i]?.length))
    throw new FacetError(
      'model-altered',
      'The people that retraining compares you with and their reliefs do not belong together. Reinstall Facet, or make them again: npm run facet -- pool.',
    );
  const { training, heldOut } = splitSeen(task.deeper.seen);
  const own = training.map(({ relief }) => relief);
  const others = halfOf({ people: reliefs }, 'teach');
  const weights = await tuneNetwork(tf, { base, own, others, seed: task.seed }, told);
  const onnx = exportNetwork(FACET_PERSONAL, weights);
  await check(tf, onnx, weights, [...own.slice(0, CHECKED), ...others.flat().slice(0, CHECKED)]);
  const sha256 = createHash('sha256').update(onnx).digest('hex');
  const network = { kind: personalKind(sha256), onnx, sha256 };

  const before = task.deeper.network;
  const seeing = [network, ...(before ? [before] : [])];
  const taught = await seenBy(seeing, training);
  const step = Math.max(1, taught.length / TEMPLATES);
  const kept = Array.from(
    { length: Math.min(TEMPLATES, taught.length) },
    (_, i) => taught[Math.floor(i * step)],
  );
  const personal = (faces: readonly Seen[]) =>
    personalTemplates({
      kind: network.kind,
      templates: faces.map((face) => face.embeddings.get(network.kind)!),
    });
  const gallery = [...task.training, ...task.heldOut, ...(before ? personalTemplates(before) : [])];
  return {
    network: { ...network, templates: kept.map(({ embeddings }) => embeddings.get(network.kind)!) },
    faces: {
      lessons: taught.map(({ embeddings, block }) => ({
        face: embeddings,
        templates: [...gallery, ...personal(kept.filter((other) => other.block !== block))],
      })),
      heldOut: (await seenBy(seeing, heldOut)).map(({ embeddings }) => embeddings),
      templates: [...gallery, ...personal(kept)],
      personal: network.kind,
    },
    pool: await poolSeenBy(seeing, pool, reliefs),
  };
}

interface Seen extends SeenFace {
  /** When it was seen. */
  readonly block: number;
}

function splitSeen(seen: readonly SeenFace[]): { readonly training: Seen[]; readonly heldOut: Seen[] } {
  const blocks = seen.map((face, i) => ({ ...face, block: Math.floor((i * BLOCKS) / seen.length) }));
  const isHeldOut = ({ block }: Seen) => block % HELD_OUT === HELD_OUT - 1;
  const apart = blocks.filter((face, i) => {
    const before = blocks[Math.max(0, i - SHARED)];
    return isHeldOut(before) === isHeldOut(face);
  });
  return { training: apart.filter((face) => !isHeldOut(face)), heldOut: apart.filter(isHeldOut) };
}

type Seeing = Pick<PersonalNetwork, 'kind' | 'onnx'>;

async function seenBy<T extends SeenFace>(networks: readonly Seeing[], faces: readonly T[]): Promise<T[]> {
  const made = await Promise.all(
    networks.map(({ onnx }) =>
      embedReliefs(
        onnx,
        faces.map(({ relief }) => relief),
      ),
    ),
  );
  return faces.map((face, i) => ({
    ...face,
    embeddings: withKinds(
      face.embeddings,
      networks,
      made.map((all) => all[i]),
    ),
  }));
}

async function poolSeenBy(
  networks: readonly Seeing[],
  pool: ImpostorPool,
  reliefs: PeopleReliefs,
): Promise<ImpostorPool> {
  const faces = pool.people.flatMap((days, i) =>
    days.map((embeddings, day) => ({ embeddings, relief: reliefs[i][day] })),
  );
  const seen = await seenBy(networks, faces);
  let at = 0;
  return { ...pool, people: pool.people.map((days) => days.map(() => seen[at++].embeddings)) };
}

const withKinds = (
  embeddings: Embeddings,
  networks: readonly Seeing[],
  vectors: readonly Float32Array[],
): Embeddings =>
  new Map<EmbeddingKind, Float32Array>([
    ...embeddings,
    ...networks.map(({ kind }, i) => [kind, vectors[i]] as const),
  ]);

async function check(
  tf: Tensorflow,
  onnx: Uint8Array,
  weights: Weights,
  reliefs: readonly Float32Array[],
): Promise<void> {
  const network = new TfNetwork(tf, FACET_PERSONAL, 'check');
  network.write(weights);
  const input = reliefTensors(reliefs);
  const vectors = tf.tidy(() =>
    network.embed(tf.tensor4d(input, [reliefs.length, ...FACET_PERSONAL.input])).dataSync<'float32'>(),
  );
  network.dispose();
  const parity = await departure(FACET_PERSONAL, onnx, rows(vectors, reliefs.length), input);
  if (!(parity <= PARITY))
    throw new FacetError(
      'fault',
      `The network that was learned came out differently in its file (by ${parity}), so nothing was changed. Retrain again.`,
    );
}
