/** The sensor in one sentence: what is in use and how it does. */
import type { AppState } from '../../main/contract/states/app.ts';
import { DRIVER, RESTARTING_ENROLLING } from '../words.ts';

/** Name of a driver for a person, from the text of `--sensor`. */
export const driverName = (sensor: string): string => DRIVER[sensor.split(':')[0]] ?? sensor;

export function sensorSentence({ sensor, settings, visitor }: AppState): string {
  if (sensor.kind === 'restarting') return RESTARTING_ENROLLING;
  if (sensor.kind === 'lost') return sensor.message;
  if (visitor)
    return 'No Kinect is in use. A simulated visitor stands in for one, so that you can try everything';
  if (sensor.kind === 'watching') {
    const { model, serial } = sensor.sensor;
    const name = { 'kinect-v1': 'A Kinect v1', 'kinect-v2': 'A Kinect v2', other: 'A depth sensor' }[model];
    return `${name} is connected (${serial})`;
  }
  return `${driverName(settings.sensor)} is used when it is needed`;
}

export function sensorHealth({ sensor }: AppState): {
  kind: 'good' | 'resting' | 'trouble';
  sentence: string;
} {
  switch (sensor.kind) {
    case 'resting':
      return { kind: 'resting', sentence: 'Resting. It wakes when the screen locks' };
    case 'opening':
      return { kind: 'resting', sentence: 'Starting' };
    case 'watching':
      return { kind: 'good', sentence: `Working · ${sensor.sensor.model} · ${sensor.sensor.serial}` };
    case 'restarting':
      return { kind: 'trouble', sentence: RESTARTING_ENROLLING };
    case 'lost':
      return { kind: 'trouble', sentence: sensor.message };
  }
}
