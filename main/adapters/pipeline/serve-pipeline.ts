/**
 * The work of the pipeline process: opens the sensor of the latest watch and sends what each frame shows. A live sensor stays
 * open for a moment after a watch, so that attempts that follow each other do not wait for it.
 */
import type { Visitor } from '../../contract/api.ts';
import {
  toPipelineSchema,
  type FromPipeline,
  type ToPipeline,
  type WatchRequest,
} from '../../contract/pipeline.ts';
import { FacetError, type Failure } from '../../contract/result.ts';
import { ms, type Milliseconds } from '../../contract/units.ts';
import { Observer, type FaceModels } from '../../core/observer.ts';
import type { Clock, Sensor } from '../../core/ports.ts';
import { PreviewStream } from '../../core/preview/preview-stream.ts';
import { JUDGED_WITHIN } from '../../core/sense/freshness.ts';
import { soundFrames } from '../../core/sense/sound-frames.ts';

/** How long a live sensor stays open without a watch, ms. */
const LINGER = 1500;

/** A simulated sensor can be told what stands before it. */
type DirectedSensor = Sensor & { direct?(visitor: Visitor): void };

export interface PipelineParts {
  /** Loaded once, when first needed. */
  loadModels(): Promise<FaceModels>;
  openSensor(request: WatchRequest): Promise<DirectedSensor>;
  /** Makes a person's own network ready. @throws FacetError `model-altered` where it is another than its hash, or cannot be run */
  loadPersonal(personal: NonNullable<WatchRequest['personal']>): Promise<NonNullable<FaceModels['personal']>>;
  /** Makes a sensor ready that will soon be opened live; what fails is met when it is opened. */
  prepareSensor?(spec: string): void;
  readonly clock: Clock;
}

/** The process's side of the channel to the shell. */
export interface ShellChannel {
  send(message: FromPipeline): void;
  /** Calls back with each message from the shell. */
  onMessage(receive: (message: unknown) => void): void;
}

type Watch = Extract<ToPipeline, { kind: 'watch' }> & {
  observer?: Observer;
  /** How long its latest live frame kept this process from looking. */
  busy?: Milliseconds;
};

/** One opening of a sensor. */
interface Stream {
  readonly request: WatchRequest;
  readonly controller: AbortController;
  /** Undefined while it opens. */
  sensor?: DirectedSensor;
  /** Set by its first frame: a sensor that opens and gives none is not watching. */
  announced?: Sensor;
  /** Closed for another one: nothing of it concerns the current watch any more. */
  abandoned: boolean;
  over: boolean;
}

