/** Plays a recording through the whole pipeline for long, to see that neither memory nor delay grows. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FacetError } from '../../contract/result.ts';
import { ms, type Milliseconds } from '../../contract/units.ts';
import { systemClock } from '../clock/system-clock.ts';
import { ChildPipeline } from '../pipeline/child-pipeline.ts';
import { residentMegabytes } from './resident-memory.ts';
import { timesOf, type Times } from './statistics.ts';

export interface SoakReport {
  readonly minutes: number;
  readonly frames: number;
  readonly framesPerSecond: number;
  /** Frames that were captured and not judged, because a later one was there already. */
  readonly dropped: number;
  /** From capture to the shell's having the evidence, ms. */
  readonly age: Times;
  /** 95th percentile of the same, in the first and the last fifth. */
  readonly ageGrowth: Growth;
  /** Resident memory of the pipeline process, MB; read on Linux only. */
  readonly pipelineMemory: Growth | undefined;
  /** Heap of this process after a collection, which stands in for the shell, MB. */
  readonly shellHeap: Growth;
}

/** Of the first and of the last fifth after the warm-up. */
export interface Growth {
  readonly first: number;
  readonly last: number;
  readonly percent: number;
}

const EVERY = ms(2000);
/** Caches fill and code is compiled meanwhile: a fifth of the time, two minutes at most. */
const warmUpOf = (duration: number): number => Math.min(duration / 5, 120_000);

/** What is reachable, without what only waits to be collected, MB. */
function heapMegabytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** @param sensor plays live, without an end. @throws FacetError where it ends or fails, or the process had to be started again */
export async function soak(
  entry: string,
  sensor: string,
  duration: Milliseconds,
  signal: AbortSignal,
  progress: (elapsed: Milliseconds, megabytes: number | undefined) => void,
): Promise<SoakReport> {
  const pipeline = new ChildPipeline({ entry });
  const enough = new AbortController();
  const memory: number[] = [];
  const heap: number[] = [];
  const ages: number[] = [];
  let dropped = 0;
  let begunAt: number | undefined;
  let sampledAt = -Infinity;
  try {
    const watch = { sensor, purpose: 'unlock', pace: 'live' } as const;
    for await (const event of pipeline.watch(watch, AbortSignal.any([signal, enough.signal]))) {
      if (event.kind === 'failed') throw new FacetError(event.failure.code, event.failure.message);
      if (event.kind === 'ended')
        throw new FacetError(
          'bad-argument',
          `${sensor} came to its end; give one that does not: replay:FILE?loop.`,
        );
      if (event.kind === 'restarting') throw new FacetError('pipeline-stopped', 'The pipeline process died.');
      if (event.kind !== 'evidence') continue;
      const now = systemClock.now();
      begunAt ??= now;
      const elapsed = ms(now - begunAt);
      if (elapsed >= duration) enough.abort();
      if (elapsed < warmUpOf(duration)) continue;
      ages.push(now - event.evidence.capturedAt);
      dropped += event.evidence.dropped;
      if (now - sampledAt < EVERY) continue;
      sampledAt = now;
      const megabytes = await residentMegabytes(pipeline.pid);
      if (megabytes !== undefined) memory.push(megabytes);
      heap.push(heapMegabytes());
      progress(elapsed, megabytes);
    }
  } finally {
    await pipeline.close();
  }
  if (signal.aborted) throw new FacetError('cancelled', 'The soak was cancelled.');
  const seconds = (duration - warmUpOf(duration)) / 1000;
  return {
    minutes: duration / 60_000,
    frames: ages.length,
    framesPerSecond: ages.length / seconds,
    dropped,
    age: timesOf(ages),
    ageGrowth: growthOf(ages, (values) => timesOf(values).p95),
    pipelineMemory: memory.length > 0 ? growthOf(memory, mean) : undefined,
    shellHeap: growthOf(heap, mean),
  };
}

/** The collector leaves memory on plateaus, between which a median would jump. */
const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

function growthOf(values: readonly number[], summary: (some: readonly number[]) => number): Growth {
  const fifth = Math.max(1, Math.floor(values.length / 5));
  const [first, last] = [summary(values.slice(0, fifth)), summary(values.slice(-fifth))];
  return { first, last, percent: 100 * (last / first - 1) };
}
