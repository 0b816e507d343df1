/** What a deeper retraining is worth, beside one of the head alone: the same people, the same visits. */
import type { FaceEvidence } from '../../../contract/evidence.ts';
import type { RetrainVerdict } from '../../../contract/states/retrain.ts';
import { withHead } from '../../../core/judge/head.ts';
import { personalTemplates } from '../../../core/judge/personal-network.ts';
import type { Fitter } from '../../../core/retrain/fit.ts';
import { planRetrain } from '../../../core/retrain/plan.ts';
import { retrain, type Policies, type RetrainOutcome, type SeenFace } from '../../../core/retrain/retrain.ts';
import type { Result } from '../../../contract/result.ts';
import { embedReliefs } from '../../trainer/embed-reliefs.ts';
import { goDeeper, type DeeperInput } from '../../trainer/go-deeper.ts';
import type { Tensorflow } from '../../trainer/tf-network.ts';
import { reliefIn } from '../films/develop.ts';
import { enrolled } from '../films/film-gallery.ts';
import {
  compare,
  figuresOf,
  nothingCompared,
  type Compared,
  type ComparedBySpectrum,
  type RetrainFigures,
} from './measure-retraining.ts';
import type { VisitFilm } from './visit-film.ts';

const SCOPES = ['head', 'deeper'] as const;
type Scope = (typeof SCOPES)[number];

export interface DeeperMeasurement {
  readonly people: number;
  readonly scopes: readonly {
    readonly scope: Scope;
    readonly verdicts: Readonly<Partial<Record<RetrainVerdict, number>>>;
    readonly figures: readonly RetrainFigures[];
  }[];
  /** Of the deeper retrainings: the mean, and the bytes that one keeps. */
  readonly seconds: number;
  readonly bytes: number;
}

/** Somebody as the shipped network sees them, and their reliefs. */
export interface DeeperFilm {
  readonly film: VisitFilm;
  readonly reliefs: VisitFilm;
}

export async function measureDeeper(
  tf: Tensorflow,
  films: readonly DeeperFilm[],
  policies: Policies,
  people: Pick<DeeperInput, 'pool' | 'reliefs' | 'base'>,
  fit: Fitter,
  progress: (share: number) => void,
): Promise<DeeperMeasurement> {
  const [policy] = policies;
  const owners = films.filter(({ film }) => film.captures.length > 0 && film.again.length > 0);
  const visits = films.flatMap((whose) =>
    whose.film.visits.flatMap((faces, v) => {
      const face = faces.at(-1);
      return face ? [{ whose, face, relief: reliefIn(whose.reliefs.visits[v].at(-1)!) }] : [];
    }),
  );
  const scopes = SCOPES.map((scope) => ({ scope, ...nothingYet() }));
  let [seconds, bytes] = [0, 0];
  for (const [i, owner] of owners.entries()) {
    const gallery = enrolled(owner.film.captures, policy);
    const templates = gallery.templates.map(({ embeddings }) => embeddings);
    for (const { scope, verdicts, compared } of scopes) {
      const begun = performance.now();
      const { terms, network, report } = unwrapped(await retrained(scope, owner));
      if (scope === 'deeper') seconds += (performance.now() - begun) / 1000;
      bytes = Math.max(bytes, network?.onnx.length ?? 0);
      verdicts[report.verdict] = (verdicts[report.verdict] ?? 0) + 1;
      const own =
        network &&
        (await embedReliefs(
          network.onnx,
          visits.map(({ relief }) => relief),
        ));
      const after = withHead(policy, terms);
      for (const [v, { whose, face }] of visits.entries()) {
        const genuine = whose === owner;
        const here = compared[face.spectrum];
        here.before.push({ genuine, ...compare(face, templates, policy) });
        here.after.push({ genuine, ...judged(face, own?.[v]) });
      }

      function judged(face: FaceEvidence, vector: Float32Array | undefined): Omit<Compared, 'genuine'> {
        if (!network || !vector) return compare(face, templates, after);
        const embeddings = new Map(face.embeddings).set(network.kind, vector);
        return compare({ ...face, embeddings }, [...templates, ...personalTemplates(network)], after);
      }
    }
    progress((i + 1) / owners.length);
  }
  return {
    people: owners.length,
    scopes: scopes.map(({ scope, verdicts, compared }) => ({
      scope,
      verdicts,
      figures: figuresOf(compared),
    })),
    seconds: seconds / owners.length,
    bytes,
  };

  async function retrained(scope: Scope, { film, reliefs }: DeeperFilm): Promise<Result<RetrainOutcome>> {
    const plan = planRetrain(enrolled(film.captures, policy), policies, 0, '1', scope === 'deeper');
    if (!plan.ok) return plan;
    const { task } = plan.value;
    if (scope === 'head') return retrain(task, people.pool, fit, () => undefined);
    const seen = film.again.map(({ embeddings }, n): SeenFace => ({
      embeddings,
      relief: reliefIn(reliefs.again[n]),
    }));
    const deep = await goDeeper(tf, { ...people, task: { ...task, deeper: { seen } } }, () => undefined);
    const outcome = await retrain(task, deep.pool, fit, () => undefined, deep.faces);
    return outcome.ok && outcome.value.report.promoted
      ? { ok: true, value: { ...outcome.value, network: deep.network } }
      : outcome;
  }
}

/** What a scope has shown so far. */
const nothingYet = (): {
  readonly verdicts: Partial<Record<RetrainVerdict, number>>;
  readonly compared: ComparedBySpectrum;
} => ({ verdicts: {}, compared: nothingCompared() });

function unwrapped(outcome: Result<RetrainOutcome>): RetrainOutcome {
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.value;
}
