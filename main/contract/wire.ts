/**
 * How the channel map travels over the web host's WebSocket. Text frames are JSON, binary frames are previews (encodePreview).
 * The page sends requests; each is answered by the reply of the same id, in whatever order. States come unasked.
 */
import { z } from 'zod';
import type { Result } from './result.ts';
import type { AppState } from './states/app.ts';

/** Where the page opens its socket; there is no subprotocol. */
export const SOCKET_PATH = '/api';
/** Longest message that the host reads, in bytes: two PINs of the greatest length, every character escaped. */
export const MAX_REQUEST = 256 * 1024;
/** Close code where the host lets go of a page that sends nonsense or does not read (RFC 6455: policy violation). */
export const CLOSED_BY_POLICY = 1008;

export const requestSchema = z.strictObject({
  id: z.int().nonnegative(),
  channel: z.string().max(60),
  argument: z.unknown(),
});

interface Reply {
  readonly id: number;
  readonly result: Result<void>;
}

/** From the host. */
export type Push = Reply | { readonly state: AppState };
