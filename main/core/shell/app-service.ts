/**
 * The shell's work, the same in every host: enrol, unlock, PIN. It alone holds galleries and gives verdicts; the pipeline
 * sends evidence, the page asks.
 */
import type { AttemptOutcome, AttemptView } from '../../contract/states/attempt.ts';
import type { Coverage, EnrolmentReport, EnrolmentView } from '../../contract/states/enrolment.ts';
import type { Embeddings, Evidence, FaceEvidence } from '../../contract/evidence.ts';
import type { OpenSensor, Pace, WatchRequest } from '../../contract/pipeline.ts';
import { fail, ok, type Failure, type Result } from '../../contract/result.ts';
import { ms, type Milliseconds } from '../../contract/units.ts';
import {
  ATTEMPT_LIMITS,
  beginAttempt,
  expireAttempt,
  stepAttempt,
  type AttemptState,
} from '../judge/decide.ts';
import {
  enrolmentProgress,
  interruptEnrolment,
  stepEnrolment,
  type Capture,
  type EnrolmentRules,
  type EnrolmentState,
} from '../people/enrolment.ts';
import { samePerson } from '../people/same-person.ts';
import { TurnProgress } from '../people/turn-progress.ts';
import { meanEmbedding } from '../face/embedding.ts';
import { isAttentive, ownLids } from '../judge/attention.ts';
import { isCurrent, Lateness } from '../sense/freshness.ts';
import { anchorsOf, comparable, templatesInUse, withoutExpired } from '../adapt/anchors.ts';
import { learn } from '../adapt/follow.ts';
import { adaptedDays, undoDay } from '../adapt/history.ts';
import { recognises } from '../adapt/recognise.ts';
import { Refusals } from '../adapt/refusals.ts';
import { mayRemember, noteFace, rememberLook } from '../adapt/remember.ts';
import { checkLook, looksOf, removeLook, renameLook, unlearned } from '../people/looks.ts';
import type { ImpostorPool } from '../retrain/pool.ts';
import { Retraining } from '../retrain/retraining.ts';
import type { HeadTrainer, SeenFace } from '../retrain/retrain.ts';
import { NO_LOOK } from '../retrain/split.ts';
import { headStates, recognition } from '../retrain/versions.ts';
import { drawFaceMap, type Project } from '../people/face-map.ts';
import type { FaceMap } from '../../contract/states/face-map.ts';
import type { HeadState } from '../../contract/states/retrain.ts';
import type { AdaptedDay, LookState } from '../../contract/states/app.ts';
import type { LookReason } from '../../contract/codes.ts';
import { PREPROCESSING, type Gallery, type GalleryVault, type Template } from '../people/gallery.ts';
import { userFile } from '../people/gallery-user-file.ts';
import { LockSession } from '../lock/lock-session.ts';
import { personalTemplates, withoutPersonal } from '../judge/personal-network.ts';
import { checkPin, type PinVault } from '../people/pin.ts';
import {
  isHardware,
  knowsSensor,
  mayBeTakenIn,
  mayJoin,
  mixedSentence,
  sameSensor,
  STAND_IN_SENTENCE,
  strangerSentence,
  takeInSensor,
} from '../people/known-sensors.ts';
import type { MatchPolicy, Sensitivity } from '../judge/policy.ts';
import type { Clock, Pipeline, Store } from '../ports.ts';

/** Escaped, so that every file of a user has a possible name. */
const LONGEST_NAME = 200;
/** A sensor or process that says nothing at all for so long is given up. */
const STALLED = ms(30_000);
/** An enrolment in which nothing new is captured for so long (on the frames' clock) ends. */
const ENROLMENT_PATIENCE = ms(60_000);

export interface AppParts {
  readonly pipeline: Pipeline;
  readonly vault: GalleryVault;
  readonly pins: PinVault;
  readonly store: Store;
  readonly clock: Clock;
  readonly trainer: HeadTrainer;
  /** The thresholds; read when first needed, so that the PIN works without models. */
  loadPolicy(level?: Sensitivity): Promise<Result<MatchPolicy>>;
  /** A sentence where the key of the galleries is kept less safely than in the system's keychain. */
  readonly keyWarning?: string;
}

export interface EnrolRequest {
  readonly user: string;
  readonly pin: string;
  readonly sensor: string;
  readonly pace: Pace;
  /** Name of the look: `plain`, `with glasses`. A look of that name is replaced. */
  readonly look: string;
  /** How long to wait for the next look that can be captured. */
  readonly patience?: Milliseconds;
  /** The person cannot turn the head, and looks straight ahead. */
  readonly straight?: boolean;
  /** Where to go on, and where what is captured stays when this does not end; without it nothing is kept. */
  readonly progress?: TurnProgress;
}

