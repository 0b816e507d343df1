/**
 * The long-running shell behind the page. It holds the lock, watches while it is locked, and answers every channel of
 * contract/api.ts; pages come and go, any number at a time, and see the same state. It has no timer of its own: the host
 * calls tick() a few times a second.
 */
import {
  apiSchemas,
  type ApiArguments,
  type Channel,
  type Preview,
  type Settings,
  type Visitor,
} from '../../contract/api.ts';
import { NAME_RULE } from '../../contract/names.ts';
import type { PreviewChoice, WatchRequest } from '../../contract/pipeline.ts';
import { FacetError, fail, ok, type Failure, type FailureCode, type Result } from '../../contract/result.ts';
import type { EnrolmentView } from '../../contract/states/enrolment.ts';
import type {
  AdaptedDay,
  AppState,
  DiagnosticsState,
  EnrolmentPanel,
  EnrolmentPause,
  FaceState,
  LookState,
  SensorState,
} from '../../contract/states/app.ts';
import type { FaceMap, FaceMapState } from '../../contract/states/face-map.ts';
import type { LockState } from '../../contract/states/lock.ts';
import type { HeadState, RetrainPanel, RetrainScope } from '../../contract/states/retrain.ts';
import type { ListedSensor } from '../../contract/states/sensors.ts';
import { ms, type Milliseconds } from '../../contract/units.ts';
import type { Project } from '../people/face-map.ts';
import type { ImpostorPool } from '../retrain/pool.ts';
import { AppService, NOTHING_ENROLLED, type AppParts } from './app-service.ts';
import { Backoff } from './backoff.ts';
import { FrameMeter } from './frame-meter.ts';
import type { SeenFace } from '../retrain/retrain.ts';
import { ALREADY, STOPPED } from '../retrain/retraining.ts';
import type { LockSession } from '../lock/lock-session.ts';
import { Return } from './return.ts';
import type { Pipeline, PipelineEvent, SensorList, ViewedPipeline } from '../ports.ts';
import { changeSettings, weakens, type SettingsChange, type SettingsVault } from './settings.ts';
import { TurnProgress } from '../people/turn-progress.ts';
import { changeVisitor, visitorOf } from './visitor.ts';

export interface DeskParts extends Omit<AppParts, 'pipeline' | 'keyWarning'> {
  /** A sentence where the key of the galleries is kept less safely than in the system's keychain; may take its time. */
  keyWarning(): Promise<string | undefined>;
  readonly pipeline: ViewedPipeline;
  readonly settings: SettingsVault;
  readonly sensors: SensorList;
  readonly host: AppState['host'];
  readonly version: string;
  readonly levels: AppState['levels'];
  /** Synthetic people for the face map. @throws FacetError where there are none */
  crowd(): Promise<ImpostorPool>;
  readonly project: Project;
  /** Removes every file and key of the data folder, PINs last, and makes it usable again. */
  erase(): Promise<Result<void>>;
  /** Electron only. */
  startAtLogin?(enabled: boolean): void;
  /** Takes note of a bug; the page is told only that there was one. */
  report(error: unknown): void;
}

export interface DeskOptions {
  /** `--sensor`: in place of the one in the settings. */
  readonly sensor?: string;
  /** `--user`: in place of the first one. */
  readonly user?: string;
}

/** What the sensor is used for. */
type Use = 'face' | 'enrol' | 'again' | 'look';

interface Task {
  readonly use: Use;
  readonly sensor: string;
  readonly controller: AbortController;
}

/** The sensor goes on for so long without any page, so that a reload interrupts nothing. */
const UNATTENDED = ms(5000);
/** The wall clock may run ahead of the monotonic one by so much between two ticks; more means that the machine slept. */
const SLEPT = 60_000;
/** An attempt that ends sooner without anybody is no use repeating at once. */
const HASTE = ms(1000);
/** An enrolment waits for so long for its sensor to come back. */
const AWAY = ms(60_000);
/** How often the lock is ticked and the diagnostics are shown. */
const SECOND = ms(1000);

/** Failures of the sensor or the process around it: the PIN works, and it may come back by itself. */
const SENSOR_TROUBLE: readonly FailureCode[] = [
  'sensor-lost',
  'sensor-unavailable',
  'sensor-unknown',
  'pipeline-stopped',
  'bad-argument',
  'bad-input',
  'pin-needed',
  'busy',
];

const NOBODY_YET: LockState = {
  kind: 'locked',
  face: { kind: 'ready', missesLeft: 0, watching: false },
  pin: { kind: 'ready' },
};

