/** The pipeline process: sensor drivers and models, so that a crash of either takes nothing else along. */
import { systemClock } from '../../adapters/clock/system-clock.ts';
import { loadFaceModels } from '../../adapters/onnx/load-face-models.ts';
import { openPersonalEmbedder } from '../../adapters/onnx/personal-embedder.ts';
import { servePipeline } from '../../adapters/pipeline/serve-pipeline.ts';
import { openSensor } from '../../adapters/sensors/open-sensor.ts';
import { Simulations } from '../../adapters/sensors/simulated/simulations.ts';
import { hostFile, modelsFolder } from '../../adapters/program-files.ts';

// Ctrl-C goes to the whole group of processes; the shell ends this one in order.
process.on('SIGINT', () => undefined);
// Without the shell there is nobody to work for.
process.on('disconnect', () => process.exit(0));

const simulations = new Simulations(hostFile('simulation'));

/** Electron's utility process talks through a port of its own. */
const { parentPort } = process as unknown as {
  readonly parentPort?: {
    postMessage(message: unknown): void;
    on(event: 'message', receive: (event: { readonly data: unknown }) => void): void;
  };
};

servePipeline(
  {
    loadModels: () => loadFaceModels(modelsFolder()),
    loadPersonal: openPersonalEmbedder,
    openSensor: ({ sensor, pace }) =>
      simulations.open(sensor, pace) ?? openSensor(sensor, { pace, clock: systemClock }),
    prepareSensor: (sensor) => {
      simulations.open(sensor, 'live')?.catch(() => undefined);
    },
    clock: systemClock,
  },
  {
    send: (message) => {
      if (parentPort) parentPort.postMessage(message);
      // The shell may have closed the channel already; `disconnect` ends this process then.
      else process.send?.(message, undefined, undefined, () => undefined);
    },
    onMessage: (receive) => {
      if (parentPort) parentPort.on('message', ({ data }) => receive(data));
      else process.on('message', receive);
    },
  },
);
