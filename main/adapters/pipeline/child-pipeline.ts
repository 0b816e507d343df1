/**
 * The pipeline as a child process that may die at any time. The shell stays locked meanwhile; a watch survives: the process
 * is started again with back-off and told to go on.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import {
  parseFromPipeline,
  type FromPipeline,
  type ToPipeline,
  type WatchRequest,
} from '../../contract/pipeline.ts';
import { fail } from '../../contract/result.ts';
import { ms, type Milliseconds } from '../../contract/units.ts';
import type { Pipeline, PipelineEvent } from '../../core/ports.ts';

/** Waits before the 1st, 2nd, … restart; the last repeats. A watch that then lives for `SETTLED` starts over. */
const BACK_OFF = [100, 500, 2000, 5000].map(ms);
const SETTLED = ms(10_000);
/** Restarts in a row without a single frame after which the watch is given up. */
const GIVE_UP = 6;
/** Evidence that the shell has not taken yet: the latest wins, so only this many are kept in live watches. */
const LIVE_QUEUE = 2;

/** After so long without a message the shell is told, so that it can give up waiting. */
const SILENCE = ms(250);
interface Silence {
  readonly kind: 'silent';
}

export interface ChildPipelineOptions {
  /** The bundled pipeline host. */
  readonly entry: string;
  readonly args?: readonly string[];
  readonly backOff?: readonly Milliseconds[];
}

export class ChildPipeline implements Pipeline {
  private child: ChildProcess | undefined;
  private lastWatch = 0;
  private watching = false;
  private closed = false;

  constructor(private readonly options: ChildPipelineOptions) {}

  /** Process id of the running pipeline; undefined while there is none. */
  get pid(): number | undefined {
    return this.child?.pid;
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
    try {
      yield* this.keepWatching(request, signal);
    } finally {
      this.watching = false;
      this.send({ kind: 'rest' });
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
      if (!message) return void child.kill('SIGKILL');
      if (message.kind !== 'ready' && message.watch !== watch) return;
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
    child.on('message', receive);
    child.on('exit', end);
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
      child.off('message', receive);
      child.off('exit', end);
      signal.removeEventListener('abort', end);
    }
  }

  private start(): ChildProcess {
    if (this.child) return this.child;
    const child = fork(this.options.entry, this.options.args ?? [], {
      serialization: 'advanced',
      // The child's stdout is not the command's: whatever a driver prints goes to stderr.
      stdio: ['ignore', process.stderr.fd, 'inherit', 'ipc'],
      execArgv: ['--enable-source-maps'],
    });
    child.on('exit', () => {
      if (this.child === child) this.child = undefined;
    });
    child.on('error', () => child.kill('SIGKILL'));
    return (this.child = child);
  }

  private send(message: ToPipeline): void {
    const { child } = this;
    // A channel that just closed is noticed by `exit`, not here.
    if (child?.connected) child.send(message, () => undefined);
  }

  async close(): Promise<void> {
    this.closed = true;
    const { child } = this;
    if (!child) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    if (child.connected) child.disconnect();
    const patience = setTimeout(() => child.kill('SIGKILL'), 1000);
    await gone;
    clearTimeout(patience);
  }
}
