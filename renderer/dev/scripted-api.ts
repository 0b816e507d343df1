/** A shell that plays its part without a sensor, models or keys: for work on the page and for its tests. */
import {
  type ApiArguments,
  type Channel,
  type FacetApi,
  type Preview,
  type VisitorUpdate,
} from '../../main/contract/api.ts';
import { SECTORS } from '../../main/contract/codes.ts';
import { fail, ok, type Result } from '../../main/contract/result.ts';
import type { AppState } from '../../main/contract/states/app.ts';
import { deg } from '../../main/contract/units.ts';
import { appState, SHOWN } from './states.ts';

export class ScriptedApi implements FacetApi {
  readonly calls: { channel: Channel; argument: unknown }[] = [];
  /** What the next calls of a channel answer with, in place of what the script does. */
  readonly answers = new Map<Channel, Result<void>>();
  private readonly states = new Set<(state: AppState) => void>();
  private readonly previews = new Set<(preview: Preview) => void>();
  private readonly connections = new Set<(connected: boolean) => void>();
  /** How far the head is round of an enrolment that was begun here; one that is shown stands still. */
  private turned: number | undefined;

  constructor(
    public state: AppState = appState({ user: undefined, looks: [] }),
    private pin = '',
  ) {}

  async call<C extends Channel>(channel: C, argument: ApiArguments<C>): Promise<Result<void>> {
    this.calls.push({ channel, argument });
    const answer = this.answers.get(channel);
    if (answer) return answer;
    const given = (argument as { pin?: string }).pin;
    if (given !== undefined && this.pin !== '' && given !== this.pin)
      return fail('pin-wrong', 'That PIN is not right.');
    const { state } = this;
    switch (channel) {
      case 'setup.begin':
        this.pin = given ?? '';
        this.push({
          user: (argument as ApiArguments<'setup.begin'>).user,
          lock: { kind: 'unlocked', by: 'pin' },
        });
        break;
      case 'lock.pin':
        this.push({ lock: { kind: 'unlocked', by: 'pin' } });
        break;
      case 'lock.now':
        this.push({ lock: appState().lock, face: appState().face, diagnostics: undefined });
        break;
      case 'lock.retry':
        this.push({ face: appState().face });
        break;
      case 'enrolment.start':
        this.turned = 0;
        this.push({
          enrolment: {
            kind: 'running',
            look: (argument as ApiArguments<'enrolment.start'>).look,
            view: {
              kind: 'straight',
              coverage: 'ring',
              offered: false,
              guidance: 'hold',
              progress: 0,
              filled: [],
              pointer: undefined,
            },
          },
        });
        break;
      case 'enrolment.straight':
        if (state.enrolment?.kind === 'running')
          this.push({ enrolment: { ...state.enrolment, ...SHOWN['enrolling-ahead'].enrolment } });
        break;
      case 'enrolment.resume':
        if (state.enrolment?.kind === 'paused') {
          const { look, view } = state.enrolment;
          this.push({ enrolment: { kind: 'running', look, view: { ...view, kind: 'turning' } } });
        }
        break;
      case 'offer.accept': {
        const { look, reason } = argument as ApiArguments<'offer.accept'>;
        const at = Date.now();
        this.push({
          offer: false,
          looks: [
            ...state.looks,
            {
              ...appState().looks[0],
              name: look,
              enrolledAt: at,
              remembered: { reason, usedAt: at, expiresAt: at, expired: false },
            },
          ],
        });
        break;
      }
      case 'offer.dismiss':
        this.push({ offer: false });
        break;
      case 'adaptation.undo':
        this.push({
          adaptation: state.adaptation?.filter(
            ({ day }) => day !== (argument as ApiArguments<'adaptation.undo'>).day,
          ),
        });
        break;
      case 'looks.remove':
        this.push({
          looks: state.looks.filter(({ name }) => name !== (argument as ApiArguments<'looks.remove'>).look),
        });
        break;
      case 'retrain.start': {
        const { scope } = argument as ApiArguments<'retrain.start'>;
        this.push({
          retraining: SHOWN[scope === 'deeper' ? 'looking-again' : 'retraining'].retraining,
        });
        break;
      }
      case 'retrain.cancel':
      case 'retrain.dismiss':
        this.push({ retraining: undefined });
        break;
      case 'enrolment.cancel':
      case 'enrolment.dismiss':
        this.push({ enrolment: undefined });
        break;
      case 'settings.change': {
        const { change } = argument as ApiArguments<'settings.change'>;
        if (
          given === undefined &&
          (change.attentionRequired === false || change.sensitivity === 1e-4 || change.adaptation)
        )
          return fail('pin-needed', 'This needs your PIN.');
        this.push({ settings: { ...state.settings, ...(change as Partial<AppState['settings']>) } });
        break;
      }
      case 'visitor.direct':
        this.push({
          visitor: {
            ...state.visitor!,
            ...(argument as Partial<AppState['visitor'] & VisitorUpdate>),
          },
        });
        break;
      case 'diagnostics.open':
        this.push({
          diagnostics: { framesPerSecond: 29.8, dropped: 3, stages: {}, against: [], lastRefusal: undefined },
        });
        break;
      case 'diagnostics.close':
        this.push({ diagnostics: undefined });
        break;
      default:
        break;
    }
    return ok(undefined);
  }

