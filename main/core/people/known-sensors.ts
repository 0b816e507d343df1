/** Which sensors may unlock for a gallery: the one that it was enrolled with, and those that the person took in with the PIN. */
import type { Gallery } from './gallery.ts';

type SensorIdentity = Gallery['sensor'];

const HARDWARE = ['kinect2', 'freenect', 'freenect2'];

/** More than anybody owns; the oldest is forgotten for the next. */
const MOST = 8;

export const isHardware = ({ driver }: Pick<SensorIdentity, 'driver'>): boolean => HARDWARE.includes(driver);

/**
 * A real sensor is only like itself. Simulations and recordings stand in for each other, never for a real one; recordings only
 * for those of the same model, where both tell theirs.
 */
export function sameSensor(a: SensorIdentity, b: SensorIdentity): boolean {
  if (isHardware(a) || isHardware(b))
    return a.driver === b.driver && a.model === b.model && a.serial === b.serial;
  const told = [a, b].every(({ driver, model }) => driver === 'replay' && model !== 'other');
  return !told || a.model === b.model;
}

export const knowsSensor = ({ sensor, otherSensors = [] }: Gallery, open: SensorIdentity): boolean =>
  [sensor, ...otherSensors].some((known) => sameSensor(known, open));

/** Whether a look made with it may stand beside those of the gallery: simulated people and real ones do not mix unasked. */
export const mayJoin = (gallery: Gallery, open: SensorIdentity): boolean =>
  knowsSensor(gallery, open) || isHardware(gallery.sensor) === isHardware(open);

/** Whether the PIN can take it in: a real one always, what stands in for one only where a stand-in was enrolled with. */
export const mayBeTakenIn = ({ sensor }: Gallery, open: SensorIdentity): boolean =>
  isHardware(open) || !isHardware(sensor);

/** The gallery with a sensor taken in; to be called for whoever has the PIN. */
export function takeInSensor(gallery: Gallery, { driver, model, serial }: SensorIdentity): Gallery {
  const taken = { driver, model, serial };
  if (knowsSensor(gallery, taken)) return gallery;
  return { ...gallery, otherSensors: [...(gallery.otherSensors ?? []), taken].slice(-MOST) };
}

const MODEL = { 'kinect-v1': 'Kinect v1', 'kinect-v2': 'Kinect v2', other: 'depth sensor' } as const;

/** Such as `Kinect v2 (012345)`. */
const nameOf = ({ model, serial }: SensorIdentity): string =>
  serial ? `${MODEL[model]} (${serial})` : MODEL[model];

/** What the person is told of a sensor that the gallery does not know and the PIN can take in. */
export const strangerSentence = (open: SensorIdentity): string =>
  `${isHardware(open) ? `This ${nameOf(open)}` : `The ${nameOf(open)} of this recording`} is not the sensor that knows you. Enter your PIN once, and it will be used from then on.`;

export const STAND_IN_SENTENCE =
  'A simulation or recording never stands in for your sensor. Use your PIN, or choose your sensor in the settings.';

/** What the person is told who enrols with a simulation beside real looks, or the other way round. */
export const mixedSentence = ({ sensor }: Gallery, open: SensorIdentity): string =>
  `Your looks come from ${sourceOf(sensor)}. All of them would go for one from ${sourceOf(open)}, so nothing was stored. Choose the sensor that they come from, or delete them first under Your looks, or start Facet with another folder (--data).`;

const sourceOf = (sensor: SensorIdentity): string =>
  isHardware(sensor) ? `a ${nameOf(sensor)}` : 'a simulation or recording';
