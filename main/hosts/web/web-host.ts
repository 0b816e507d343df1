/** The page and its socket on the loopback address, for machines without the Electron binary, for development and for tests. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { FacetError } from '../../contract/result.ts';
import { MAX_REQUEST, SOCKET_PATH } from '../../contract/wire.ts';
import type { Desk } from '../../core/shell/desk.ts';
import { pageHeaders } from '../shared/page-headers.ts';
import { Guard, type Refusal } from './guard.ts';
import type { PageFiles } from '../shared/page-files.ts';
import { servePage } from './page-socket.ts';

export interface WebHost {
  /** With the token; for the person who started Facet. */
  readonly address: string;
  readonly close: () => Promise<void>;
}

/** Nobody opens more tabs than this. */
const MOST_SOCKETS = 32;

/** @param port 0 for any free one. @throws FacetError `busy` where the port is in use, `bad-argument` where it cannot be had */
export async function startWebHost(desk: Desk, pages: PageFiles, port: number): Promise<WebHost> {
  const server = createServer({ maxHeaderSize: 16 * 1024, requestTimeout: 10_000 });
  await listen(server, port);
  const guard = new Guard((server.address() as AddressInfo).port);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_REQUEST, clientTracking: true });

  const headers = Object.entries(pageHeaders(`'self' ${guard.origin.replace('http:', 'ws:')}`));

  server.on('request', (request, response) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    void answer(guard, pages, request, response).catch(() => response.destroy());
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const refusal =
      request.url !== SOCKET_PATH || sockets.clients.size >= MOST_SOCKETS
        ? ({ status: 400, message: 'There is no socket here.' } as const)
        : guard.refuseUpgrade(request.headers);
    if (refusal) return refuseUpgrade(socket, refusal);
    sockets.handleUpgrade(request, socket, head, (page) => servePage(desk, page));
  });

  return {
    address: guard.address,
    close: async () => {
      for (const page of sockets.clients) page.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      if (code === 'EADDRINUSE')
        reject(
          new FacetError(
            'busy',
            `Port ${port} is in use by another program. Choose another one with --port, or leave it out for any free one.`,
          ),
        );
      else
        reject(
          new FacetError(
            'bad-argument',
            `Port ${port} cannot be used: ${message}. Choose another with --port.`,
          ),
        );
    });
    // The loopback address only: nothing outside this machine can reach it.
    server.listen(port, '127.0.0.1', resolve);
  });
}

async function answer(
  guard: Guard,
  pages: PageFiles,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method, headers, url = '' } = request;
  const foreign = guard.refuseSource(headers);
  if (foreign) return refuse(response, foreign);
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return refuse(response, { status: 405, message: 'Facet serves pages only.' });
  }
  const [path, query] = url.split('?', 2) as [string, string | undefined];
  const known = guard.knows(headers);
  const token = path === '/' ? new URLSearchParams(query).get('token') : null;
  if (token !== null) {
    const cookie = known ? undefined : guard.exchange(token);
    if (!known && cookie === undefined)
      return refuse(response, {
        status: 403,
        message:
          'This address was opened before, or belongs to an earlier start of Facet. Start Facet again and use the new one.',
      });
    // The token leaves the address bar and the history.
    if (cookie !== undefined) response.setHeader('Set-Cookie', cookie);
    response.writeHead(303, { Location: '/', 'Cache-Control': 'no-store' }).end();
    return;
  }
  if (!known)
    return refuse(response, {
      status: 403,
      message: 'Open the address that Facet printed when it started: it lets this browser in.',
    });
  const file = await pages.file(path);
  if (!file) {
    response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
    response.end(path === '/' ? 'The page is not built. Run npm run build.\n' : 'Facet has no such file.\n');
    return;
  }
  response.writeHead(200, {
    'Content-Type': file.type,
    'Content-Length': file.bytes.length,
    'Cache-Control': file.immutable ? 'private, max-age=31536000, immutable' : 'no-store',
  });
  response.end(method === 'HEAD' ? undefined : file.bytes);
}

function refuse(response: ServerResponse, { status, message }: Refusal): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`${message}\n`);
}

function refuseUpgrade(socket: Duplex, { status, message }: Refusal): void {
  const body = `${message}\n`;
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
