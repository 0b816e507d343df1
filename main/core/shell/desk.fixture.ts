/** A desk for tests: its sensor plays what the test says, everything else is kept in memory. */
import type { Preview, Visitor } from '../../contract/api.ts';
import type { Embeddings } from '../../contract/evidence.ts';
import type { LivenessReason } from '../../contract/codes.ts';
import type { OpenSensor, PreviewChoice, WatchRequest } from '../../contract/pipeline.ts';
import { fail, ok } from '../../contract/result.ts';
import type { ListedSensor } from '../../contract/states/sensors.ts';
import { deg, mm, ms } from '../../contract/units.ts';
import { Desk, type DeskOptions, type DeskParts } from './desk.ts';
import { PREPROCESSING, type Gallery } from '../people/gallery.ts';
import { ManualClock } from '../manual-clock.ts';
import { MemoryPins, MemoryStore, MemoryVault, StagedTrainer } from '../memory.fixture.ts';
import type { MatchPolicy } from '../judge/policy.ts';
import type { PipelineEvent, ViewedPipeline } from '../ports.ts';
import { DEFAULT_SETTINGS, type SettingsVault } from './settings.ts';
import { boundsOf } from '../adapt/bounds.fixture.ts';

export const PIN = '491783';
const SIMULATED: OpenSensor = {
  driver: 'simulated',
  model: 'kinect-v2',
  serial: 's',
  simulated: true,
};

/** Gives its watcher what the test emits, and ends with the signal as the real one does. */
class StagedPipeline implements ViewedPipeline {
  readonly requests: WatchRequest[] = [];
  shown: PreviewChoice = 'nothing';
  visitor: Visitor | undefined;
  prepared: string | undefined;
  private readonly viewers = new Set<(preview: Preview) => void>();
  private current: { readonly queue: PipelineEvent[]; wake: () => void } | undefined;

  get isWatched(): boolean {
    return this.current !== undefined;
  }

  async *watch(request: WatchRequest, signal: AbortSignal): AsyncGenerator<PipelineEvent> {
    if (this.current) throw new Error('two watches at once');
    this.requests.push(request);
    const own = (this.current = { queue: [] as PipelineEvent[], wake: () => {} });
    signal.addEventListener('abort', () => own.wake());
    try {
      while (!signal.aborted) {
        const event = own.queue.shift();
        if (!event) await new Promise<void>((resolve) => (own.wake = resolve));
        else {
          yield event;
          if (event.kind === 'failed' || event.kind === 'ended') return;
        }
      }
    } finally {
      this.current = undefined;
    }
  }

  /** What the watch that runs sees next; waits until the desk has dealt with it. */
  async emit(...events: readonly PipelineEvent[]): Promise<void> {
    for (const event of events) {
      if (!this.current) throw new Error('nobody watches');
      this.current.queue.push(event);
      this.current.wake();
      await settled();
    }
  }

  view(preview: Preview): void {
    for (const viewer of this.viewers) viewer(preview);
  }

  prepare(sensor: string): void {
    this.prepared = sensor;
  }
  show(choice: PreviewChoice): void {
    this.shown = choice;
  }
  direct(visitor: Visitor): void {
    this.visitor = visitor;
  }
  onPreview(receive: (preview: Preview) => void): () => void {
    this.viewers.add(receive);
    return () => this.viewers.delete(receive);
  }
  async close(): Promise<void> {}
}

/** Until everything that can go on has gone on. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 6; i++) await new Promise((resolve) => setImmediate(resolve));
}

class MemorySettings implements SettingsVault {
  kept = DEFAULT_SETTINGS;
  warning: string | undefined;
  async load() {
    return { settings: this.kept, ...(this.warning === undefined ? {} : { warning: this.warning }) };
  }
  async save(settings: typeof DEFAULT_SETTINGS) {
    this.kept = settings;
    return ok(undefined);
  }
  async remove() {
    this.kept = DEFAULT_SETTINGS;
    return ok(undefined);
  }
}

const requirements = (picture: string) =>
  [picture, 'shape'].map((kind) => ({
    parts: [{ kind, pooling: { nearest: 1 }, weight: 1 }],
    limits: [{ fusedFrames: 1, distance: 0.5 }],
  }));
const POLICY: MatchPolicy = {
  colour: requirements('sface'),
  infrared: requirements('sface@infrared'),
  networks: 'now',
  adaptation: boundsOf(),
};

/** Each person looks like one axis: themselves at distance 0, anybody else at √2. Disguised, Ada has her shape and a picture of its own. */
const embeddingsOf = (person: number): Embeddings =>
  new Map(
    ['sface', 'sface@infrared', 'shape'].map((kind) => [
      kind,
      Float32Array.from({ length: 4 }, (_, i) =>
        i === (kind === 'shape' && person === DISGUISED ? ADA : person) ? 1 : 0,
      ),
    ]),
  );
export const [ADA, BOB, DISGUISED] = [0, 1, 2];

/** Ada's gallery, with one look. */
function galleryOf(user: string, look = 'plain'): Gallery {
  const entry = {
    embeddings: embeddingsOf(ADA),
    preprocessing: PREPROCESSING,
    networks: 'now',
    capturedAt: 1,
    source: 'enrolment' as const,
    look,
  };
  return {
    user,
    sensor: { driver: 'simulated', model: 'kinect-v2', serial: 's' },
    createdAt: 1,
    version: 1,
    templates: [{ ...entry, pose: { yaw: deg(0), pitch: deg(0), roll: deg(0) } }],
    reliefs: [{ ...entry, frames: 1 }],
    remembered: [],
  };
}