export class Desk {
  private readonly app: AppService;
  private readonly watchers = new Set<(state: AppState) => void>();
  private published = '';
  private user: string | undefined;
  private session: LockSession | undefined;
  /** As they are kept. */
  private settings!: Settings;
  /** Changes of the settings are kept one after the other. */
  private kept: Promise<unknown> = Promise.resolve();
  /** `--sensor`, until another one is chosen. */
  private override: string | undefined;
  /** Nobody is set up yet: there is no PIN to ask for. */
  private firstRun = false;
  private looks: readonly LookState[] = [];
  private adaptation: readonly AdaptedDay[] | undefined;
  private offer = false;
  /** Whether the screen was open when the lock last changed. */
  private open = false;
  private face: FaceState = { kind: 'off' };
  private sensor: SensorState = { kind: 'resting' };
  private listed: readonly ListedSensor[] = [];
  private listedAt: Milliseconds | undefined;
  private enrolment: EnrolmentPanel | undefined;
  /** What the enrolment that runs or is paused has so far. */
  private turn: TurnProgress | undefined;
  private retraining: RetrainPanel | undefined;
  private heads: readonly HeadState[] = [];
  /** Ends the retraining that runs. */
  private stopRetraining: AbortController | undefined;
  /** Tells a deeper retraining what was seen of the person: it waits for that. */
  private tellSeen: ((seen: Result<readonly SeenFace[]>) => void) | undefined;
  private deeper: Result<void> | undefined;
  private asking = false;
  private readonly warnings = new Map<string, string>();
  private visitor: Visitor | undefined;
  private turnedUntil: Milliseconds | undefined;
  private diagnosing = false;
  private diagnostics: DiagnosticsState | undefined;
  private map: FaceMapState | undefined;
  private lastRefusal: string | undefined;
  private readonly meter = new FrameMeter();
  private readonly returned = new Return();
  private readonly backoff = new Backoff();
  private task: Task | undefined;
  private ended: Promise<void> = Promise.resolve();
  private pages = 0;
  private attendedAt: Milliseconds | undefined;
  private activeAt: Milliseconds;
  private tickedAt: Milliseconds | undefined;
  /** Wall time minus monotonic time: grows while the machine sleeps. */
  private offset: number;
  private closed = false;
  private readonly sleepers: (() => void)[] = [];

  private constructor(private readonly parts: DeskParts) {
    this.app = new AppService({ ...appParts(parts), pipeline: this.observed() });
    this.app.learned = (user, saved) => {
      if (user !== this.user) return;
      this.warn('learned', saved.ok ? undefined : `What Facet learned could not be kept: ${saved.message}`);
      void this.loadLooks();
    };
    this.activeAt = parts.clock.now();
    this.offset = this.clockOffset();
  }

  /** Reads what there is; the screen starts locked. Nothing here waits for the key, the sensor or the models. */
  static async open(parts: DeskParts, options: DeskOptions = {}): Promise<Desk> {
    const desk = new Desk(parts);
    const { settings, warning } = await parts.settings.load();
    desk.settings = settings;
    desk.override = options.sensor;
    desk.warn('settings', warning);
    desk.useSensor();
    parts.pipeline.prepare(desk.chosenSensor);
    const users = await desk.app.users();
    if (!users.ok) desk.warn('users', users.message);
    else await desk.use(options.user ?? users.value[0], users.value);
    return desk;
  }

  private get chosenSensor(): string {
    return this.override ?? this.settings.sensor;
  }

  private async use(user: string | undefined, users: readonly string[]): Promise<void> {
    this.firstRun = users.length === 0;
    this.user = user !== undefined && users.includes(user) ? user : undefined;
    if (this.user === undefined) {
      if (user !== undefined && users.length > 0)
        this.warn(
          'users',
          `Nobody called "${user}" is set up here. Start Facet with one of: ${users.join(', ')}.`,
        );
      return;
    }
    if (users.length > 1)
      this.warn(
        'users',
        `Several people are set up here; this screen is ${this.user}'s. Choose with --user NAME.`,
      );
    const session = await this.app.lock(this.user);
    session.changed = () => this.lockChanged();
    this.session = session;
    void this.loadLooks().then(() => this.steer());
  }

  private async loadLooks(): Promise<void> {
    const { user } = this;
    const looks = user === undefined ? ok(NOTHING_ENROLLED) : await this.app.looks(user);
    this.warn('key', await this.parts.keyWarning());
    if (user !== this.user) return;
    this.looks = looks.ok ? looks.value.looks : [];
    this.adaptation = looks.ok ? looks.value.days : undefined;
    this.heads = looks.ok ? looks.value.heads : [];
    this.warn('looks', looks.ok ? undefined : looks.message);
    // Of another version, perhaps: the next attempt says it again.
    this.warn('personal', undefined);
    this.publish();
  }

  // ——— What the page sees

  get state(): AppState {
    const { parts, diagnosing, diagnostics } = this;
    return {
      host: parts.host,
      version: parts.version,
      user: this.user,
      lock: this.lock,
      face: this.face,
      sensor: this.sensor,
      sensors: this.listed,
      looks: this.looks,
      adaptation: this.adaptation,
      offer: this.offer,
      enrolment: this.enrolment,
      retraining: this.retraining,
      deeper: this.deeper,
      heads: this.heads,
      settings: { ...this.settings, sensor: this.chosenSensor },
      warnings: [...this.warnings.values()],
      diagnostics: diagnosing ? (diagnostics ?? this.measured()) : undefined,
      visitor: this.visitor,
      levels: parts.levels,
    };
  }

  private get lock(): LockState {
    return this.session?.state ?? NOBODY_YET;
  }

  /** The state now and after every change. @returns ends the subscription */
  onState(receive: (state: AppState) => void): () => void {
    this.watchers.add(receive);
    receive(this.state);
    return () => this.watchers.delete(receive);
  }

