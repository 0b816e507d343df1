import type { ListedSensor } from './sensors.ts';

/** A Kinect that is plugged in and works, changed as told. */
export const kinect = (change: Partial<ListedSensor> = {}): ListedSensor => ({
  spec: 'freenect2',
  driver: 'freenect2',
  title: 'Kinect v2 through libfreenect2',
  serial: 'A1',
  state: 'available',
  attached: true,
  troubles: [],
  needs: 'Linux or macOS, libfreenect2, its power supply, a USB 3 port and access to its USB device.',
  ...change,
});
