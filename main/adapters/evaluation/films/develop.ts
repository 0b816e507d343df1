/** What the shape network makes of a film: its tensors become embeddings. */
import type { Evidence, FaceEvidence } from '../../../contract/evidence.ts';
import { kindIn } from '../../../core/judge/policy.ts';
import type { Embedder } from '../../../core/ports.ts';
import { RELIEF_CELLS } from '../../../core/shape/relief.ts';
import { withoutColour } from '../../../core/shape/tensor.ts';
import { TENSOR } from './film-scene.ts';

/** What was observed, or what an enrolment kept of it. */
type Filmed = Evidence | Pick<FaceEvidence, 'embeddings'>;

/** As the path of a frame would have given it with this network. */
export async function develop<Seen extends Filmed>(
  filmed: readonly Seen[],
  shape: Pick<Embedder, 'modelId' | 'embed'>,
): Promise<Seen[]> {
  const wanted: {
    readonly kind: string;
    readonly tensor: Float32Array;
    readonly into: Map<string, Float32Array>;
  }[] = [];
  const developed = filmed.map((seen) => {
    if (!('embeddings' in seen)) return seen;
    const into = new Map(seen.embeddings);
    const lit = into.get(TENSOR);
    const tensor = lit ?? into.get(kindIn('infrared', TENSOR));
    if (!tensor) return seen;
    into.delete(TENSOR);
    into.delete(kindIn('infrared', TENSOR));
    const colourless = 'spectrum' in seen && seen.spectrum === 'infrared';
    if (lit && !colourless) wanted.push({ kind: kindIn('colour', shape.modelId), tensor, into });
    wanted.push({ kind: kindIn('infrared', shape.modelId), tensor: withoutColour(tensor.slice()), into });
    return { ...seen, embeddings: into };
  });
  const size = 4 * RELIEF_CELLS;
  for (let at = 0; at < wanted.length; at += BLOCK) {
    const block = wanted.slice(at, at + BLOCK);
    const input = new Float32Array(block.length * size);
    block.forEach(({ tensor }, i) => input.set(tensor, i * size));
    (await shape.embed(input)).forEach((vector, i) => block[i].into.set(block[i].kind, vector));
  }
  return developed;
}

/** In place of a network: hands back the heights that it would see (reliefOf). */
export const RELIEFS: Pick<Embedder, 'modelId' | 'embed'> = {
  modelId: 'relief',
  embed: (inputs) => {
    const size = 4 * RELIEF_CELLS;
    return Promise.resolve(
      Array.from({ length: inputs.length / size }, (_, i) =>
        inputs.slice((i + 1) * size - RELIEF_CELLS, (i + 1) * size),
      ),
    );
  },
};

/** Heights above the mean face in centimetres, of a film that was developed by RELIEFS. */
export const reliefIn = ({ embeddings }: Pick<FaceEvidence, 'embeddings'>): Float32Array =>
  embeddings.get(kindIn('infrared', RELIEFS.modelId))!;

/** Tensors that the network is given at once. */
const BLOCK = 64;

/** The same for each of several sessions. */
export async function developSessions(
  sessions: readonly (readonly FaceEvidence[])[],
  shape: Pick<Embedder, 'modelId' | 'embed'>,
): Promise<FaceEvidence[][]> {
  const all = await develop(sessions.flat(), shape);
  let at = 0;
  return sessions.map(({ length }) => all.slice(at, (at += length)));
}
