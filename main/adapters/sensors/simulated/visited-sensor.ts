/** The simulated sensor as a person directs it from the page: who stands there, what they hold, where they look, the plug. */
import { WORN, type Visitor } from '../../../contract/api.ts';
import { FacetError } from '../../../contract/result.ts';
import type { Clock, Sensor } from '../../../core/ports.ts';
import type { SensorFrame, SensorInfo } from '../../../core/sense/frames.ts';
import { systemClock } from '../../clock/system-clock.ts';
import { turnedHead } from './motion.ts';
import { parseScene } from './scene.ts';
import { SimulatedSensor, type SimulatedSensorOptions } from './simulated-sensor.ts';

export interface VisitedSensorOptions extends Omit<SimulatedSensorOptions, 'scene'> {
  /** `SCENE[+modifier…][@SEED]`; the seed stays whoever visits. */
  readonly scene: string;
}

const unplugged = () =>
  new FacetError('sensor-lost', 'The simulated sensor was unplugged. Plug it in again in the visitor panel.');

export class VisitedSensor implements Sensor {
  readonly info: SensorInfo;
  private readonly sensor: SimulatedSensor;
  private readonly clock: Pick<Clock, 'now'>;
  private readonly seed: string;
  /** The named scene that plays, without seed and light. */
  private scene: string;
  private visitor: Visitor | undefined;
  private turningSince: number | undefined;

  /** @throws FacetError `bad-argument` for an unknown scene; `bad-input` where the people's file is missing or altered. */
  constructor(options: VisitedSensorOptions) {
    this.clock = options.clock ?? systemClock;
    const { scene, modifiers, seed } = parseScene(options.scene);
    this.seed = seed;
    this.scene = [scene, ...WORN.filter((wear) => modifiers.includes(wear))].join('+');
    this.sensor = new SimulatedSensor(options);
    this.info = this.sensor.info;
  }

  /** Builds whoever is there now, so that the first frame need not wait for it. */
  prepare(): void {
    this.sensor.prepare();
  }

  /** Builds what a blink needs. @returns false where nothing is missing */
  prepareNext(): boolean {
    return this.sensor.prepareNext();
  }

  /** Takes effect with the next frame. */
  direct(visitor: Visitor): void {
    const before = this.visitor;
    this.visitor = visitor;
    const scene = sceneOf(visitor);
    if (this.scene !== scene) this.sensor.direct({ scene: `${scene}@${this.seed}` });
    this.scene = scene;
    this.sensor.direct({ light: visitor.dark ? 'dark' : 'office' });
    if (visitor.who !== 'nobody') {
      const { yaw, pitch, distance } = visitor;
      this.sensor.direct({ yaw, pitch, distance });
    }
    if (visitor.turning !== (before?.turning ?? false))
      this.turningSince = visitor.turning ? this.clock.now() : undefined;
  }

  private get plugged(): boolean {
    return this.visitor?.plugged ?? true;
  }

  async *open(signal: AbortSignal): AsyncGenerator<SensorFrame, void, void> {
    if (!this.plugged) throw unplugged();
    for await (const frame of this.sensor.open(signal)) {
      if (!this.plugged) throw unplugged();
      yield frame;
      this.turn();
    }
  }

  private turn(): void {
    const { visitor, turningSince } = this;
    if (!visitor || turningSince === undefined || visitor.who === 'nobody') return;
    const turned = turnedHead((this.clock.now() - turningSince) / 1000);
    this.sensor.direct({ yaw: visitor.yaw + turned.yaw, pitch: visitor.pitch + turned.pitch });
    if (turned.over) this.turningSince = undefined;
  }
}

/** The named scene that shows this visitor, without seed and light. */
function sceneOf(visitor: Visitor): string {
  const { who, holds } = visitor;
  const scene = who === 'nobody' ? 'empty' : who === 'two' || holds === 'nothing' ? who : holds;
  return [scene, ...WORN.filter((wear) => visitor[wear])].join('+');
}
