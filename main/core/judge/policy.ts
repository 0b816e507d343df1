/** What must agree for a face to be recognised: the thresholds of models/manifest.json, by what the sensor can see. */
import type { EmbeddingKind, Spectrum } from '../../contract/evidence.ts';
import { FacetError } from '../../contract/result.ts';
import type { FusionEntry, ModelEntry, Threshold } from '../../contract/manifest.ts';
import type { AdaptationBounds } from '../adapt/bounds.ts';
import type { Lasting } from '../adapt/lasting.ts';
import type { Part, Pooling, Requirement } from './match.ts';

/** Sensitivity levels are named by the false-accept rate that they aim at. */
export const SENSITIVITIES = [1e-4, 1e-5, 1e-6] as const;
export type Sensitivity = (typeof SENSITIVITIES)[number];
/** What Windows Hello promises; it cost no false reject on the validation people. */
export const DEFAULT_SENSITIVITY: Sensitivity = 1e-5;

export type MatchPolicy = Readonly<Record<Spectrum, readonly Requirement[]>> & {
  /** Which networks' embeddings it compares: those that others made are no measure of anything. */
  readonly networks?: string;
  /** The descriptor within its most comfortable limit: whether a face that came after a break is the same person's. */
  readonly continuity?: Readonly<Record<Spectrum, Requirement>>;
  /** What looks must meet that were enrolled looking straight ahead: the next stricter level. As all others where left out. */
  readonly straightAhead?: Readonly<Record<Spectrum, readonly Requirement[]>>;
  /** How far templates may follow their person; nothing adapts where the shape alone was not measured. */
  readonly adaptation?: AdaptationBounds;
};

/** Templates whose distances are averaged: as the thresholds were measured. */
export const POOLING = { descriptor: { nearest: 1 }, shape: { nearest: 3 } } as const;

/** What the manifest says of the models that decide together. */
export interface MatchModels {
  readonly descriptor: ModelEntry;
  readonly shape: ModelEntry;
  readonly fusions: readonly FusionEntry[];
  /** What lasts of a face, where it was measured for this shape. */
  readonly lasting?: Lasting;
}

/** Names networks by what they are, not by what they are called: a retrained one keeps its id. */
export const networksOf = (...entries: readonly Pick<ModelEntry, 'id' | 'sha256'>[]): string =>
  entries.map(({ id, sha256 }) => `${id} ${sha256.slice(0, 16)}`).join(', ');

/**
 * Of every limit: what an unlock must keep within to change the gallery. Whoever is let in by luck is let in near the limit, and
 * teaches nothing; the person seldom comes that near.
 */
const CONFIDENT = 0.8;

/**
 * Of the most comfortable limit: as far as adapted templates reach. Chosen on validation people: whoever ages for two years stays
 * within nearly always, and no stranger comes as near.
 */
const REACH = 1.4;

/**
 * Adaptation is bounded by the shape without its colour, so that no skin, make-up or light decides. Templates follow as far as
 * the most comfortable level goes. A look is remembered, after the PIN, where what lasts of the face is the person's: a beard moves
 * the whole shape farther than many a sibling's is.
 */
function boundsOf(shape: ModelEntry, lasting?: Lasting): AdaptationBounds {
  const limits = (level: Sensitivity) => alone(shape, POOLING.shape, 'infrared', level).limits;
  const comfortable = limits(SENSITIVITIES[0]);
  return {
    kind: kindIn('infrared', shape.id),
    pooling: POOLING.shape,
    opens: limits(DEFAULT_SENSITIVITY).at(-1)!.distance,
    ...(lasting && { lasting }),
    follow: comfortable.at(-1)!.distance,
    reach: {
      limits: comfortable.map(({ fusedFrames, distance }) => ({ fusedFrames, distance: REACH * distance })),
    },
    confident: CONFIDENT,
  };
}

/** A model's embedding of what was seen in this spectrum. */
export const kindIn = (spectrum: Spectrum, modelId: string): EmbeddingKind =>
  spectrum === 'colour' ? modelId : `${modelId}@infrared`;

/** Shape and descriptor as they are fused in this spectrum. */
export const fusionParts = (
  spectrum: Spectrum,
  { shape, descriptor, weights }: Pick<FusionEntry, 'shape' | 'descriptor' | 'weights'>,
): Part[] => [
  { kind: kindIn(spectrum, shape), pooling: POOLING.shape, weight: weights.shape },
  { kind: kindIn(spectrum, descriptor), pooling: POOLING.descriptor, weight: weights.descriptor },
];

