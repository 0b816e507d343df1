import type { Pace } from '../../../contract/pipeline.ts';
import { ThreadedSimulation } from './simulation-thread.ts';

/** The simulated sensor in its thread; the latest one stays, since making its people takes a second. */
export class Simulations {
  private kept: { readonly name: string; readonly sensor: Promise<ThreadedSimulation> } | undefined;

  /** @param entry bundle that calls serveSimulation */
  constructor(private readonly entry: string) {}

  /** @returns undefined where `--sensor` means another sensor */
  open(spec: string, pace: Pace): Promise<ThreadedSimulation> | undefined {
    const match = /^simulated(?::(.*))?$/.exec(spec);
    if (!match) return undefined;
    const name = `${pace} ${spec}`;
    if (this.kept?.name === name) return this.kept.sensor;
    void this.kept?.sensor.then((sensor) => sensor.end()).catch(() => undefined);
    const sensor = ThreadedSimulation.start(this.entry, { scene: match[1] || 'you', pace });
    this.kept = { name, sensor };
    sensor.catch(() => {
      if (this.kept?.sensor === sensor) this.kept = undefined;
    });
    return sensor;
  }
}
