/**
 * The pipeline as a child process that may die at any time. The shell stays locked meanwhile; a watch survives: the process
 * is started again with back-off and told to go on.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Preview, Visitor } from '../../contract/api.ts';
import {
  parseFromPipeline,
  type FromPipeline,
  type PreviewChoice,
  type ToPipeline,
  type WatchRequest,
} from '../../contract/pipeline.ts';
import { fail } from '../../contract/result.ts';
import { ms, type Milliseconds } from '../../contract/units.ts';
import type { PipelineEvent, ViewedPipeline } from '../../core/ports.ts';
import { forkPipeline, type PipelineProcess } from './pipeline-process.ts';

/** Waits before the 1st, 2nd, … restart; the last repeats. A watch that then lives for `SETTLED` starts over. */
const BACK_OFF = [100, 500, 2000, 5000].map(ms);
const SETTLED = ms(10_000);
/** Restarts in a row without a single frame after which the watch is given up. */
const GIVE_UP = 6;
/** Evidence that the shell has not taken yet: the latest wins, so only this many are kept in live watches. */
const LIVE_QUEUE = 2;

/** A process that said nothing for so long when a watch ends hangs in a driver: the next watch gets another one. */
const HUNG = ms(20_000);
/** After so long without a message the shell is told, so that it can give up waiting. */
const SILENCE = ms(250);
interface Silence {
  readonly kind: 'silent';
}

export interface ChildPipelineOptions {
  /** The bundled pipeline host. */
  readonly entry: string;
  readonly args?: readonly string[];
  /** How a process is started; Electron has its own way. */
  readonly spawn?: (entry: string, args: readonly string[]) => PipelineProcess;
  readonly backOff?: readonly Milliseconds[];
  readonly hungAfter?: Milliseconds;
}

export class ChildPipeline implements ViewedPipeline {
  private child: PipelineProcess | undefined;
  private choice: PreviewChoice = 'nothing';
  private visitor: Visitor | undefined;
  private readonly viewers = new Set<(preview: Preview) => void>();
  private lastWatch = 0;
  private watching = false;
  private heardAt = 0;
  private closed = false;

  constructor(private readonly options: ChildPipelineOptions) {}

