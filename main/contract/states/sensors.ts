/** What can stand behind `--sensor` on this machine, as the command line and the page list it. */

export type DriverName = 'kinect2' | 'freenect' | 'freenect2' | 'simulated' | 'replay';

/** Something that is not as it should be, and what to do about it: one sentence each. */
export interface SensorTrouble {
  readonly what: string;
  readonly remedy: string;
  /** Nothing can come from the sensor before this is put right. */
  readonly blocks: boolean;
}

export interface ListedSensor {
  /** Text of `--sensor` that means this one. */
  readonly spec: string;
  readonly driver: DriverName;
  /** Such as `Kinect v2 through libfreenect2`. */
  readonly title: string;
  readonly serial: string;
  /**
   * `available`: attached and usable, or needs no device. `trouble`: attached, but something keeps it from working.
   * `no-device`: would be used if one were attached. `driver-missing`: something must be installed first. `unknown`: the
   * system does not say whether one is attached. `elsewhere`: works on other systems only.
   */
  readonly state: 'available' | 'trouble' | 'no-device' | 'driver-missing' | 'unknown' | 'elsewhere';
  readonly attached: boolean;
  readonly troubles: readonly SensorTrouble[];
  /** What such a sensor needs, or how to use it. */
  readonly needs: string;
}