/** Somebody who turns the head before the sensor. */
interface TurnRequest extends Pick<EnrolRequest, 'sensor' | 'pace' | 'patience'>, EnrolmentRules {
  readonly progress: TurnProgress;
  readonly purpose: 'enrol' | 'retrain';
  /** Whether somebody holds the progress, and can go on. */
  readonly keeps: boolean;
  /** What it is for, and what is so where it fails. */
  readonly what: string;
  readonly consequence: string;
  /** Why this sensor will not do. */
  refuses(sensor: OpenSensor): Failure | undefined;
  /** Shown every live face of the person, from the first straight look on. */
  recognised?(evidence: FaceEvidence): void;
}

/** Faces that a deeper retraining takes, and how far apart they are at least, milliseconds. */
const SEEN = { least: 32, most: 150, apart: 80 } as const;

/** What an enrolment needs beside the PIN. */
export type LookRequest = Omit<EnrolRequest, 'pin'>;
export interface UnlockRequest {
  readonly user: string;
  readonly sensor: string;
  readonly pace: Pace;
  readonly attentionRequired: boolean;
  readonly sensitivity?: Sensitivity;
  /** How long to wait for somebody who can be judged. */
  readonly patience?: Milliseconds;
  /** Whether the gallery may learn from the attempt. */
  readonly adapt?: boolean;
}

/** What the user enrolled, and what Facet learned since. */
export interface Looks {
  readonly looks: readonly LookState[];
  readonly days: readonly AdaptedDay[] | undefined;
  /** What retraining made, latest first. */
  readonly heads: readonly HeadState[];
}

export const NOTHING_ENROLLED: Looks = { looks: [], days: [], heads: [] };

export class AppService {
  private readonly locks = new Map<string, Promise<LockSession>>();
  /** How a user's screen was last opened; the lock's effect writes it, an attempt reads it. */
  private readonly opened = new Map<string, 'face' | 'pin'>();
  /** The real sensor that each user's latest attempt did not know: the next right PIN takes it in. */
  private readonly strangers = new Map<string, OpenSensor>();
  private readonly refusals: Refusals;
  /** Of this machine: what was too slow for one attempt is so for the next, until it is not. */
  private readonly lateness = new Lateness();
  /** The latest change of each user's gallery or PIN: they are made one after the other. */
  private readonly changes = new Map<string, Promise<unknown>>();
  /** While everything is being removed nothing is changed any more. */
  private erasing: Promise<Result<void>> | undefined;
  /** Called when a gallery has learned from an unlock, or could not. */
  learned: (user: string, saved: Result<void>) => void = () => undefined;

  /** For callers that have just checked the PIN. */
  readonly retraining: Retraining;

  constructor(private readonly parts: AppParts) {
    this.refusals = new Refusals(parts.clock);
    this.retraining = new Retraining({ ...parts, change: (user, change) => this.change(user, change) });
  }

  /** The user's lock, locked when first asked for. */
  async lock(user: string): Promise<LockSession> {
    let session = this.locks.get(user);
    if (!session) {
      const { store, clock, pins, vault } = this.parts;
      const enrolled = async () => {
        const [pin, users] = [await pins.exists(user), await vault.users()];
        return !pin.ok || pin.value || !users.ok || users.value.includes(user);
      };
      session = enrolled().then((known) =>
        LockSession.open({ store, clock, user, enrolled: known }, (effect) => {
          if (effect.kind !== 'unlock') return;
          this.opened.set(user, effect.by);
          this.refusals.opened(user, effect.by);
        }),
      );
      this.locks.set(user, session);
    }
    return session;
  }

  /** Checks the PIN of a user; opens their screen where it is right. Wrong ones are counted and soon delayed. */
  async enterPin(user: string, pin: string): Promise<Result<void>> {
    const lock = await this.lock(user);
    const right = await lock.tryPin(() => this.parts.pins.verify(user, pin));
    const stranger = this.strangers.get(user);
    if (right.ok && stranger) {
      this.strangers.delete(user);
      // The screen does not wait for it. What cannot be kept is asked for again.
      void this.change(user, (gallery) => ok(takeInSensor(gallery, stranger))).catch(() => undefined);
    }
    return right;
  }

  /** Everybody who has a PIN or a gallery here, sorted. */
  async users(): Promise<Result<string[]>> {
    const [pins, galleries] = [await this.parts.pins.users(), await this.parts.vault.users()];
    if (!pins.ok) return pins;
    // Galleries that cannot be listed keep nobody from their PIN.
    return ok([...new Set([...pins.value, ...(galleries.ok ? galleries.value : [])])].sort());
  }

  /** Sets the first PIN of a new user and opens their screen. Fails with `busy` where somebody is set up already. */
  async setUp(user: string, pin: string): Promise<Result<void>> {
    const fit = checkPin(pin);
    if (!fit.ok) return fit;
    if (userFile(user).length > LONGEST_NAME)
      return fail('bad-argument', 'That name is too long to be kept. Choose a shorter one.');
    const users = await this.users();
    if (!users.ok) return users;
    if (users.value.length > 0)
      return fail('busy', `${users.value[0]} is set up here already. Reload the page and enter the PIN.`);
    // The lock's record begins before the PIN does: a record that is missing later was deleted.
    await this.lock(user);
    const set = await this.inOrder(user, () => this.parts.pins.set(user, pin));
    return set.ok ? this.enterPin(user, pin) : set;
  }

