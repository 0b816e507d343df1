/** A real sensor that is plugged in, while a simulation, a recording or one that is lost is in use. */
import type { AppState } from '../../main/contract/states/app.ts';
import type { ListedSensor } from '../../main/contract/states/sensors.ts';

/** @returns one that works before one that lacks something, whose state is then `trouble` */
export function sensorOffer({ sensors, sensor, settings }: AppState): ListedSensor | undefined {
  const standsIn = /^(simulated|replay)\b/.test(settings.sensor);
  if (!standsIn && sensor.kind !== 'lost') return undefined;
  const others = sensors.filter((listed) => listed.attached && !isMeant(settings.sensor, listed));
  return others.find(({ state }) => state === 'available') ?? others.find(({ state }) => state === 'trouble');
}

/** Ways in which libfreenect2 may compute: they stand where a serial number may. */
const PIPELINES = ['cpu', 'opengl', 'opencl'];

/** Whether the text of `--sensor` means this sensor: its driver, and no serial number but its own. */
export function isMeant(setting: string, { driver, serial }: ListedSensor): boolean {
  const [name, ...details] = setting.split('?', 1)[0].split(':');
  const named = details.find((detail) => detail !== '' && !PIPELINES.includes(detail));
  return (
    name === driver && (driver === 'simulated' || named === undefined || serial === '' || named === serial)
  );
}
