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
import type { Person } from '../surface.ts';
import { cropped, type Region, type SensorGeometry } from './cameras.ts';
import { developColour } from './colour-camera.ts';
import { measureDepth, trueDepth } from './depth-noise.ts';
import { errorField, type ErrorFieldSpec } from './error-field.ts';
import { measureInfrared } from './infrared-camera.ts';
import type { Light } from './light.ts';
import { headToCamera, straightAt, type Pose } from './pose.ts';
import { moved, posed, type PosedMesh } from './posed.ts';
import {
  colourBuffer,
  copyColour,
  drawColour,
  drawGlass,
  softenEdges,
  type ColourBuffer,
} from './raster-colour.ts';
import { copyDepth, depthBuffer, drawDepth, type DepthBuffer } from './raster-depth.ts';
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
  const seen = bodies.map((body) => moved(body, depthToColour));
  const drawn = seen.map((body) => drawColour(buffer, body, light));
  for (const region of drawn) softenEdges(buffer, region);
  for (const body of seen) drawGlass(buffer, body, light);
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
  const camera = cropped(geometry.depth, region);
  const buffer = depthBuffer(camera);
  const behind = options.room ? [posed(meshOf(options.room), IN_PLACE)] : [];
  const bodies = actors.map(({ person, pose }) => posed(meshOf(person), pose));
  for (const body of [...behind, ...bodies]) drawDepth(buffer, body, options.infrared ?? false);
  if (options.exact) return { depth: trueDepth(buffer) };
  const random = new Random(seed);
  const field = options.field && errorField(geometry.depth, options.field, region);
  const depth = measureDepth(buffer, geometry, random, field);
  const infrared = options.infrared && measureInfrared(buffer, geometry, random);
  const colour =
    options.colour &&
    shootColourCrop(options.colour.room ? behind : [], bodies, geometry, options.colour, random);
  return { depth, ...(infrared && { infrared }), ...(colour && { colour }) };
}

function shootColourCrop(
  behind: readonly PosedMesh[],
  bodies: readonly PosedMesh[],
  geometry: SensorGeometry,
  { region, light }: NonNullable<CropOptions['colour']>,
  random: Random,
): ColourImage {
  const buffer = colourBuffer(cropped(geometry.colour, region));
  buffer.linear.fill(GREY);
  for (const layer of [behind, bodies]) drawLit(buffer, layer, light, geometry.depthToColour);
  return developColour(buffer, light, random);
}