/** The desk and all that it stands on. */
export interface StagedDesk {
  readonly desk: Desk;
  readonly pipeline: StagedPipeline;
  readonly vault: MemoryVault;
  readonly pins: MemoryPins;
  readonly store: MemoryStore;
  readonly settings: MemorySettings;
  readonly trainer: StagedTrainer;
  readonly clock: ManualClock;
  readonly faults: unknown[];
  /** What is attached to the machine. */
  readonly plugged: { sensors: readonly ListedSensor[]; failure?: Error };
  /** A frame now, on the desk's clock. */
  face(person: number, seen?: FaceSeen): PipelineEvent;
  nobody(): PipelineEvent;
  /** Lets time pass in steps of a quarter of a second, with the host's ticks. */
  pass(milliseconds: number): Promise<void>;
  /** Frames of somebody, 50 ms apart. */
  stand(person: number, frames: number, seen?: FaceSeen): Promise<void>;
}

interface FaceSeen {
  readonly against?: readonly LivenessReason[];
  readonly yaw?: number;
  readonly pitch?: number;
}

/**
 * @param enrolled whether Ada has a PIN and a look already
 * @param given in place of what would be staged
 */
export async function stagedDesk({
  enrolled = true,
  warning,
  given = {},
  ...options
}: DeskOptions & {
  enrolled?: boolean;
  warning?: string;
  given?: Partial<DeskParts>;
} = {}): Promise<StagedDesk> {
  const pipeline = new StagedPipeline();
  const vault = new MemoryVault();
  const pins = new MemoryPins();
  const store = new MemoryStore();
  const settings = new MemorySettings();
  settings.warning = warning;
  const clock = new ManualClock(100_000);
  const trainer = new StagedTrainer();
  const faults: unknown[] = [];
  const plugged: StagedDesk['plugged'] = { sensors: [] };
  const parts: DeskParts = {
    host: 'web',
    version: '0',
    levels: [],
    pipeline,
    vault,
    crowd: async () => ({
      networks: 'now',
      preprocessing: PREPROCESSING,
      people: [BOB, 3].map((person) => [embeddingsOf(person)]),
    }),
    project: async (vectors) => ({
      pca: vectors.map(([x, y]) => [x, y]),
      umap: vectors.map(([x, y]) => [y, x]),
    }),
    keyWarning: async () => undefined,
    pins,
    settings,
    sensors: {
      every: ms(1000),
      list: async () => {
        if (plugged.failure) throw plugged.failure;
        return plugged.sensors;
      },
    },
    store,
    clock,
    trainer,
    loadPolicy: async () => ok(POLICY),
    erase: async () => {
      vault.galleries.clear();
      pins.pins.clear();
      store.files.clear();
      settings.kept = DEFAULT_SETTINGS;
      return ok(undefined);
    },
    report: (error) => faults.push(error),
    ...given,
  };
  if (enrolled) {
    pins.pins.set('ada', PIN);
    vault.galleries.set('ada', galleryOf('ada'));
    // The lock's record is there too: it is not the subject of most tests that it could be missing.
    const begin = await import('../lock/lock-session.ts');
    await begin.LockSession.open({ ...parts, user: 'ada', enrolled: false }, () => undefined);
  }
  const desk = await Desk.open(parts, options);
  await settled();
  let sequence = 0;
  const facts = () => ({
    sequence: sequence++,
    capturedAt: clock.now(),
    stages: {},
    dropped: 0,
  });
  const face = (person: number, { against = [], yaw = 0, pitch = 0 }: FaceSeen = {}): PipelineEvent => ({
    kind: 'evidence',
    evidence: {
      ...facts(),
      kind: 'face',
      spectrum: 'colour',
      pose: { yaw: deg(yaw), pitch: deg(pitch), roll: deg(0) },
      distance: mm(650),
      attentive: true,
      track: 1,
      fusedFrames: 1,
      against,
      embeddings: against.length > 0 ? new Map() : embeddingsOf(person),
      ...(pipeline.requests.at(-1)?.purpose === 'retrain' && { relief: new Float32Array(4) }),
    },
  });
  return {
    desk,
    pipeline,
    vault,
    pins,
    store,
    settings,
    trainer,
    clock,
    faults,
    plugged,
    face,
    nobody: () => ({ kind: 'evidence', evidence: { ...facts(), kind: 'nobody' } }),
    pass: async (milliseconds) => {
      for (let left = milliseconds; left > 0; left -= 250) {
        clock.advance(Math.min(250, left));
        await desk.tick();
        await settled();
      }
    },
    stand: async (person, frames, seen) => {
      for (let i = 0; i < frames && pipeline.isWatched; i++) {
        await pipeline.emit(face(person, seen));
        clock.advance(50);
      }
    },
  };
}

export const watching: PipelineEvent = { kind: 'watching', sensor: SIMULATED };
export const unplugged: PipelineEvent = {
  kind: 'failed',
  failure: fail('sensor-lost', 'The sensor was unplugged.'),
};
export const restarting: PipelineEvent = { kind: 'restarting', attempt: 1, delay: ms(100) };
