/** The pipeline as Electron's utility process. */
import type { UtilityProcess } from 'electron';
import type { PipelineProcess } from '../../adapters/pipeline/pipeline-process.ts';

/** What is used of Electron's utilityProcess. */
export interface UtilityFork {
  fork(entry: string, args: string[], options: { serviceName: string; stdio: 'inherit' }): UtilityProcess;
}

export const utilityPipeline =
  (utility: UtilityFork) =>
  (entry: string, args: readonly string[]): PipelineProcess => {
    const child = utility.fork(entry, [...args], { serviceName: 'Facet camera', stdio: 'inherit' });
    let running = true;
    child.on('exit', () => (running = false));
    return {
      get pid() {
        return child.pid;
      },
      send: (message) => {
        if (running) child.postMessage(message);
      },
      // A utility process has no channel to close: it is told to end, and ends with its parent in any case.
      disconnect: () => void child.kill(),
      kill: () => {
        if (child.pid === undefined) child.kill();
        else process.kill(child.pid, 'SIGKILL');
      },
      onMessage: (receive) => {
        child.on('message', receive);
        return () => child.off('message', receive);
      },
      onExit: (receive) => {
        child.on('exit', receive);
        return () => child.off('exit', receive);
      },
    };
  };
