/** Evaluations on real people, spread over threads. */
import { FacetError, type Failure } from '../../contract/result.ts';
import { spread } from '../corpus/spread.ts';
import type { RealRequest } from './real-trial.ts';

/**
 * Runs parts of an evaluation on real people in worker threads.
 * @throws FacetError where a folder cannot be used
 */
export async function runRealParts<Outcome>(
  requests: readonly RealRequest[],
  what: string,
  threads: number,
  progress: (text: string) => void,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let done = 0;
  await spread<unknown, Outcome | Failure>(
    requests.map((request) => ({ kind: 'real', request })),
    (outcome, i) => {
      if (isFailure(outcome)) throw new FacetError(outcome.code, outcome.message);
      outcomes[i] = outcome;
      progress(`${++done} of ${requests.length} ${what}`);
    },
    threads,
  );
  return outcomes;
}

const isFailure = (outcome: unknown): outcome is Failure =>
  typeof outcome === 'object' && outcome !== null && 'ok' in outcome;
