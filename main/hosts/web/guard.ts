/**
 * Who may talk to the web host: only pages that it served itself, to the browser that was given the address. Every request
 * and every upgrade passes here first.
 *
 * The printed address holds a token that works once; it is exchanged for a session cookie. Host is checked because a foreign
 * name may be made to point to 127.0.0.1 (DNS rebinding), Origin and Sec-Fetch-Site because any site may send requests here.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface Refusal {
  readonly status: 400 | 403 | 405 | 421;
  /** What a person reads who typed the address. */
  readonly message: string;
}

const refuse = (status: Refusal['status'], message: string): Refusal => ({ status, message });

const secret = (): string => randomBytes(32).toString('base64url');

/** Equal or not, in a time that does not tell where they differ. */
function same(a: string, b: string): boolean {
  const [x, y] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(x, y);
}

export class Guard {
  private token: string | undefined = secret();
  private readonly session = secret();
  private readonly cookie: string;

  /** @param port that the host listens on */
  constructor(private readonly port: number) {
    // Cookies know no ports: two Facets on one machine must not overwrite each other's.
    this.cookie = `facet-${port}`;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The address for the person; works for the first browser that opens it. */
  get address(): string {
    return `${this.origin}/?token=${this.token ?? ''}`;
  }

  /** Cookie header value for a right token, which is used up; undefined for any other. */
  exchange(token: string): string | undefined {
    if (this.token === undefined || !same(token, this.token)) return undefined;
    this.token = undefined;
    return `${this.cookie}=${this.session}; HttpOnly; SameSite=Strict; Path=/`;
  }

  /** Why this request comes from somewhere else, or undefined. */
  refuseSource(headers: IncomingHttpHeaders): Refusal | undefined {
    if (headers.host !== `127.0.0.1:${this.port}`)
      return refuse(421, `Facet answers only at ${this.origin}.`);
    if (headers.origin !== undefined && headers.origin !== this.origin)
      return refuse(403, 'This request comes from another site.');
    const site = headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin' && site !== 'none')
      return refuse(403, 'This request comes from another site.');
    return undefined;
  }

  /** Whether the request brings the cookie of this start. */
  knows(headers: IncomingHttpHeaders): boolean {
    const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
    return pairs.some(
      ([name, value]) => name === this.cookie && value !== undefined && same(value, this.session),
    );
  }

  /** Why this upgrade is refused, or undefined. Browsers always send the Origin of a WebSocket. */
  refuseUpgrade(headers: IncomingHttpHeaders): Refusal | undefined {
    const foreign = this.refuseSource(headers);
    if (foreign) return foreign;
    if (headers.origin !== this.origin)
      return refuse(403, 'This request does not say which page it comes from.');
    return this.knows(headers) ? undefined : refuse(403, 'This browser was not given the address of Facet.');
  }
}
