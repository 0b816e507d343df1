/** A scene that can be photographed at any moment, and changed while it plays. */
import { mm, ms, type Degrees, type Millimetres } from '../../../contract/units.ts';
import type { Rigid, SensorFrame } from '../../../core/sense/frames.ts';
import { kinectV1, kinectV2, type ColourSize, type SensorGeometry } from '../../synthetic/render/cameras.ts';
import { LIGHTS, type Light, type LightName } from '../../synthetic/render/light.ts';
import { meshOf } from '../../synthetic/render/render-mesh.ts';
import { headToCamera } from '../../synthetic/render/pose.ts';
import { room } from '../../synthetic/render/room.ts';
import { SceneRenderer, type Streams } from '../../synthetic/render/scene-renderer.ts';
import { lazily, nameOf, type Cast, type Lids, type Wear, type Who } from './cast.ts';
import { handHeld, standing, type LidState, type Stance } from './motion.ts';
import { maskOf, photoOf, tabletOf, wearing } from './props.ts';
import { describeScene, parseScene, YOU, type SceneDescription, type Shows, type Visitor } from './scene.ts';

/** Time between two frames, ms. */
export const FRAME_TIME = 1000 / 30;

/** The truth about one visitor in a frame. */
interface VisitorTruth {
  /** Seed of the identity: for a photo or tablet of the pictured person, for a mask of its wearer. */
  readonly person: string;
  readonly shows: Shows;
  /** From the head's frame (or the picture's, whose origin lies between the pictured eyes) to the depth camera. */
  readonly headToCamera: Rigid;
  readonly yaw: Degrees;
  readonly pitch: Degrees;
  readonly roll: Degrees;
  /** Depth of the point between the eyes. */
  readonly distance: Millimetres;
  readonly lids: LidState;
}

/** A frame with the truth behind it: for tests and evaluation only, no part of the app may look at it. */
export interface SimulatedFrame extends SensorFrame {
  readonly truth: { readonly visitors: readonly VisitorTruth[] };
}

/** A change to what stands before the sensor; what is left out stays. Poses concern the first visitor. */
export interface Direction {
  /** Replaces the whole scene, and with it all earlier changes (the sensor's model stays). */
  readonly scene?: string | SceneDescription;
  readonly who?: Who;
  readonly shows?: Shows;
  readonly wear?: Wear;
  readonly light?: LightName | Light;
  /** Degrees. */
  readonly yaw?: number;
  readonly pitch?: number;
  readonly roll?: number;
  /** Millimetres, depth camera axes. */
  readonly distance?: number;
  readonly x?: number;
  readonly y?: number;
}

const STEERED = ['yaw', 'pitch', 'roll', 'distance', 'x', 'y'] as const;
type Steering = Record<(typeof STEERED)[number], number>;

/** Share of the way to a directed pose that the head goes in one frame: it arrives within half a second. */
const EASE = 0.22;

/** Light in which a Kinect v1 shows infrared in place of colour. */
const isDark = (light: Light) => light.key[1] + light.sky[1] < 0.05;

const lightOf = (light: LightName | Light): Light => (typeof light === 'string' ? LIGHTS[light] : light);

/** The heads or props that a visitor consists of, one for each state of the lids. */
function dressed(visitor: Visitor, cast: Cast): Lids {
  const lids = cast.lids(visitor.who, visitor.wear, visitor.face);
  switch (visitor.shows) {
    case 'self':
      return lids;
    case 'photo': {
      const print = photoOf(lids.open);
      return { open: print, half: print, closed: print };
    }
    case 'tablet': {
      const tablet = tabletOf(lids.open);
      return { open: tablet, half: tablet, closed: tablet };
    }
    case 'mask': {
      const pictured = cast.lids(visitor.maskOf ?? YOU, {}).open;
      const mask = maskOf(pictured, lids.open, visitor.eyeHoles ?? false);
      return lazily(
        () => wearing(lids.open, mask),
        () => wearing(lids.half, mask),
        () => wearing(lids.closed, mask),
      );
    }
  }
}

export class Stage {
  readonly geometry: SensorGeometry;
  private description: SceneDescription;
  private renderer: SceneRenderer;
  private readonly bodies = new Map<Visitor, Lids>();
  /** How many states of the lids are built: open, half, closed. */
  private readonly prepared = new WeakMap<Lids, number>();
  private aim: Steering | undefined;
  private steering: Steering | undefined;
  private seconds = 0;

  constructor(
    scene: string | SceneDescription,
    private readonly cast: Cast,
    colourSize: ColourSize = 'half',
  ) {
    this.description = described(scene);
    this.geometry = this.description.model === 'kinect-v1' ? kinectV1() : kinectV2(colourSize);
    this.renderer = this.build();
  }

