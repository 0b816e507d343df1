/** FacetApi over a WebSocket: requests and answers by number, pushed states, binary previews. Opens itself again when it is cut. */
import {
  decodePreview,
  type ApiArguments,
  type Channel,
  type FacetApi,
  type Preview,
} from '../../main/contract/api.ts';
import { fail, type Result } from '../../main/contract/result.ts';
import type { AppState } from '../../main/contract/states/app.ts';
import type { Push } from '../../main/contract/wire.ts';
import { UNREACHED } from '../words.ts';

/** Waits between tries to connect, ms; the last repeats. */
const BACK_OFF = [250, 500, 1000, 2000, 4000];

export class WebSocketApi implements FacetApi {
  private socket: WebSocket | undefined;
  private state: AppState | undefined;
  private connected: boolean | undefined;
  private failures = 0;
  private lastId = 0;
  private readonly waiting = new Map<number, (result: Result<void>) => void>();
  private readonly states = new Set<(state: AppState) => void>();
  private readonly previews = new Set<(preview: Preview) => void>();
  private readonly connections = new Set<(connected: boolean) => void>();

  constructor(
    private readonly open: () => WebSocket,
    private readonly later: (work: () => void, ms: number) => void = (work, ms) => setTimeout(work, ms),
  ) {
    this.connect();
  }

  /** Never asked twice: a request that was cut off fails, and the person decides. */
  call<C extends Channel>(channel: C, argument: ApiArguments<C>): Promise<Result<void>> {
    const { socket } = this;
    if (socket?.readyState !== 1) return Promise.resolve(fail('timed-out', UNREACHED));
    const id = ++this.lastId;
    return new Promise((answer) => {
      this.waiting.set(id, answer);
      socket.send(JSON.stringify({ id, channel, argument }));
    });
  }

  onState(receive: (state: AppState) => void): () => void {
    if (this.state) receive(this.state);
    return subscribe(this.states, receive);
  }

  onPreview(receive: (preview: Preview) => void): () => void {
    return subscribe(this.previews, receive);
  }

  onConnection(receive: (connected: boolean) => void): () => void {
    if (this.connected !== undefined) receive(this.connected);
    return subscribe(this.connections, receive);
  }

  private connect(): void {
    const socket = this.open();
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => this.receive(data);
    socket.onclose = () => this.lost();
    this.socket = socket;
  }

  private receive(data: string | ArrayBuffer): void {
    if (typeof data !== 'string') {
      const preview = decodePreview(new Uint8Array(data));
      if (preview) for (const receive of this.previews) receive(preview);
      return;
    }
    const message = JSON.parse(data) as Push;
    if ('state' in message) {
      // Connected means that the state is known again, not only that a socket is open.
      this.failures = 0;
      this.state = message.state;
      for (const receive of this.states) receive(message.state);
      this.report(true);
    } else {
      this.waiting.get(message.id)?.(message.result);
      this.waiting.delete(message.id);
    }
  }

  private lost(): void {
    for (const answer of this.waiting.values()) answer(fail('timed-out', UNREACHED));
    this.waiting.clear();
    this.report(false);
    const wait = BACK_OFF[Math.min(this.failures++, BACK_OFF.length - 1)];
    this.later(() => this.connect(), wait);
  }

  private report(connected: boolean): void {
    if (connected === this.connected) return;
    this.connected = connected;
    for (const receive of this.connections) receive(connected);
  }
}

function subscribe<T>(receivers: Set<T>, receive: T): () => void {
  receivers.add(receive);
  return () => receivers.delete(receive);
}
