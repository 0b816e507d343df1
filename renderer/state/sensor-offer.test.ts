import { describe, expect, it } from 'vitest';
import { kinect } from '../../main/contract/states/sensors.fixture.ts';
import { appState } from '../dev/states.ts';
import { PLUGGED_IN_LACKING } from '../words.ts';
import { isMeant, sensorOffer } from './sensor-offer.ts';

const using = (sensor: string) => ({ ...appState().settings, sensor });

describe('the offer of a sensor', () => {
  it('is made while a stand-in is in use, of one that works', () => {
    expect(sensorOffer(appState({ sensors: [kinect()] }))).toMatchObject({ spec: 'freenect2' });
    expect(sensorOffer(appState({ sensors: [] }))).toBeUndefined();
    const absent = kinect({ state: 'no-device', attached: false });
    expect(sensorOffer(appState({ sensors: [absent] }))).toBeUndefined();
  });

  it('tells of one that lacks something only where none works, with the first thing that keeps it from working', () => {
    const trouble = (what: string, blocks: boolean) => ({ what, remedy: `Mend ${what}`, blocks });
    const lacking = kinect({
      spec: 'freenect',
      driver: 'freenect',
      state: 'trouble',
      troubles: [trouble('A.', false), trouble('B.', true), trouble('C.', true)],
    });
    expect(sensorOffer(appState({ sensors: [lacking, kinect()] }))).toEqual(kinect());
    expect(sensorOffer(appState({ sensors: [lacking] }))).toEqual(lacking);
    expect(sensorOffer(appState({ sensors: [lacking], settings: using('freenect') }))).toBeUndefined();
    expect(PLUGGED_IN_LACKING(lacking)).toBe('A Kinect v1 is plugged in. B. Mend B.');
  });

  it('is made when the sensor in use is lost, of another one', () => {
    const lost = { kind: 'lost', code: 'sensor-lost', message: '' } as const;
    const state = (setting: string, sensor: ReturnType<typeof appState>['sensor'] = lost) =>
      appState({ sensor, settings: using(setting), sensors: [kinect()] });
    expect(sensorOffer(state('freenect'))).toMatchObject({ spec: 'freenect2' });
    expect(sensorOffer(state('freenect2:OLD'))).toMatchObject({ spec: 'freenect2' });
    for (const same of ['freenect2', 'freenect2:cpu', 'freenect2:opencl:A1'])
      expect(sensorOffer(state(same))).toBeUndefined();
    expect(sensorOffer(state('freenect', { kind: 'resting' }))).toBeUndefined();
  });
});

describe('a setting', () => {
  it('means the sensor of its driver and serial number', () => {
    expect(isMeant('freenect2', kinect({ spec: 'freenect2:A1' }))).toBe(true);
    expect(isMeant('freenect2:B2', kinect())).toBe(false);
    expect(isMeant('freenect2:A1?tilt=5', kinect())).toBe(true);
    expect(isMeant('kinect2', kinect())).toBe(false);
    expect(
      isMeant('simulated:you+dark', kinect({ driver: 'simulated', spec: 'simulated', serial: '' })),
    ).toBe(true);
  });
});