  /** What the user enrolled and what adapted since; empty where nothing is. */
  async looks(user: string): Promise<Result<Looks>> {
    const gallery = await this.parts.vault.load(user);
    if (!gallery.ok) return gallery;
    if (!gallery.value) return ok(NOTHING_ENROLLED);
    // Without the models' manifest nothing can be told of the templates, but the looks are there.
    const policy = await this.parts.loadPolicy();
    const wallTime = this.parts.clock.wallTime();
    const looks = looksOf(
      gallery.value,
      (template) => !policy.ok || comparable(template, policy.value),
      wallTime,
    );
    return ok({
      looks,
      days: policy.ok ? adaptedDays(gallery.value, policy.value, wallTime) : undefined,
      heads: policy.ok ? headStates(gallery.value, policy.value) : [],
    });
  }

  /** The user's views among synthetic people. */
  async faceMap(user: string, crowd: ImpostorPool, project: Project): Promise<Result<FaceMap>> {
    const gallery = await this.parts.vault.load(user);
    if (!gallery.ok) return gallery;
    if (!gallery.value) return fail('not-enrolled', 'No look is enrolled. Set up your face first.');
    const policy = await this.parts.loadPolicy();
    if (!policy.ok) return policy;
    return drawFaceMap(gallery.value, crowd, policy.value, this.parts.clock.wallTime(), project);
  }

  async renameLook(user: string, pin: string, look: string, to: string): Promise<Result<void>> {
    return this.changeWithPin(user, pin, (gallery) => renameLook(gallery, look, to));
  }

  async removeLook(user: string, pin: string, look: string): Promise<Result<void>> {
    return this.changeWithPin(user, pin, (gallery) => removeLook(gallery, look));
  }

  /** Forgets what followed the person on that day. */
  async undoDay(user: string, pin: string, day: number): Promise<Result<void>> {
    return this.changeWithPin(user, pin, (gallery) => undoDay(gallery, day));
  }

  /** Whether the face that was refused right before the PIN may be remembered as a look. */
  async mayRemember(user: string): Promise<boolean> {
    const faces = this.refusals.offer(user);
    if (!faces) return false;
    const gallery = await this.parts.vault.load(user);
    const policy = await this.parts.loadPolicy();
    if (!gallery.ok || !gallery.value || !policy.ok) return false;
    return mayRemember(faces, gallery.value, policy.value, this.parts.clock.wallTime());
  }

  /** Remembers the face that was refused right before the PIN. A failure keeps the offer. */
  async remember(
    user: string,
    chosen: { readonly look: string; readonly reason: LookReason },
  ): Promise<Result<void>> {
    const faces = this.refusals.offer(user);
    const policy = await this.parts.loadPolicy();
    if (!policy.ok) return policy;
    const wallTime = this.parts.clock.wallTime();
    const saved = await this.change(user, (gallery) =>
      faces && mayRemember(faces, gallery, policy.value, wallTime)
        ? rememberLook(gallery, faces, chosen, policy.value, wallTime)
        : fail('bad-argument', NO_OFFER),
    );
    if (saved.ok) this.refusals.forget(user);
    return saved;
  }

  /** Whoever was refused left, or declined to be remembered, or the screen was locked. */
  forgetRefusal(user: string): void {
    this.refusals.forget(user);
  }

  private async changeWithPin(
    user: string,
    pin: string,
    change: (gallery: Gallery) => Result<Gallery>,
  ): Promise<Result<void>> {
    const right = await this.enterPin(user, pin);
    return right.ok ? this.change(user, change) : right;
  }

  /**
   * Changes the gallery as it then is; looks that expired go with every change.
   * @param change gives undefined where there is nothing to change
   */
  private change(
    user: string,
    change: (gallery: Gallery) => Result<Gallery | undefined>,
  ): Promise<Result<void>> {
    const { vault } = this.parts;
    return this.inOrder(user, async () => {
      const gallery = await vault.load(user);
      if (!gallery.ok) return gallery;
      if (!gallery.value) return fail('not-enrolled', 'No look is enrolled. Reload the page.');
      const changed = change(gallery.value);
      if (!changed.ok) return changed;
      const kept = withoutExpired(changed.value ?? gallery.value, this.parts.clock.wallTime());
      if (kept === gallery.value) return ok(undefined);
      const saved = kept.templates.length > 0 ? await vault.save(kept) : await vault.remove(user);
      return saved.ok ? ok(undefined) : saved;
    });
  }

