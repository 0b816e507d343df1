/** The form that changes the PIN: nothing typed is kept once it was sent. */
import type { Desk } from './desk.svelte.ts';
import { failureSentence, PINS_DIFFER } from '../words.ts';

export class PinChange {
  pin = $state('');
  next = $state('');
  again = $state('');
  busy = $state(false);
  problem = $state('');
  changed = $state(false);

  constructor(private readonly desk: Pick<Desk, 'call'>) {}

  async submit(): Promise<void> {
    if (this.busy) return;
    const { pin, next } = this;
    this.changed = false;
    this.problem = next === this.again ? '' : PINS_DIFFER;
    if (this.problem) return;
    this.busy = true;
    const result = await this.desk.call('pin.change', { pin, next });
    this.busy = false;
    this.changed = result.ok;
    this.pin = '';
    if (result.ok) this.next = this.again = '';
    else this.problem = failureSentence(result);
  }
}
