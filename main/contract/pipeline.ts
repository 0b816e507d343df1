/** The messages between the shell and the pipeline process, checked on arrival on both sides. */
import { z } from 'zod';
import { PREVIEW_KINDS, visitorSchema, type Preview } from './api.ts';
import type { Evidence } from './evidence.ts';
import type { Failure } from './result.ts';

/**
 * Enrolling takes the infrared descriptor too, so that the dark works without enrolling again; retraining does as well, and takes the
 * relief.
 */
export type Purpose = 'enrol' | 'unlock' | 'retrain';

/**
 * `live`: frames come when they come and the latest wins. `virtual`: every frame of a recording or simulation is judged, as
 * fast as the machine can, at the time it bears: the same input gives the same decision on every machine.
 */
export type Pace = 'live' | 'virtual';

const watchSchema = z.strictObject({
  kind: z.literal('watch'),
  /** Counts up: what still arrives for an earlier watch is ignored. */
  watch: z.int().positive(),
  sensor: z.string().max(4096),
  purpose: z.enum(['enrol', 'unlock', 'retrain']),
  pace: z.enum(['live', 'virtual']),
  /** A network of the person's own, to embed with beside the shipped ones. */
  personal: z
    .strictObject({
      kind: z.string().max(200),
      onnx: z.custom<Uint8Array>((file) => file instanceof Uint8Array && file.length <= 4_000_000),
      sha256: z.string().max(200),
    })
    .optional(),
});

export const toPipelineSchema = z.discriminatedUnion('kind', [
  watchSchema,
  z.strictObject({ kind: z.literal('rest') }),
  /** A watch will come: models, and a simulated sensor, may be made ready for it. */
  z.strictObject({ kind: z.literal('prepare'), sensor: z.string().max(4096) }),
  /** Which previews are made: none while nobody looks, all of them while diagnostics are open. */
  z.strictObject({ kind: z.literal('preview'), show: z.enum(['nothing', 'shape', 'everything']) }),
  /** The shell took a preview: the next one of its kind may come. */
  z.strictObject({ kind: z.literal('preview-taken'), preview: z.enum(PREVIEW_KINDS) }),
  /** What stands before the simulated sensor from now on. */
  z.strictObject({ kind: z.literal('visitor'), visitor: visitorSchema.required() }),
]);

/** From the shell. */
export type ToPipeline = z.infer<typeof toPipelineSchema>;
export type WatchRequest = Omit<z.infer<typeof watchSchema>, 'kind' | 'watch'>;
export type PreviewChoice = Extract<ToPipeline, { kind: 'preview' }>['show'];

/** What the shell needs to know of the sensor that is open. */
export interface OpenSensor {
  readonly driver: string;
  readonly model: 'kinect-v1' | 'kinect-v2' | 'other';
  readonly serial: string;
  readonly simulated: boolean;
  /** A sentence or two where it works otherwise than was asked for. */
  readonly note?: string;
}

/** From the pipeline. */
export type FromPipeline =
  | { readonly kind: 'ready' }
  | { readonly kind: 'watching'; readonly watch: number; readonly sensor: OpenSensor }
  | { readonly kind: 'evidence'; readonly watch: number; readonly evidence: Evidence }
  /** The person's own network is not used; the watch goes on without it. */
  | { readonly kind: 'impersonal'; readonly watch: number; readonly failure: Failure }
  /** What the watch sees, to look at; one of a kind is under way at a time. */
  | { readonly kind: 'preview'; readonly watch: number; readonly preview: Preview }
  /** The recording or simulation is over. */
  | { readonly kind: 'ended'; readonly watch: number }
  | { readonly kind: 'failed'; readonly watch: number; readonly failure: Failure };

const finite = z.number();
const poseSchema = z.strictObject({ yaw: finite, pitch: finite, roll: finite });
const factsShape = {
  sequence: z.int(),
  capturedAt: finite,
  stages: z.record(z.string(), finite),
  dropped: z.int().nonnegative(),
  took: finite.nonnegative().optional(),
};
const unitVector = z
  .instanceof(Float32Array)
  .refine((v) => v.length > 0 && v.length <= 4096 && v.every(Number.isFinite));

const evidenceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...factsShape, kind: z.literal('nobody') }),
  z.strictObject({
    ...factsShape,
    kind: z.literal('unclear'),
    guidance: z.string(),
    pose: poseSchema.optional(),
  }),
  z.strictObject({
    ...factsShape,
    kind: z.literal('face'),
    spectrum: z.enum(['colour', 'infrared']),
    pose: poseSchema,
    distance: finite,
    attentive: z.boolean(),
    lids: finite.min(0).max(10).optional(),
    track: z.int(),
    fusedFrames: z.int().positive(),
    against: z.array(z.string()),
    embeddings: z.map(z.string(), unitVector),
    relief: z
      .instanceof(Float32Array)
      .refine((v) => v.length <= 4096 && v.every(Number.isFinite))
      .optional(),
  }),
]);

const sensorSchema = z.strictObject({
  driver: z.string(),
  model: z.enum(['kinect-v1', 'kinect-v2', 'other']),
  serial: z.string(),
  simulated: z.boolean(),
  note: z.string().max(2000).optional(),
});

const fromPipelineSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready') }),
  z.strictObject({ kind: z.literal('watching'), watch: z.int(), sensor: sensorSchema }),
  z.strictObject({ kind: z.literal('evidence'), watch: z.int(), evidence: evidenceSchema }),
  z.strictObject({
    kind: z.literal('preview'),
    watch: z.int(),
    preview: z.strictObject({
      kind: z.enum(PREVIEW_KINDS),
      width: z.int().positive().max(0xffff),
      height: z.int().positive().max(0xffff),
      data: z.instanceof(Uint8Array).refine((data) => data.length <= 2 ** 20),
    }),
  }),
  z.strictObject({ kind: z.literal('ended'), watch: z.int() }),
  z.strictObject({
    kind: z.enum(['failed', 'impersonal']),
    watch: z.int(),
    failure: z.strictObject({ ok: z.literal(false), code: z.string(), message: z.string() }),
  }),
]);

/** @returns undefined for anything that is not a message of the pipeline: a broken driver may have written over memory */
export function parseFromPipeline(message: unknown): FromPipeline | undefined {
  const parsed = fromPipelineSchema.safeParse(message);
  return parsed.success ? (parsed.data as unknown as FromPipeline) : undefined;
}
