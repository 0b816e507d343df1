/** What must agree for a face to be recognised: the thresholds of models/manifest.json, by what the sensor can see. */
import type { EmbeddingKind, Spectrum } from '../../contract/evidence.ts';
import { FacetError } from '../../contract/result.ts';
import type { ModelEntry } from '../../contract/manifest.ts';
import type { Pooling, Requirement } from './match.ts';

/** Sensitivity levels are named by the false-accept rate that they aim at. */
export const SENSITIVITIES = [1e-4, 1e-5] as const;
export type Sensitivity = (typeof SENSITIVITIES)[number];
/** What Windows Hello promises; it cost no false reject on the validation people. */
export const DEFAULT_SENSITIVITY: Sensitivity = 1e-5;

export type MatchPolicy = Readonly<Record<Spectrum, readonly Requirement[]>>;

/** Templates whose distances are averaged: as the thresholds were measured. */
export const POOLING = { descriptor: { nearest: 1 }, shape: { nearest: 3 } } as const;

/**
 * Both must agree, in colour as in the dark: the shape, and the descriptor of the picture at hand. The descriptor's colour
 * threshold is that of real faces.
 * @throws FacetError `model-altered` where the manifest has no threshold for the level
 */
export function matchPolicy(
  descriptor: ModelEntry,
  shape: ModelEntry,
  level: Sensitivity = DEFAULT_SENSITIVITY,
): MatchPolicy {
  const requirement = (
    entry: ModelEntry,
    kind: EmbeddingKind,
    spectrum: Spectrum,
    pooling: Pooling,
  ): Requirement => {
    const limits = entry.thresholds
      .filter((t) => t.falseAcceptRate === level && (t.spectrum ?? 'colour') === spectrum)
      .map((t) => ({ fusedFrames: t.fusedFrames ?? 1, distance: t.distance }))
      .sort((a, b) => a.fusedFrames - b.fusedFrames);
    if (limits.length === 0)
      throw new FacetError(
        'model-altered',
        `models/manifest.json has no threshold of ${entry.id} for ${spectrum} at a false-accept rate of ${level}. Restore the file.`,
      );
    return { kind, pooling, limits };
  };
  // Shape does not depend on light: one calibration serves both.
  const relief = requirement(shape, shape.id, 'colour', POOLING.shape);
  return {
    colour: [requirement(descriptor, descriptor.id, 'colour', POOLING.descriptor), relief],
    infrared: [requirement(descriptor, `${descriptor.id}@infrared`, 'infrared', POOLING.descriptor), relief],
  };
}
