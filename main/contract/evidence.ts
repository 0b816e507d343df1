/**
 * What the pipeline process tells the shell about each frame. It stays between those two: the page sees none of it.
 */
import type { GuidanceCode, LivenessReason } from './codes.ts';
import type { Degrees, Millimetres, Milliseconds } from './units.ts';

/** Steps of a frame's path, in order; each is timed. */
export const STAGES = [
  'presence',
  'register',
  'detect',
  'mesh',
  'quality',
  'settle',
  'relief',
  'liveness',
  'eyes',
  'embed',
] as const;
export type Stage = (typeof STAGES)[number];

/** The picture that the landmarks were found in: colour, or infrared when the room is dark. */
export type Spectrum = 'colour' | 'infrared';

/** Names an embedding: the model, and `@infrared` where a colour model read an infrared picture. */
export type EmbeddingKind = string;

/** Unit vectors by kind: what each model made of the same moment. */
export type Embeddings = ReadonlyMap<EmbeddingKind, Float32Array>;

interface FrameFacts {
  /** The sensor's own count: a repeated or earlier one is never evidence. */
  readonly sequence: number;
  /** Monotonic, on the pipeline's clock, which is the shell's too. */
  readonly capturedAt: Milliseconds;
  /** How long each stage that ran took. */
  readonly stages: Partial<Record<Stage, Milliseconds>>;
  /** Frames lost between this one and the one before. */
  readonly dropped: number;
  /**
   * How long the pipeline was busy with it; absent where every frame is judged at the time that it bears, so that recordings are judged
   * alike on every machine.
   */
  readonly took?: Milliseconds;
}

/** Nothing head-sized near, or no face found on it. */
interface NobodyEvidence extends FrameFacts {
  readonly kind: 'nobody';
}

/** Somebody may be there, but this frame cannot be judged: what the person can do about it. */
interface UnclearEvidence extends FrameFacts {
  readonly kind: 'unclear';
  readonly guidance: GuidanceCode;
  readonly pose?: { readonly yaw: Degrees; readonly pitch: Degrees; readonly roll: Degrees };
}

/** One face, well seen. */
export interface FaceEvidence extends FrameFacts {
  readonly kind: 'face';
  readonly spectrum: Spectrum;
  readonly pose: { readonly yaw: Degrees; readonly pitch: Degrees; readonly roll: Degrees };
  readonly distance: Millimetres;
  /** At least one eye is open; infrared alone cannot tell, and is taken for open. */
  readonly attentive: boolean;
  /** How far the wider eye is open, of the latest looks at both (face/eyes.ts); undefined where it cannot be seen. */
  readonly lids?: number;
  /** Changes when the face was lost or jumped: evidence of two tracks never adds up. */
  readonly track: number;
  /** How many frames are fused in the shape embedding. */
  readonly fusedFrames: number;
  /** What speaks against a live face; empty for a live one. */
  readonly against: readonly LivenessReason[];
  /** Unit vectors by kind; absent where the frame is not live. */
  readonly embeddings: Embeddings;
  /**
   * Heights above the mean face in centimetres, 60 × 52, 0 where nothing was seen: of live frames that a retraining asked for. As good as
   * a picture, so it is nowhere kept.
   */
  readonly relief?: Float32Array;
}

export type Evidence = NobodyEvidence | UnclearEvidence | FaceEvidence;
