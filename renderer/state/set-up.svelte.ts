/** The first run: who uses this desk and their PIN; then the enrolment begins with the same PIN, which is forgotten at once. */
import type { Desk } from './desk.svelte.ts';
import { failureSentence, FIRST_LOOK, PINS_DIFFER } from '../words.ts';

export class SetUp {
  user = $state('');
  pin = $state('');
  again = $state('');
  busy = $state(false);
  problem = $state('');

  constructor(private readonly desk: Pick<Desk, 'call'>) {}

  async submit(): Promise<void> {
    if (this.busy) return;
    const { pin } = this;
    this.problem = pin === this.again ? '' : PINS_DIFFER;
    if (this.problem) return;
    this.busy = true;
    const result = await this.desk.call('setup.begin', { user: this.user.trim(), pin });
    // The desk offers the enrolment again where it does not begin now.
    if (result.ok) await this.desk.call('enrolment.start', { pin, look: FIRST_LOOK });
    else this.problem = failureSentence(result);
    this.busy = false;
    if (result.ok) this.pin = this.again = '';
  }
}