  /** @returns ends the subscription */
  onPreview(receive: (preview: Preview) => void): () => void {
    return this.parts.pipeline.onPreview((preview) => {
      const shape = preview.kind === 'mirror' || preview.kind === 'relief';
      if (shape || this.diagnosing) receive(preview);
    });
  }

  /**
   * A page opened: the sensor works only while there is one.
   * @returns it closed, perhaps to be loaded again; or it was `hidden`, and nobody sees what it shows
   */
  attend(): (how?: 'hidden') => void {
    this.pages++;
    this.steer();
    let here = true;
    return (how) => {
      if (!here) return;
      here = false;
      if (--this.pages > 0) return;
      this.attendedAt = how === 'hidden' ? undefined : this.parts.clock.now();
      this.steer();
    };
  }

  private publish(): void {
    if (this.closed) return;
    const { state } = this;
    const text = JSON.stringify(state);
    if (text === this.published) return;
    this.published = text;
    for (const receive of this.watchers) receive(state);
  }

  private warn(about: string, sentence: string | undefined): void {
    if (sentence === undefined) this.warnings.delete(about);
    else this.warnings.set(about, sentence);
  }

  // ——— What the page asks

  /** Answers one request of a page, whatever it is made of. Never throws. */
  async call(channel: string, argument: unknown): Promise<Result<void>> {
    if (!Object.hasOwn(apiSchemas, channel))
      return fail('bad-argument', 'The page asked for something that this Facet does not know. Reload it.');
    const name = channel as Channel;
    const parsed = apiSchemas[name].safeParse(argument);
    if (!parsed.success) return fail('bad-argument', refusalOf(name, parsed.error.issues[0]));
    try {
      const answer = this.answers[name] as (given: unknown) => Result<void> | Promise<Result<void>>;
      return await answer(parsed.data);
    } catch (error) {
      this.parts.report(error);
      return fail('fault', FAULT);
    } finally {
      this.steer();
    }
  }

  private readonly answers: {
    readonly [C in Channel]: (argument: ApiArguments<C>) => Result<void> | Promise<Result<void>>;
  } = {
    'setup.begin': async ({ user, pin }) => {
      const set = await this.app.setUp(user, pin);
      if (set.ok) await this.use(user, [user]);
      this.active();
      return set;
    },
    'lock.pin': ({ pin }) => this.withPin(pin, () => ok(undefined)),
    'lock.now': () => this.lockNow(),
    'lock.retry': () => {
      this.returned.skip();
      this.backoff.reset();
      return ok(undefined);
    },
    'lock.active': () => {
      this.active();
      return ok(undefined);
    },
    'enrolment.start': ({ pin, look }) =>
      this.withPin(pin, () => {
        if (this.isEnrolling) return fail('busy', ENROLLING);
        this.turn = new TurnProgress();
        return this.beginEnrolment(look, NOTHING_SEEN);
      }),
    'enrolment.resume': ({ pin }) => {
      if (this.enrolment?.kind !== 'paused')
        return fail('bad-argument', 'No enrolment is paused. Reload the page.');
      const { look, view, pinNeeded } = this.enrolment;
      const goOn = () => this.beginEnrolment(look, view);
      if (pin !== undefined) return this.withPin(pin, goOn);
      return pinNeeded || this.lock.kind !== 'unlocked' ? ASK_PIN : goOn();
    },
    'enrolment.straight': () => {
      if (this.enrolment?.kind !== 'running' || !this.turn)
        return fail('bad-argument', 'No enrolment is under way. Reload the page.');
      this.turn.straightAhead = true;
      return ok(undefined);
    },
    'enrolment.cancel': () => {
      this.cancelEnrolment();
      return ok(undefined);
    },
    'enrolment.dismiss': () => {
      if (!this.isEnrolling) this.enrolment = undefined;
      return ok(undefined);
    },
    'settings.change': ({ pin, change }) => {
      if (pin !== undefined) return this.withPin(pin, () => this.keep(change, 'anything'));
      if (this.firstRun) return this.keep(change, 'anything');
      return this.lock.kind === 'unlocked' ? this.keep(change, 'stricter') : ASK_PIN;
    },
    'looks.rename': ({ pin, look, to }) =>
      this.withUser(async (user) => {
        const renamed = await this.app.renameLook(user, pin, look, to);
        await this.loadLooks();
        return renamed;
      }),
    'looks.remove': ({ pin, look }) =>
      this.withUser(async (user) => {
        const removed = await this.app.removeLook(user, pin, look);
        await this.loadLooks();
        return removed;
      }),
    'offer.accept': (chosen) =>
      this.withUser(async (user) => {
        if (!this.offer) return fail('bad-argument', 'Nothing is offered to be remembered. Reload the page.');
        // Once: what is asked meanwhile finds no offer.
        this.offer = false;
        const remembered = await this.app.remember(user, chosen);
        this.offer = !remembered.ok && this.lock.kind === 'unlocked';
        await this.loadLooks();
        return remembered;
      }),
    'offer.dismiss': () => {
      this.withdrawOffer();
      return ok(undefined);
    },
    'adaptation.undo': ({ pin, day }) =>
      this.withUser(async (user) => {
        const undone = await this.app.undoDay(user, pin, day);
        await this.loadLooks();
        return undone;
      }),
    'retrain.check': () => {
      if (this.lock.kind !== 'unlocked') return ASK_PIN;
      if (!this.asking) void this.askDeeper();
      return ok(undefined);
    },
    'retrain.start': ({ pin, scope }) =>
      this.withPin(pin, () => {
        if (this.isRetraining) return fail('busy', ALREADY);
        void this.retrain(scope);
        return ok(undefined);
      }),
    'retrain.cancel': () => {
      this.stopRetraining?.abort();
      return ok(undefined);
    },
    'retrain.dismiss': () => {
      if (!this.isRetraining) this.retraining = undefined;
      return ok(undefined);
    },
    'retrain.use': ({ pin, version }) =>
      this.withUser(async (user) => {
        const right = await this.app.enterPin(user, pin);
        const used = right.ok ? await this.app.retraining.use(user, version) : right;
        await this.loadLooks();
        return used;
      }),
    'pin.change': ({ pin, next }) => this.withUser((user) => this.app.changePin(user, pin, next)),
    'everything.remove': ({ pin }) => this.withPin(pin, () => this.removeEverything()),
    'diagnostics.open': ({ pin }) =>
      this.withPin(pin, () => {
        this.diagnosing = true;
        return ok(undefined);
      }),
    'diagnostics.map': () => {
      if (!this.diagnosing) return fail('pin-needed', 'Open the diagnostics with your PIN first.');
      if (this.map?.kind !== 'drawing') void this.drawMap();
      return ok(undefined);
    },
    'diagnostics.close': () => {
      this.closeDiagnostics();
      return ok(undefined);
    },
    'visitor.direct': (update) => {
      if (!this.visitor)
        return fail(
          'bad-argument',
          'Only the simulated sensor has a visitor to direct. Choose it in the settings.',
        );
      this.visitor = changeVisitor(this.visitor, update);
      if (update.turning) this.turnedUntil = undefined;
      if (update.plugged) this.backoff.reset();
      this.parts.pipeline.direct(this.visitor);
      return ok(undefined);
    },
  };

