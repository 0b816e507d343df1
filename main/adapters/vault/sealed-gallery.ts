/**
 * Galleries on disk, sealed with AES-256-GCM.
 *
 * File: "FACETGAL", format (1 byte), length of the list of models (uint16, little-endian), the list as JSON, nonce (12 bytes,
 * random for every save), ciphertext, tag (16 bytes). Additional data: everything before the nonce, then the user. So a file
 * opens only for its own user, format and models, with this machine's key (NIST SP 800-38D).
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { fail, ok } from '../../contract/result.ts';
import type { Failure, Result } from '../../contract/result.ts';
import { decodeGallery, encodeGallery } from '../../core/people/gallery-codec.ts';
import { galleryModels } from '../../core/people/gallery.ts';
import type { Gallery, GalleryVault } from '../../core/people/gallery.ts';
import { userFile, userOfFile } from '../../core/people/gallery-user-file.ts';
import type { Store } from '../../core/ports.ts';
import type { ChosenKeySource } from './choose-key-source.ts';

const MAGIC = Buffer.from('FACETGAL', 'latin1');
const FORMAT = 1;
const NONCE = 12;
const TAG = 16;
/** Escaped, so that prefix and suffix still fit into a file name. */
const LONGEST_USER = 200;

export class SealedGalleries implements GalleryVault {
  constructor(
    private readonly store: Store,
    private readonly chosen: ChosenKeySource,
  ) {}

  users(): Promise<Result<string[]>> {
    return galleryUsers(this.store);
  }

  async load(user: string): Promise<Result<Gallery | undefined>> {
    const file = fileOf(user);
    if (!file.ok) return file;
    // Where there is none, no key is needed.
    const found = await this.store.read(file.value);
    if (!found.ok || !found.value) return found as Result<undefined>;
    // The mark before the file that it judges: a save in between leaves a newer file, never a newer mark.
    const mark = await this.chosen.marks.read(user);
    const sealed = await this.store.read(file.value);
    if (!sealed.ok || !sealed.value) return sealed as Result<undefined>;
    if (!mark.ok) return mark.code === 'store-altered' ? this.putAside(user, sealed.value, mark) : mark;
    const gallery = await this.open(user, sealed.value);
    if (!gallery.ok)
      return gallery.code === 'store-altered' ? this.putAside(user, sealed.value, gallery) : gallery;
    const { version } = gallery.value;
    // A first save that was cut off before its mark is whole all the same; a later gallery has a mark.
    if (version < mark.value || (mark.value === 0 && version > 1)) {
      const why = fail(
        'store-altered',
        `${user}'s gallery is older than the one saved last; it was put back from a copy`,
      );
      return this.putAside(user, sealed.value, why);
    }
    return gallery;
  }

  async save(gallery: Gallery): Promise<Result<Gallery>> {
    const { user } = gallery;
    const file = fileOf(user);
    if (!file.ok) return file;
    const [old, mark] = [await this.store.read(file.value), await this.chosen.marks.read(user)];
    if (!old.ok) return old;
    if (!mark.ok && mark.code !== 'store-altered') return mark;
    let version = Math.max(gallery.version, mark.ok ? mark.value : 0);
    if (old.value) {
      const kept = await this.open(user, old.value);
      if (kept.ok) version = Math.max(version, kept.value.version);
      else if (kept.code !== 'store-altered') return kept;
      else {
        const aside = await this.putAside(user, old.value, kept);
        if (aside.code !== 'store-altered') return aside;
      }
    }
    const next = { ...gallery, version: version + 1 };
    const sealed = await this.seal(next);
    if (!sealed.ok) return sealed;
    // The file before its mark: a crash in between leaves a gallery newer than the mark, which is accepted.
    const written = await this.store.write(file.value, sealed.value);
    if (!written.ok) return written;
    const marked = await this.chosen.marks.write(user, next.version);
    if (marked.ok) return ok(next);
    // A first gallery that failed to be saved is not there: its user may get no PIN.
    if (!old.value) await this.store.remove(file.value);
    return marked;
  }

  /** Raises the mark first, so that the removed gallery cannot be put back. */
  async remove(user: string): Promise<Result<void>> {
    const file = fileOf(user);
    if (!file.ok) return file;
    const mark = await this.chosen.marks.read(user);
    // Without its key a gallery must still be removable.
    if (mark.ok) {
      const raised = await this.chosen.marks.write(user, mark.value + 1);
      if (!raised.ok) return raised;
    }
    return this.store.remove(file.value);
  }

