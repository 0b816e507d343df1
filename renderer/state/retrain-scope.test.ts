import { describe, expect, it } from 'vitest';
import { kinect } from '../../main/contract/states/sensors.fixture.ts';
import { fail, ok } from '../../main/contract/result.ts';
import { appState } from '../dev/states.ts';
import { lackOf } from './retrain-scope.ts';

const head = { version: 1, fittedAt: 0, looks: ['plain'], outdated: false };
const NO_TENSORFLOW = fail('model-missing', 'No TensorFlow.');

describe('a deeper retraining', () => {
  it('lacks what the shell says that it lacks', () => {
    expect(lackOf('deeper', appState({ deeper: ok(undefined) }))).toBeUndefined();
    expect(lackOf('deeper', appState({ deeper: NO_TENSORFLOW }))).toBe('No TensorFlow.');
    expect(lackOf('head', appState({ deeper: NO_TENSORFLOW }))).toBeUndefined();
  });

  it('lacks a sensor where the one in use is not there or does not work', () => {
    const { settings, visitor } = appState();
    const using = (sensors: ReturnType<typeof kinect>[], sensor = 'freenect2') =>
      lackOf('deeper', appState({ sensors, settings: { ...settings, sensor }, visitor: undefined }));
    expect(using([kinect()])).toBeUndefined();
    expect(using([])).toBeUndefined();
    expect(using([kinect({ state: 'unknown', attached: false })])).toBeUndefined();
    expect(using([kinect({ state: 'no-device', attached: false })])).toContain('No sensor');
    expect(using([kinect()], 'freenect2:OLD')).toContain('No sensor');
    const troubles = [{ what: 'It has no power.', remedy: 'Plug in its adapter.', blocks: true }];
    expect(using([kinect({ state: 'trouble', troubles })])).toBe('It has no power. Plug in its adapter.');
    const unplugged = { ...visitor!, plugged: false };
    expect(lackOf('deeper', appState({ visitor: unplugged }))).toContain('No sensor');
  });

  it('is all that can follow a deeper version', () => {
    const using = (inUse: boolean, deeper: boolean) => appState({ heads: [{ ...head, inUse, deeper }] });
    expect(lackOf('head', using(true, true))).toContain('The version in use is deeper');
    expect(lackOf('deeper', using(true, true))).toBeUndefined();
    for (const other of [using(false, true), using(true, false)])
      expect(lackOf('head', other)).toBeUndefined();
  });
});
