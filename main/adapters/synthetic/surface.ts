/**
 * The one shape that synthetic people, their accessories and their props take on the way to the rasteriser.
 * Coordinates are the head's own frame: origin between the eyes, x to the right of the picture when the
 * person faces the camera, y up, z out of the face; millimetres.
 */

/** 8-bit sRGB (3) or sRGB with alpha (4); row 0 is the top. */
export interface Texture {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  readonly data: Uint8Array;
}

export interface Material {
  /** `opaque` writes every pixel, `cutout` those with texture alpha ≥ ½ , `glass` tints colour and is invisible to depth. */
  readonly kind: 'opaque' | 'cutout' | 'glass';
  /** Linear-light factors on the texture (or the colour itself where there is no texture). */
  readonly colour: readonly [number, number, number];
  /** Reflectance at 850 nm, 0 … 1, multiplied by the texture's brightness times `infraredTexture`. Skin ≈ 0.6 whatever its colour. */
  readonly infrared: number;
  /** How much of the texture's contrast shows in the infrared, 0 … 1 (skin 0.3: melanin is nearly clear there; print 0.2). */
  readonly infraredTexture: number;
  /** Specular strength, 0 … 1. */
  readonly gloss: number;
  /** Emits its colour instead of reflecting light: a screen. Dark in the infrared. */
  readonly emissive?: boolean;
}

/** A triangle mesh with one material. */
export interface Surface {
  readonly name: string;
  /** n × 3, millimetres, head frame, rest pose (looking straight ahead). */
  readonly positions: Float32Array;
  /**
   * The same at rest, of nobody in particular: what coincides there is one place on everybody. Left out where the triangles are of
   * this surface alone.
   */
  readonly atRest?: () => Float32Array;
  /** n × 2, 0 … 1 from the top-left of the texture. */
  readonly uvs: Float32Array;
  /** m × 3 vertex indices, anticlockwise seen from outside. */
  readonly triangles: Uint32Array;
  /** n values 0 … 1: how far a vertex turns with the head (1 head, 0 shoulders). */
  readonly follow: Float32Array;
  readonly material: Material;
  readonly texture?: Texture;
  /** Draw both sides (hair cards, paper). */
  readonly twoSided?: boolean;
}

/** One person at one moment: expression and accessories are already in the surfaces. */
export interface Person {
  readonly surfaces: readonly Surface[];
  /** Point about which the head turns (base of the skull), head frame, millimetres. */
  readonly pivot: readonly [number, number, number];
}
