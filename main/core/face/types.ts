/** A picture that face models can read: 8-bit grey (1), RGB (3) or RGBA (4) interleaved. */
export interface PixelSource {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** A found face, in pixels of the picture. */
export interface FaceBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Detector's confidence, 0 … 1. */
  readonly score: number;
  /** Detector's six points (right eye, left eye, nose, mouth, right ear, left ear): x, y each. */
  readonly points: Float32Array;
}

/** The dense landmark mesh of one face. */
export interface FaceMesh {
  /** 468 × (x, y, z): x and y in pixels of the picture, z relative depth in the same scale, negative towards the camera. */
  readonly landmarks: Float32Array;
  /** The mesh model's own confidence that this is a face, 0 … 1. */
  readonly score: number;
}

export const LANDMARK_COUNT = 468;
