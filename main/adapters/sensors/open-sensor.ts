/** From `--sensor SPEC` to a sensor. */
import type { Pace } from '../../contract/pipeline.ts';
import { FacetError } from '../../contract/result.ts';
import type { SensorTrouble } from '../../contract/states/sensors.ts';
import type { Clock, Sensor } from '../../core/ports.ts';
import { findKinects, type UsbKinect } from '../system-check/usb-kinects.ts';
import { readUsbBus } from '../system-check/usb-bus.ts';
import { missingDrivers } from '../system-check/drivers.ts';
import { loadFreenect } from './freenect/freenect-addon.ts';
import { FreenectSensor } from './freenect/freenect-sensor.ts';
import { parseFreenectSpec } from './freenect/freenect-spec.ts';
import { loadFreenect2, parseFreenect2Spec } from './freenect2/freenect2-addon.ts';
import { probeFreenect2 } from './freenect2/freenect2-probe.ts';
import { Freenect2Sensor } from './freenect2/freenect2-sensor.ts';
import { loadKinect2 } from './kinect2/kinect2-package.ts';
import { Kinect2Sensor } from './kinect2/kinect2-sensor.ts';
import { ReplaySensor } from './replay/replay-sensor.ts';
import { parseReplaySpec } from './replay/replay-spec.ts';
import { VisitedSensor } from './simulated/visited-sensor.ts';

export interface SensorOptions {
  readonly pace: Pace;
  readonly clock: Clock;
}

/** What a sensor is called on the command line. */
export const SENSOR_SPECS =
  'simulated[:SCENE], replay:FILE[?from=SECONDS&pace=fast&loop], kinect2, freenect[:[SERIAL][?tilt=DEGREES]] or freenect2[:cpu|opengl|opencl][:SERIAL][?filter=on]';

/**
 * @param spec `simulated:you+dark`, `replay:FILE`, `kinect2`, …
 * @throws FacetError `bad-argument` for an unknown name, `sensor-unavailable` where its driver is not here
 */
export async function openSensor(spec: string, { pace, clock }: SensorOptions): Promise<Sensor> {
  const colon = spec.indexOf(':');
  const name = colon < 0 ? spec : spec.slice(0, colon);
  const detail = colon < 0 ? '' : spec.slice(colon + 1);
  switch (name) {
    case 'simulated':
      return new VisitedSensor({ scene: detail || 'you', pace, clock });
    case 'replay': {
      const { path, fast, ...options } = parseReplaySpec(detail);
      const live = fast ? 'fast' : 'original';
      return ReplaySensor.load(path, clock, { ...options, pace: pace === 'live' ? live : 'virtual' });
    }
    case 'kinect2': {
      await loadKinect2();
      const [kinect] = await attached('kinect-v2');
      return new Kinect2Sensor({ clock, serial: kinect?.serial ?? '' });
    }
    case 'freenect':
      return new FreenectSensor({
        ...parseFreenectSpec(detail),
        clock,
        pace,
        addon: loadFreenect(),
        recording: process.env['FAKENECT_PATH'],
        diagnose: async () => ({
          missing: (await missingDrivers()).freenect,
          troubles: await troublesOf('kinect-v1'),
        }),
      });
    case 'freenect2':
      return new Freenect2Sensor({
        ...parseFreenect2Spec(detail),
        clock,
        addon: loadFreenect2(),
        probe: probeFreenect2,
        diagnose: () => troublesOf('kinect-v2'),
      });
    default:
      throw new FacetError('bad-argument', `There is no sensor called "${spec}". Use ${SENSOR_SPECS}.`);
  }
}

const attached = async (wanted: UsbKinect['model']): Promise<UsbKinect[]> =>
  findKinects((await readUsbBus()) ?? []).filter(({ model }) => model === wanted);

/** What keeps attached Kinects of a model from working. */
const troublesOf = async (wanted: UsbKinect['model']): Promise<SensorTrouble[]> =>
  (await attached(wanted)).flatMap(({ troubles }) => troubles);
