/** Pictures of synthetic people: what a print, a screen or a paper mask shows. */
import type { Intrinsics } from '../../../core/sense/frames.ts';
import { Random } from '../../../core/random.ts';
import type { Person, Texture } from '../surface.ts';
import { developColour } from './colour-camera.ts';
import { OFFICE, type Light } from './light.ts';
import { straightAt } from './pose.ts';
import { posed } from './posed.ts';
import { colourBuffer, drawColour, drawGlass, softenEdges } from './raster-colour.ts';
import { meshOf } from './render-mesh.ts';

/** What of a person a picture shows at life size: millimetres, the middle relative to the point between the eyes. */
export interface Framing {
  readonly width: number;
  readonly height: number;
  /** Height of the picture's middle in the head's frame. */
  readonly middle: number;
  readonly pixelsPerMm: number;
}

/** A camera far enough away that the picture hardly shows perspective, as portrait photographs are taken. */
const DISTANCE = 1500;
const PAPER = [0.42, 0.47, 0.5] as const;

const PORTRAIT_LIGHT: Light = { ...OFFICE, towards: [-0.3, -0.5, -0.8124], black: 0.001, shot: 0.00005 };

/**
 * A frontal photograph of a person. @returns RGBA; alpha is 0 where the person is not (the colour there is
 * that of a plain backdrop).
 */
export function portrait(person: Person, framing: Framing): Texture {
  const width = Math.floor(framing.width * framing.pixelsPerMm);
  const height = Math.floor(framing.height * framing.pixelsPerMm);
  const f = framing.pixelsPerMm * DISTANCE;
  const camera: Intrinsics = { width, height, fx: f, fy: f, cx: (width - 1) / 2, cy: (height - 1) / 2 };
  const buffer = colourBuffer(camera);
  for (let i = 0; i < buffer.linear.length; i++) buffer.linear[i] = PAPER[i % 3] * 65535;
  const body = posed(meshOf(person), straightAt(DISTANCE, 0, framing.middle));
  softenEdges(buffer, drawColour(buffer, body, PORTRAIT_LIGHT));
  drawGlass(buffer, body, PORTRAIT_LIGHT);
  const rgb = developColour(buffer, PORTRAIT_LIGHT, new Random('portrait')).data;
  const data = new Uint8Array(4 * width * height);
  for (let i = 0; i < width * height; i++) {
    data.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i);
    data[4 * i + 3] = buffer.inverse[i] > 0 ? 255 : 0;
  }
  return { width, height, channels: 4, data };
}
