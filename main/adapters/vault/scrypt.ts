import { scrypt } from 'node:crypto';

/** Costs of scrypt (RFC 7914); memory is 128·N·r bytes. */
export interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** 128 MB and about 0.4 s a try: OWASP's first choice of parameters for scrypt. */
export const STRONG: ScryptCost = { N: 2 ** 17, r: 8, p: 1 };

/** @returns 32 bytes. */
export const derive = (secret: string, salt: Uint8Array, { N, r, p }: ScryptCost): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(secret, salt, 32, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
