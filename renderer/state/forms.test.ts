import { describe, expect, it } from 'vitest';
import { fail, ok, type Result } from '../../main/contract/result.ts';
import { ScriptedApi } from '../dev/scripted-api.ts';
import { PinChange } from './pin-change.svelte.ts';
import { PinEntry } from './pin-entry.svelte.ts';
import { SetUp } from './set-up.svelte.ts';

describe('a PIN that is entered', () => {
  it('is sent once however often Enter is pressed, and forgotten', async () => {
    const sent: string[] = [];
    let answer: (result: Result<void>) => void = () => {};
    const entry = new PinEntry((pin) => {
      sent.push(pin);
      return new Promise((done) => (answer = done));
    });
    entry.value = '271828';
    const first = entry.submit();
    void entry.submit();
    answer(fail('pin-wrong', 'No.'));
    expect(await first).toBe(false);
    expect(sent).toEqual(['271828']);
    expect(entry.value).toBe('');
    expect(entry.failure?.code).toBe('pin-wrong');
  });

  it('keeps what is typed while an earlier one is checked', async () => {
    let answer: (result: Result<void>) => void = () => {};
    const entry = new PinEntry(() => new Promise((done) => (answer = done)));
    entry.value = '1111';
    const first = entry.submit();
    entry.value = '111127';
    answer(fail('pin-wrong', 'No.'));
    await first;
    expect(entry.value).toBe('27');
  });

  it('is not sent when nothing was typed', async () => {
    const entry = new PinEntry(() => Promise.resolve(ok(undefined)));
    expect(await entry.submit()).toBe(false);
  });
});

describe('the first run', () => {
  it('does not bother the shell with two PINs that differ', async () => {
    const api = new ScriptedApi();
    const setUp = new SetUp(api);
    Object.assign(setUp, { user: 'Ada', pin: '271828', again: '271829' });
    await setUp.submit();
    expect(api.calls).toEqual([]);
    expect(setUp.problem).toContain('differ');
  });

  it('sets up the PIN, begins the enrolment with it, and forgets it', async () => {
    const api = new ScriptedApi();
    const setUp = new SetUp(api);
    Object.assign(setUp, { user: ' Ada ', pin: '271828', again: '271828' });
    await setUp.submit();
    expect(api.calls).toEqual([
      { channel: 'setup.begin', argument: { user: 'Ada', pin: '271828' } },
      { channel: 'enrolment.start', argument: { pin: '271828', look: 'plain' } },
    ]);
    expect([setUp.pin, setUp.again]).toEqual(['', '']);
  });

  it('keeps what was typed and says what the shell minds', async () => {
    const api = new ScriptedApi();
    api.answers.set(
      'setup.begin',
      fail('pin-too-short', 'A PIN needs at least 6 digits; choose a longer one.'),
    );
    const setUp = new SetUp(api);
    Object.assign(setUp, { user: 'Ada', pin: '27', again: '27' });
    await setUp.submit();
    expect(setUp.problem).toContain('at least 6 digits');
    expect(setUp.pin).toBe('27');
    expect(api.calls).toHaveLength(1);
  });
});

describe('the change of the PIN', () => {
  it('forgets the old PIN even when the new one is refused', async () => {
    const api = new ScriptedApi(undefined, '271828');
    const change = new PinChange(api);
    Object.assign(change, { pin: '271829', next: '314159', again: '314159' });
    await change.submit();
    expect(change.pin).toBe('');
    expect(change.changed).toBe(false);
    expect(change.problem).toBe('That PIN is not right. Try again');
  });
});