  /** One after the other for each user; none while everything is being removed. */
  private async inOrder<T>(user: string, work: () => Promise<Result<T>>): Promise<Result<T>> {
    if (this.erasing) return fail('busy', ERASING);
    const done = (this.changes.get(user) ?? Promise.resolve()).then(work);
    this.changes.set(
      user,
      done.catch(() => undefined),
    );
    return done;
  }

  /**
   * Removes everything, when the changes under way are saved, so that none of them brings anything back.
   * @param erase removes the files and keys
   */
  eraseAll(erase: () => Promise<Result<void>>): Promise<Result<void>> {
    this.erasing ??= this.settled()
      .then(erase)
      .finally(() => {
        this.erasing = undefined;
        // The next user starts afresh.
        this.locks.clear();
        this.opened.clear();
      });
    return this.erasing;
  }

  /** Until what unlocks and PINs left to be saved is saved. */
  async settled(): Promise<void> {
    await Promise.all(this.changes.values());
  }

  /** Replaces the PIN. Fails with `pin-wrong`, or where the next one may not be set (checkPin). */
  async changePin(user: string, pin: string, next: string): Promise<Result<void>> {
    const fit = checkPin(next);
    if (!fit.ok) return fit;
    const right = await this.enterPin(user, pin);
    return right.ok ? this.inOrder(user, () => this.parts.pins.set(user, next)) : right;
  }

  /** The user's PIN where they have one, else a new one to be set at the end. */
  private async authorise(user: string, pin: string): Promise<Result<'known' | 'new'>> {
    const exists = await this.parts.pins.exists(user);
    if (!exists.ok) return exists;
    if (!exists.value) {
      const fit = checkPin(pin);
      if (!fit.ok) return fit;
      // The lock's record begins before the PIN does: a record that is missing later was deleted.
      await this.lock(user);
      return ok('new');
    }
    const right = await this.enterPin(user, pin);
    return right.ok ? ok('known') : right;
  }

  /**
   * Enrols a look of a user: needs the PIN, or sets it for a new user. Nothing is kept of an enrolment that does not end.
   * @param show called with each change that a person can see
   */
  async enrol(
    request: EnrolRequest,
    signal: AbortSignal,
    show: (view: EnrolmentView) => void,
  ): Promise<Result<EnrolmentReport>> {
    const pin = await this.authorise(request.user, request.pin);
    if (!pin.ok) return pin;
    return this.enrolLook(request, signal, show, pin.value === 'new' ? request.pin : undefined);
  }

  /**
   * Enrols a look, for a caller that has just checked the PIN.
   * @param newPin the user's first PIN, to be set with the gallery
   */
  async enrolLook(
    request: LookRequest,
    signal: AbortSignal,
    show: (view: EnrolmentView) => void,
    newPin?: string,
  ): Promise<Result<EnrolmentReport>> {
    const { user } = request;
    const { vault, pins, clock } = this.parts;
    const loaded = await vault.load(user);
    const isReplaced = ({ code }: Failure) => code === 'store-altered' && newPin === undefined;
    // A gallery that cannot be opened any more is replaced (the vault keeps the file aside), but only for who has the PIN.
    if (!loaded.ok && !isReplaced(loaded)) return loaded;
    const before = loaded.ok ? loaded.value : undefined;
    if (before && newPin !== undefined)
      return fail(
        'store-altered',
        `The PIN record of "${user}" is missing although a face is enrolled. Restore it from a backup, or remove the data folder and enrol again.`,
      );
    const fits = checkLook(before && withoutExpired(before, clock.wallTime()), request);
    if (!fits.ok) return fits;
    const policy = await this.parts.loadPolicy();
    if (!policy.ok) return policy;

    const progress = request.progress ?? new TurnProgress();
    const turned = await this.watchTurn(
      {
        ...request,
        progress,
        keeps: request.progress !== undefined,
        purpose: 'enrol',
        what: 'enrolment',
        consequence: 'nothing was stored',
        refuses: (sensor) =>
          before && !mayJoin(before, sensor)
            ? fail('sensor-unknown', mixedSentence(before, sensor))
            : undefined,
        samePerson: (evidence, captures) =>
          samePerson(
            evidence,
            captures.map((c) => c.embeddings),
            policy.value,
          ),
        straightAhead: () => progress.straightAhead || request.straight === true,
      },
      signal,
      show,
    );
    if (!turned.ok) return turned;
    const { captures, sensor } = turned.value;
    const { look } = request;
    const { coverage } = progress.state;
    const made = { user, look, coverage, wallTime: clock.wallTime(), networks: policy.value.networks };
    const saved = await this.inOrder(user, async () => {
      const set = newPin === undefined ? ok(undefined) : await pins.set(user, newPin);
      if (!set.ok) return set;
      const now = await vault.load(user);
      // What merely cannot be read now is no gallery that could be replaced: its other looks would be lost.
      if (!now.ok && !isReplaced(now)) return now;
      const gallery = withLook(now.ok ? now.value : undefined, sensor, made, captures);
      return vault.save(withoutExpired(gallery, made.wallTime));
    });
    if (!saved.ok) {
      // Nothing is kept of an enrolment that fails, its PIN neither; but no gallery is ever left without a PIN.
      if (newPin !== undefined) {
        const left = await vault.users();
        if (left.ok && !left.value.includes(user)) await pins.remove(user);
      }
      return saved;
    }
    return ok({
      user,
      look,
      templates: captures.length,
      coverage,
      seconds: progress.spent / 1000,
      ...(this.parts.keyWarning === undefined ? {} : { warning: this.parts.keyWarning }),
    });
  }

