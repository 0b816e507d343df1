/** Between a driver that calls back and one consumer that waits: the latest wins. */
import type { Milliseconds } from '../../contract/units.ts';

export class Mailbox<T> {
  private latest: { readonly item: T } | undefined;
  private failure: Error | undefined;
  private wake: () => void = () => undefined;

  /** Takes the place of an item that nobody took. */
  put(item: T): void {
    this.latest = { item };
    this.wake();
  }

  /** Every later `next` throws. */
  fail(failure: Error): void {
    this.failure ??= failure;
    this.wake();
  }

  /** @returns the latest item, or undefined where none came in time or the signal aborted */
  async next(within: Milliseconds, signal: AbortSignal): Promise<T | undefined> {
    if (!this.latest && !this.failure && !signal.aborted)
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, within);
        signal.addEventListener('abort', done);
        this.wake = done;
      });
    if (this.failure) throw this.failure;
    const item = signal.aborted ? undefined : this.latest?.item;
    this.latest = undefined;
    return item;
  }
}
