/** The schema of models/manifest.json: every fact about a model that code or a reader needs, in one place. */
import { z } from 'zod';

const Input = z.strictObject({
  /** Name of the ONNX input. */
  name: z.string(),
  /** Without the batch axis. */
  shape: z.array(z.int().positive()).min(1),
  /** What the axes are: `CHW` for pictures, `C` for plain vectors. */
  layout: z.enum(['CHW', 'C']),
  /** What each channel is, e.g. `red`, `green`, `blue`, `relief`. Empty for plain vectors. */
  channels: z.array(z.string()),
  /** The network reads (value − mean) / divisor, per channel; 8-bit values for colour, millimetres for depth. */
  mean: z.array(z.number()),
  divisor: z.array(z.number()),
  /** How the input is cut out of a frame; a template made with another one is not comparable. */
  preprocessing: z.string(),
});

/** Errors among comparisons, with the 95 % interval of their share. */
const Measured = z.strictObject({
  errors: z.int().min(0),
  of: z.int().min(0),
  low: z.number().min(0).max(1),
  high: z.number().min(0).max(1),
});

const Threshold = z.strictObject({
  /** False-accept rate per comparison that this distance was measured to give. */
  falseAcceptRate: z.number().positive().max(1),
  falseRejectRate: z.number().min(0).max(1),
  /** Accept at or below: between unit vectors, √(2 − 2·cos). */
  distance: z.number().positive(),
  /** Frames fused in the probe, where the distance depends on it. */
  fusedFrames: z.int().positive().optional(),
  /** What picture the probe came from; colour where absent. */
  spectrum: z.enum(['colour', 'infrared']).optional(),
  /** What was counted at this distance, where this project counted it. */
  falseAccepts: Measured.optional(),
  falseRejects: Measured.optional(),
  /** Data, number of templates, crops: what the rates were measured on. */
  measuredOn: z.string(),
});

/** A shape model and a descriptor as one distance: the sum of theirs by these weights. */
const Fusion = z.strictObject({
  shape: z.string(),
  descriptor: z.string(),
  spectrum: z.enum(['colour', 'infrared']),
  /** By logistic regression on validation people; they add up to 1. */
  weights: z.strictObject({ shape: z.number().min(0).max(1), descriptor: z.number().min(0).max(1) }),
  thresholds: z.array(Threshold).min(1),
});

const Model = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  role: z.enum(['detector', 'landmarks', 'embedder']),
  title: z.string(),
  /** Below models/; `built/` is converted by `npm run setup`, everything else is committed. */
  file: z.string().regex(/^[a-z0-9-]+(\/[a-z0-9.-]+)*\.onnx$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  input: Input,
  outputs: z
    .array(z.strictObject({ name: z.string(), shape: z.array(z.int().positive()), meaning: z.string() }))
    .min(1),
  licence: z.string(),
  /** How the file was made, precisely enough to do it again. */
  made: z.string(),
  thresholds: z.array(Threshold),
});

/** The mean face that reliefs settle on: no network, but a model all the same. */
const MeanFace = z.strictObject({
  file: z.string().regex(/^[a-z0-9.-]+$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  licence: z.string(),
  made: z.string(),
});

/** What lasts of a face whatever is new in it: a projection of a shape model's embedding. */
const Lasting = z.strictObject({
  file: z.string().regex(/^[a-z0-9.-]+$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** The shape model that it projects, as templates note their networks. */
  shape: z.string(),
  dimensions: z.int().positive(),
  /** Farthest from the mean of what was enrolled, by the frames fused in a face. */
  limits: z
    .array(
      z.strictObject({
        fusedFrames: z.int().positive(),
        distance: z.number().positive(),
        /** Of visits with the change that is hardest to see through. */
        falseRejects: Measured,
        /** Of strangers, and of siblings with 70 % of the shape. */
        falseAccepts: z.strictObject({ strangers: Measured, siblings: Measured }),
      }),
    )
    .min(1),
  measuredOn: z.string(),
  licence: z.string(),
  made: z.string(),
});

/** People that a personal head learns to tell its owner from: embeddings of these networks. */
const Impostors = z.strictObject({
  file: z.string().regex(/^[a-z0-9.-]+$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** The reliefs of the same faces, for a network of a person's own. */
  reliefs: z
    .strictObject({
      file: z.string().regex(/^[a-z0-9.-]+$/),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    })
    .optional(),
  networks: z.string(),
  people: z.int().positive(),
  licence: z.string(),
  made: z.string(),
});

const Manifest = z
  .strictObject({
    version: z.literal(1),
    models: z.array(Model),
    fusions: z.array(Fusion),
    meanFace: MeanFace,
    lasting: Lasting.optional(),
    impostors: Impostors.optional(),
  })
  .refine(
    ({ models }) => new Set(models.map(({ id }) => id)).size === models.length,
    'two models share an id',
  );

export type ModelEntry = z.infer<typeof Model>;
export type Threshold = z.infer<typeof Threshold>;
export type FusionEntry = z.infer<typeof Fusion>;
export type LastingEntry = z.infer<typeof Lasting>;
export type ImpostorsEntry = z.infer<typeof Impostors>;
export type ModelManifest = z.infer<typeof Manifest>;

/** @throws z.ZodError where the manifest is not as it should be. */
export const parseManifest = (json: unknown): ModelManifest => Manifest.parse(json);
