import { describe, expect, it } from 'vitest';
import type { AppState } from '../../main/contract/states/app.ts';
import { ScriptedApi } from '../dev/scripted-api.ts';
import { appState } from '../dev/states.ts';
import { Desk, LIFT } from './desk.svelte.ts';
import { LATE } from './stray-keys.ts';

const unlocked = { kind: 'unlocked', by: 'face' } as const;

function sit(state: AppState, hash = '') {
  const api = new ScriptedApi(state, '271828');
  const frames: (() => void)[] = [];
  const later: { work: () => void; ms: number }[] = [];
  const page = {
    time: 0,
    now: () => page.time,
    nextFrame: (work: () => void) => void frames.push(work),
    later: (work: () => void, ms: number) => void later.push({ work, ms }),
    hash,
  };
  return { desk: new Desk(api, page), api, page, frames, later };
}

describe('where the page is', () => {
  it('greets who is new', () => {
    expect(sit(appState({ user: undefined, lock: unlocked })).desk.view).toBe('first-run');
  });

  it('shows nothing but the lock while the desk is locked, whatever the address or the shell says', () => {
    const state = appState({
      enrolment: { kind: 'failed', code: 'cancelled', message: '' },
      diagnostics: { framesPerSecond: 0, dropped: 0, stages: {}, against: [], lastRefusal: undefined },
    });
    for (const hash of ['#/settings/looks', '#/diagnostics', ''])
      expect(sit(state, hash).desk.view).toBe('lock');
  });

  it('comes back to the same place after a reload', () => {
    const { desk, page } = sit(appState({ lock: unlocked }));
    desk.go({ place: 'settings', section: 'looks' });
    const reloaded = sit(appState({ lock: unlocked }), page.hash).desk;
    expect(reloaded.route).toEqual({ place: 'settings', section: 'looks' });
    expect(reloaded.view).toBe('settings');
  });

  it('leaves the diagnostics when the shell closes them, and never shows them unasked', () => {
    const { desk } = sit(appState({ lock: unlocked }), '#/diagnostics');
    expect(desk.view).toBe('desktop');
  });

  it('lifts the lock screen away when it opens, once', () => {
    const { desk, api, later } = sit(appState());
    api.push({ lock: unlocked });
    expect([desk.view, desk.lifting]).toEqual(['desktop', true]);
    expect(later[0].ms).toBe(LIFT.check + LIFT.lift);
    later[0].work();
    expect(desk.lifting).toBe(false);
    api.push({ face: { kind: 'off' } });
    expect(desk.lifting).toBe(false);
  });

  it('takes no Enter that was meant for the lock screen for a button of the desk', () => {
    const { desk, api, page, later } = sit(appState());
    api.push({ lock: unlocked });
    page.time = 560;
    later[0].work();
    const presses = (): boolean => {
      let pressed = true;
      desk.strayKeys.handle({
        type: 'keydown',
        key: 'Enter',
        repeat: false,
        preventDefault: () => (pressed = false),
      });
      return pressed;
    };
    expect(presses()).toBe(false);
    page.time += LATE;
    expect(presses()).toBe(true);
  });

  it('does not lift anything away after the first run', () => {
    const { desk, api } = sit(appState({ user: undefined }));
    api.push({ user: 'Ada', lock: unlocked });
    expect(desk.lifting).toBe(false);
  });

  it('forgets a question for the PIN when the desk locks', () => {
    const { desk, api } = sit(appState({ lock: unlocked }));
    desk.permission.ask({
      title: '',
      sentence: '',
      action: '',
      run: (pin) => desk.call('everything.remove', { pin }),
    });
    desk.permission.pin.value = '271828';
    api.push({ lock: appState().lock });
    expect(desk.permission.asked).toBeUndefined();
    expect(desk.permission.pin.value).toBe('');
  });
});

describe('a change of the settings', () => {
  it('asks for the PIN only where the shell wants it, and then makes the same change', async () => {
    const { desk, api } = sit(appState({ lock: unlocked }));
    await desk.change({ theme: 'dark' }, '');
    expect(desk.permission.asked).toBeUndefined();
    await desk.change({ attentionRequired: false }, 'Why.');
    expect(desk.permission.asked).toMatchObject({ sentence: 'Why.' });
    desk.permission.pin.value = '000001';
    await desk.permission.submit();
    expect(desk.permission.pin.failure?.code).toBe('pin-wrong');
    expect(api.state.settings.attentionRequired).toBe(true);
    desk.permission.pin.value = '271828';
    await desk.permission.submit();
    expect(api.state.settings.attentionRequired).toBe(false);
    expect(desk.permission.asked).toBeUndefined();
  });
});

describe('what the page tells the shell unasked', () => {
  it('says that somebody is at the open desk, at most every five seconds, and never while it is locked', () => {
    const { desk, api, page } = sit(appState({ lock: unlocked }));
    for (const time of [0, 10, 4999, 5000, 5001]) {
      page.time = time;
      desk.active();
    }
    expect(api.calls.map(({ channel }) => channel)).toEqual(['lock.active', 'lock.active']);
    api.push({ lock: appState().lock });
    page.time = 99_000;
    desk.active();
    expect(api.calls).toHaveLength(2);
  });

  it('sends the visitor’s movements once an animation frame, the latest of each', () => {
    const { desk, api, frames } = sit(appState());
    desk.direct({ yaw: 1, pitch: 1 });
    desk.direct({ yaw: 5 });
    desk.direct({ dark: true });
    expect(frames).toHaveLength(1);
    frames[0]();
    expect(api.calls).toEqual([{ channel: 'visitor.direct', argument: { yaw: 5, pitch: 1, dark: true } }]);
  });

  it('draws the latest preview of each kind once an animation frame', () => {
    const { desk, api, frames } = sit(appState());
    for (const value of [1, 2, 3])
      api.show({ kind: 'mirror', width: 1, height: 1, data: new Uint8Array([value]) });
    expect(desk.previews.of('mirror')).toBeUndefined();
    expect(frames).toHaveLength(1);
    frames[0]();
    expect(desk.previews.of('mirror')?.data[0]).toBe(3);
  });
});

describe('locking', () => {
  it('puts a finished enrolment away first, and leaves one that runs to the shell', () => {
    const report = { user: 'Ada', look: 'plain', templates: 16, coverage: 'ring', seconds: 10 } as const;
    const done = sit(appState({ lock: unlocked, enrolment: { kind: 'done', report } }));
    done.desk.lock();
    expect(done.api.calls.map(({ channel }) => channel)).toEqual(['enrolment.dismiss', 'lock.now']);
    const plain = sit(appState({ lock: unlocked }));
    plain.desk.lock();
    expect(plain.api.calls.map(({ channel }) => channel)).toEqual(['lock.now']);
  });

  it('asks for nothing while the desk is locked or nobody is set up', () => {
    for (const state of [appState(), appState({ user: undefined })]) {
      const { desk, api } = sit(state);
      desk.lock();
      expect(api.calls).toEqual([]);
    }
  });
});
