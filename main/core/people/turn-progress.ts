import type { OpenSensor } from '../../contract/pipeline.ts';
import { ms } from '../../contract/units.ts';
import { beginEnrolment, type EnrolmentState } from './enrolment.ts';

/** How far somebody is who turns the head before the sensor. It outlives a watch, so that they can go on after a pause. */
export class TurnProgress {
  state: EnrolmentState = beginEnrolment();
  /** The person cannot turn the head, and looks straight ahead instead. */
  straightAhead = false;
  /** The one that everything was captured with. */
  sensor: OpenSensor | undefined;
  /** Time before the sensor in earlier watches and in this one. */
  spent = ms(0);
  /** Most frames of the latest watch were too old to be judged when they came to be. */
  slow = false;

  /** Whether there is anything to lose. */
  get begun(): boolean {
    return this.state.captures.length > 0;
  }
}