  private get isRetraining(): boolean {
    const kind = this.retraining?.kind;
    return kind === 'running' || kind === 'looking';
  }

  /** In its own time: loading TensorFlow takes about a second. */
  private async askDeeper(): Promise<void> {
    this.asking = true;
    this.deeper = await this.parts.trainer.goesDeeper().catch((error: unknown) => this.faulty(error));
    this.asking = false;
    this.publish();
  }

  private faulty(error: unknown): Failure {
    this.parts.report(error);
    return fail('fault', FAULT);
  }

  /** In the background: the screen, the sensor and the page go on meanwhile. */
  private async retrain(scope: RetrainScope): Promise<void> {
    const { user } = this;
    if (user === undefined) return;
    const stop = (this.stopRetraining = new AbortController());
    stop.signal.addEventListener('abort', () => this.tellSeen?.(fail('cancelled', STOPPED)));
    const begun: RetrainPanel = {
      kind: 'running',
      scope,
      progress: { stage: 'loading', share: 0, epoch: 0, epochs: 0 },
      losses: [],
    };
    this.retraining = begun;
    this.publish();
    const see = async () => {
      const seen = await this.seeAgain();
      if (seen.ok) this.retraining = begun;
      this.steer();
      return seen;
    };
    let losses: readonly number[] = [];
    const { sensitivity } = this.settings;
    const report = await this.app.retraining
      .run(user, { sensitivity, ...(scope === 'deeper' && { see }) }, stop.signal, (progress) => {
        const { loss, epoch } = progress;
        if (loss !== undefined) losses = [...(epoch === 1 ? [] : losses), Math.round(1000 * loss) / 1000];
        this.retraining = { kind: 'running', scope, progress, losses };
        this.publish();
      })
      .catch((error: unknown) => this.faulty(error));
    await this.loadLooks();
    // What it was about is removed.
    if (this.stopRetraining !== stop) return;
    this.retraining = report.ok
      ? { kind: 'done', report: report.value }
      : stop.signal.aborted
        ? undefined
        : { kind: 'failed', scope, code: report.code, message: report.message };
    this.publish();
  }

  /** Has the sensor look at the person again, for a deeper retraining. */
  private seeAgain(): Promise<Result<readonly SeenFace[]>> {
    // The PIN was right a moment ago.
    if (this.lock.kind === 'locked') return Promise.resolve(LOCKED);
    if (this.enrolment?.kind === 'running') return Promise.resolve(fail('busy', ENROLLING));
    return new Promise((resolve) => {
      const tell = (seen: Result<readonly SeenFace[]>) => {
        if (this.tellSeen === tell) this.tellSeen = undefined;
        resolve(seen);
      };
      this.tellSeen = tell;
      this.backoff.reset();
      this.retraining = { kind: 'looking', view: NOTHING_SEEN };
      this.steer();
    });
  }

  private async withUser(work: (user: string) => Promise<Result<void>>): Promise<Result<void>> {
    const { user } = this;
    if (user === undefined) return fail('not-enrolled', 'Nobody is set up here yet. Choose a PIN first.');
    return work(user);
  }

  /** Does something for whoever has the PIN; a right one opens the screen, a wrong one counts. */
  private withPin(pin: string, work: () => Result<void> | Promise<Result<void>>): Promise<Result<void>> {
    return this.withUser(async (user) => {
      const right = await this.app.enterPin(user, pin);
      if (!right.ok) return right;
      this.active();
      return work();
    });
  }

