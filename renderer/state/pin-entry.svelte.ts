/** A PIN on its way to the shell: typed, sent once, forgotten at once. */
import type { Failure, Result } from '../../main/contract/result.ts';

export class PinEntry {
  value = $state('');
  busy = $state(false);
  failure = $state.raw<Failure>();

  constructor(private readonly send: (pin: string) => Promise<Result<void>>) {}

  /** Sends what was typed; while one is under way or nothing is typed, nothing. */
  async submit(): Promise<boolean> {
    if (this.busy || this.value === '') return false;
    const pin = this.value;
    this.busy = true;
    this.failure = undefined;
    const result = await this.send(pin);
    // What was typed while it was checked belongs to the next try.
    this.value = this.value.startsWith(pin) ? this.value.slice(pin.length) : this.value;
    this.failure = result.ok ? undefined : result;
    this.busy = false;
    return result.ok;
  }

  clear(): void {
    this.value = '';
    this.failure = undefined;
  }
}
