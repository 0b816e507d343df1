/** What one embedding costs on one thread, alone and in a batch. */
import { Random } from '../../core/random.ts';
import type { Embedder } from '../../core/ports.ts';
import { loadFaceModels } from '../onnx/load-face-models.ts';
import { timesOf, type Times } from './statistics.ts';

export interface EmbedderSpeed {
  readonly model: string;
  readonly alone: Times;
  /** Milliseconds an input in a batch of `batch`. */
  readonly batched: Times;
  readonly batch: number;
}

const BATCH = 16;

/** @param models the models folder @param rounds how often each is timed */
export async function measureEmbedders(models: string, rounds: number): Promise<EmbedderSpeed[]> {
  const { shape, descriptor } = await loadFaceModels(models, { threads: 1 });
  const speeds: EmbedderSpeed[] = [];
  for (const embedder of [shape, descriptor]) {
    speeds.push({
      model: embedder.modelId,
      alone: timesOf(await timed(embedder, 1, rounds)),
      batched: timesOf(await timed(embedder, BATCH, Math.ceil(rounds / BATCH))),
      batch: BATCH,
    });
  }
  return speeds;
}

async function timed(embedder: Embedder, n: number, rounds: number): Promise<number[]> {
  const random = new Random(embedder.modelId);
  const size = embedder.inputShape.reduce((a, b) => a * b, 1);
  const input = Float32Array.from({ length: n * size }, () => random.between(-0.5, 0.5));
  const times: number[] = [];
  for (let i = -2; i < rounds; i++) {
    const begun = performance.now();
    await embedder.embed(input, n);
    // The first two warm it up.
    if (i >= 0) times.push((performance.now() - begun) / n);
  }
  return times;
}
