import type { FacetApi } from '../../main/contract/api.ts';
import { SOCKET_PATH } from '../../main/contract/wire.ts';
import { WebSocketApi } from './web-socket-api.ts';

declare global {
  interface Window {
    /** Put there by Electron's preload. */
    readonly facet?: FacetApi;
  }
}

/** The shell's interface: Electron's preload where there is one, else a socket to the host that served the page. */
export function connect(): FacetApi {
  if (window.facet) return window.facet;
  const address = new URL(SOCKET_PATH, location.href);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  return new WebSocketApi(() => new WebSocket(address));
}
