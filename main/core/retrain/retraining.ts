/** Retraining for the shell: one at a time, from the gallery as it is to the gallery as it then is. For callers that checked the PIN. */
import { fail, ok, type Result } from '../../contract/result.ts';
import type { HeadState, RetrainProgress, RetrainReport } from '../../contract/states/retrain.ts';
import { withoutExpired } from '../adapt/anchors.ts';
import type { MatchPolicy, Sensitivity } from '../judge/policy.ts';
import type { Gallery, GalleryVault } from '../people/gallery.ts';
import { looksOf } from '../people/looks.ts';
import type { Clock } from '../ports.ts';
import { learnedFrom, loadPolicies, planRetrain } from './plan.ts';
import type { HeadTrainer, SeenFace } from './retrain.ts';
import { NO_LOOK } from './split.ts';
import { headStates, useHead } from './versions.ts';

export interface RetrainParts {
  readonly vault: Pick<GalleryVault, 'load'>;
  readonly clock: Clock;
  readonly trainer: HeadTrainer;
  loadPolicy(level?: Sensitivity): Promise<Result<MatchPolicy>>;
  /** Changes and saves the gallery as it then is. */
  change(user: string, change: (gallery: Gallery) => Result<Gallery>): Promise<Result<void>>;
}

export interface RetrainRequest {
  /** Equal looks and seeds give equal heads. */
  readonly seed?: string;
  readonly sensitivity?: Sensitivity;
  /** Tunes a network of the person's own too: looks at them again, once it is sure that this can be of use. */
  readonly see?: () => Promise<Result<readonly SeenFace[]>>;
}

export class Retraining {
  private running = false;

  constructor(private readonly parts: RetrainParts) {}

  /** Nothing changes before the head has passed and is saved whole; until then the old one decides. */
  async run(
    user: string,
    request: RetrainRequest,
    signal: AbortSignal,
    show: (progress: RetrainProgress) => void,
  ): Promise<Result<RetrainReport>> {
    if (this.running) return fail('busy', ALREADY);
    this.running = true;
    try {
      return await this.retrain(user, request, signal, show);
    } finally {
      this.running = false;
    }
  }

  private async retrain(
    user: string,
    { seed = '1', sensitivity, see }: RetrainRequest,
    signal: AbortSignal,
    show: (progress: RetrainProgress) => void,
  ): Promise<Result<RetrainReport>> {
    const { vault, clock, trainer } = this.parts;
    const begun = clock.now();
    const gallery = await vault.load(user);
    if (!gallery.ok) return gallery;
    if (!gallery.value) return fail('not-enrolled', NO_LOOK);
    // A look that expired goes with the next change, and with it whatever head learned from it.
    const before = withoutExpired(gallery.value, clock.wallTime());
    const policies = await loadPolicies((level) => this.parts.loadPolicy(level), sensitivity);
    if (!policies.ok) return policies;
    const plan = planRetrain(before, policies.value, clock.wallTime(), seed, see !== undefined);
    if (!plan.ok) return plan;
    const { task, looks } = plan.value;
    const seen = see && (await this.look(see, signal));
    if (seen && !seen.ok) return seen;
    const deeper = seen && { deeper: { ...task.deeper, seen: seen.value } };
    const trained = await trainer.retrain({ ...task, ...deeper }, signal, show);
    if (!trained.ok) return trained;
    const { report, backend } = trained.value;
    let version: number | undefined;
    if (report.promoted) {
      show({ stage: 'saving', backend, share: 1, epoch: 0, epochs: 0 });
      const saved = await this.parts.change(user, (stored) => {
        if (signal.aborted) return fail('cancelled', STOPPED);
        const now = withoutExpired(stored, clock.wallTime());
        if (!looks.every((look) => enrolledAt(now, look) === enrolledAt(before, look)))
          return fail('busy', LOOK_CHANGED);
        if (inUse(now) !== inUse(before)) return fail('busy', HEAD_CHANGED);
        const learned = learnedFrom(
          now,
          looks,
          trained.value,
          policies.value[0].networks ?? '',
          clock.wallTime(),
        );
        version = inUse(learned);
        return ok(learned);
      });
      if (!saved.ok) return saved;
    }
    return ok({
      scope: see ? 'deeper' : 'head',
      ...report,
      ...(version !== undefined && { version }),
      backend,
      seconds: Math.round((clock.now() - begun) / 100) / 10,
    });
  }

  /** Nobody is looked at for nothing. */
  private async look(
    see: NonNullable<RetrainRequest['see']>,
    signal: AbortSignal,
  ): Promise<Result<readonly SeenFace[]>> {
    const possible = await this.parts.trainer.goesDeeper();
    if (signal.aborted) return fail('cancelled', STOPPED);
    return possible.ok ? see() : possible;
  }

  /** Goes back, or on, to another version. @param version 0 for none: as Facet comes */
  async use(user: string, version: number): Promise<Result<void>> {
    const policy = await this.parts.loadPolicy();
    if (!policy.ok) return policy;
    return this.parts.change(user, (gallery) => useHead(gallery, version, policy.value));
  }

  /** Latest first; none for who is not enrolled. */
  async versions(user: string): Promise<Result<HeadState[]>> {
    const gallery = await this.parts.vault.load(user);
    if (!gallery.ok) return gallery;
    const policy = await this.parts.loadPolicy();
    return policy.ok ? ok(gallery.value ? headStates(gallery.value, policy.value) : []) : policy;
  }
}

export const ALREADY = 'Facet is retraining already. Wait until it is done, or stop it first.';
export const STOPPED = 'Stopped. Nothing was changed; you are recognised as before.';

const LOOK_CHANGED =
  'A look was deleted, renamed or enrolled again meanwhile, so nothing was changed. Retrain again.';
const HEAD_CHANGED = 'Another version was chosen meanwhile, so nothing was changed. Retrain again.';

/** Wall time; undefined where there is no such look. */
const enrolledAt = (gallery: Gallery, look: string): number | undefined =>
  looksOf(gallery).find(({ name }) => name === look)?.enrolledAt;

const inUse = ({ heads }: Gallery): number => heads?.inUse ?? 0;
