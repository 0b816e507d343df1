/** One moment of a scene as a sensor sees it. */
import type {
  ColourImage,
  DepthImage,
  InfraredImage,
  Intrinsics,
  Rigid,
} from '../../../core/sense/frames.ts';
import { apply, identity } from '../../../core/geometry/rigid.ts';
import { Random } from '../../../core/random.ts';
import { keeper } from '../people/keeper.ts';
import type { Person } from '../surface.ts';
import { cropped, wholeOf, type Region, type SensorGeometry } from './cameras.ts';
import { developColour } from './colour-camera.ts';
import { measureDepth, trueDepth } from './depth-noise.ts';
import { errorField, type ErrorFieldSpec } from './error-field.ts';
import { measureInfrared } from './infrared-camera.ts';
import type { Light } from './light.ts';
import { headToCamera, straightAt, type Pose } from './pose.ts';
import { posed, posedInPassing, type PosedMesh } from './posed.ts';
import {
  colourBuffer,
  copyColour,
  drawColour,
  drawGlass,
  passingColourBuffer,
  softenEdges,
  type ColourBuffer,
} from './raster-colour.ts';
import { copyDepth, depthBuffer, drawDepth, passingDepthBuffer, type DepthBuffer } from './raster-depth.ts';
import { meshOf } from './render-mesh.ts';

/** Somebody or something (a print, a screen) in the scene. */
export interface Actor {
  readonly person: Person;
  readonly pose: Pose;
}

export interface Streams {
  readonly colour: boolean;
  readonly infrared: boolean;
}

export interface Shot {
  readonly depth: DepthImage;
  readonly colour?: ColourImage;
  readonly infrared?: InfraredImage;
}

const IN_PLACE = straightAt(0);
/** A wall in 1/65535 of white. */
const GREY = 20_000;

/** Draws whole frames of one sensor before one background, which is drawn once for each light and kept. */
export class SceneRenderer {
  private readonly depth: DepthBuffer;
  private readonly colour: ColourBuffer;
  private readonly background: DepthBuffer;
  private readonly colourBackground: ColourBuffer;
  private backgroundLight: Light | undefined;
  private readonly room: PosedMesh | undefined;
  private readonly field: Float32Array | undefined;

  /** @param room what stands behind the people, in depth camera axes turned as a head's (x right, y up, z back). */
  constructor(
    readonly geometry: SensorGeometry,
    room?: Person,
    field?: ErrorFieldSpec,
  ) {
    this.depth = depthBuffer(geometry.depth);
    this.background = depthBuffer(geometry.depth);
    this.colour = colourBuffer(geometry.colour);
    this.colourBackground = colourBuffer(geometry.colour);
    this.room = room && posed(meshOf(room), IN_PLACE);
    if (this.room) drawDepth(this.background, this.room, true);
    this.field = field && errorField(geometry.depth, field);
  }

  /** One frame; equal seeds give equal frames. */
  shoot(actors: readonly Actor[], light: Light, streams: Streams, seed: string): Shot {
    const random = new Random(seed);
    const bodies = actors.map(({ person, pose }) => posed(meshOf(person), pose));
    copyDepth(this.background, this.depth);
    for (const body of bodies) drawDepth(this.depth, body, streams.infrared);
    const depth = measureDepth(this.depth, this.geometry, random, this.field);
    return {
      depth,
      ...(streams.infrared && { infrared: measureInfrared(this.depth, this.geometry, random) }),
      ...(streams.colour && { colour: this.shootColour(bodies, light, random) }),
    };
  }

  private shootColour(bodies: readonly PosedMesh[], light: Light, random: Random): ColourImage {
    const { depthToColour } = this.geometry;
    if (this.backgroundLight !== light) {
      this.colourBackground.linear.fill(0);
      this.colourBackground.inverse.fill(0);
      if (this.room) drawLit(this.colourBackground, [this.room], light, depthToColour);
      this.backgroundLight = light;
    }
    copyColour(this.colourBackground, this.colour);
    drawLit(this.colour, bodies, light, depthToColour);
    return developColour(this.colour, light, random);
  }
}

/** Draws bodies (depth camera coordinates) over what the buffer of the colour camera holds. */
function drawLit(
  buffer: ColourBuffer,
  bodies: readonly PosedMesh[],
  light: Light,
  depthToColour: Rigid,
): void {
  const drawn = bodies.map((body) => drawColour(buffer, body, light, depthToColour));
  for (const region of drawn) softenEdges(buffer, region);
  for (const body of bodies) drawGlass(buffer, body, light, depthToColour);
}

/**
 * The window of a camera's picture that holds the head of an actor, `margin` mm around its face included.
 * @param toCamera from the depth camera's coordinates to those of `camera`
 */
