/** The pipeline process: sensor drivers and models, so that a crash of either takes nothing else along. */
import { systemClock } from '../../adapters/clock/system-clock.ts';
import { loadFaceModels } from '../../adapters/onnx/load-face-models.ts';
import { servePipeline } from '../../adapters/pipeline/serve-pipeline.ts';
import { openSensor } from '../../adapters/sensors/open-sensor.ts';
import { Simulations } from '../../adapters/sensors/simulated/simulations.ts';
import { hostFile, modelsFolder } from '../../adapters/program-files.ts';

// Ctrl-C goes to the whole group of processes; the shell ends this one in order.
process.on('SIGINT', () => undefined);
// Without the shell there is nobody to work for.
process.on('disconnect', () => process.exit(0));

const simulations = new Simulations(hostFile('simulation'));

servePipeline(
  {
    loadModels: () => loadFaceModels(modelsFolder()),
    openSensor: ({ sensor, pace }) =>
      simulations.open(sensor, pace) ?? openSensor(sensor, { pace, clock: systemClock }),
    prepareSensor: (sensor) => {
      simulations.open(sensor, 'live')?.catch(() => undefined);
    },
    clock: systemClock,
  },
  {
    // The shell may have closed the channel already; `disconnect` ends this process then.
    send: (message) => process.send?.(message, undefined, undefined, () => undefined),
    onMessage: (receive) => process.on('message', receive),
  },
);
