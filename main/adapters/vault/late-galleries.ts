/** Galleries whose key is fetched in the background: a locked keychain may take its time, and the PIN does not wait for it. */
import { fail, type Result } from '../../contract/result.ts';
import type { Gallery, GalleryVault } from '../../core/people/gallery.ts';
import { chooseKeySource, type ChosenKeySource, type KeySourceOptions } from './choose-key-source.ts';
import { galleryUsers, SealedGalleries } from './sealed-gallery.ts';

export class LateGalleries implements GalleryVault {
  private chosen: Promise<Result<ChosenKeySource>> | undefined;

  constructor(private readonly options: KeySourceOptions) {}

  /** Looks for the key anew when next needed: after it was removed or renewed. */
  reopen(): void {
    this.chosen = undefined;
  }

  /** A sentence where the key is kept less safely than in the system's keychain. */
  async warning(): Promise<string | undefined> {
    const chosen = await this.choose();
    return chosen.ok ? chosen.value.source.warning : undefined;
  }

  /** Found once; a failure is not kept, since a keychain may be unlocked meanwhile. */
  private choose(): Promise<Result<ChosenKeySource>> {
    const choosing = (this.chosen ??= chooseKeySource(this.options).catch((error: unknown) =>
      fail('key-unavailable', `The key of the galleries cannot be fetched: ${String(error)}. The PIN works.`),
    ));
    void choosing.then(({ ok }) => {
      if (!ok && this.chosen === choosing) this.chosen = undefined;
    });
    return choosing;
  }

  users(): Promise<Result<string[]>> {
    return galleryUsers(this.options.store);
  }

  load(user: string): Promise<Result<Gallery | undefined>> {
    return this.withKey((vault) => vault.load(user));
  }

  save(gallery: Gallery): Promise<Result<Gallery>> {
    return this.withKey((vault) => vault.save(gallery));
  }

  remove(user: string): Promise<Result<void>> {
    return this.withKey((vault) => vault.remove(user));
  }

  private async withKey<T>(work: (vault: SealedGalleries) => Promise<Result<T>>): Promise<Result<T>> {
    const chosen = await this.choose();
    return chosen.ok ? work(new SealedGalleries(this.options.store, chosen.value)) : chosen;
  }
}
