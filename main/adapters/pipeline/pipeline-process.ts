/** The pipeline process as the shell holds it, however it was started. */
import { fork } from 'node:child_process';
import type { ToPipeline } from '../../contract/pipeline.ts';

export interface PipelineProcess {
  /** Undefined before it runs. */
  readonly pid: number | undefined;
  /** Never throws: a channel that just closed is noticed by its exit. */
  send(message: ToPipeline): void;
  /** Asks it to end in order. */
  disconnect(): void;
  /** Ends it at once. */
  kill(): void;
  /** @returns ends the subscription, as does the next one */
  onMessage(receive: (message: unknown) => void): () => void;
  onExit(receive: () => void): () => void;
}

/** A plain Node process. */
export function forkPipeline(entry: string, args: readonly string[]): PipelineProcess {
  const child = fork(entry, args, {
    serialization: 'advanced',
    // The child's stdout is not the command's: whatever a driver prints goes to stderr.
    stdio: ['ignore', process.stderr.fd, 'inherit', 'ipc'],
    execArgv: ['--enable-source-maps'],
    // Threads that come and go leave glibc's arenas half empty; two of them cost tens of megabytes less.
    env: { ...process.env, MALLOC_ARENA_MAX: '2' },
  });
  child.on('error', () => child.kill('SIGKILL'));
  return {
    get pid() {
      return child.pid;
    },
    send: (message) => {
      if (child.connected) child.send(message, () => undefined);
    },
    disconnect: () => {
      if (child.connected) child.disconnect();
    },
    kill: () => void child.kill('SIGKILL'),
    onMessage: (receive) => {
      child.on('message', receive);
      return () => child.off('message', receive);
    },
    onExit: (receive) => {
      child.on('exit', receive);
      return () => child.off('exit', receive);
    },
  };
}
