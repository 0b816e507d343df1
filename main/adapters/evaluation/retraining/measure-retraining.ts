/** What retraining is worth: people enrol, retrain, and come back in new light, at new distances, with new noise. */
import type { FaceEvidence, Spectrum } from '../../../contract/evidence.ts';
import type { RetrainVerdict } from '../../../contract/states/retrain.ts';
import { wilsonRate, type Rate } from '../../../core/evaluation/rates.ts';
import { withHead } from '../../../core/judge/head.ts';
import { limitFor, matchesGallery, requiredDistance } from '../../../core/judge/match.ts';
import type { MatchPolicy, Sensitivity } from '../../../core/judge/policy.ts';
import type { FitProblem, Fitter } from '../../../core/retrain/fit.ts';
import { planRetrain } from '../../../core/retrain/plan.ts';
import type { ImpostorPool } from '../../../core/retrain/pool.ts';
import { retrain, type Policies } from '../../../core/retrain/retrain.ts';
import { enrolled } from '../films/film-gallery.ts';
import type { VisitFilm } from './visit-film.ts';

/** Everybody before and after, one probe a visit. */
export interface RetrainFigures {
  readonly spectrum: Spectrum;
  /** At the distance at which others are let in so often: the share of the person's own visits that miss it. */
  readonly fixed: readonly {
    readonly falseAcceptRate: number;
    readonly before: Rate;
    readonly after: Rate;
    /** The same among the visits that the descriptor's own limit lets through, which no head moves. */
    readonly passed: { readonly before: Rate; readonly after: Rate };
  }[];
  /** At the limits of the level. */
  readonly limits: Readonly<
    Record<'falseAccepts' | 'falseRejects', { readonly before: Rate; readonly after: Rate }>
  >;
}

export interface RetrainMeasurement {
  readonly people: number;
  readonly verdicts: Readonly<Partial<Record<RetrainVerdict, number>>>;
  /** A head is the same at each level of the settings; the limits are not, those of the descriptor among them. */
  readonly levels: readonly { readonly level: Sensitivity; readonly figures: readonly RetrainFigures[] }[];
}

/** The goal is set at this one. */
const RATES = [1e-4] as const;

/** One comparison: the fused distance, infinite where the descriptor refuses, and whether the app lets it in. */
export interface Compared {
  readonly genuine: boolean;
  readonly distance: number;
  readonly accepted: boolean;
}

/** @param measured the levels to measure at, with what the app decides by at each */
export async function measureRetraining(
  films: readonly VisitFilm[],
  policies: Policies,
  measured: readonly { readonly level: Sensitivity; readonly policy: MatchPolicy }[],
  pool: ImpostorPool,
  fit: Fitter,
  progress: (share: number) => void,
): Promise<RetrainMeasurement> {
  const [policy] = policies;
  const owners = films.filter(({ captures }) => captures.length > 0);
  const levels = measured.map((each) => ({ ...each, compared: nothingCompared() }));
  const verdicts: Partial<Record<RetrainVerdict, number>> = {};
  for (const [i, owner] of owners.entries()) {
    const gallery = enrolled(owner.captures, policy);
    const plan = planRetrain(gallery, policies, 0, '1');
    const outcome = plan.ok ? await retrain(plan.value.task, pool, fit, () => undefined) : plan;
    if (!outcome.ok) throw new Error(outcome.message);
    const { terms, report } = outcome.value;
    verdicts[report.verdict] = (verdicts[report.verdict] ?? 0) + 1;
    const templates = gallery.templates.map(({ embeddings }) => embeddings);
    const decides = levels.map(({ policy: before, compared }) => ({
      before,
      after: withHead(before, terms),
      compared,
    }));
    for (const other of films)
      for (const visit of other.visits) {
        const face = visit.at(-1);
        if (!face) continue;
        const genuine = owner === other;
        for (const { before, after, compared } of decides) {
          const here = compared[face.spectrum];
          here.before.push({ genuine, ...compare(face, templates, before) });
          here.after.push({ genuine, ...compare(face, templates, after) });
        }
      }
    progress((i + 1) / owners.length);
  }
  return {
    people: owners.length,
    verdicts,
    levels: levels.map(({ level, compared }) => ({ level, figures: figuresOf(compared) })),
  };
}

export type ComparedBySpectrum = Record<Spectrum, Record<'before' | 'after', Compared[]>>;

