/** One page's WebSocket: requests in, replies, states and previews out. A page that does not read gets the latest, never a queue. */
import type { WebSocket } from 'ws';
import { encodePreview, type Preview, type PreviewKind } from '../../contract/api.ts';
import { fail } from '../../contract/result.ts';
import type { AppState } from '../../contract/states/app.ts';
import { CLOSED_BY_POLICY, requestSchema, type Push } from '../../contract/wire.ts';
import type { Desk } from '../../core/shell/desk.ts';

/** Requests of one page that may be under way. */
const MOST_REQUESTS = 16;
/** Bytes that a page may leave unread before it is let go. */
const MOST_UNREAD = 4 * 1024 * 1024;

export function servePage(desk: Desk, socket: WebSocket): void {
  const send = (push: Push) => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MOST_UNREAD) socket.terminate();
    else socket.send(JSON.stringify(push));
  };

  let state: AppState | undefined;
  /** States change faster than a slow page reads: the latest one is sent when it has. */
  const sendState = () => {
    if (!state || socket.bufferedAmount > 0) return;
    const latest = state;
    state = undefined;
    send({ state: latest });
  };
  const previews = new Map<PreviewKind, Preview>();
  const sendPreviews = () => {
    for (const [kind, preview] of previews) {
      if (socket.bufferedAmount > 0 || socket.readyState !== socket.OPEN) return;
      previews.delete(kind);
      socket.send(encodePreview(preview));
    }
  };

  const leave = [
    desk.attend(),
    desk.onState((next) => {
      state = next;
      sendState();
    }),
    desk.onPreview((preview) => {
      previews.set(preview.kind, preview);
      sendPreviews();
    }),
  ];
  // What was held back while the socket was behind goes out as soon as it is not; states first.
  const catchUp = setInterval(() => {
    sendState();
    sendPreviews();
  }, 20);

  let underWay = 0;
  socket.on('message', (data, isBinary) => {
    const request = isBinary ? undefined : parse(data as Buffer);
    if (!request) return socket.close(CLOSED_BY_POLICY, 'not a request');
    const { id, channel, argument } = request;
    if (underWay >= MOST_REQUESTS) {
      send({ id, result: fail('busy', 'Too many requests at once. Wait for the earlier ones.') });
      return;
    }
    underWay++;
    void desk.call(channel, argument).then((result) => {
      underWay--;
      send({ id, result: result.ok ? { ok: true, value: undefined } : result });
    });
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    clearInterval(catchUp);
    for (const end of leave) end();
  });
}

function parse(data: Buffer) {
  try {
    return requestSchema.safeParse(JSON.parse(data.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
