import type { Desk } from './desk.svelte.ts';
import { FIRST_LOOK } from '../words.ts';

/** Asks for the PIN and begins an enrolment. */
export function startEnrolment(desk: Desk, look: string = FIRST_LOOK): void {
  desk.permission.ask({
    title: look === FIRST_LOOK ? 'Set up your face' : `Add a look “${look}”`,
    sentence: 'Your PIN shows that this is your desk. Then look at the sensor and turn your head.',
    action: 'Begin',
    run: (pin) => desk.call('enrolment.start', { pin, look }),
  });
}