  /** Process id of the running pipeline; undefined while there is none. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  prepare(sensor: string): void {
    if (!this.closed) this.start().send({ kind: 'prepare', sensor });
  }

  show(choice: PreviewChoice): void {
    if (choice === this.choice) return;
    this.choice = choice;
    this.send({ kind: 'preview', show: choice });
  }

  direct(visitor: Visitor): void {
    this.visitor = visitor;
    this.send({ kind: 'visitor', visitor });
  }

  onPreview(receive: (preview: Preview) => void): () => void {
    this.viewers.add(receive);
    return () => this.viewers.delete(receive);
  }

  async *watch(request: WatchRequest, signal: AbortSignal): AsyncGenerator<PipelineEvent, void, undefined> {
    if (this.watching) {
      yield {
        kind: 'failed',
        failure: fail(
          'busy',
          'The sensor is already in use by Facet. Finish or cancel the other task first.',
        ),
      };
      return;
    }
    this.watching = true;
    this.heardAt = performance.now();
    try {
      yield* this.keepWatching(request, signal);
    } finally {
      this.watching = false;
      if (performance.now() - this.heardAt > (this.options.hungAfter ?? HUNG)) this.child?.kill();
      else this.send({ kind: 'rest' });
    }
  }

  private async *keepWatching(
    request: WatchRequest,
    signal: AbortSignal,
  ): AsyncGenerator<PipelineEvent, void, undefined> {
    const backOff = this.options.backOff ?? BACK_OFF;
    let restarts = 0;
    let barren = 0;
    while (!signal.aborted && !this.closed) {
      const begun = performance.now();
      let frames = 0;
      for await (const message of this.once(request, signal)) {
        switch (message.kind) {
          case 'ready':
          case 'preview':
            break;
          case 'silent':
            yield message;
            break;
          case 'watching':
            yield { kind: 'watching', sensor: message.sensor };
            break;
          case 'evidence':
            frames++;
            yield { kind: 'evidence', evidence: message.evidence };
            break;
          case 'impersonal':
            yield { kind: 'impersonal', failure: message.failure };
            break;
          case 'ended':
            yield { kind: 'ended' };
            return;
          case 'failed':
            yield { kind: 'failed', failure: message.failure };
            return;
        }
      }
      if (signal.aborted || this.closed) return;
      barren = frames === 0 ? barren + 1 : 0;
      if (barren >= GIVE_UP) {
        yield {
          kind: 'failed',
          failure: fail(
            'pipeline-stopped',
            'The camera part of Facet stops as soon as it starts. Run `npm run facet -- doctor`; your PIN works.',
          ),
        };
        return;
      }
      if (performance.now() - begun > SETTLED) restarts = 0;
      const wait = backOff[Math.min(restarts, backOff.length - 1)];
      restarts++;
      yield { kind: 'restarting', attempt: restarts, delay: wait };
      await delay(wait, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One life of the process, or what is left of it: ends when the process does, or the signal aborts. */
  private async *once(
    request: WatchRequest,
    signal: AbortSignal,
  ): AsyncGenerator<FromPipeline | Silence, void, undefined> {
    const child = this.start();
    const watch = ++this.lastWatch;
    const queue: (FromPipeline | Silence)[] = [];
    let wake: () => void = () => undefined;
    let over = false;
    const receive = (raw: unknown) => {
      const message = parseFromPipeline(raw);
      if (!message) return child.kill();
      if (message.kind === 'preview' || (message.kind !== 'ready' && message.watch !== watch)) return;
      if (message.kind === 'evidence' && request.pace === 'live')
        while (queue.filter(({ kind }) => kind === 'evidence').length >= LIVE_QUEUE)
          queue.splice(
            queue.findIndex(({ kind }) => kind === 'evidence'),
            1,
          );
      queue.push(message);
      wake();
    };
    const end = () => {
      over = true;
      wake();
    };
    const unsubscribe = [child.onMessage(receive), child.onExit(end)];
    signal.addEventListener('abort', end);
    try {
      this.send({ kind: 'watch', watch, ...request });
      for (;;) {
        const message = queue.shift();
        if (message) yield message;
        else if (over || signal.aborted) return;
        else {
          const silence = setTimeout(() => {
            queue.push({ kind: 'silent' });
            wake();
          }, SILENCE);
          await new Promise<void>((resolve) => (wake = resolve));
          clearTimeout(silence);
        }
      }
    } finally {
      for (const off of unsubscribe) off();
      signal.removeEventListener('abort', end);
    }
  }

  private start(): PipelineProcess {
    if (this.child) return this.child;
    const { entry, args = [], spawn = forkPipeline } = this.options;
    const child = (this.child = spawn(entry, args));
    child.onExit(() => {
      if (this.child === child) this.child = undefined;
    });
    child.onMessage((raw) => {
      this.heardAt = performance.now();
      const message = parseFromPipeline(raw);
      if (message?.kind !== 'preview') return;
      child.send({ kind: 'preview-taken', preview: message.preview.kind });
      if (this.watching && message.watch === this.lastWatch)
        for (const viewer of this.viewers) viewer(message.preview);
    });
    child.send({ kind: 'preview', show: this.choice });
    if (this.visitor) child.send({ kind: 'visitor', visitor: this.visitor });
    return child;
  }

  private send(message: ToPipeline): void {
    this.child?.send(message);
  }

  async close(): Promise<void> {
    this.closed = true;
    const { child } = this;
    if (!child) return;
    const gone = new Promise<void>((resolve) => child.onExit(resolve));
    child.disconnect();
    const patience = setTimeout(() => child.kill(), 1000);
    await gone;
    clearTimeout(patience);
  }
}