  /**
   * Looks at an enrolled person again, for a deeper retraining by a caller that has just checked the PIN: straight, then once round.
   * Nothing of it is stored.
   * Whoever turns in a hurry goes on until enough was seen.
   * @returns what was seen, in the order of time; `not-enrolled` where there is nobody to look for
   */
  async lookAgain(
    { user, ...request }: Omit<LookRequest, 'look'>,
    signal: AbortSignal,
    show: (view: EnrolmentView) => void,
  ): Promise<Result<readonly SeenFace[]>> {
    const loaded = await this.parts.vault.load(user);
    if (!loaded.ok) return loaded;
    const gallery = loaded.value;
    if (!gallery) return fail('not-enrolled', NO_LOOK);
    const policy = await this.parts.loadPolicy();
    if (!policy.ok) return policy;
    const templates = templatesInUse(gallery, policy.value, this.parts.clock.wallTime());
    const seen: SeenFace[] = [];
    let latestAt: Milliseconds | undefined;
    const turned = await this.watchTurn(
      {
        ...request,
        purpose: 'retrain',
        what: 'look at you',
        consequence: 'nothing was changed',
        refuses: (sensor) => foreignSensor(request.sensor, undefined, sensor, gallery),
        mayBegin: (evidence) => recognises(evidence, templates, policy.value),
        progress: new TurnProgress(),
        keeps: false,
        samePerson: (evidence, captures) =>
          recognises(evidence, templates, policy.value, { besides: captures.map((c) => c.embeddings) })
            ? 'same'
            : 'other',
        share: () => seen.length / SEEN.least,
        recognised: ({ embeddings, relief, capturedAt }) => {
          if (!relief || (latestAt !== undefined && Math.abs(capturedAt - latestAt) < SEEN.apart)) return;
          latestAt = capturedAt;
          if (seen.length < SEEN.most) seen.push({ embeddings, relief });
        },
      },
      signal,
      show,
    );
    return turned.ok ? ok(seen) : turned;
  }