  private keep(change: SettingsChange, may: 'stricter' | 'anything'): Promise<Result<void>> {
    const kept = this.kept.then(async (): Promise<Result<void>> => {
      const after = changeSettings(this.settings, change);
      if (may === 'stricter' && weakens(this.settings, after)) return ASK_PIN;
      const saved = await this.parts.settings.save(after);
      if (!saved.ok) return saved;
      this.take(after, change.sensor === undefined ? this.override : undefined);
      this.warn('settings', undefined);
      if (!after.adaptation) this.withdrawOffer();
      return saved;
    });
    this.kept = kept.catch(() => undefined);
    return kept;
  }

  private take(settings: Settings, override: string | undefined): void {
    const before = { sensor: this.chosenSensor, startAtLogin: this.settings.startAtLogin };
    this.settings = settings;
    this.override = override;
    if (this.chosenSensor !== before.sensor) {
      this.useSensor();
      this.backoff.reset();
    }
    if (settings.startAtLogin !== before.startAtLogin) this.parts.startAtLogin?.(settings.startAtLogin);
  }

  private useSensor(): void {
    this.visitor = visitorOf(this.chosenSensor);
    this.turnedUntil = undefined;
    if (this.visitor) this.parts.pipeline.direct(this.visitor);
  }

  private async removeEverything(): Promise<Result<void>> {
    this.cancelEnrolment();
    this.closeDiagnostics();
    this.stopRetraining?.abort();
    this.task?.controller.abort();
    await this.ended;
    await this.kept;
    const erased = await this.app.eraseAll(() => this.parts.erase());
    // What is left after a failure is read again, as after a restart.
    this.session = undefined;
    const { settings } = await this.parts.settings.load();
    this.take(settings, this.override);
    this.useSensor();
    this.face = { kind: 'off' };
    this.lastRefusal = undefined;
    this.looks = [];
    this.adaptation = undefined;
    this.offer = false;
    this.enrolment = undefined;
    this.turn = undefined;
    this.retraining = undefined;
    this.stopRetraining = undefined;
    this.heads = [];
    this.warnings.clear();
    const users = await this.app.users();
    if (users.ok) await this.use(users.value[0], users.value);
    else this.user = undefined;
    return erased;
  }

  /** In its own time; what is drawn after the diagnostics were closed is thrown away. */
  private async drawMap(): Promise<void> {
    const drawing: FaceMapState = { kind: 'drawing' };
    this.showMap(drawing);
    const map = await this.mapOf(this.user ?? '').catch((error: unknown) => {
      if (error instanceof FacetError) return error.toFailure();
      this.parts.report(error);
      return fail('fault', 'The face map could not be drawn; the log says why. Try again.');
    });
    if (this.map === drawing)
      this.showMap(map.ok ? { kind: 'drawn', map: map.value } : { kind: 'failed', message: map.message });
  }

  private async mapOf(user: string): Promise<Result<FaceMap>> {
    return this.app.faceMap(user, await this.parts.crowd(), this.parts.project);
  }

  private showMap(map: FaceMapState): void {
    this.map = map;
    this.diagnostics = this.measured();
    this.publish();
  }

  private closeDiagnostics(): void {
    this.diagnosing = false;
    this.diagnostics = undefined;
    this.map = undefined;
  }

  /** Runs, or waits to go on: what was captured is thrown away by a cancel alone. */
  private get isEnrolling(): boolean {
    return this.enrolment?.kind === 'running' || this.enrolment?.kind === 'paused';
  }

  private beginEnrolment(look: string, view: EnrolmentView): Result<void> {
    if (this.tellSeen) return fail('busy', ALREADY);
    this.backoff.reset();
    this.enrolment = { kind: 'running', look, view };
    return ok(undefined);
  }

  private cancelEnrolment(): void {
    if (!this.isEnrolling) return;
    this.enrolment = undefined;
    this.turn = undefined;
    if (this.task?.use === 'enrol') this.task.controller.abort();
  }

  /** What was captured waits behind the lock, and for the PIN. */
  private lockEnrolment(): void {
    const { enrolment, turn } = this;
    if (enrolment?.kind === 'paused') this.enrolment = { ...enrolment, pinNeeded: true };
    else if (enrolment?.kind === 'running' && turn?.begun) this.pauseEnrolment('locked', '', true);
    else return this.cancelEnrolment();
    if (this.task?.use === 'enrol') this.task.controller.abort();
  }

  private pauseEnrolment(why: EnrolmentPause, message: string, pinNeeded = false): void {
    if (this.enrolment?.kind !== 'running') return;
    const { look, view } = this.enrolment;
    const still: EnrolmentView = { ...view, kind: 'paused', pointer: undefined, offered: false };
    this.enrolment = { kind: 'paused', look, view: still, why, message, pinNeeded };
  }

  // ——— The lock and the time

  /** Locks, whatever is going on: also when the system locks or sleeps. */
  async lockNow(): Promise<Result<void>> {
    await this.session?.dispatch({ kind: 'lock' });
    return ok(undefined);
  }