export const nothingCompared = (): ComparedBySpectrum => ({
  colour: { before: [], after: [] },
  infrared: { before: [], after: [] },
});

export function compare(
  { embeddings, spectrum, fusedFrames }: FaceEvidence,
  templates: readonly FaceEvidence['embeddings'][],
  policy: MatchPolicy,
): Omit<Compared, 'genuine'> {
  const requirements = policy[spectrum];
  const distances = requirements.map(
    (requirement) => requiredDistance(embeddings, templates, requirement) ?? Infinity,
  );
  const last = distances.length - 1;
  const refused = requirements.slice(0, last).some((each, i) => distances[i] > limitFor(each, fusedFrames));
  return {
    distance: refused ? Infinity : distances[last],
    accepted: matchesGallery(embeddings, fusedFrames, templates, requirements),
  };
}

export const figuresOf = (compared: ComparedBySpectrum): RetrainFigures[] =>
  (['colour', 'infrared'] as const).map((spectrum) => figuresIn(spectrum, compared[spectrum]));

function figuresIn(
  spectrum: Spectrum,
  compared: Readonly<Record<'before' | 'after', readonly Compared[]>>,
): RetrainFigures {
  const counted = (
    when: 'before' | 'after',
    genuine: boolean,
    isError: (each: Compared) => boolean,
    counts: (each: Compared) => boolean,
  ): Rate => {
    const of = compared[when].filter((each) => each.genuine === genuine && counts(each));
    return wilsonRate(of.filter(isError).length, of.length);
  };
  const both = (
    genuine: boolean,
    isError: (each: Compared, when: 'before' | 'after') => boolean,
    counts: (each: Compared) => boolean = () => true,
  ) => ({
    before: counted('before', genuine, (each) => isError(each, 'before'), counts),
    after: counted('after', genuine, (each) => isError(each, 'after'), counts),
  });
  return {
    spectrum,
    fixed: RATES.map((falseAcceptRate) => {
      const limit = { before: 0, after: 0 };
      for (const when of ['before', 'after'] as const) {
        const impostors = compared[when].flatMap(({ genuine, distance }) => (genuine ? [] : [distance]));
        limit[when] = impostors.sort((a, b) => a - b)[Math.floor(falseAcceptRate * impostors.length)];
      }
      const misses = ({ distance }: Compared, when: 'before' | 'after') => !(distance < limit[when]);
      return {
        falseAcceptRate,
        ...both(true, misses),
        passed: both(true, misses, ({ distance }) => distance < Infinity),
      };
    }),
    limits: {
      falseAccepts: both(false, ({ accepted }) => accepted),
      falseRejects: both(true, ({ accepted }) => !accepted),
    },
  };
}

/** What the time is measured on: as many views as a person may have, and as many impostors as a pool may. */
const LARGE = { views: 50, impostors: 5000 } as const;

export interface RetrainCost {
  readonly views: number;
  readonly impostors: number;
  readonly seconds: number;
  /** Resident memory of the process at its most, above what it was. */
  readonly megabytes: number;
}

/**
 * One retraining in light of a large gallery against a large pool, both made large by repeating what there is.
 * @param fit tells of each epoch
 * @param resident bytes of the process before it loaded what computes
 */
export async function timeRetraining(
  films: readonly VisitFilm[],
  policies: Policies,
  pool: ImpostorPool,
  fit: (problem: FitProblem, told: () => void) => ReturnType<Fitter>,
  resident: number,
): Promise<RetrainCost> {
  const captures = films.flatMap((film) => film.captures);
  const templates = Array.from({ length: LARGE.views }, (_, i) => captures[i % captures.length]);
  const gallery = enrolled(templates, policies[0]);
  const days = 2;
  const people = Array.from(
    { length: LARGE.impostors / days },
    (_, i) => pool.people[i % pool.people.length],
  );
  let most = resident;
  const look = () => (most = Math.max(most, process.memoryUsage.rss()));
  const begun = performance.now();
  const plan = planRetrain(gallery, policies, 0, '1');
  if (plan.ok)
    await retrain(
      plan.value.task,
      { ...pool, people },
      (problem) => fit(problem, look),
      () => undefined,
    );
  const seconds = (performance.now() - begun) / 1000;
  look();
  return { ...LARGE, seconds, megabytes: (most - resident) / 2 ** 20 };
}
