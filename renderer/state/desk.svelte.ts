/** What the page knows and may ask: the shell's latest state, where the page is, and what is about to be confirmed. */
import type {
  ApiArguments,
  Channel,
  FacetApi,
  Preview,
  Settings,
  VisitorUpdate,
} from '../../main/contract/api.ts';
import type { Result } from '../../main/contract/result.ts';
import type { AppState } from '../../main/contract/states/app.ts';
import { Permission } from './permission.svelte.ts';
import { Previews } from './previews.svelte.ts';
import { readRoute, writeRoute, type Route } from './route.ts';
import { StrayKeys } from './stray-keys.ts';
import { WallClock } from './wall-clock.svelte.ts';

/** The check draws itself, then the screen lifts away (its styles use the same times). */
export const LIFT = { check: 260, lift: 300 };
/** How often the shell is told that somebody is at the desk, ms. */
const ACTIVE_EVERY = 5000;

export type View = 'waiting' | 'first-run' | 'lock' | 'enrolment' | 'looking-again' | Route['place'];

export class Desk {
  app = $state.raw<AppState>();
  /** Since when the shell cannot be reached, on the wall clock. */
  cutAt = $state<number>();
  route = $state.raw<Route>({ place: 'desktop' });
  /** The lock screen that lifts away from an open desk. */
  lifting = $state(false);
  /** What the last failed request of a control said; views show it once. */
  complaint = $state('');
  /** What was said of a sensor that lacks something, and put off; another sentence is shown again. */
  setAside = $state('');
  readonly previews: Previews;
  readonly clock = new WallClock();
  readonly permission = new Permission();
  readonly strayKeys: StrayKeys;
  private arrivedAt = 0;
  private activeAt = -Infinity;
  private nextVisitor: VisitorUpdate | undefined;

  constructor(
    private readonly api: FacetApi,
    private readonly page: {
      readonly now: () => number;
      readonly nextFrame: (work: () => void) => void;
      readonly later: (work: () => void, ms: number) => void;
      hash: string;
    } = browserPage(),
  ) {
    this.previews = new Previews(page.nextFrame);
    this.strayKeys = new StrayKeys(() => page.now());
    this.route = readRoute(page.hash);
    api.onState((state) => this.receive(state));
    api.onPreview((preview) => this.previews.receive(preview));
    api.onConnection((connected) => {
      this.cutAt = connected ? undefined : Date.now();
    });
  }

  /** What stands on the screen. A locked desk shows nothing but the lock. */
  get view(): View {
    const { app } = this;
    if (!app) return 'waiting';
    if (app.user === undefined) return 'first-run';
    if (app.lock.kind === 'locked') return 'lock';
    if (app.enrolment) return 'enrolment';
    if (app.retraining?.kind === 'looking') return 'looking-again';
    if (this.route.place === 'diagnostics' && !app.diagnostics) return 'desktop';
    return this.route.place;
  }

  /** What the sensor sees at this moment, as shape; undefined while it rests. */
  get mirror(): Preview | undefined {
    return this.app?.sensor.kind === 'watching' ? this.previews.of('mirror') : undefined;
  }

  /** ms since the state arrived, for what it counts down. Follows the clock's ticks. */
  get elapsed(): number {
    void this.clock.now;
    return this.page.now() - this.arrivedAt;
  }

  call<C extends Channel>(channel: C, argument: ApiArguments<C>): Promise<Result<void>> {
    return this.api.call(channel, argument);
  }

  go(route: Route): void {
    this.route = route;
    this.page.hash = writeRoute(route);
  }

  /** Changes a setting; where the shell finds that it weakens security, the PIN is asked for and the change is tried again. */
  async change(change: Partial<Settings>, sentence: string): Promise<void> {
    this.complaint = '';
    const result = await this.call('settings.change', { change });
    if (result.ok) return;
    if (result.code === 'pin-needed' || result.code === 'pin-wrong')
      this.permission.ask({
        title: 'Confirm with your PIN',
        sentence,
        action: 'Change',
        run: (pin) => this.call('settings.change', { pin, change }),
      });
    else this.complaint = result.message;
  }

  /** Moves the simulated visitor; many updates in one animation frame become one. */
  direct(update: VisitorUpdate): void {
    const scheduled = this.nextVisitor !== undefined;
    this.nextVisitor = { ...this.nextVisitor, ...update };
    if (scheduled) return;
    this.page.nextFrame(() => {
      const visitor = this.nextVisitor!;
      this.nextVisitor = undefined;
      void this.call('visitor.direct', visitor);
    });
  }

  /** A key or a pointer moved: tells the shell now and then while the desk is open. */
  active(): void {
    const now = this.page.now();
    if (this.app?.lock.kind !== 'unlocked' || now - this.activeAt < ACTIVE_EVERY) return;
    this.activeAt = now;
    void this.call('lock.active', {});
  }

  lock(): void {
    const { app } = this;
    if (app?.user === undefined || app.lock.kind === 'locked') return;
    // What was read already need not be read again after unlocking.
    if (app.enrolment && app.enrolment.kind !== 'running') void this.call('enrolment.dismiss', {});
    void this.call('lock.now', {});
  }

  private receive(state: AppState): void {
    const before = this.app;
    this.arrivedAt = this.page.now();
    this.app = state;
    if (state.lock.kind === 'locked') {
      this.permission.close();
      this.complaint = '';
      this.lifting = false;
    } else if (before?.lock.kind === 'locked' && before.user !== undefined) {
      this.lifting = true;
      this.page.later(() => {
        this.lifting = false;
        this.strayKeys.lifted();
      }, LIFT.check + LIFT.lift);
    }
    // Another use of the sensor begins: what was seen before is not what is seen now.
    if (state.sensor.kind === 'watching' && before?.sensor.kind !== 'watching') this.previews.clear();
    if (before?.diagnostics && !state.diagnostics && this.route.place === 'diagnostics')
      this.go({ place: 'desktop' });
  }
}

function browserPage() {
  return {
    now: () => performance.now(),
    nextFrame: (work: () => void) => void requestAnimationFrame(work),
    later: (work: () => void, ms: number) => void setTimeout(work, ms),
    get hash() {
      return location.hash;
    },
    set hash(hash: string) {
      history.replaceState(undefined, '', hash);
    },
  };
}
