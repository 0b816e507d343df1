import { describe, expect, it } from 'vitest';
import { fail } from '../../main/contract/result.ts';
import { ms } from '../../main/contract/units.ts';
import { appState, lockedState, pausedFor } from '../dev/states.ts';
import { faceWords, pinNote } from './lock-words.ts';

describe('what the lock screen says of the face', () => {
  it('counts a pause down between two states of the shell', () => {
    const app = lockedState({ face: pausedFor(24) });
    expect(faceWords(app, 0).sentence).toBe('Face unlock is paused for 24 seconds. Your PIN works');
    expect(faceWords(app, 23_000).sentence).toBe('Face unlock is paused for 1 second. Your PIN works');
    expect(faceWords(app, 60_000).sentence).toContain('0 seconds');
  });

  it('asks for the PIN when the face waits for it, whatever the sensor does', () => {
    const app = lockedState({ face: { kind: 'pin-needed', because: 'misses' } });
    const lost = { kind: 'lost', code: 'sensor-lost', message: '' } as const;
    for (const state of [app, { ...app, sensor: lost }])
      expect(faceWords(state, 0)).toMatchObject({
        sign: 'pin',
        sentence: 'Enter your PIN to switch face unlock on again',
      });
  });

  it('says that the sensor was unplugged, and a missing one in the shell’s own words', () => {
    const lost = (code: 'sensor-lost' | 'sensor-unavailable') =>
      faceWords(appState({ sensor: { kind: 'lost', code, message: 'No Kinect v1 is attached.' } }), 0)
        .sentence;
    expect(lost('sensor-lost')).toBe('The sensor was unplugged. Your PIN works; plug it in to go on');
    expect(lost('sensor-unavailable')).toBe('No Kinect v1 is attached.');
  });

  it('offers another try after a refusal only', () => {
    expect(faceWords(appState({ face: { kind: 'refused', code: 'not-recognised' } }), 0)).toEqual({
      sign: 'refused',
      sentence: 'Not recognised. Try again or use your PIN',
      retry: true,
    });
    expect(faceWords(appState(), 0).retry).toBe(false);
  });

  it('says that earlier networks made every look, and asks for the PIN', () => {
    const [plain] = appState().looks;
    const looks = [plain, { ...plain, name: 'with glasses' }].map((look) => ({ ...look, outdated: true }));
    expect(faceWords(appState({ looks }), 0)).toMatchObject({
      sign: 'pin',
      sentence: 'Facet’s networks changed. Enter your PIN and set up your face again',
    });
    expect(faceWords(appState({ looks: [plain, looks[1]] }), 0).sign).toBe('looking');
  });

  it('never names a score', () => {
    for (const code of ['not-recognised', 'not-live'] as const)
      expect(faceWords(appState({ face: { kind: 'refused', code } }), 0).sentence).not.toMatch(/\d/);
  });

  it('has a sign of its own for a room that is too dark', () => {
    expect(faceWords(appState({ face: { kind: 'watching', guidance: 'light' } }), 0).sign).toBe('dark');
  });
});

describe('the line below the PIN', () => {
  const wrong = fail('pin-wrong', 'The PIN of "Ada" is not right.');

  it('says that a PIN was wrong, in the page’s words', () => {
    expect(pinNote(appState(), 0, wrong)).toBe('That PIN is not right. Try again');
  });

  it('counts a delay down and is quiet when it is over', () => {
    const delayed = lockedState({ pin: { kind: 'delayed', left: ms(30_000) } });
    const refused = fail('paused', 'Too early.');
    expect(pinNote(delayed, 500, refused)).toBe(
      'Too many wrong PINs. The next one can be tried in 30 seconds',
    );
    expect(pinNote(delayed, 30_000, refused)).toBe('');
  });
});