export function headRegion(
  { person, pose }: Actor,
  camera: Intrinsics,
  margin = 120,
  toCamera: Rigid = identity,
): Region {
  const [x, y, z] = apply(toCamera, headToCamera(pose, person.pivot).translation);
  const half = (margin * camera.fx) / z;
  const left = Math.max(0, Math.floor((x / z) * camera.fx + camera.cx - half));
  const top = Math.max(0, Math.floor((y / z) * camera.fy + camera.cy - half));
  return {
    x: left,
    y: top,
    width: Math.max(1, Math.min(camera.width - left, Math.ceil(2 * half))),
    height: Math.max(1, Math.min(camera.height - top, Math.ceil(2.2 * half))),
  };
}

export interface CropOptions {
  readonly infrared?: boolean;
  /** Colour of a window of its own picture; before plain grey where `room` is not asked for, which costs as much as a head. */
  readonly colour?: { readonly region: Region; readonly light: Light; readonly room: boolean };
  /** What stands behind the actors; nothing where it is left out. */
  readonly room?: Person;
  /** Leaves all noise away. */
  readonly exact?: boolean;
  /** The depth error of the whole picture, of which the window shows its part. */
  readonly field?: ErrorFieldSpec;
}

/**
 * A window of the depth picture and of the others asked for: cheap enough for a training corpus. The pictures' intrinsics are
 * those of their windows.
 */
export function shootCrop(
  actors: readonly Actor[],
  geometry: SensorGeometry,
  region: Region,
  seed: string,
  options: CropOptions = {},
): Shot {
  const { shot, drawColour } = shootDepthFirst(actors, geometry, region, seed, options);
  drawColour();
  return shot;
}

const keepStanding = keeper<Person, PosedMesh>();

/**
 * As `shootCrop`, but the colour picture is black until it is drawn: once, before the next shot, and where `view` is given,
 * only there. What is drawn is what `shootCrop` draws.
 */
export function shootDepthFirst(
  actors: readonly Actor[],
  geometry: SensorGeometry,
  region: Region,
  seed: string,
  options: CropOptions = {},
): { readonly shot: Shot; readonly drawColour: (view?: Region) => void } {
  const camera = cropped(geometry.depth, region);
  const buffer = passingDepthBuffer(camera);
  const { room, colour } = options;
  const behind = room ? [keepStanding(room, 'in place', () => posed(meshOf(room), IN_PLACE))] : [];
  const bodies = posedInPassing(actors.map(({ person, pose }) => ({ mesh: meshOf(person), pose })));
  // The nearest first: what they hide is not worked out.
  for (const body of [...bodies, ...behind]) drawDepth(buffer, body, options.infrared ?? false);
  if (options.exact) return { shot: { depth: trueDepth(buffer) }, drawColour: () => undefined };
  const random = new Random(seed);
  const field = options.field && errorField(geometry.depth, options.field, region);
  const depth = measureDepth(buffer, geometry, random, field);
  const infrared = options.infrared && measureInfrared(buffer, geometry, random);
  const shot = { depth, ...(infrared && { infrared }) };
  if (!colour) return { shot, drawColour: () => undefined };
  const picture = blank(cropped(geometry.colour, colour.region));
  const drawColour = (view?: Region) => {
    const { intrinsics, data } = picture;
    const window = view ? widened(view, intrinsics) : wholeOf(intrinsics);
    const canvas = passingColourBuffer(intrinsics, window, GREY);
    for (const layer of [colour.room ? behind : [], bodies])
      drawLit(canvas, layer, colour.light, geometry.depthToColour);
    developColour(canvas, colour.light, random, data);
  };
  return { shot: { ...shot, colour: picture }, drawColour };
}

const blank = (intrinsics: Intrinsics): ColourImage => ({
  width: intrinsics.width,
  height: intrinsics.height,
  channels: 3,
  data: new Uint8Array(3 * intrinsics.width * intrinsics.height),
  intrinsics,
});

/**
 * Softened edges pass light on from pixel to pixel, a quarter of it each time: from further off than this nothing arrives.
 * From the left and from above it comes directly, from the right only by way of each row above, from below from one pixel.
 */
const SOFTENED = 16;

/** What has to be drawn of a picture so that `view` is right. */
function widened(view: Region, camera: Intrinsics): Region {
  const [x, y] = [Math.max(0, view.x - SOFTENED), Math.max(0, view.y - SOFTENED)];
  const [right, bottom] = [view.x + view.width + SOFTENED / 2, view.y + view.height + 1];
  return { x, y, width: Math.min(camera.width, right) - x, height: Math.min(camera.height, bottom) - y };
}