  private lockChanged(): void {
    if (this.lock.kind === 'locked') {
      this.closeDiagnostics();
      this.lockEnrolment();
      this.tellSeen?.(LOCKED);
      if (this.open) this.withdrawOffer();
    } else {
      if (this.lock.by === 'face') this.face = { kind: 'accepted' };
      else if (!this.open) void this.offerLook();
    }
    this.open = this.lock.kind === 'unlocked';
    this.steer();
  }

  /** After a refusal and the PIN: offers to remember the face that was refused, where it is this person's. */
  private async offerLook(): Promise<void> {
    const { user } = this;
    if (user === undefined || !this.settings.adaptation) return;
    const may = await this.app.mayRemember(user);
    this.offer = may && this.lock.kind === 'unlocked' && user === this.user;
    this.publish();
  }

  private withdrawOffer(): void {
    this.offer = false;
    if (this.user !== undefined) this.app.forgetRefusal(this.user);
  }

  private active(): void {
    this.activeAt = this.parts.clock.now();
  }

  private clockOffset = (): number => this.parts.clock.wallTime() - this.parts.clock.now();

  /** To be called a few times a second. */
  async tick(): Promise<void> {
    for (const wake of this.sleepers.splice(0)) wake();
    const now = this.parts.clock.now();
    const offset = this.clockOffset();
    const slept = offset - this.offset > SLEPT;
    this.offset = offset;
    if (this.lock.kind === 'unlocked') {
      const { idleLockMinutes } = this.settings;
      if (this.enrolment?.kind === 'running' || this.tellSeen) this.active();
      const idle = idleLockMinutes > 0 && now - this.activeAt >= idleLockMinutes * 60_000;
      if (slept || idle) await this.lockNow();
    }
    if (this.visitor?.turning) {
      this.turnedUntil ??= ms(now + TURN);
      if (now >= this.turnedUntil) {
        this.visitor = { ...this.visitor, turning: false };
        this.turnedUntil = undefined;
        this.parts.pipeline.direct(this.visitor);
      }
    }
    if (this.tickedAt === undefined || now - this.tickedAt >= SECOND) {
      this.tickedAt = now;
      if (this.diagnosing) this.diagnostics = this.measured();
      await this.session?.dispatch({ kind: 'tick' });
    }
    if (this.pages > 0 && (this.listedAt === undefined || now - this.listedAt >= this.parts.sensors.every)) {
      this.listedAt = ms(Infinity); // one question at a time
      void this.lookAround();
    }
    this.steer();
  }

  /** Sees which sensors are attached. One that is new, or works now, is worth a try at once. */
  private async lookAround(): Promise<void> {
    const before = new Set(this.listed.filter(isUsable).map(({ spec }) => spec));
    try {
      this.listed = await this.parts.sensors.list();
    } catch (error) {
      this.parts.report(error);
    }
    this.listedAt = this.parts.clock.now();
    if (this.listed.some((sensor) => isUsable(sensor) && !before.has(sensor.spec))) this.backoff.reset();
    this.steer();
  }

  /** Ends the use of the sensor; the desk is not used any more. */
  async close(): Promise<void> {
    this.closed = true;
    for (const wake of this.sleepers.splice(0)) wake();
    this.watchers.clear();
    this.stopRetraining?.abort();
    this.task?.controller.abort();
    await this.ended;
    await this.app.settled();
    await this.parts.pipeline.close();
  }

  // ——— The use of the sensor: one at a time

  private wanted(): Use | undefined {
    const now = this.parts.clock.now();
    if (this.closed) return undefined;
    // An enrolment that goes on without a page would end in silence.
    const attended = this.pages > 0 || (this.attendedAt !== undefined && now - this.attendedAt < UNATTENDED);
    if (!attended) return undefined;
    if (this.enrolment?.kind === 'running') return 'enrol';
    if (this.tellSeen) return 'again';
    if (!this.backoff.over(now)) return undefined;
    if (this.user === undefined) return 'look';
    const { lock } = this;
    if (lock.kind === 'unlocked') return this.diagnosing ? 'look' : undefined;
    return lock.face.kind === 'ready' && this.looks.some(isCompared) ? 'face' : undefined;
  }

  /** Starts, goes on or ends what the sensor is used for, and shows what changed. */
  private steer(): void {
    const wanted = this.wanted();
    const { task } = this;
    if (task) {
      if (task.use !== wanted || task.sensor !== this.chosenSensor) task.controller.abort();
    } else if (wanted) this.begin(wanted);
    else if (this.sensor.kind !== 'lost' || this.lock.kind === 'unlocked') this.sensor = { kind: 'resting' };
    if (this.lock.kind === 'locked' && wanted !== 'face') this.face = { kind: 'off' };
    const show: PreviewChoice = !this.task ? 'nothing' : this.diagnosing ? 'everything' : 'shape';
    this.parts.pipeline.show(show);
    this.publish();
  }

  private begin(use: Use): void {
    const controller = new AbortController();
    const task: Task = { use, sensor: this.chosenSensor, controller };
    this.task = task;
    if (this.sensor.kind !== 'lost') this.sensor = { kind: 'opening' };
    const work = {
      face: () => this.recognise(task),
      enrol: () => this.enrol(task),
      again: () => this.lookAgain(task),
      look: () => this.look(task),
    }[use];
    this.ended = work()
      .catch((error: unknown) => {
        this.parts.report(error);
        this.backoff.wait(this.parts.clock.now());
      })
      .then(() => {
        this.task = undefined;
        this.steer();
      });
  }