  /** Changes the scene from the next frame on. @throws FacetError `bad-argument` for an unknown scene. */
  direct(update: Direction): void {
    if (update.scene !== undefined) {
      const model = this.description.model;
      this.description = { ...described(update.scene), model };
      this.renderer = this.build();
      this.aim = this.steering = undefined;
      this.bodies.clear();
    }
    if (update.light !== undefined) this.description = { ...this.description, light: update.light };
    const changesVisitor =
      update.who !== undefined || update.shows !== undefined || update.wear !== undefined;
    const first = this.description.visitors[0];
    if (changesVisitor && (first || update.who !== undefined)) {
      const visitor = { ...(first ?? this.newcomer()), ...chosen(update, ['who', 'shows', 'wear']) };
      this.replaceFirst(visitor);
    }
    this.steer(update);
  }

  /** The frame of a sequence number: time runs in steps of FRAME_TIME. Equal histories give equal frames. */
  frame(sequence: number, capturedAt = ms(sequence * FRAME_TIME)): SimulatedFrame {
    this.seconds = (sequence * FRAME_TIME) / 1000;
    if (this.aim && this.steering) {
      for (const key of STEERED) this.steering[key] += EASE * (this.aim[key] - this.steering[key]);
    }
    const { visitors, seed } = this.description;
    const light = lightOf(this.description.light);
    const moments = visitors.map((visitor) => ({ visitor, ...visitor.script(this.seconds) }));
    const actors = moments.map(({ visitor, pose, lids }) => ({ person: this.bodyOf(visitor)[lids], pose }));
    const shot = this.renderer.shoot(actors, light, this.streams(light), `${seed} frame ${sequence}`);
    return {
      sequence,
      capturedAt,
      ...shot,
      depthToColour: this.geometry.depthToColour,
      truth: {
        visitors: moments.map(({ visitor, pose, lids }, i) => {
          const motion = headToCamera(pose, actors[i].person.pivot);
          return {
            person: nameOf(visitor.who),
            shows: visitor.shows,
            headToCamera: motion,
            yaw: pose.yaw,
            pitch: pose.pitch,
            roll: pose.roll,
            distance: mm(motion.translation[2]),
            lids,
          };
        }),
      },
    };
  }

  /** Builds everybody with open eyes: what the first frame needs. */
  prepare(): void {
    while (this.unprepared()?.state === 'open') this.prepareNext();
  }

  /** Builds one more state of somebody's lids, where one is missing, so that no blink is held up by it later. @returns false where none is missing */
  prepareNext(): boolean {
    const next = this.unprepared();
    if (!next) return false;
    meshOf(next.lids[next.state]).openness();
    this.prepared.set(next.lids, (this.prepared.get(next.lids) ?? 0) + 1);
    return true;
  }

  private unprepared(): { readonly lids: Lids; readonly state: LidState } | undefined {
    for (const [index, state] of (['open', 'half', 'closed'] as const).entries())
      for (const visitor of this.description.visitors) {
        const lids = this.bodyOf(visitor);
        if ((this.prepared.get(lids) ?? 0) <= index) return { lids, state };
      }
    return undefined;
  }

  private streams(light: Light): Streams {
    if (this.geometry.infraredWithColour) return { colour: true, infrared: true };
    return { colour: !isDark(light), infrared: isDark(light) };
  }

  private build(): SceneRenderer {
    const { seed, depthError } = this.description;
    return new SceneRenderer(this.geometry, room(seed), depthError && { ...depthError, seed });
  }

  private bodyOf(visitor: Visitor): Lids {
    let lids = this.bodies.get(visitor);
    if (!lids) this.bodies.set(visitor, (lids = dressed(visitor, this.cast)));
    return lids;
  }

  private newcomer(): Visitor {
    const script = standing({ distance: 650 }, this.description.seed);
    return { shows: 'self', who: YOU, wear: {}, script };
  }

  private replaceFirst(visitor: Visitor): void {
    const [first, ...others] = this.description.visitors;
    if (first) this.bodies.delete(first);
    this.description = { ...this.description, visitors: [visitor, ...others] };
  }

  private steer(update: Direction): void {
    const wanted = chosen(update, STEERED);
    const first = this.description.visitors[0];
    if (Object.keys(wanted).length === 0 || !first) return;
    if (!this.aim) {
      const { pose } = first.script(this.seconds);
      const [x, y, distance] = pose.at;
      this.steering = { yaw: pose.yaw, pitch: pose.pitch, roll: pose.roll, x, y, distance };
      this.aim = { ...this.steering };
      const stance: Stance = this.steering;
      const held = first.shows === 'photo' || first.shows === 'tablet';
      const script = (held ? handHeld : standing)(stance, this.description.seed);
      const body = this.bodies.get(first);
      const visitor = { ...first, script };
      this.replaceFirst(visitor);
      if (body) this.bodies.set(visitor, body);
    }
    this.aim = { ...this.aim, ...wanted };
  }
}

const described = (scene: string | SceneDescription): SceneDescription =>
  typeof scene === 'string' ? describeScene(parseScene(scene)) : scene;

/** The given keys of an object, without those that are undefined. */
function chosen<T extends object, K extends keyof T>(
  from: T,
  keys: readonly K[],
): { [P in K]?: Exclude<T[P], undefined> } {
  return Object.fromEntries(
    keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]),
  ) as never;
}
