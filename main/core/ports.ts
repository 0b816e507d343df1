/** The interfaces that adapters implement. Core knows nothing else of the outside. */
import type { Milliseconds } from '../contract/units.ts';
import type { Evidence } from '../contract/evidence.ts';
import type { Preview, Visitor } from '../contract/api.ts';
import type { OpenSensor, PreviewChoice, WatchRequest } from '../contract/pipeline.ts';
import type { ListedSensor } from '../contract/states/sensors.ts';
import type { Failure, Result } from '../contract/result.ts';
import type { SensorFrame, SensorInfo } from './sense/frames.ts';
import type { Region } from './face/infrared.ts';
import type { FaceBox, FaceMesh, PixelSource } from './face/types.ts';

/** A source of frames. Opening fails by throwing a FacetError (`sensor-unavailable`, `bad-input`). */
export interface Sensor {
  readonly info: SensorInfo;
  /**
   * Frames in capture order until the signal aborts or the sensor ends. Latest wins: a consumer that is
   * slower than the sensor loses frames, which `sequence` shows. Ends by throwing FacetError `sensor-lost`
   * when the hardware goes away; returns normally at the end of a recording.
   */
  open(signal: AbortSignal): AsyncIterable<SensorFrame>;
}

/** Finds faces in a picture, or in a region of it; boxes in the picture's pixels, best first. */
export interface FaceDetector {
  readonly modelId: string;
  detect(image: PixelSource, region?: Region): Promise<FaceBox[]>;
}

/** Fits the dense landmark mesh into a face box; landmarks in the picture's pixels. */
export interface LandmarkModel {
  readonly modelId: string;
  fit(image: PixelSource, box: FaceBox): Promise<FaceMesh>;
}

/** Turns network input tensors into unit vectors. */
export interface Embedder {
  readonly modelId: string;
  /** Length of the embedding. */
  readonly dimensions: number;
  /** Shape of one input, as in models/manifest.json, without the batch axis. */
  readonly inputShape: readonly number[];
  /** @param inputs n tensors of inputShape laid end to end. @returns n unit vectors. */
  embed(inputs: Float32Array, n?: number): Promise<Float32Array[]>;
}

/** Monotonic and wall time; injected so that tests and replays own it. */
export interface Clock {
  /** Monotonic, arbitrary origin. */
  now(): Milliseconds;
  /** Milliseconds since the Unix epoch. */
  wallTime(): number;
}

/** 32 bytes that encrypt this machine's galleries, and where they are kept. */
export interface KeySource {
  readonly kind: 'keytar' | 'keyring' | 'passphrase' | 'key-file';
  /** A sentence for the person where this way of keeping the key is weaker than the system's keychain. */
  readonly warning?: string;
  /** The key, created on first use. */
  key(): Promise<Result<Uint8Array>>;
}

/** Files by name below the data folder; every write is atomic (old content or new, never half). */
export interface Store {
  read(name: string): Promise<Result<Uint8Array | undefined>>;
  write(name: string, bytes: Uint8Array): Promise<Result<void>>;
  remove(name: string): Promise<Result<void>>;
  list(prefix: string): Promise<Result<string[]>>;
}

/** Which sensors this machine has, asked without opening one. */
export interface SensorList {
  /** How often asking costs nothing that anybody notices. */
  readonly every: Milliseconds;
  list(): Promise<readonly ListedSensor[]>;
}

/** What a watch yields. `impersonal`: it goes on without the person's own network. `silent`: nothing came for a while. `restarting`: the pipeline process stopped and comes back by itself; the watch goes on. */
export type PipelineEvent =
  | { readonly kind: 'watching'; readonly sensor: OpenSensor }
  | { readonly kind: 'evidence'; readonly evidence: Evidence }
  | { readonly kind: 'impersonal'; readonly failure: Failure }
  | { readonly kind: 'restarting'; readonly attempt: number; readonly delay: Milliseconds }
  | { readonly kind: 'silent' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Sensor and models in a process of their own, as the shell sees them. */
export interface Pipeline {
  /** Watches until the signal aborts, the recording ends or something fails for good. One watch at a time. */
  watch(request: WatchRequest, signal: AbortSignal): AsyncIterable<PipelineEvent>;
  /** Ends the process. */
  close(): Promise<void>;
}

/** A pipeline whose frames can be looked at, and whose simulated visitor can be told what to do. */
export interface ViewedPipeline extends Pipeline {
  /** Starts the process, the models and a simulated sensor, so that the first watch need not wait for them. */
  prepare(sensor: string): void;
  /** Which previews are made from now on, also after a restart. */
  show(choice: PreviewChoice): void;
  /** What stands before the simulated sensor from now on, also after a restart. */
  direct(visitor: Visitor): void;
  /** Previews of the watch that runs, the latest wins. @returns ends the subscription */
  onPreview(receive: (preview: Preview) => void): () => void;
}