  /** Watches somebody look straight and then turn the head all the way round. */
  private async watchTurn(
    request: TurnRequest,
    signal: AbortSignal,
    show: (view: EnrolmentView) => void,
  ): Promise<
    Result<{
      readonly captures: readonly Capture[];
      readonly sensor: OpenSensor;
    }>
  > {
    const { pipeline, clock } = this.parts;
    const { what, purpose, pace, progress } = request;
    progress.state = interruptEnrolment(progress.state);
    progress.slow = false;
    // Everything was seen, and could not be stored.
    if (progress.state.kind === 'done' && progress.sensor)
      return ok({ captures: progress.state.captures, sensor: progress.sensor });
    let firstAt: Milliseconds | undefined;
    let progressAt: Milliseconds | undefined;
    let heardAt = clock.now();
    let { spent } = progress;
    const lag = { old: 0, fresh: 0 };
    const patience = request.patience ?? ENROLMENT_PATIENCE;
    const percent = () => Math.round(100 * enrolmentProgress(progress.state, request));
    const consequence = () =>
      request.keeps && progress.begun ? 'what was captured is kept' : request.consequence;
    const { lateness } = this;
    const view = (kind: EnrolmentView['kind']): EnrolmentView => {
      const seen = viewOf(progress.state, kind, request);
      return lateness.tooSlow ? { ...seen, guidance: 'slow' } : seen;
    };
    for await (const event of pipeline.watch({ sensor: request.sensor, purpose, pace }, signal)) {
      // What still arrives after a cancel is not looked at.
      if (signal.aborted) break;
      if (event.kind !== 'silent') heardAt = clock.now();
      if (event.kind === 'watching') {
        const { sensor } = progress;
        if ((sensor && !sameSensor(sensor, event.sensor)) || !isAnswer(request.sensor, event.sensor))
          return fail(
            'sensor-lost',
            `The sensor was exchanged during the ${what}; ${consequence()}. ${
              request.keeps ? 'Plug in the one that it began with, or cancel.' : 'Start again.'
            }`,
          );
        const refused = request.refuses(event.sensor);
        if (refused) return refused;
        progress.sensor = event.sensor;
      } else if (event.kind === 'silent') {
        if (clock.now() - heardAt > STALLED) return stalled(consequence());
      } else if (event.kind === 'restarting') {
        // The count of frames starts again with the process, and so may their time.
        progress.state = interruptEnrolment(progress.state);
        progressAt = undefined;
        firstAt = undefined;
        ({ spent } = progress);
        show(view('paused'));
      } else if (event.kind === 'failed') return event.failure;
      else if (event.kind === 'ended')
        return fail(
          'not-enrolled',
          `The recording ended when the ${what} was ${percent()} % done; ${consequence()}. Use one in which the person looks straight and then turns the head all the way round.`,
        );
      else if (event.kind === 'evidence') {
        const { evidence } = event;
        const { capturedAt } = evidence;
        firstAt ??= capturedAt;
        progressAt ??= capturedAt;
        const captured = progress.state.captures.length;
        const now = this.judgedAt(evidence, pace);
        lateness.note(evidence, now);
        lag[isCurrent(evidence, now) ? 'fresh' : 'old']++;
        progress.spent = ms(spent + Math.max(0, capturedAt - firstAt));
        const state = (progress.state = stepEnrolment(progress.state, evidence, now, request));
        if (state.captures.length > captured) {
          progressAt = capturedAt;
          lag.old = lag.fresh = 0;
        }
        const { lastSequence, straight, guidance } = state;
        if (straight && evidence.kind === 'face' && lastSequence === evidence.sequence)
          if (isLive(evidence) && guidance !== 'someone-else') request.recognised?.(evidence);
        if (state.kind === 'done') {
          if (!progress.sensor) return fail('sensor-lost', `The sensor sent nothing; ${consequence()}.`);
          show(view('saving'));
          return ok({ captures: state.captures, sensor: progress.sensor });
        }
        show(view(state.kind));
        if (capturedAt - progressAt > patience) {
          progress.slow = lag.old > lag.fresh;
          const why = progress.slow
            ? 'This computer was too slow to look at you'
            : `Nothing new was seen for ${Math.round(patience / 1000)} seconds`;
          const next = request.keeps ? 'go on' : 'start again';
          return fail(
            'timed-out',
            `${why}, when the ${what} was ${percent()} % done; ${consequence()}. Sit before the sensor and ${next}.`,
          );
        }
      }
    }
    return fail('cancelled', `The ${what} was cancelled; ${consequence()}.`);
  }

