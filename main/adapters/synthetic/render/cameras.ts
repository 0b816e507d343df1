/** The cameras of the sensors that are simulated: the one place for their geometry. */
import { halved } from '../../../core/geometry/camera.ts';
import type { Intrinsics, Rigid, SensorInfo } from '../../../core/sense/frames.ts';

/** A sensor's two cameras, how they sit to each other and what each measures. */
export interface SensorGeometry {
  readonly model: Extract<SensorInfo['model'], 'kinect-v1' | 'kinect-v2'>;
  readonly depth: Intrinsics;
  readonly colour: Intrinsics;
  /** Depth camera coordinates → colour camera coordinates. */
  readonly depthToColour: Rigid;
  /** Whether infrared and colour come at the same time; on a Kinect v1 they share one stream. */
  readonly infraredWithColour: boolean;
  /** Depths that the sensor reports, millimetres; outside them it reports 0. */
  readonly nearest: number;
  readonly farthest: number;
}

/** Whether the colour picture of a Kinect v2 is 960×540 (as the app runs it) or the full 1920×1080. */
export type ColourSize = 'half' | 'full';

// The axes of the two cameras of a real Kinect differ by a fraction of a degree: 0.3° about y here.
const SLIGHT_TURN = [0.99998629, 0, 0.00523596, 0, 1, 0, -0.00523596, 0, 0.99998629] as const;

const V2_COLOUR: Intrinsics = { width: 1920, height: 1080, fx: 1081, fy: 1081, cx: 962.5, cy: 541.5 };

/** Kinect v2: time of flight, infrared on the depth grid, the colour camera 52 mm to the right of it. */
export function kinectV2(colourSize: ColourSize = 'half'): SensorGeometry {
  return {
    model: 'kinect-v2',
    depth: { width: 512, height: 424, fx: 365, fy: 365, cx: 257, cy: 209.5 },
    colour: colourSize === 'full' ? V2_COLOUR : halved(V2_COLOUR),
    depthToColour: { rotation: SLIGHT_TURN, translation: [-52, 0, 0] },
    infraredWithColour: true,
    nearest: 350,
    farthest: 4500,
  };
}

/** Kinect v1: structured light, the colour camera 25 mm to the right; infrared only in place of colour. */
export function kinectV1(): SensorGeometry {
  return {
    model: 'kinect-v1',
    depth: { width: 640, height: 480, fx: 575, fy: 575, cx: 318.5, cy: 241 },
    colour: { width: 640, height: 480, fx: 525, fy: 525, cx: 321, cy: 238.5 },
    depthToColour: { rotation: SLIGHT_TURN, translation: [-25, 0, 0] },
    infraredWithColour: false,
    nearest: 350,
    farthest: 4500,
  };
}

/** A window of a picture, whole pixels. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The window that is all of a picture. */
export const wholeOf = ({ width, height }: Pick<Intrinsics, 'width' | 'height'>): Region => ({
  x: 0,
  y: 0,
  width,
  height,
});

/** The intrinsics of a window of the picture: rendering it costs only its own pixels. */
export function cropped(camera: Intrinsics, region: Region): Intrinsics {
  return {
    ...camera,
    width: region.width,
    height: region.height,
    cx: camera.cx - region.x,
    cy: camera.cy - region.y,
  };
}
