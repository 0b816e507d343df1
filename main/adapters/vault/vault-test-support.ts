/** Things that several tests of the vault need: a folder of its own, a gallery with known bytes, a keychain in memory. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { deg } from '../../contract/units.ts';
import { ok } from '../../contract/result.ts';
import type { Result } from '../../contract/result.ts';
import type { Gallery } from '../../core/people/gallery.ts';
import { Random } from '../../core/random.ts';
import { FileStore } from '../store/file-store.ts';
import { keychainFailure } from './keychain.ts';
import type { Keychain } from './keychain.ts';

export function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.code}: ${result.message}`);
  return result.value;
}

/** A store in a new folder, and how to remove it. */
export async function temporaryStore() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'facet-vault-'));
  const store = unwrap(await FileStore.open(folder));
  return { store, folder, dispose: () => fs.rmSync(folder, { recursive: true, force: true }) };
}

/** A gallery of two templates and a fused relief, the same for equal seeds. */
export function syntheticGallery(user: string, seed = user): Gallery {
  const random = new Random(seed);
  const unit = (dimensions: number) => {
    const values = Array.from({ length: dimensions }, () => random.normal());
    return Float32Array.from(values, (value) => value / Math.hypot(...values));
  };
  const moment = (look: string) => ({
    embeddings: new Map([
      ['sface', unit(128)],
      ['facet-shape', unit(80)],
    ]),
    preprocessing: 1,
    capturedAt: 1_790_000_000_000,
    source: 'enrolment' as const,
    look,
  });
  const pose = { yaw: deg(1.5), pitch: deg(-3), roll: deg(0.25) };
  return {
    user,
    sensor: { driver: 'simulated', model: 'kinect-v2', serial: 'sim-1' },
    createdAt: 1_790_000_000_000,
    version: 0,
    templates: [
      { ...moment('plain'), pose },
      { ...moment('with glasses'), pose },
    ],
    reliefs: [{ ...moment('plain'), frames: 40 }],
    remembered: [],
  };
}

/** A keychain in memory that can be made to forget, to lie, or to be locked. */
export class MemoryKeychain implements Keychain {
  readonly secrets = new Map<string, string>();
  locked = false;
  forgetful = false;

  constructor(readonly kind: Keychain['kind'] = 'keyring') {}

  async get(account: string) {
    if (this.locked) throw new Error('the keychain is locked');
    return this.secrets.get(account) ?? null;
  }

  async set(account: string, secret: string) {
    if (this.locked) throw new Error('the keychain is locked');
    if (!this.forgetful) this.secrets.set(account, secret);
  }

  async remove(account: string) {
    this.secrets.delete(account);
  }
}

/** Keychains for chooseKeySource: those given, the others missing. */
export const keychains = (...given: Keychain[]) => {
  const open = (kind: Keychain['kind']) => {
    const found = given.find((keychain) => keychain.kind === kind);
    return found
      ? async () => ok(found)
      : async () => keychainFailure(kind, Object.assign(new Error(), { code: 'ERR_MODULE_NOT_FOUND' }));
  };
  return { keytar: open('keytar'), keyring: open('keyring') };
};
