/** A retraining where it is called: pool, backend, fit and judgement, with how far it is. */
import { FacetError, fail, ok, type Failure, type Result } from '../../contract/result.ts';
import type { Backend, RetrainProgress } from '../../contract/states/retrain.ts';
import { retrain, type RetrainOutcome } from '../../core/retrain/retrain.ts';
import { fitHead, openBackend } from './fit-head.ts';
import { openModelLibrary } from '../onnx/model-library.ts';
import { SHAPE_MODEL } from '../onnx/load-face-models.ts';
import { goDeeper } from './go-deeper.ts';
import { loadImpostorPool } from './impostor-pool.ts';
import { loadImpostorReliefs } from './impostor-reliefs.ts';
import { loadTensorflow } from './load-tensorflow.ts';
import type { TrainerWork } from './thread-trainer.ts';

/** What loading, tuning a network and fitting the head take of the whole. */
const SHARES = { loading: 0.1, tuning: 0.6, fitting: 0.8 } as const;

const NO_TENSORFLOW = fail(
  'model-missing',
  'Retraining deeper needs TensorFlow itself (tfjs-node), which cannot be loaded here. Run node scripts/tensorflow.mjs once (about 230 MB); the head alone needs none.',
);

/** Whether a deeper retraining has what it needs. */
export async function goesDeeperHere(models: string): Promise<Result<void>> {
  try {
    loadTensorflow();
  } catch {
    return NO_TENSORFLOW;
  }
  try {
    await loadImpostorReliefs(models);
    return ok(undefined);
  } catch (error) {
    return failureOf(error);
  }
}

export async function retrainHere(
  models: string,
  { task, backend: asked }: TrainerWork,
  show: (progress: RetrainProgress) => void,
): Promise<Result<RetrainOutcome & { readonly backend: Backend }>> {
  try {
    show({ stage: 'loading', share: 0, epoch: 0, epochs: 0 });
    const { deeper } = task;
    if (deeper && asked && asked !== 'tfjs-node')
      return fail('bad-argument', 'Only TensorFlow itself can retrain deeper. Leave the backend out.');
    const pool = await loadImpostorPool(models);
    const { tf, backend } = await openBackend(deeper ? 'tfjs-node' : asked);
    const deep =
      deeper &&
      (await goDeeper(
        tf,
        {
          task: { ...task, deeper },
          pool,
          reliefs: await loadImpostorReliefs(models),
          base: (await (await openModelLibrary(models)).load(SHAPE_MODEL)).bytes,
        },
        stepsOf((epoch, epochs, loss, secondsLeft) => {
          const share = SHARES.loading + (SHARES.tuning * epoch) / epochs;
          show({ stage: 'tuning', backend, share, epoch, epochs, loss, secondsLeft });
        }),
      ));
    const [from, fitting] = deep
      ? [SHARES.loading + SHARES.tuning, SHARES.fitting - SHARES.tuning]
      : [SHARES.loading, SHARES.fitting];
    let done = 0;
    const outcome = await retrain(
      task,
      deep?.pool ?? pool,
      (problem) => {
        const begun = performance.now();
        const { epochs } = problem;
        return fitHead(tf, problem, (epoch, loss) => {
          const share = from + fitting * (done + epoch / epochs / 2);
          const left = ((performance.now() - begun) / epoch) * (epochs - epoch + (done > 0 ? 0 : epochs));
          const secondsLeft = Math.ceil(left / 1000);
          show({
            stage: epoch < epochs ? 'fitting' : 'judging',
            backend,
            share,
            epoch,
            epochs,
            loss,
            secondsLeft,
          });
        });
      },
      (_, share) => (done = share),
      deep?.faces,
    );
    if (!outcome.ok) return outcome;
    const network = outcome.value.report.promoted && deep ? { network: deep.network } : {};
    return ok({ ...outcome.value, ...network, backend });
  } catch (error) {
    return failureOf(error);
  }
}

/** With the seconds that are left, as long as each step takes the same. */
function stepsOf(
  told: (epoch: number, epochs: number, loss: number, secondsLeft: number) => void,
): (epoch: number, epochs: number, loss: number) => void {
  const begun = performance.now();
  return (epoch, epochs, loss) => {
    const left = ((performance.now() - begun) / epoch) * (epochs - epoch);
    told(epoch, epochs, loss, Math.ceil(left / 1000));
  };
}

function failureOf(error: unknown): Failure {
  if (error instanceof FacetError) return error.toFailure();
  throw error;
}
