/** The thread of the pipeline process that renders the simulated sensor. */
import { parentPort, workerData } from 'node:worker_threads';
import {
  serveSimulation,
  type SimulationRequest,
} from '../../adapters/sensors/simulated/simulation-thread.ts';

serveSimulation(workerData as SimulationRequest, parentPort!);