  private async seal(gallery: Gallery): Promise<Result<Uint8Array>> {
    const key = await this.galleryKey();
    if (!key.ok) return key;
    const plain = encodeGallery(gallery);
    if (!plain.ok) return plain;
    const head = header(galleryModels(gallery));
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', key.value, nonce).setAAD(additional(head, gallery.user));
    const body = Buffer.concat([cipher.update(plain.value), cipher.final()]);
    plain.value.fill(0);
    return ok(Buffer.concat([head, nonce, body, cipher.getAuthTag()]));
  }

  private async open(user: string, sealed: Uint8Array): Promise<Result<Gallery>> {
    const key = await this.galleryKey();
    if (!key.ok) return key;
    const bytes = Buffer.from(sealed);
    const altered = fail(
      'store-altered',
      `${user}'s gallery was altered, cut short, or sealed for another user or machine`,
    );
    if (!bytes.subarray(0, MAGIC.length).equals(MAGIC) || bytes.length < MAGIC.length + 3) return altered;
    if (bytes[MAGIC.length] !== FORMAT)
      return fail('store-altered', `${user}'s gallery was altered or written by a newer Facet`);
    const headLength = MAGIC.length + 3 + bytes.readUInt16LE(MAGIC.length + 1);
    if (bytes.length < headLength + NONCE + TAG) return altered;
    const head = bytes.subarray(0, headLength);
    const nonce = bytes.subarray(headLength, headLength + NONCE);
    let plain: Buffer;
    try {
      const decipher = createDecipheriv('aes-256-gcm', key.value, nonce, { authTagLength: TAG });
      decipher.setAAD(additional(head, user)).setAuthTag(bytes.subarray(-TAG));
      plain = Buffer.concat([decipher.update(bytes.subarray(headLength + NONCE, -TAG)), decipher.final()]);
    } catch {
      return altered;
    }
    const gallery = decodeGallery(plain);
    plain.fill(0);
    if (!gallery.ok) return gallery;
    const same = gallery.value.user === user && header(galleryModels(gallery.value)).equals(head);
    return same ? gallery : altered;
  }

  /** Copies the file under a name of its own content: twice the same is kept once, and nothing overwrites it. */
  private async putAside(user: string, sealed: Uint8Array, why: Failure): Promise<Failure> {
    const aside = `aside-${createHash('sha256').update(sealed).digest('hex').slice(0, 24)}.sealed`;
    const kept = await this.store.write(aside, sealed);
    if (!kept.ok) return kept;
    const reason = why.message.replace(/[.;].*$/, '');
    return fail(
      'store-altered',
      `${reason}: enter the PIN and enrol ${user} again. The file is kept as ${aside} in the data folder.`,
    );
  }

  private async galleryKey(): Promise<Result<Buffer>> {
    const key = await this.chosen.source.key();
    return key.ok ? ok(Buffer.from(hkdfSync('sha256', key.value, '', 'facet gallery', 32))) : key;
  }
}

/** Users with a gallery, sorted; needs no key. */
export async function galleryUsers(store: Store): Promise<Result<string[]>> {
  const names = await store.list('gallery-');
  if (!names.ok) return names;
  const users = names.value
    .map((name) => /^gallery-(.+)\.sealed$/.exec(name)?.[1])
    .map((part) => userOfFile(part ?? ''));
  return ok(users.filter((user) => user !== undefined).sort());
}

function fileOf(user: string): Result<string> {
  const part = userFile(user);
  if (part === '' || part.length > LONGEST_USER)
    return fail('bad-argument', 'A user name has between 1 and about 60 characters; choose another one.');
  return ok(`gallery-${part}.sealed`);
}

function header(models: readonly string[]): Buffer {
  const list = Buffer.from(JSON.stringify(models), 'utf8');
  const length = Buffer.alloc(2);
  length.writeUInt16LE(list.length);
  return Buffer.concat([MAGIC, Buffer.of(FORMAT), length, list]);
}

const additional = (head: Buffer, user: string): Buffer => Buffer.concat([head, Buffer.from(user, 'utf8')]);
