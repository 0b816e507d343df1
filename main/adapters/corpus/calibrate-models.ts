/** `facet calibrate`: thresholds measured on synthetic people who were never trained on. */
import type { FusionEntry, Threshold } from '../../contract/manifest.ts';
import type { Spectrum } from '../../contract/evidence.ts';
import {
  compareFrames,
  fuseWeights,
  shareAbove,
  thresholdFor,
  weigh,
  type ComparedFrame,
  type Distances,
} from '../../core/evaluation/calibrate.ts';
import { countedRate } from '../../core/evaluation/rates.ts';
import { fusionParts, SENSITIVITIES } from '../../core/judge/policy.ts';
import type { RealTrial } from '../../core/evaluation/real-people.ts';
import type { TrialOutcome } from '../evaluation/people-trial.ts';
import { DESCRIPTOR_MODEL, SHAPE_MODEL } from '../onnx/load-face-models.ts';
import { openModelLibrary } from '../onnx/model-library.ts';
import { spread } from './spread.ts';
import { putEntries, putFusions } from './write-models.ts';

const VISITS = 4;
/** Frames of a visit: enough to see every number of fused frames. */
const FRAMES = 16;
/** How much of the gap between the same and others goes to comfort at each level (calibrate.ts). */
const COMFORT = { [1e-4]: 0.5, [1e-5]: 0.35, [1e-6]: 0.2 } as const;

/** Fused frames at which thresholds are measured: the distance shrinks as frames add up. */
const FUSED = [1, 2, 4, 8] as const;

export interface Calibration {
  readonly spectrum: Spectrum;
  readonly fusion: FusionEntry;
  /** Of the shape alone. */
  readonly shape: readonly Threshold[];
}

/**
 * Weighs shape and descriptor, and sets the thresholds of both together and of the shape alone, from visits of the validation people
 * and, where they are given, of real people.
 * The descriptor's own are those of real faces.
 */
export async function calibrate(
  folder: string,
  people: number,
  threads: number,
  progress: (share: number) => void,
  real: readonly RealTrial[] = [],
): Promise<readonly Calibration[]> {
  const trials: TrialOutcome[] = [];
  let done = 0;
  await spread<unknown, TrialOutcome>(
    Array.from({ length: people }, (_, index) => ({
      kind: 'trial',
      trial: { pool: 'validation', index, visits: VISITS, attacks: 0, frames: FRAMES, faces: 'units' },
    })),
    (outcome, i) => {
      trials[i] = outcome;
      progress(++done / people);
    },
    threads,
  );
  const data = `${people} synthetic people (validation/0 to validation/${people - 1}), ${VISITS} visits each with every expression${real.length > 0 ? `, and ${real.length} real people in infrared (${REAL_DATA})` : ''}; single frames`;
  // A shape, and a face in infrared, are what they are in any light: real people have a say in both.
  const dark = fusionParts('infrared', { shape: SHAPE_MODEL, descriptor: DESCRIPTOR_MODEL, weights: EVEN });
  const fromLife = real.length > 0 ? [compareFrames(real.map(visitsOf), dark, () => true)] : [];
  const library = await openModelLibrary(folder);
  const calibrations: Calibration[] = [];
  for (const spectrum of ['colour', 'infrared'] as const) {
    const models = { shape: SHAPE_MODEL, descriptor: DESCRIPTOR_MODEL };
    const parts = fusionParts(spectrum, { ...models, weights: EVEN });
    const sets = [compareFrames(trials, parts, (face) => face.spectrum === spectrum), ...fromLife];
    const [shape, picture] = fuseWeights(sets);
    const compared = sets.flat();
    const fusion: FusionEntry = {
      ...models,
      spectrum,
      weights: { shape, descriptor: picture },
      thresholds: byFusedFrames(compared, [shape, picture], data),
    };
    const alone = byFusedFrames(compared, [1, 0], data).map((t) => ({
      ...t,
      spectrum,
    }));
    calibrations.push({ spectrum, fusion, shape: alone });
  }
  await putEntries(folder, [
    { ...library.entry(SHAPE_MODEL), thresholds: calibrations.flatMap(({ shape }) => shape) },
  ]);
  await putFusions(
    folder,
    calibrations.map(({ fusion }) => fusion),
  );
  return calibrations;
}

const EVEN = { shape: 1, descriptor: 1 };
const REAL_DATA = 'development people of the ICONIP 2015 set, one session, nine poses, four expressions';

const visitsOf = ({ templates, visits, poses }: RealTrial) => ({ templates, visits: [...visits, ...poses] });

/** A threshold for each level and number of fused frames. */
const byFusedFrames = (
  compared: readonly ComparedFrame[],
  weights: readonly number[],
  data: string,
): Threshold[] =>
  FUSED.flatMap((fusedFrames, i) => {
    const distances = weigh(compared, weights, fusedFrames, FUSED[i + 1] ?? Infinity);
    return SENSITIVITIES.map((rate) => ({
      ...counted(rate, thresholdFor(distances, rate, COMFORT[rate]), distances),
      fusedFrames,
      measuredOn: `${data}; the gap between the same and others is divided`,
    }));
  });

/** A distance, and what was counted at it. */
function counted(falseAcceptRate: number, distance: number, { genuine, impostor }: Distances) {
  const missed = genuine.filter((value) => value > distance).length;
  const passed = impostor.filter((value) => value <= distance).length;
  return {
    falseAcceptRate,
    falseRejectRate: shareAbove(genuine, distance),
    distance,
    falseAccepts: countedRate(passed, impostor.length),
    falseRejects: countedRate(missed, genuine.length),
  };
}