/**
 * The shape's own limit at every level, named by its false-accept rate: wide enough that every face that its owner makes comes within it in
 * some frames, and what stops somebody else's head under the owner's picture, which the descriptor takes for the owner. Of nine real
 * people's pictures on each other's heads, ten times more lenient ones let in 3 of 72.
 */
const SHAPE_LIMIT: Sensitivity = 1e-4;

/**
 * Three things must hold, in colour as in the dark: the descriptor's own limit, which is that of real faces; the shape's own, of whatever
 * face its owner makes; and the limit of both fused by their likelihood ratios. So no shape accepts what the descriptor refuses,
 * and no picture what the shape refuses. Where this shape was not fused yet, its own limit at the level stands in for the others.
 * @throws FacetError `model-altered` where the manifest has no threshold for the level
 */
export function matchPolicy(
  { descriptor, shape, fusions, lasting }: MatchModels,
  level: Sensitivity = DEFAULT_SENSITIVITY,
): MatchPolicy {
  const both = (spectrum: Spectrum, level: Sensitivity): Requirement[] => {
    const fusion = fusions.find(
      (entry) =>
        entry.shape === shape.id && entry.descriptor === descriptor.id && entry.spectrum === spectrum,
    );
    const picture = alone(descriptor, POOLING.descriptor, spectrum, level);
    if (!fusion) return [picture, alone(shape, POOLING.shape, spectrum, level)];
    return [
      picture,
      alone(shape, POOLING.shape, spectrum, SHAPE_LIMIT),
      {
        parts: fusionParts(spectrum, fusion),
        limits: limitsAt(fusion.thresholds, level, `${shape.id} and ${descriptor.id} in ${spectrum}`),
      },
    ];
  };
  const networks = networksOf(descriptor, shape);
  const continuity = (spectrum: Spectrum) =>
    alone(descriptor, POOLING.descriptor, spectrum, SENSITIVITIES[0]);
  const stricter = SENSITIVITIES[SENSITIVITIES.indexOf(level) + 1] ?? level;
  return {
    colour: both('colour', level),
    infrared: both('infrared', level),
    continuity: { colour: continuity('colour'), infrared: continuity('infrared') },
    straightAhead: { colour: both('colour', stricter), infrared: both('infrared', stricter) },
    networks,
    ...(shape.thresholds.length > 0 && { adaptation: boundsOf(shape, lasting) }),
  };
}

/** One model deciding alone: what it is worth by itself. @throws FacetError `model-altered` */
export const alonePolicy = (
  entry: ModelEntry,
  pooling: Pooling,
  level: Sensitivity = DEFAULT_SENSITIVITY,
): MatchPolicy => ({
  colour: [alone(entry, pooling, 'colour', level)],
  infrared: [alone(entry, pooling, 'infrared', level)],
});

function alone(entry: ModelEntry, pooling: Pooling, spectrum: Spectrum, level: Sensitivity): Requirement {
  const own = entry.thresholds.filter((t) => (t.spectrum ?? 'colour') === spectrum);
  // What does not depend on light has one calibration for both.
  const thresholds =
    own.length > 0 ? own : entry.thresholds.filter((t) => (t.spectrum ?? 'colour') === 'colour');
  return {
    parts: [{ kind: kindIn(spectrum, entry.id), pooling, weight: 1 }],
    limits: limitsAt(thresholds, level, `${entry.id} in ${spectrum}`),
  };
}

/** The limits at the level, or at the strictest one that was measured where that is less strict. */
function limitsAt(thresholds: readonly Threshold[], level: Sensitivity, what: string): Requirement['limits'] {
  const rates = thresholds.map(({ falseAcceptRate }) => falseAcceptRate);
  const rate = rates.includes(level) ? level : Math.min(...rates);
  if (rates.length === 0 || (rate !== level && rate < level))
    throw new FacetError(
      'model-altered',
      `models/manifest.json has no threshold of ${what} at a false-accept rate of ${level}. Restore the file.`,
    );
  return thresholds
    .filter(({ falseAcceptRate }) => falseAcceptRate === rate)
    .map(({ fusedFrames = 1, distance }) => ({ fusedFrames, distance }))
    .sort((a, b) => a.fusedFrames - b.fusedFrames);
}