  /**
   * One attempt to unlock by face. A PIN entered meanwhile (enterPin) wins if it is first.
   * @returns the outcome, or why no attempt could be made or finished: `paused`, `pin-needed`, `not-enrolled`, sensor trouble
   */
  async unlock(
    request: UnlockRequest,
    signal: AbortSignal,
    show: (view: AttemptView) => void,
  ): Promise<Result<AttemptOutcome>> {
    const { user, pace } = request;
    const { vault, pipeline, clock } = this.parts;
    await this.settled();
    const lock = await this.lock(user);
    const gallery = await vault.load(user);
    if (!gallery.ok) return gallery;
    if (!gallery.value)
      return fail(
        'not-enrolled',
        `Nobody called "${user}" is enrolled. Enrol first: npm run facet -- enroll --user ${user}.`,
      );
    const policy = await this.parts.loadPolicy(request.sensitivity);
    if (!policy.ok) return policy;
    const templates = templatesInUse(gallery.value, policy.value, clock.wallTime());
    if (templates.length === 0)
      return fail(
        'not-enrolled',
        `Facet's networks changed since the looks of "${user}" were enrolled, so none of them can be compared. Enrol again; the PIN works.`,
      );
    const own = ownLids(anchorsOf(templates));
    const personal = recognition(gallery.value, policy.value);
    const { network } = personal;
    const besides = network ? personalTemplates(network) : [];
    let warning: string | undefined;
    const begun = await lock.beginFace();
    if (!begun.ok) return begun;
    const id = begun.value;

    let attempt: AttemptState | undefined;
    let startedAt = ms(0);
    let now = ms(0);
    let charged = false;
    let failure: Failure | undefined;
    let faces: readonly FaceEvidence[] = [];
    let recognised: FaceEvidence | undefined;
    const rules = {
      attentionRequired: request.attentionRequired,
      recognises: (evidence: FaceEvidence) => {
        // What lacks the person's own embedding is judged as Facet came.
        const whole = !network || evidence.embeddings.has(network.kind);
        const known = recognises(evidence, templates, whole ? personal.policy : policy.value, { besides });
        if (known) recognised = withoutPersonal(evidence);
        return known;
      },
      ...(request.patience === undefined ? {} : { patience: request.patience }),
    };
    this.opened.delete(user);
    let sensor: OpenSensor | undefined;
    let stranger: OpenSensor | undefined;
    const patience = request.patience ?? ATTEMPT_LIMITS.patience;
    const isOpen = () => lock.state.kind === 'unlocked';
    let openedAt: Milliseconds | undefined;
    let heardAt = clock.now();
    const { lateness } = this;
    const watch: WatchRequest = {
      sensor: request.sensor,
      purpose: 'unlock',
      pace,
      ...(network && { personal: { kind: network.kind, onnx: network.onnx, sha256: network.sha256 } }),
    };
    for await (const event of pipeline.watch(watch, signal)) {
      if (signal.aborted || isOpen()) break;
      if (event.kind !== 'silent') heardAt = clock.now();
      if (event.kind === 'watching') {
        failure = foreignSensor(request.sensor, sensor, event.sensor, gallery.value);
        if (failure) {
          if (!sensor && mayBeTakenIn(gallery.value, event.sensor) && isAnswer(request.sensor, event.sensor))
            stranger = event.sensor;
          break;
        }
        sensor = event.sensor;
        warning ??= sensor.note;
        openedAt ??= heardAt;
      } else if (event.kind === 'silent') {
        if (pace === 'live' && openedAt !== undefined) {
          lateness.noteSilence(ms(clock.now() - heardAt));
          if (lateness.tooSlow) show({ kind: 'watching', guidance: 'slow' });
        }
        // Live frames are due on this clock; a recording, or a start, may take as long as the machine needs.
        if (pace === 'live' && openedAt !== undefined && clock.now() - openedAt > patience) break;
        if (clock.now() - heardAt > STALLED) {
          failure = stalled('use the PIN');
          break;
        }
      } else if (event.kind === 'impersonal') warning = event.failure.message;
      else if (event.kind === 'restarting') {
        if (attempt?.kind === 'watching') attempt = { ...attempt, lastSequence: -1, agreeing: undefined };
        faces = [];
        show({ kind: 'restarting', guidance: 'looking' });
      } else if (event.kind === 'failed') {
        failure = event.failure;
        break;
      } else if (event.kind === 'ended') break;
      else if (event.kind === 'evidence') {
        const evidence = attentively(event.evidence, own);
        now = this.judgedAt(evidence, pace);
        lateness.note(evidence, now);
        if (!attempt) {
          startedAt = now;
          attempt = beginAttempt(now);
        }
        if (!charged && matchable(evidence, now, request.attentionRequired)) {
          charged = true;
          await lock.dispatch({ kind: 'face-seen', id });
        }
        if (request.adapt)
          faces = noteFace(faces, evidence.kind === 'face' ? withoutPersonal(evidence) : evidence);
        attempt = stepAttempt(attempt, evidence, now, rules);
        if (attempt.kind !== 'watching' || isOpen()) break;
        show({ kind: 'watching', guidance: lateness.tooSlow ? 'slow' : attempt.guidance });
      }
    }
    if (stranger) this.strangers.set(user, stranger);
    else this.strangers.delete(user);
    attempt = attempt?.kind === 'watching' ? expireAttempt(attempt, now, ms(0)) : attempt;
    const after = ms(now - startedAt);
    if (attempt?.kind === 'accepted') await lock.dispatch({ kind: 'face-accepted', id });
    else if (failure || attempt === undefined || attempt.kind === 'watching' || attempt.code === 'nobody')
      await lock.dispatch({ kind: 'face-ended', id });
    else await lock.dispatch({ kind: 'face-missed', id });
    const by = this.opened.get(user);
    if (request.adapt) {
      if (by === 'face' && recognised) this.learn(user, recognised, policy.value);
      else if (!by && attempt?.kind === 'refused' && attempt.code === 'not-recognised')
        this.refusals.note(user, faces);
    }
    const told = { after, ...(warning !== undefined && { warning }) };
    if (by) return ok({ kind: 'unlocked', by, ...told });
    if (failure) return failure;
    if (signal.aborted) return fail('cancelled', 'The attempt was cancelled.');
    if (attempt?.kind === 'accepted')
      return fail('paused', 'Face unlock was switched off while the face was looked at. Use the PIN.');
    const code = attempt?.kind === 'refused' ? attempt.code : 'nobody';
    return ok({ kind: 'refused', code: code === 'nobody' && lateness.tooSlow ? 'slow' : code, ...told });
  }

  /** In its own time: no unlock waits for a gallery to be saved. */
  private learn(user: string, evidence: FaceEvidence, policy: MatchPolicy): void {
    const wallTime = this.parts.clock.wallTime();
    void this.change(user, (gallery) => ok(learn(gallery, evidence, policy, wallTime)))
      .catch((error: unknown) => fail('fault', `this is a fault in Facet (${String(error)}). The PIN works.`))
      .then((saved) => this.learned(user, saved));
  }

  /** Live frames are judged now; those of a recording at the time that they bear. */
  private judgedAt(evidence: Evidence, pace: Pace): Milliseconds {
    return pace === 'live' ? this.parts.clock.now() : evidence.capturedAt;
  }
}