  onState(receive: (state: AppState) => void): () => void {
    this.states.add(receive);
    receive(this.state);
    return () => this.states.delete(receive);
  }

  onPreview(receive: (preview: Preview) => void): () => void {
    this.previews.add(receive);
    return () => this.previews.delete(receive);
  }

  onConnection(receive: (connected: boolean) => void): () => void {
    this.connections.add(receive);
    receive(true);
    return () => this.connections.delete(receive);
  }

  push(change: Partial<AppState>): void {
    this.state = { ...this.state, ...change };
    for (const receive of this.states) receive(this.state);
  }

  show(preview: Preview): void {
    for (const receive of this.previews) receive(preview);
  }

  connect(connected: boolean): void {
    for (const receive of this.connections) receive(connected);
  }

  /** Shows an egg of a head, twenty times a second, and fills an enrolment's ring as it turns. */
  play(): void {
    setInterval(() => {
      const panel = this.state.enrolment;
      let [yaw, pitch] = [this.state.visitor?.yaw ?? 0, this.state.visitor?.pitch ?? 0];
      if (panel?.kind === 'running' && this.turned !== undefined) {
        this.turned += 1 / 80;
        const angle = this.turned * 2 * Math.PI;
        [yaw, pitch] = [22 * Math.cos(angle), 16 * Math.sin(angle)];
        const filled = SECTORS.slice(0, Math.floor(this.turned * 8));
        const pointer = { yaw: deg(yaw), pitch: deg(pitch) };
        if (this.turned > 1)
          this.push({
            enrolment: {
              kind: 'done',
              report: { user: 'Ada', look: panel.look, templates: 16, coverage: 'ring', seconds: 11 },
            },
            looks: appState().looks,
          });
        else
          this.push({
            enrolment: {
              ...panel,
              view: {
                ...panel.view,
                kind: 'turning',
                guidance: 'turn',
                progress: filled.length / 8,
                filled,
                pointer,
              },
            },
          });
      }
      this.show(egg(yaw, pitch));
    }, 50);
  }
}

/** A hill-shaded egg with a nose, looking somewhere. */
function egg(yaw: number, pitch: number): Preview {
  const [width, height] = [160, 160];
  const data = new Uint8Array(width * height);
  const [nx, ny] = [-yaw / 60, -pitch / 60];
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const [x, y] = [(column - 80) / 48, (row - 80) / 62];
      const inside = 1 - x * x - y * y;
      if (inside <= 0) continue;
      const nose = 0.6 * Math.exp(-(((x - nx) / 0.12) ** 2) - ((y - ny - 0.1) / 0.25) ** 2);
      const light =
        0.35 + 0.5 * Math.sqrt(inside) - 0.25 * (x - nx) - 0.2 * y + nose * (x > nx ? -0.2 : 0.35);
      data[row * width + column] = Math.round(255 * Math.min(1, Math.max(0.02, light)));
    }
  return { kind: 'mirror', width, height, data };
}
