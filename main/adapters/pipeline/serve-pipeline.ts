/** The work of the pipeline process: opens the sensor of the latest watch and sends what each frame shows. */
import { toPipelineSchema, type FromPipeline, type WatchRequest } from '../../contract/pipeline.ts';
import { FacetError, type Failure } from '../../contract/result.ts';
import { Observer, type FaceModels } from '../../core/observer.ts';
import type { Clock, Sensor } from '../../core/ports.ts';

export interface PipelineParts {
  /** Loaded once, on the first watch. */
  loadModels(): Promise<FaceModels>;
  openSensor(request: WatchRequest): Promise<Sensor>;
  readonly clock: Clock;
}

/** The process's side of the channel to the shell. */
export interface ShellChannel {
  send(message: FromPipeline): void;
  /** Calls back with each message from the shell. */
  onMessage(receive: (message: unknown) => void): void;
}

export function servePipeline(parts: PipelineParts, channel: ShellChannel): void {
  let models: Promise<FaceModels> | undefined;
  let resting = Promise.resolve();
  let current: AbortController | undefined;

  const rest = () => {
    current?.abort();
    current = undefined;
  };

  channel.onMessage((raw) => {
    const parsed = toPipelineSchema.safeParse(raw);
    if (!parsed.success) return;
    rest();
    if (parsed.data.kind === 'rest') return;
    const { watch, ...request } = parsed.data;
    const controller = (current = new AbortController());
    // A sensor is opened only after the one before it is closed: hardware allows no two.
    resting = resting.then(() => serve(watch, request, controller.signal));
  });

  const serve = async (watch: number, request: WatchRequest, signal: AbortSignal) => {
    try {
      models ??= parts.loadModels();
      const observer = new Observer(await models, parts.clock);
      const sensor = await parts.openSensor(request);
      if (signal.aborted) return;
      channel.send({ kind: 'watching', watch, sensor: sensor.info });
      for await (const frame of sensor.open(signal)) {
        const now = request.pace === 'live' ? parts.clock.now() : frame.capturedAt;
        const evidence = await observer.observe(frame, request.purpose, now);
        if (signal.aborted) return;
        channel.send({ kind: 'evidence', watch, evidence });
      }
      if (!signal.aborted) channel.send({ kind: 'ended', watch });
    } catch (error) {
      if (models) models.catch(() => (models = undefined));
      if (!signal.aborted) channel.send({ kind: 'failed', watch, failure: failureOf(error) });
    }
  };

  channel.send({ kind: 'ready' });
}

function failureOf(error: unknown): Failure {
  if (error instanceof FacetError) return error.toFailure();
  // A bug: let the process die, so that the shell restarts it in a known state.
  throw error;
}
