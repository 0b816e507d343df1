/** `facet calibrate`: thresholds measured on synthetic people who were never trained on. */
import type { ModelEntry } from '../../contract/manifest.ts';
import { collectDistances, shareAbove, thresholdAt } from '../../core/evaluation/calibrate.ts';
import { POOLING, SENSITIVITIES } from '../../core/policy.ts';
import type { TrialOutcome } from '../evaluation/people-trial.ts';
import { DESCRIPTOR_MODEL, SHAPE_MODEL } from '../onnx/load-face-models.ts';
import { openModelLibrary } from '../onnx/model-library.ts';
import { spread } from './spread.ts';
import { putEntries } from './write-models.ts';

const VISITS = 4;
/** Frames of a visit: enough to see every number of fused frames. */
const FRAMES = 16;

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
  const measured = (kind: string, pooling: { nearest: number }, from: number, to: number) =>
    collectDistances(trials, kind, pooling, (frames) => frames >= from && frames < to);
  const describe = (distances: { genuine: number[]; impostor: number[] }) =>
    `${people} synthetic people (validation/0 to validation/${people - 1}), ${VISITS} visits each: ${distances.genuine.length} genuine and ${distances.impostor.length} impostor comparisons of single frames`;
  const thresholdsOf = (distances: { genuine: number[]; impostor: number[] }, more: object) =>
    SENSITIVITIES.map((falseAcceptRate) => {
      const distance = thresholdAt(distances, falseAcceptRate);
      return {
        falseAcceptRate,
        falseRejectRate: shareAbove(distances.genuine, distance),
        distance,
        measuredOn: describe(distances),
        ...more,
      };
    });
  const shape = FUSED.flatMap((fusedFrames, i) =>
    thresholdsOf(measured(SHAPE_MODEL, POOLING.shape, fusedFrames, FUSED[i + 1] ?? Infinity), {
      fusedFrames,
    }),
  );
  const dark = thresholdsOf(measured(`${DESCRIPTOR_MODEL}@infrared`, POOLING.descriptor, 1, Infinity), {
    spectrum: 'infrared' as const,
  });
  const descriptor = library.entry(DESCRIPTOR_MODEL);
  await putEntries(folder, [
    { ...library.entry(SHAPE_MODEL), thresholds: shape },
    {
      ...descriptor,
      thresholds: [...descriptor.thresholds.filter((t) => t.spectrum !== 'infrared'), ...dark],
    },
  ]);
  return [...shape, ...dark];
}
