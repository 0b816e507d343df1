/** What enrolment leaves behind: a user's gallery of templates. No picture, no depth, only embeddings. */
import type { Embeddings, Spectrum } from '../../contract/evidence.ts';
import type { Degrees } from '../../contract/units.ts';
import type { Result } from '../../contract/result.ts';
import type { LookReason } from '../../contract/codes.ts';
import type { HeadTerm } from '../judge/head.ts';
import type { PersonalNetwork } from '../judge/personal-network.ts';
import type { SensorInfo } from '../sense/frames.ts';

type TemplateSource = 'enrolment' | 'adaptation';

/** Version of the steps from frame to network input; templates of another one do not compare. */
export const PREPROCESSING = 3;

/** One stored moment: its embeddings and what made them. */
export interface Template {
  readonly embeddings: Embeddings;
  /** Version of the steps from frame to network input; templates of another version do not compare. */
  readonly preprocessing: number;
  /** Which networks embedded it (MatchPolicy.networks); undefined where that was not noted yet. */
  readonly networks?: string;
  /** Measured head pose; 0, 0, 0 looks straight at the sensor. */
  readonly pose: { readonly yaw: Degrees; readonly pitch: Degrees; readonly roll: Degrees };
  /** Wall time, milliseconds since the Unix epoch. */
  readonly capturedAt: number;
  readonly source: TemplateSource;
  /** The look it belongs to, as the person named it: "plain", "with glasses". */
  readonly look: string;
  /** Enrolled looking straight ahead, or following such a look: held to stricter limits (MatchPolicy.straightAhead). */
  readonly coverage?: 'straight';
  /** How far the person's eyes were open, where that was seen: others are judged by it. */
  readonly lids?: number;
}

/** Embeddings of the relief fused over all frames of one look: the head's frame has no pose. */
interface FusedRelief {
  readonly look: string;
  readonly embeddings: Embeddings;
  readonly preprocessing: number;
  readonly networks?: string;
  /** How many frames the relief was fused from. */
  readonly frames: number;
  readonly capturedAt: number;
  readonly source: TemplateSource;
}

/** A look that was remembered, not enrolled. */
export interface RememberedLook {
  readonly look: string;
  readonly reason: LookReason;
  /** Wall time of the last unlock that it was nearest at; at first, when it was remembered. */
  readonly usedAt: number;
}

/** What a retraining left behind. */
export interface PersonalHead {
  /** Counts up by one with every head of the gallery, from 1. */
  readonly version: number;
  /** Wall time. */
  readonly fittedAt: number;
  /** The networks and steps whose embeddings it weighs; it is no measure of others. */
  readonly networks: string;
  readonly preprocessing: number;
  /** The looks that it learned from: without one of them it goes. */
  readonly looks: readonly string[];
  readonly terms: Partial<Record<Spectrum, HeadTerm>>;
  /** Where the retraining went deeper: the network whose distance the terms weigh too. */
  readonly network?: PersonalNetwork;
}

/** The latest heads, oldest first, and which of them decides. */
export interface Heads {
  /** Version of the one in use; 0 where none is. */
  readonly inUse: number;
  readonly versions: readonly PersonalHead[];
}

export interface Gallery {
  readonly user: string;
  /** The sensor it was enrolled with: another one measures with other errors. */
  readonly sensor: Pick<SensorInfo, 'driver' | 'model' | 'serial'>;
  /** Real sensors that were taken in with the PIN since. */
  readonly otherSensors?: readonly Pick<SensorInfo, 'driver' | 'model' | 'serial'>[];
  /** Wall time of the first enrolment. */
  readonly createdAt: number;
  /** Counts up by one with every save, from 1; 0 was never saved. An older file than the last saved one is refused. */
  readonly version: number;
  readonly templates: readonly Template[];
  readonly reliefs: readonly FusedRelief[];
  /** Which looks were remembered: their templates are adapted ones. All other adapted templates follow an enrolled look. */
  readonly remembered: readonly RememberedLook[];
  /** Absent before the first retraining. */
  readonly heads?: Heads;
}

/** More than these, and a gallery cannot be stored: far above what people make. */
export const GALLERY_LIMITS = { templates: 256, reliefs: 32, heads: 5 } as const;

/** Keeps galleries, encrypted, one per user. */
export interface GalleryVault {
  /** Users with a gallery, sorted; needs no key. */
  users(): Promise<Result<string[]>>;
  /** The gallery, undefined where the user has none. Fails with `key-unavailable` or `store-altered`. */
  load(user: string): Promise<Result<Gallery | undefined>>;
  /** Saves and returns it with its new version. A file that cannot be opened is kept aside, never overwritten. */
  save(gallery: Gallery): Promise<Result<Gallery>>;
  remove(user: string): Promise<Result<void>>;
}

/** Ids of all models that the gallery holds embeddings of, sorted. */
export function galleryModels(gallery: Gallery): string[] {
  const entries = [...gallery.templates, ...gallery.reliefs];
  return [...new Set(entries.flatMap(({ embeddings }) => [...embeddings.keys()]))].sort();
}
