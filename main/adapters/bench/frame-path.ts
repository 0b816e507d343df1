/** How long a frame takes to its decision, stage by stage, beside a named peer on the same pictures in the same run. */
import type { Stage as PathStage } from '../../contract/evidence.ts';
import { ms } from '../../contract/units.ts';
import type { ColourImage } from '../../core/sense/frames.ts';
import { galleryDistance } from '../../core/judge/match.ts';
import { Observer, type FaceModels } from '../../core/observer.ts';
import { Registrar } from '../../core/sense/registration.ts';
import { reliefTensor } from '../../core/shape/tensor.ts';
import { systemClock } from '../clock/system-clock.ts';
import { ordinaryCast } from '../sensors/simulated/cast.ts';
import { FRAME_TIME, Stage, type SimulatedFrame } from '../sensors/simulated/stage.ts';
import { timesOf, type Times } from './statistics.ts';

/** Detect, landmarks and descriptor of a colour picture, by somebody else's program. */
export interface Peer {
  readonly name: string;
  run(picture: ColourImage): Promise<void>;
}

export interface FramePathReport {
  readonly frames: number;
  readonly stages: Partial<Record<PathStage | 'tensor' | 'match', Times>>;
  readonly total: Times;
  /** Registering every pixel of a frame; the path itself registers only where a head may be. */
  readonly registerWhole: Times;
  /** Settling, relief and tensor together. */
  readonly reliefTotal: Times;
  readonly peer?: { readonly name: string; readonly total: Times; readonly ratio: number };
}

const WARM_UP = 10;

/** @param frames how many are timed; the scene `you` at 960×540 + 512×424 is rendered beforehand */
export async function measureFramePath(
  models: FaceModels,
  frames: number,
  peer: Peer | undefined,
  progress: (done: number) => void,
): Promise<FramePathReport> {
  const observer = new Observer(models, systemClock);
  const registrar = new Registrar();
  const stage = new Stage('you', ordinaryCast());
  const stages: Partial<Record<PathStage | 'tensor' | 'match', number[]>> = {};
  const total: number[] = [];
  const relief: number[] = [];
  const whole: number[] = [];
  const pictures: ColourImage[] = [];
  const others: number[] = [];
  // As many templates as an enrolment keeps; whose they are does not change the time.
  const templates = Array.from(
    { length: 17 },
    () => new Map([[models.shape.modelId, new Float32Array(models.shape.dimensions)]]),
  );
  for (let n = 0; n < frames + WARM_UP; n++) {
    const frame = stage.frame(n, ms(n * FRAME_TIME));
    const begun = performance.now();
    const evidence = await observer.observe(frame, 'unlock', frame.capturedAt);
    const observed = performance.now();
    if (evidence.kind === 'face')
      galleryDistance(evidence.embeddings, templates, models.shape.modelId, { nearest: 3 });
    const ended = performance.now();
    if (n < WARM_UP) continue;
    total.push(ended - begun);
    pictures.push(frame.colour!);
    whole.push(timeOf(() => registrar.register(frame)));
    const tensor = timeTensor(observer, models);
    relief.push((evidence.stages.settle ?? 0) + (evidence.stages.relief ?? 0) + tensor);
    const add = (name: PathStage | 'tensor' | 'match', value: number) => (stages[name] ??= []).push(value);
    for (const [name, value] of Object.entries(evidence.stages)) add(name as PathStage, value);
    add('tensor', tensor);
    add('match', ended - observed);
    progress(n + 1 - WARM_UP);
  }
  // The peer afterwards on the same pictures: taking turns, each would empty the other's caches.
  if (peer)
    for (const picture of [...pictures.slice(0, WARM_UP), ...pictures]) {
      const begun = performance.now();
      await peer.run(picture);
      others.push(performance.now() - begun);
    }
  others.splice(0, WARM_UP);
  const ours = timesOf(total);
  const theirs = timesOf(others);
  return {
    frames,
    stages: Object.fromEntries(Object.entries(stages).map(([name, values]) => [name, timesOf(values)])),
    total: ours,
    registerWhole: timesOf(whole),
    reliefTotal: timesOf(relief),
    ...(peer && { peer: { name: peer.name, total: theirs, ratio: theirs.p50 / ours.p50 } }),
  };
}

function timeTensor(observer: Observer, { mean }: FaceModels): number {
  const { latest } = observer;
  if (!latest) return 0;
  return timeOf(() => reliefTensor(latest.fused, mean));
}

function timeOf(work: () => unknown): number {
  const begun = performance.now();
  work();
  return performance.now() - begun;
}

/** Share of one core that the pipeline needs at 30 frames/s while nobody is there; rendering is not counted. */
export async function measureIdle(models: FaceModels, frames: number): Promise<number> {
  const observer = new Observer(models, systemClock);
  const stage = new Stage('empty', ordinaryCast());
  const shots: SimulatedFrame[] = Array.from({ length: frames }, (_, n) =>
    stage.frame(n, ms(n * FRAME_TIME)),
  );
  for (const shot of shots.slice(0, 5)) await observer.observe(shot, 'unlock', shot.capturedAt);
  const again = new Observer(models, systemClock);
  const begun = process.cpuUsage();
  for (const shot of shots) await again.observe(shot, 'unlock', shot.capturedAt);
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000 / frames / FRAME_TIME;
}
