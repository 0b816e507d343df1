/** One retraining, from looks to a judged head: fit in each spectrum, judge by what was held out, keep what passes. */
import type { EmbeddingKind, Embeddings, Spectrum } from '../../contract/evidence.ts';
import type {
  Backend,
  Counted,
  Judgement,
  RetrainProgress,
  RetrainReport,
  RetrainVerdict,
} from '../../contract/states/retrain.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import { countedRate } from '../evaluation/rates.ts';
import { besideFused, withHead, type HeadTerm } from '../judge/head.ts';
import type { Part, Requirement } from '../judge/match.ts';
import { isPersonal, type PersonalNetwork } from '../judge/personal-network.ts';
import type { MatchPolicy } from '../judge/policy.ts';
import { PREPROCESSING } from '../people/gallery.ts';
import { Random } from '../random.ts';
import { fitTerm, type Fitter, type Lesson } from './fit.ts';
import { isPromoted, judge, verdictOf } from './judge.ts';
import { dayChanges, halfOf, onAnotherDay, type ImpostorPool } from './pool.ts';

/** As the app decides without a head, at each sensitivity that the settings offer; first that in force. */
export type Policies = readonly [inForce: MatchPolicy, ...others: MatchPolicy[]];

/** What was seen of the person for a deeper retraining: it is forgotten when that ends. */
export interface SeenFace {
  readonly embeddings: Embeddings;
  /** Heights above the mean face in centimetres, 60 × 52; 0 where nothing was seen. */
  readonly relief: Float32Array;
}

/** Plain data: it crosses to where the fitting is done. */
export interface RetrainTask {
  readonly training: readonly Embeddings[];
  readonly heldOut: readonly Embeddings[];
  readonly policies: Policies;
  /** The terms that decide now. */
  readonly current: Partial<Record<Spectrum, HeadTerm>>;
  readonly seed: string;
  /** Tunes a network of the person's own too: what was seen for it, in the order of time, and the one that decides now. */
  readonly deeper?: { readonly seen: readonly SeenFace[]; readonly network?: PersonalNetwork };
}

/** What a head is fitted to and judged by. */
export interface RetrainFaces {
  readonly lessons: readonly Lesson[];
  readonly heldOut: readonly Embeddings[];
  /** What an attempt will be compared with. */
  readonly templates: readonly Embeddings[];
  /** Embeddings of a network of the person's own, to be weighed beside what is fused. */
  readonly personal?: EmbeddingKind;
}

export interface RetrainOutcome {
  /** Empty where the old head stays. */
  readonly terms: Partial<Record<Spectrum, HeadTerm>>;
  /** That the terms weigh, where it was asked for and is kept. */
  readonly network?: PersonalNetwork;
  readonly report: Omit<RetrainReport, 'scope' | 'backend' | 'seconds'>;
}

/** Retrains somewhere that neither the screen nor the page has to wait for. */
export interface HeadTrainer {
  /** Whether a deeper retraining can be done here; `model-missing` says what it lacks. */
  goesDeeper(): Promise<Result<void>>;
  /**
   * @returns `model-missing` without pool or backend, `model-altered` where the pool is another than the manifest's, `bad-input`
   * where looks and pool cannot be compared, `cancelled` as soon as the signal aborts
   */
  retrain(
    task: RetrainTask,
    signal: AbortSignal,
    show: (progress: RetrainProgress) => void,
  ): Promise<Result<RetrainOutcome & { readonly backend: Backend }>>;
}

/** Each held-out view is judged as it is, and as on so many other days. */
const DAYS = 20;

/** The stored looks: each view is compared with all others. */
const looksAlone = ({ training, heldOut }: RetrainTask): RetrainFaces => ({
  lessons: training.map((face, i) => ({ face, templates: training.filter((_, j) => j !== i) })),
  heldOut,
  templates: training,
});

