/**
 * The simulated sensor in a thread of its own: rendering takes a core, and the face models take the other. One frame is rendered
 * ahead while the consumer looks at the one before.
 */
import { Worker, type MessagePort, type TransferListItem } from 'node:worker_threads';
import type { Visitor } from '../../../contract/api.ts';
import type { Pace } from '../../../contract/pipeline.ts';
import { FacetError, type FailureCode } from '../../../contract/result.ts';
import type { SensorFrame, SensorInfo } from '../../../core/sense/frames.ts';
import type { Sensor } from '../../../core/ports.ts';
import { systemClock } from '../../clock/system-clock.ts';
import { VisitedSensor } from './visited-sensor.ts';

/** What the thread is started with. */
export interface SimulationRequest {
  readonly scene: string;
  readonly pace: Pace;
}

/** A frame that waited for longer is rendered anew, ms. */
const AGED = 70;

type ToThread =
  { readonly kind: 'open' | 'next' | 'close' } | { readonly kind: 'visitor'; readonly visitor: Visitor };

type FromThread =
  | { readonly kind: 'ready'; readonly info: SensorInfo }
  | { readonly kind: 'frame'; readonly frame: SensorFrame }
  | { readonly kind: 'over' }
  | { readonly kind: 'failed'; readonly code: FailureCode; readonly message: string };

/** The thread's side. */
export function serveSimulation({ scene, pace }: SimulationRequest, port: MessagePort): void {
  const send = (message: FromThread, transfer: TransferListItem[] = []) =>
    port.postMessage(message, transfer);
  const failed = (error: unknown) => {
    if (!(error instanceof FacetError)) throw error;
    send({ kind: 'failed', code: error.code, message: error.message });
  };
  let sensor: VisitedSensor;
  try {
    sensor = new VisitedSensor({ scene, pace });
  } catch (error) {
    return failed(error);
  }
  let controller = new AbortController();
  let frames: AsyncGenerator<SensorFrame, void, void> | undefined;
  /** A generator takes one request after the other. */
  let turn = Promise.resolve();

  const next = async () => {
    try {
      const result = await frames?.next();
      if (!result || result.done) return send({ kind: 'over' });
      const { sequence, capturedAt, depth, colour, infrared, depthToColour } = result.value;
      const frame: SensorFrame = {
        sequence,
        capturedAt,
        depth,
        depthToColour,
        ...(colour ? { colour } : {}),
        ...(infrared ? { infrared } : {}),
      };
      send(
        { kind: 'frame', frame },
        [depth, colour, infrared].flatMap((picture) => (picture ? [picture.data.buffer as ArrayBuffer] : [])),
      );
    } catch (error) {
      failed(error);
    }
  };

  port.on('message', (message: ToThread) => {
    if (message.kind === 'visitor') return sensor.direct(message.visitor);
    if (message.kind === 'close') controller.abort();
    turn = turn.then(async () => {
      if (message.kind === 'next') return next();
      await frames?.return();
      frames = undefined;
      if (message.kind === 'close') return;
      controller = new AbortController();
      frames = sensor.open(controller.signal);
    });
  });
  // Made now, so that the first frame need not wait for it; what only blinks need is made until somebody asks for frames.
  sensor.prepare();
  send({ kind: 'ready', info: sensor.info });
  const idle = () => {
    if (!frames && sensor.prepareNext()) setTimeout(idle, 50);
  };
  if (pace === 'live') setTimeout(idle, 50);
}

/** The consumer's side: a sensor whose frames come from the thread. */
export class ThreadedSimulation implements Sensor {
  private opened = false;
  private readonly waiting: {
    readonly resolve: (frame: SensorFrame | undefined) => void;
    readonly reject: (error: unknown) => void;
  }[] = [];

  private constructor(
    private readonly worker: Worker,
    private readonly pace: Pace,
    readonly info: SensorInfo,
  ) {
    worker.on('message', (message: FromThread) => {
      if (message.kind === 'ready') return;
      const waiter = this.waiting.shift();
      if (message.kind === 'frame') waiter?.resolve(message.frame);
      else if (message.kind === 'over') waiter?.resolve(undefined);
      else waiter?.reject(new FacetError(message.code, message.message));
    });
    // A bug: let the process die, so that the shell restarts it in a known state.
    worker.on('error', (error) => {
      throw error;
    });
    // A thread that nobody watches keeps no process alive.
    worker.unref();
  }

  /**
   * @param entry bundle that calls serveSimulation
   * @throws FacetError as VisitedSensor does
   */
  static start(entry: string, request: SimulationRequest): Promise<ThreadedSimulation> {
    const worker = new Worker(entry, { workerData: request });
    return new Promise((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', (message: FromThread) => {
        worker.off('error', reject);
        if (message.kind === 'ready')
          return resolve(new ThreadedSimulation(worker, request.pace, message.info));
        void worker.terminate();
        if (message.kind === 'failed') reject(new FacetError(message.code, message.message));
      });
    });
  }

  /** Ends the thread; a stream that is open ends too. */
  async end(): Promise<void> {
    await this.worker.terminate();
    for (const { resolve } of this.waiting.splice(0)) resolve(undefined);
  }

  direct(visitor: Visitor): void {
    this.post({ kind: 'visitor', visitor });
  }

  async *open(signal: AbortSignal): AsyncGenerator<SensorFrame, void, void> {
    if (this.opened)
      throw new FacetError(
        'sensor-unavailable',
        'The simulated sensor is already open. Close the other stream first.',
      );
    this.opened = true;
    this.worker.ref();
    this.post({ kind: 'open' });
    let ahead = this.next();
    try {
      for (;;) {
        let frame = await ahead;
        // A slow consumer finds the frame that was rendered ahead too old: it gets a new one, as a sensor would have it.
        if (frame && this.pace === 'live' && systemClock.now() - frame.capturedAt > AGED)
          frame = await (ahead = this.next());
        if (!frame || signal.aborted) return;
        ahead = this.next();
        yield frame;
      }
    } finally {
      this.post({ kind: 'close' });
      // The frame that was asked for ahead is still coming.
      await ahead.catch(() => undefined);
      this.worker.unref();
      this.opened = false;
    }
  }

  private next(): Promise<SensorFrame | undefined> {
    const frame = new Promise<SensorFrame | undefined>((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.post({ kind: 'next' });
    });
    // Its failure is met when it is awaited.
    frame.catch(() => undefined);
    return frame;
  }

  private post(message: ToThread): void {
    this.worker.postMessage(message);
  }
}
