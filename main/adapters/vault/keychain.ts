/** The system's keychain (Secret Service, macOS Keychain, Windows Credential Manager), whichever package reaches it. */
import { randomBytes } from 'node:crypto';
import { fail, ok } from '../../contract/result.ts';
import type { Failure, Result } from '../../contract/result.ts';

/** Secrets by account. Absent ones are null; anything else that goes wrong throws. */
export interface Keychain {
  readonly kind: 'keytar' | 'keyring';
  get(account: string): Promise<string | null>;
  set(account: string, secret: string): Promise<void>;
  remove(account: string): Promise<void>;
}

/** Under which name Facet's entries appear in the system's keychain program. */
export const SERVICE = 'facet';

/**
 * A locked keychain may wait for a password that nobody is there to type; the PIN does not wait that long, since it needs no
 * keychain. Milliseconds.
 */
const PATIENCE = 20_000;

/** Runs one request; a throw or silence becomes `key-unavailable`. */
export async function ask<T>(keychain: Keychain, request: Promise<T>): Promise<Result<T>> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${PATIENCE / 1000} s`)), PATIENCE);
  });
  try {
    return ok(await Promise.race([request, silence]));
  } catch (error) {
    return keychainFailure(keychain.kind, error);
  } finally {
    clearTimeout(timer);
  }
}

export function keychainFailure(kind: Keychain['kind'], error: unknown): Failure {
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ERR_MODULE_NOT_FOUND')
    return fail(
      'key-unavailable',
      `The package ${kind}, which reaches the system's keychain, is not installed: run npm install; the PIN works meanwhile.`,
    );
  const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
  return fail(
    'key-unavailable',
    `The system's keychain (through ${kind}) is not available (${reason}): unlock it or log in to the desktop session; the PIN works meanwhile.`,
  );
}

/** Whether a secret that was written comes back: some keychains accept and forget. */
export async function roundTrip(keychain: Keychain): Promise<Result<void>> {
  const account = `probe-${randomBytes(8).toString('hex')}`;
  const secret = randomBytes(16).toString('base64');
  const set = await ask(keychain, keychain.set(account, secret));
  if (!set.ok) return set;
  const got = await ask(keychain, keychain.get(account));
  const removed = await ask(keychain, keychain.remove(account));
  if (!got.ok) return got;
  if (!removed.ok) return removed;
  return got.value === secret
    ? ok(undefined)
    : keychainFailure(keychain.kind, 'it does not give back what was stored');
}