  /** One attempt after the other, until the screen is open, the face is paused, or something fails. */
  private async recognise({ sensor, controller: { signal } }: Task): Promise<void> {
    const { user } = this;
    const { clock } = this.parts;
    let tooSlow = false;
    while (!signal.aborted && user !== undefined) {
      const begun = clock.now();
      this.face = { kind: 'watching', guidance: tooSlow ? 'slow' : 'looking' };
      this.publish();
      const { attentionRequired, sensitivity, adaptation } = this.settings;
      const outcome = await this.app.unlock(
        { user, sensor, pace: 'live', attentionRequired, sensitivity, adapt: adaptation },
        signal,
        ({ guidance }) => {
          this.face = { kind: 'watching', guidance };
          this.publish();
        },
      );
      if (!outcome.ok) return this.failed(outcome);
      const { value } = outcome;
      if (value.kind === 'unlocked') {
        this.returned.reset();
        return;
      }
      tooSlow = value.code === 'slow';
      if (value.code === 'nobody' || value.code === 'slow') {
        if (clock.now() - begun < HASTE) return this.backoff.wait(clock.now());
        continue;
      }
      this.lastRefusal = REFUSED[value.code];
      this.face = { kind: 'refused', code: value.code };
      this.publish();
      await this.awaitReturn(sensor, signal);
    }
  }

  /** After a refusal: until the person asks, has left and come back, or a time that grows is over. */
  private async awaitReturn(sensor: string, signal: AbortSignal): Promise<void> {
    const { clock } = this.parts;
    const pause = new AbortController();
    const end = () => pause.abort();
    signal.addEventListener('abort', end);
    this.returned.begin(clock.now(), end);
    const request: WatchRequest = { sensor, purpose: 'unlock', pace: 'live' };
    for await (const event of this.observed().watch(request, AbortSignal.any([signal, pause.signal]))) {
      if (event.kind === 'failed' || event.kind === 'ended') break;
      this.returned.see(event.kind === 'evidence' ? event.evidence.kind : undefined, clock.now());
      // What was said to whoever left is not said to an empty chair.
      if (this.returned.left && this.face.kind === 'refused') {
        this.face = { kind: 'watching', guidance: 'looking' };
        this.publish();
      }
      if (this.returned.left && this.user !== undefined) this.app.forgetRefusal(this.user);
    }
    signal.removeEventListener('abort', end);
    this.returned.end();
  }

  private async enrol({ sensor, controller: { signal } }: Task): Promise<void> {
    const running = this.enrolment;
    const { user, turn } = this;
    if (running?.kind !== 'running' || !turn || user === undefined) return;
    const report = await this.app.enrolLook(
      { user, look: running.look, sensor, pace: 'live', progress: turn },
      signal,
      (view) => {
        if (signal.aborted) return;
        this.enrolment = { ...running, view };
        this.publish();
      },
    );
    if (report.ok) await this.loadLooks();
    // A cancelled enrolment is put away already, and a locked one waits; a page that was left alone is told.
    if (this.enrolment?.kind !== 'running' || this.turn !== turn) return;
    this.active();
    if (!report.ok && turn.begun) return this.pauseEnrolment(whyPaused(report, turn), report.message);
    this.turn = undefined;
    this.enrolment = report.ok
      ? { kind: 'done', report: report.value }
      : { kind: 'failed', code: report.code, message: report.message };
  }

  private async lookAgain({ sensor, controller: { signal } }: Task): Promise<void> {
    const { user, tellSeen } = this;
    if (!tellSeen || user === undefined) return;
    const seen = await this.app
      .lookAgain({ user, sensor, pace: 'live' }, signal, (view) => {
        if (signal.aborted) return;
        this.retraining = { kind: 'looking', view };
        this.publish();
      })
      .catch((error: unknown) => this.faulty(error));
    this.active();
    tellSeen(seen);
  }

  /** Only looks, for the pictures of the first run and of the diagnostics. */
  private async look({ sensor, controller: { signal } }: Task): Promise<void> {
    const request: WatchRequest = { sensor, purpose: 'unlock', pace: 'live' };
    for await (const event of this.observed().watch(request, signal))
      if (event.kind === 'failed') this.failed(event.failure);
    if (!signal.aborted) this.backoff.wait(this.parts.clock.now());
  }

  private failed(failure: Failure): void {
    const { code, message } = failure;
    const { lock } = this;
    // The lock's own refusals are in its state.
    if (code === 'cancelled' || code === 'paused' || (this.user !== undefined && lock.kind === 'unlocked'))
      return;
    if (code === 'pin-needed' && lock.kind === 'locked' && lock.face.kind !== 'ready') return;
    if (SENSOR_TROUBLE.includes(code)) this.sensor = { kind: 'lost', code, message };
    else this.warn('face', message);
    this.backoff.wait(this.parts.clock.now());
  }

  /** The pipeline, with an eye on what it says. Whoever turns the head may go on when a sensor that was unplugged is back. */
  private observed(): Pipeline {
    const { pipeline } = this.parts;
    return {
      watch: (request, signal) =>
        request.purpose === 'unlock' ? this.follow(request, signal) : this.persist(request, signal),
      close: () => pipeline.close(),
    };
  }

