/** How fast the simulated sensor is on one core. */
import { ordinaryCast, type Cast } from './cast.ts';
import { Stage } from './stage.ts';

export interface SimulatorSpeed {
  readonly frames: number;
  /** Time for one whole frame (depth, infrared and colour), ms. */
  readonly p50: number;
  readonly p95: number;
  /** Frames per second of processor time on one core. */
  readonly framesPerSecond: number;
}

/** Renders `frames` frames of a scene one after the other and says how long each took. */
export function measureSimulator(
  scene = 'you+turn',
  frames = 120,
  cast: Cast = ordinaryCast(),
): SimulatorSpeed {
  const stage = new Stage(scene, cast);
  const warmUp = 20;
  for (let i = 0; i < warmUp; i++) stage.frame(i);
  const before = process.cpuUsage();
  const times = Array.from({ length: frames }, (_, i) => {
    const start = performance.now();
    stage.frame(warmUp + i);
    return performance.now() - start;
  }).sort((a, b) => a - b);
  const used = process.cpuUsage(before);
  const at = (share: number) => times[Math.min(frames - 1, Math.floor(share * frames))];
  return { frames, p50: at(0.5), p95: at(0.95), framesPerSecond: (1e6 * frames) / (used.user + used.system) };
}
