/**
 * What a sensor delivers. All 3-D coordinates are camera coordinates of the stream's own camera:
 * x to the right, y down, z forward, in millimetres (OpenCV's and Kinect's convention).
 */
import type { Milliseconds } from '../../contract/units.ts';

/** Pinhole intrinsics in pixels; the centre of the top-left pixel is (0, 0). Pictures are already undistorted. */
export interface Intrinsics {
  readonly width: number;
  readonly height: number;
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
}

/** x ↦ R·x + t. `rotation` is row-major 3×3, `translation` in millimetres. */
export interface Rigid {
  readonly rotation: readonly number[];
  readonly translation: readonly [number, number, number];
}

/** Interleaved 8-bit sRGB, row by row: RGB (3) or RGBA (4) bytes a pixel. */
export interface ColourImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly intrinsics: Intrinsics;
}

/** Distance along the optical axis in millimetres, 0 where nothing was measured. */
export interface DepthImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint16Array;
  readonly intrinsics: Intrinsics;
}

/** Active infrared brightness, linear, 0 … 65535. Shares the depth camera: same grid, same intrinsics. */
export interface InfraredImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint16Array;
  readonly intrinsics: Intrinsics;
}

/** One instant as the sensor saw it. A stream that the sensor lacks (or has switched off) is absent. */
export interface SensorFrame {
  /** Counts up by one for each frame that the sensor captured; a gap is a dropped frame. */
  readonly sequence: number;
  /** Capture time on the host's monotonic clock. */
  readonly capturedAt: Milliseconds;
  readonly depth: DepthImage;
  readonly colour?: ColourImage;
  readonly infrared?: InfraredImage;
  /** From the depth camera's coordinates to the colour camera's. */
  readonly depthToColour: Rigid;
}

/** Which sensor the frames come from: stored with templates and recordings. */
export interface SensorInfo {
  /** `kinect2`, `freenect`, `freenect2`, `simulated` or `replay`. */
  readonly driver: string;
  readonly model: 'kinect-v1' | 'kinect-v2' | 'other';
  readonly serial: string;
  /** True where the frames were not captured just now by hardware on this machine. */
  readonly simulated: boolean;
  /** A sentence or two where it works otherwise than was asked for; known from the first frame on. */
  readonly note?: string;
}