  private async *follow(request: WatchRequest, signal: AbortSignal): AsyncGenerator<PipelineEvent> {
    for await (const event of this.parts.pipeline.watch(request, signal)) {
      this.see(event);
      yield event;
    }
  }

  /** Follows again and again while the sensor is away, for a while; each time the watcher is told of a restart. */
  private async *persist(request: WatchRequest, signal: AbortSignal): AsyncGenerator<PipelineEvent> {
    const { clock } = this.parts;
    let seenAt: Milliseconds | undefined;
    for (let attempt = 1; ; attempt++) {
      let failure: PipelineEvent | undefined;
      for await (const event of this.follow(request, signal)) {
        // Told with the first frame: it works, though the models may not be loaded yet.
        if (event.kind === 'evidence' || event.kind === 'watching') {
          seenAt = clock.now();
          attempt = 1;
        }
        if (event.kind !== 'failed') yield event;
        else failure = event;
      }
      if (!failure) return;
      // A sensor that never worked will not come back.
      if (signal.aborted || seenAt === undefined || clock.now() - seenAt > AWAY) {
        yield failure;
        return;
      }
      yield { kind: 'restarting', attempt, delay: SECOND };
      await this.ticksFor(SECOND, signal);
    }
  }

  /** Waits by the host's ticks; at most until the signal aborts. */
  private async ticksFor(time: Milliseconds, signal: AbortSignal): Promise<void> {
    const until = this.parts.clock.now() + time;
    while (!signal.aborted && !this.closed && this.parts.clock.now() < until)
      await new Promise<void>((resolve) => this.sleepers.push(resolve));
  }

  private see(event: PipelineEvent): void {
    const { clock } = this.parts;
    switch (event.kind) {
      case 'watching':
        this.sensor = { kind: 'watching', sensor: event.sensor };
        this.warn('sensor', event.sensor.note);
        break;
      case 'restarting':
        this.sensor = { kind: 'restarting' };
        this.meter.restart();
        break;
      case 'failed': {
        const { code, message } = event.failure;
        if (SENSOR_TROUBLE.includes(code)) this.sensor = { kind: 'lost', code, message };
        void this.session?.dispatch({ kind: 'sensor-lost' });
        break;
      }
      case 'evidence':
        this.backoff.reset();
        this.warn('face', undefined);
        this.meter.count(event.evidence, clock.now());
        return;
      case 'impersonal':
        this.warn('personal', event.failure.message);
        break;
      case 'silent':
      case 'ended':
        return;
    }
    this.publish();
  }

  private measured(): DiagnosticsState {
    const { map, lastRefusal } = this;
    return { ...this.meter.measured(this.parts.clock.now()), lastRefusal, ...(map && { map }) };
  }
}

/** The warning is shown for good, not with each enrolment. */
const appParts = ({
  vault,
  pins,
  store,
  clock,
  trainer,
  loadPolicy,
}: DeskParts): Omit<AppParts, 'pipeline'> => ({
  vault,
  pins,
  store,
  clock,
  trainer,
  loadPolicy,
});

/** Whether a face can be recognised by it: not made by earlier networks, and not out of use for too long. */
const isCompared = ({ outdated, remembered }: LookState): boolean => !outdated && !remembered?.expired;

const whyPaused = ({ code }: Failure, { slow }: TurnProgress): EnrolmentPause =>
  code === 'timed-out' ? (slow ? 'slow' : 'away') : code === 'cancelled' ? 'left' : 'trouble';

/** What is shown of a turn of the head before the first frame. */
const NOTHING_SEEN: EnrolmentView = {
  kind: 'straight',
  coverage: 'ring',
  offered: false,
  guidance: 'looking',
  progress: 0,
  filled: [],
  pointer: undefined,
};

const ENROLLING = 'An enrolment is under way already. Finish or cancel it first.';
const LOCKED = fail(
  'cancelled',
  'The screen was locked before Facet had looked at you, so nothing was changed. Retrain again.',
);

const ASK_PIN = fail('pin-needed', 'Enter your PIN to change this.');

const FAULT = 'Something went wrong in Facet itself; the log says what. Try again.';

const isUsable = ({ attached, state }: ListedSensor): boolean => attached && state === 'available';

/** How long the simulated visitor takes for "turn for me". */
const TURN = 9500;

const REFUSED = {
  'not-recognised': 'A live face was seen, and it was not close enough to any enrolled look.',
  'not-live': 'What was seen does not have the shape of a living face.',
} as const;

/** What was wrong with a request, in the words of whoever typed it. */
function refusalOf(
  channel: Channel,
  issue: { readonly path: readonly PropertyKey[]; readonly code: string } | undefined,
): string {
  const field = String(issue?.path[0] ?? '');
  if ((field === 'pin' || field === 'next') && issue?.code === 'too_big')
    return 'That is far too long for a PIN. A PIN has 6 to 32 digits.';
  if (['user', 'look', 'to'].includes(field) && issue?.code !== 'invalid_type') return NAME_RULE;
  return `The page sent something that does not fit (${channel}). Reload it and try again.`;
}
