/** `facet calibrate`: thresholds measured on synthetic people who were never trained on. */
import type { ModelEntry } from '../../contract/manifest.ts';
import {
  collectDistances,
  shareAbove,
  thresholdFor,
  type Distances,
} from '../../core/evaluation/calibrate.ts';
import type { Pooling } from '../../core/judge/match.ts';
import { POOLING, SENSITIVITIES } from '../../core/judge/policy.ts';
import type { TrialOutcome } from '../evaluation/people-trial.ts';
import { DESCRIPTOR_MODEL, SHAPE_MODEL } from '../onnx/load-face-models.ts';
import { openModelLibrary } from '../onnx/model-library.ts';
import { spread } from './spread.ts';
import { putEntries } from './write-models.ts';

const VISITS = 4;
/** Frames of a visit: enough to see every number of fused frames. */
const FRAMES = 16;
/** How much of the gap between the same and others goes to comfort at each level (calibrate.ts). */
const COMFORT = { [1e-4]: 0.5, [1e-5]: 0.3 } as const;

/** Fused frames at which the shape's thresholds are measured: the distance shrinks as frames add up. */
const FUSED = [1, 2, 4, 8] as const;

/** Sets the thresholds of the shape, and of the descriptor in the dark, from visits of the validation people. */
export async function calibrate(
  folder: string,
  people: number,
  threads: number,
  progress: (share: number) => void,
): Promise<ModelEntry['thresholds']> {
  const trials: TrialOutcome[] = [];
  let done = 0;
  await spread<unknown, TrialOutcome>(
    Array.from({ length: people }, (_, index) => ({
      kind: 'trial',
      trial: { pool: 'validation', index, visits: VISITS, attacks: 0, frames: FRAMES },
    })),
    (outcome, i) => {
      trials[i] = outcome;
      progress(++done / people);
    },
    threads,
  );
  const library = await openModelLibrary(folder);
  const measured = (kind: string, pooling: Pooling, from: number, to: number) =>
    collectDistances(trials, kind, pooling, (frames) => frames >= from && frames < to);
  const threshold = (falseAcceptRate: number, distance: number, distances: Distances, choice: string) => ({
    falseAcceptRate,
    falseRejectRate: shareAbove(distances.genuine, distance),
    distance,
    measuredOn: `${people} synthetic people (validation/0 to validation/${people - 1}), ${VISITS} visits each, single frames: ${shareBelow(distances, distance)} impostor and ${distances.genuine.length} genuine comparisons; ${choice}`,
  });
  const shape = FUSED.flatMap((fusedFrames, i) => {
    const distances = measured(SHAPE_MODEL, POOLING.shape, fusedFrames, FUSED[i + 1] ?? Infinity);
    return SENSITIVITIES.map((rate) => ({
      ...threshold(
        rate,
        thresholdFor(distances, rate, COMFORT[rate]),
        distances,
        'the gap between both is divided',
      ),
      fusedFrames,
    }));
  });
  const descriptor = library.entry(DESCRIPTOR_MODEL);
  const inLight = descriptor.thresholds.filter((t) => t.spectrum !== 'infrared');
  const inTheDark = measured(`${DESCRIPTOR_MODEL}@infrared`, POOLING.descriptor, 1, Infinity);
  const dark = inLight.map(({ falseAcceptRate, distance }) => ({
    ...threshold(
      falseAcceptRate,
      distance,
      inTheDark,
      'the distance is that of real faces in colour, for want of real infrared',
    ),
    spectrum: 'infrared' as const,
  }));
  await putEntries(folder, [
    { ...library.entry(SHAPE_MODEL), thresholds: shape },
    { ...descriptor, thresholds: [...inLight, ...dark] },
  ]);
  return [...shape, ...dark];
}

const shareBelow = ({ impostor }: Distances, distance: number): string =>
  `${impostor.filter((value) => value <= distance).length} accepted of ${impostor.length}`;