export function servePipeline(parts: PipelineParts, channel: ShellChannel): void {
  let loading: Promise<FaceModels> | undefined;
  /** The latest network of a person's own. */
  let known:
    { readonly sha256: string; readonly loaded: ReturnType<PipelineParts['loadPersonal']> } | undefined;
  let current: Watch | undefined;
  let stream: Stream | undefined;
  let visitor: Visitor | undefined;
  let lingering: NodeJS.Timeout | undefined;
  let resting = Promise.resolve();
  const previews = new PreviewStream(parts.clock, (preview) => {
    if (current) channel.send({ kind: 'preview', watch: current.watch, preview });
  });

  channel.onMessage((raw) => {
    const parsed = toPipelineSchema.safeParse(raw);
    if (!parsed.success) return;
    const message = parsed.data;
    switch (message.kind) {
      case 'watch':
        return begin(message);
      case 'rest':
        return rest();
      case 'prepare':
        load();
        return parts.prepareSensor?.(message.sensor);
      case 'preview':
        return previews.choose(message.show);
      case 'preview-taken':
        return previews.taken(message.preview);
      case 'visitor':
        visitor = message.visitor;
        return stream?.sensor?.direct?.(visitor);
    }
  });

  function begin(watch: Watch): void {
    clearTimeout(lingering);
    current = watch;
    previews.restart();
    if (stream && continues(stream, watch)) {
      if (stream.announced) announce(stream.announced);
      return;
    }
    if (stream) {
      stream.abandoned = true;
      stream.controller.abort();
    }
    // A sensor is opened only after the one before it is closed: hardware allows no two.
    resting = resting.then(() => (current === watch ? run(watch) : undefined));
  }

  function rest(): void {
    current = undefined;
    clearTimeout(lingering);
    const idle = stream;
    if (!idle) return;
    const wait = idle.request.pace === 'live' && idle.sensor ? LINGER : 0;
    lingering = setTimeout(() => idle.controller.abort(), wait);
  }

  function announce(sensor: Sensor): void {
    const { driver, model, serial, simulated, note } = sensor.info;
    if (current)
      channel.send({
        kind: 'watching',
        watch: current.watch,
        sensor: { driver, model, serial, simulated, ...(note !== undefined && { note }) },
      });
  }

  async function run({ sensor: spec, purpose, pace }: Watch): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    const own: Stream = (stream = {
      request: { sensor: spec, purpose, pace },
      controller,
      abandoned: false,
      over: false,
    });
    try {
      const models = load();
      const sensor = await parts.openSensor(own.request);
      if (signal.aborted) return;
      own.sensor = sensor;
      if (visitor) sensor.direct?.(visitor);
      // Every frame of a recording is judged; live ones can be looked at while the models load.
      if (pace === 'virtual') await models.loaded;
      else models.loaded.catch(() => controller.abort());
      const now = pace === 'live' ? () => parts.clock.now() : undefined;
      for await (const frame of soundFrames(sensor.open(signal), sensor.info.driver, now)) {
        if (!own.announced) announce((own.announced = sensor));
        const watch = current;
        if (!watch) continue;
        if (!models.value) {
          previews.offer({ frame, purpose: watch.purpose });
          continue;
        }
        watch.observer ??= new Observer(await withPersonal(models.value, watch), parts.clock);
        const judgedAt = now?.() ?? frame.capturedAt;
        const seen = await watch.observer.observe(frame, watch.purpose, judgedAt, watch.busy);
        const took = now && ms(now() - judgedAt);
        const evidence = took === undefined ? seen : { ...seen, took };
        if (took !== undefined) watch.busy = ms(Math.min(took, JUDGED_WITHIN));
        if (signal.aborted) break;
        if (current !== watch) continue;
        channel.send({ kind: 'evidence', watch: watch.watch, evidence });
        previews.offer({
          frame,
          purpose: watch.purpose,
          evidence,
          observation: watch.observer.latest,
          mean: models.value.mean,
        });
      }
      if (models.failed) await models.loaded;
      if (!signal.aborted && current) channel.send({ kind: 'ended', watch: current.watch });
    } catch (error) {
      const failure = failureOf(error);
      if (current && !own.abandoned) channel.send({ kind: 'failed', watch: current.watch, failure });
    } finally {
      own.over = true;
      if (stream === own) stream = undefined;
    }
  }

  /** With the network of the watch's person, where it has one that is sound; the shell is told where it is not. */
  async function withPersonal(models: FaceModels, { watch, personal }: Watch): Promise<FaceModels> {
    if (!personal) return models;
    if (known?.sha256 !== personal.sha256)
      known = { sha256: personal.sha256, loaded: parts.loadPersonal(personal) };
    const { loaded } = known;
    try {
      return { ...models, personal: await loaded };
    } catch (error) {
      known = undefined;
      channel.send({ kind: 'impersonal', watch, failure: failureOf(error) });
      return models;
    }
  }

  /** The models, and whether they are there yet; after a failure the next watch tries again. */
  function load(): { readonly loaded: Promise<FaceModels>; value?: FaceModels; failed: boolean } {
    const loaded = (loading ??= parts.loadModels());
    const state: ReturnType<typeof load> = { loaded, failed: false };
    loaded.then(
      (value) => (state.value = value),
      () => {
        state.failed = true;
        if (loading === loaded) loading = undefined;
      },
    );
    return state;
  }

  channel.send({ kind: 'ready' });
}

/** Whether the open stream serves this watch too. A recording begins anew with each. */
const continues = ({ request, controller, over }: Stream, watch: Watch): boolean =>
  !over &&
  !controller.signal.aborted &&
  request.pace === 'live' &&
  watch.pace === 'live' &&
  request.sensor === watch.sensor &&
  !request.sensor.startsWith('replay:');

function failureOf(error: unknown): Failure {
  if (error instanceof FacetError) return error.toFailure();
  // A bug: let the process die, so that the shell restarts it in a known state.
  throw error;
}