/** @param fitting told before each spectrum's fit, with its share of the whole */
export async function retrain(
  task: RetrainTask,
  pool: ImpostorPool,
  fit: Fitter,
  fitting: (spectrum: Spectrum, share: number) => void,
  { lessons, heldOut, templates, personal }: RetrainFaces = looksAlone(task),
): Promise<Result<RetrainOutcome>> {
  const { policies, current, seed } = task;
  const [policy] = policies;
  if (pool.networks !== policy.networks || pool.preprocessing !== PREPROCESSING)
    return fail(
      'model-altered',
      'The people that retraining compares you with were made for other networks. Reinstall Facet, or make them again with npm run facet -- pool.',
    );
  const [teach, judges] = [halfOf(pool, 'teach'), halfOf(pool, 'judge')];
  const [changes, otherChanges] = [dayChanges(teach), dayChanges(judges)];
  const terms: Partial<Record<Spectrum, HeadTerm>> = {};
  const judged: {
    readonly before: Judgement;
    readonly after: Judgement;
    readonly verdict: RetrainVerdict;
  }[] = [];
  for (const spectrum of ['colour', 'infrared'] as const) {
    const fused = partsOf(policy[spectrum]);
    const parts = [...fused, ...(personal === undefined ? [] : [besideFused(personal)])];
    const has = (face: Embeddings) => parts.every(({ kind }) => face.has(kind));
    const taught = lessons.filter(({ face }) => has(face));
    const own = heldOut.filter(has);
    const [known, strangers] = [teach.flat().filter(has), judges.flat().filter(has)];
    // Looks of a sensor without infrared have nothing to be compared with in the dark.
    if (
      fused.length < 2 ||
      taught.length < 2 ||
      own.length === 0 ||
      known.length === 0 ||
      strangers.length === 0
    )
      continue;
    fitting(spectrum, spectrum === 'colour' ? 0 : 0.5);
    const random = new Random(`head ${seed} ${spectrum}`);
    const term = await fitTerm({ lessons: taught, templates, impostors: known, changes, parts }, random, fit);
    const seen = own.flatMap((view) => [
      view,
      ...Array.from({ length: DAYS }, () => onAnotherDay(view, otherChanges, random)),
    ]);
    const by = (head: RetrainTask['current']) =>
      judge(
        policies.map((each) => withHead(each, head)[spectrum]),
        { own: seen, impostors: strangers, views: templates },
      );
    const [before, after] = [by(current), by({ [spectrum]: term })];
    // The settings may go to any level: what is refused at one of them is refused.
    const verdicts = before.map((each, level) => verdictOf(each, after[level]));
    const verdict = verdicts.find((each) => !isPromoted(each)) ?? verdicts[0];
    if (isPromoted(verdict)) terms[spectrum] = term;
    judged.push({ before: before[0], after: after[0], verdict });
  }
  if (judged.length === 0)
    return fail(
      'bad-input',
      'Your looks cannot be compared with the people that Facet learns to tell you from. Set up your face again, then retrain.',
    );
  // Where one spectrum passes, the other goes on as it was; but two networks of a person's own never decide together.
  const passed = ({ verdict }: (typeof judged)[number]) => isPromoted(verdict);
  const other = Object.values(current).some((term) => weighsNetworkBut(personal, term));
  const kept = other ? judged.every(passed) : judged.some(passed);
  const refused = judged.find((each) => !passed(each)) ?? judged[0];
  const before = together(judged.map((each) => each.before));
  const after = together(judged.map((each) => (passed(each) || !kept ? each.after : each.before)));
  return ok({
    terms: kept ? { ...(other ? {} : current), ...terms } : {},
    report: {
      verdict: kept ? verdictOf(before, after) : refused.verdict,
      promoted: kept,
      ...(!kept && isPromoted(verdictOf(refused.before, refused.after)) && { elsewhere: true }),
      before,
      after,
      views: { learned: lessons.length, heldOut: heldOut.length },
      people: { learned: teach.length, heldOut: judges.length },
    },
  });
}

/** The parts of the requirement that a head moves: none where nothing is fused. */
const partsOf = (requirements: readonly Requirement[]): readonly Part[] =>
  requirements.find(({ parts }) => parts.length > 1)?.parts ?? [];

const weighsNetworkBut = (kind: EmbeddingKind | undefined, { distances }: HeadTerm): boolean =>
  [...distances.keys()].some((each) => isPersonal(each) && each !== kind);

/** Counts of both spectra; the curve is that of the first, which is colour where it can be. */
function together(judgements: readonly Judgement[]): Judgement {
  const sum = (which: 'falseAccepts' | 'falseRejects'): Counted => {
    const total = (key: 'errors' | 'of') => judgements.reduce((all, each) => all + each[which][key], 0);
    return countedRate(total('errors'), total('of'));
  };
  return { falseAccepts: sum('falseAccepts'), falseRejects: sum('falseRejects'), det: judgements[0].det };
}
