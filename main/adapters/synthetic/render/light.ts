/** The light of a scene and how the colour camera is set for it. */
export interface Light {
  /** Unit vector towards the key light, depth camera axes (x right, y down, z forward). */
  readonly towards: readonly [number, number, number];
  /** Linear colour of the key light: a white surface that faces it appears so before exposure. */
  readonly key: readonly [number, number, number];
  /** Light from above and from below. */
  readonly sky: readonly [number, number, number];
  readonly ground: readonly [number, number, number];
  /** Factor from light to the camera's 0 … 1. */
  readonly exposure: number;
  /** Standard deviation of the camera's noise at black, and its growth: σ² = black² + shot·signal (signal 0 … 1). */
  readonly black: number;
  readonly shot: number;
}

/** An office lamp ahead, to the left of and above the person's face. */
export const OFFICE: Light = {
  towards: [-0.4364, -0.6547, -0.6172],
  key: [0.82, 0.78, 0.72],
  sky: [0.5, 0.53, 0.58],
  ground: [0.22, 0.2, 0.19],
  exposure: 0.85,
  black: 0.0015,
  shot: 0.00012,
};

/** A room at night: the camera is at the end of its gain, the picture almost black and full of noise. */
export const DARK: Light = {
  ...OFFICE,
  key: [0.0006, 0.0006, 0.0008],
  sky: [0.0006, 0.0007, 0.001],
  ground: [0.0003, 0.0003, 0.0004],
  exposure: 8,
  black: 0.0035,
  shot: 0.0012,
};

/** Bright light from one side, as from a window. */
const WINDOW: Light = {
  ...OFFICE,
  towards: [0.8, -0.36, -0.48],
  key: [1.15, 1.15, 1.2],
  sky: [0.3, 0.32, 0.36],
  ground: [0.16, 0.15, 0.15],
  exposure: 0.8,
};

export const LIGHTS = { office: OFFICE, window: WINDOW, dark: DARK } as const;
export type LightName = keyof typeof LIGHTS;
