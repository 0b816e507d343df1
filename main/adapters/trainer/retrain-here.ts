/** A retraining where it is called: pool, backend, fit and judgement, with how far it is. */
import { FacetError, type Result } from '../../contract/result.ts';
import type { Backend, RetrainProgress } from '../../contract/states/retrain.ts';
import { retrain, type RetrainOutcome } from '../../core/retrain/retrain.ts';
import { fitHead, openBackend } from './fit-head.ts';
import { loadImpostorPool } from './impostor-pool.ts';
import type { TrainerWork } from './thread-trainer.ts';

/** What loading and judging take of the whole. */
const SHARES = { loading: 0.1, fitting: 0.8 } as const;

export async function retrainHere(
  models: string,
  { task, backend: asked }: TrainerWork,
  show: (progress: RetrainProgress) => void,
): Promise<Result<RetrainOutcome & { readonly backend: Backend }>> {
  try {
    show({ stage: 'loading', share: 0, epoch: 0, epochs: 0 });
    const pool = await loadImpostorPool(models);
    const { tf, backend } = await openBackend(asked);
    let done = 0;
    const outcome = await retrain(
      task,
      pool,
      (problem) => {
        const begun = performance.now();
        const { epochs } = problem;
        return fitHead(tf, problem, (epoch, loss) => {
          const share = SHARES.loading + SHARES.fitting * (done + epoch / epochs / 2);
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
    );
    return outcome.ok ? { ok: true, value: { ...outcome.value, backend } } : outcome;
  } catch (error) {
    if (error instanceof FacetError) return error.toFailure();
    throw error;
  }
}
