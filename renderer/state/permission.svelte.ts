/** A change that needs the PIN: what the dialog says, and what is done once the PIN was typed. */
import type { Result } from '../../main/contract/result.ts';
import { PinEntry } from './pin-entry.svelte.ts';

export interface Change {
  readonly title: string;
  readonly sentence: string;
  readonly action: string;
  /** Cannot be undone. */
  readonly grave?: boolean;
  run(pin: string): Promise<Result<void>>;
  /** Called once the change was made. */
  done?(): void;
}

export class Permission {
  asked = $state.raw<Change>();
  readonly pin = new PinEntry(async (pin) => this.asked!.run(pin));

  ask(change: Change): void {
    this.pin.clear();
    this.asked = change;
  }

  async submit(): Promise<void> {
    const change = this.asked;
    if (change && (await this.pin.submit())) {
      if (this.asked === change) this.close();
      change.done?.();
    }
  }

  close(): void {
    this.pin.clear();
    this.asked = undefined;
  }
}
