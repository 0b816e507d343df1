import type { Desk } from './desk.svelte.ts';

/** Goes to the diagnostics; asks for the PIN where they are not open yet. */
export function openDiagnostics(desk: Desk): void {
  if (desk.app?.diagnostics) return desk.go({ place: 'diagnostics' });
  desk.permission.ask({
    title: 'Open diagnostics',
    sentence: 'Diagnostics show pictures of whoever is in front of the sensor, so they need your PIN.',
    action: 'Open',
    run: (pin) => desk.call('diagnostics.open', { pin }),
    done: () => desk.go({ place: 'diagnostics' }),
  });
}
