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

/** Goes on where an enrolment paused; asks for the PIN where the screen was locked since. */
export function resumeEnrolment(desk: Desk, pinNeeded: boolean): void {
  if (!pinNeeded) return void desk.call('enrolment.resume', {});
  desk.permission.ask({
    title: 'Go on setting up your face',
    sentence: 'The screen was locked since. Your PIN shows that this is still you.',
    action: 'Go on',
    run: (pin) => desk.call('enrolment.resume', { pin }),
  });
}