const viewOf = (
  state: EnrolmentState,
  kind: EnrolmentView['kind'],
  rules: EnrolmentRules,
): EnrolmentView => ({
  kind,
  coverage: state.coverage,
  offered: state.offered,
  guidance: state.guidance,
  progress: enrolmentProgress(state, rules),
  filled: state.filled,
  pointer: state.pointer,
});

const stalled = (consequence: string): Failure =>
  fail(
    'sensor-lost',
    `The sensor sent nothing for ${STALLED / 1000} seconds; ${consequence}. Check its cable and run npm run facet -- doctor.`,
  );

/** With the eyes judged by the person's own. */
const attentively = (evidence: Evidence, own: number | undefined): Evidence =>
  evidence.kind === 'face' ? { ...evidence, attentive: isAttentive(evidence, own) } : evidence;

const isLive = ({ against, attentive }: FaceEvidence): boolean => against.length === 0 && attentive;

/** A face that will be compared: from here on the attempt costs a miss. */
const matchable = (evidence: Evidence, now: Milliseconds, attentionRequired: boolean): boolean =>
  evidence.kind === 'face' &&
  evidence.against.length === 0 &&
  (evidence.attentive || !attentionRequired) &&
  isCurrent(evidence, now);

/** Capture time of the latest; after a restart the times of a recording begin again, so it need not be the last. */
const latest = (captures: readonly Capture[]): Milliseconds =>
  ms(Math.max(...captures.map(({ capturedAt }) => capturedAt)));

/** Whether the sensor is of the driver that was asked for, where that is a real one. */
const isAnswer = (asked: string, open: OpenSensor): boolean => {
  const driver = asked.split(':', 1)[0];
  return !isHardware({ driver }) || open.driver === driver;
};

/** Why frames of this sensor are no evidence, or undefined where they are. @param first the one that the attempt began with */
function foreignSensor(
  asked: string,
  first: OpenSensor | undefined,
  open: OpenSensor,
  gallery: Gallery,
): Failure | undefined {
  if (first && !sameSensor(first, open))
    return fail('sensor-unknown', 'The sensor was exchanged during the attempt. Try again or use your PIN.');
  if (isAnswer(asked, open) && knowsSensor(gallery, open)) return undefined;
  return fail(
    'sensor-unknown',
    mayBeTakenIn(gallery, open) && isAnswer(asked, open) ? strangerSentence(open) : STAND_IN_SENTENCE,
  );
}

const ERASING = 'Everything is being removed just now. Wait a moment, then start again.';

const NO_OFFER =
  'What was seen before the PIN is not kept any more. It can be remembered after the next time that you are not recognised.';

/** How a look comes to be: of whom, called what, when, by which networks. */
interface Making {
  readonly user: string;
  readonly look: string;
  readonly coverage: Coverage;
  readonly wallTime: number;
  readonly networks: string | undefined;
}

/** The gallery with this look in place of an earlier one of the same name. */
function withLook(
  before: Gallery | undefined,
  { driver, model, serial }: OpenSensor,
  { user, look, coverage, wallTime, networks }: Making,
  captures: readonly Capture[],
): Gallery {
  const sensor = { driver, model, serial };
  // The PIN stands behind an enrolment: another real sensor is taken in by it.
  const kept = before && takeInSensor(before, sensor);
  const last = latest(captures);
  const steps = { preprocessing: PREPROCESSING, ...(networks !== undefined && { networks }) };
  const others = (entry: { readonly look: string }) => entry.look !== look;
  const templates = captures.map(({ embeddings, pose, capturedAt, lids }): Template => ({
    embeddings,
    pose,
    ...steps,
    capturedAt: Math.round(wallTime - (last - capturedAt)),
    source: 'enrolment',
    look,
    ...(coverage === 'straight' && { coverage }),
    ...(lids !== undefined && { lids }),
  }));
  return {
    user,
    sensor: kept?.sensor ?? sensor,
    ...(kept?.otherSensors ? { otherSensors: kept.otherSensors } : {}),
    createdAt: kept?.createdAt ?? wallTime,
    version: before?.version ?? 0,
    templates: [...(kept?.templates.filter(others) ?? []), ...templates],
    reliefs: [
      ...(kept?.reliefs.filter(others) ?? []),
      {
        look,
        embeddings: meanEmbeddings(captures),
        ...steps,
        frames: captures.length,
        capturedAt: wallTime,
        source: 'enrolment',
      },
    ],
    remembered: kept?.remembered.filter(others) ?? [],
    ...(kept?.heads ? { heads: unlearned(kept.heads, look) } : {}),
  };
}

/** The mean of each kind over all captures. */
function meanEmbeddings(captures: readonly Capture[]): Embeddings {
  const kinds = [...captures[0].embeddings.keys()];
  return new Map(
    kinds.map((kind) => [
      kind,
      meanEmbedding(captures.flatMap(({ embeddings }) => embeddings.get(kind) ?? [])),
    ]),
  );
}
