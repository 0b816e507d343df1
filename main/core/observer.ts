/**
 * The path of a frame, one direction: presence → register → find face → quality → settle → relief → liveness → embed.
 * The same observer drives the app, the command line, the evaluation and the tests.
 */
import type { GuidanceCode } from '../contract/codes.ts';
import type { EmbeddingKind, Evidence, FaceEvidence, Spectrum, Stage } from '../contract/evidence.ts';
import type { Purpose } from '../contract/pipeline.ts';
import { mm, ms, type Milliseconds } from '../contract/units.ts';
import { eyePixels, faceChip } from './face/align.ts';
import { meanOpenness, OPEN_EYES, SHUT_EYES, type EyelidModel } from './face/eyes.ts';
import { boxOfMesh } from './face/mesh.ts';
import { toneMapInfrared, type Region as Box } from './face/infrared.ts';
import type { Normalisation } from './face/sample.ts';
import { LANDMARK_COUNT, type FaceBox, type FaceMesh, type PixelSource } from './face/types.ts';
import type { ColourImage, Rigid, SensorFrame } from './sense/frames.ts';
import { Freshness } from './sense/freshness.ts';
import { project } from './geometry/camera.ts';
import { poseFromRotation } from './geometry/pose.ts';
import { apply, fitRigid, type Vec3 } from './geometry/rigid.ts';
import { interocularInHead, type PictureCamera } from './judge/eye-distance.ts';
import { depthAgreement, judgeLiveness, surfaceDeparture, type LivenessCues } from './judge/liveness.ts';
import type { MeanFace } from './shape/mean-face.ts';
import type { Clock, Embedder, FaceDetector, LandmarkModel } from './ports.ts';
import { FAR_MM, findPresence, NEAR_MM, type Presence } from './sense/presence.ts';
import {
  confirms,
  distanceBySize,
  isPartlyOutside,
  isWhere,
  outOfReach,
  seemsTooNear,
  windowAt,
  type OutOfReach,
} from './sense/out-of-reach.ts';
import { kindIn } from './judge/policy.ts';
import { brightness, judgeQuality, QUALITY_LIMITS } from './judge/quality.ts';
import { Registrar, type Lift, type Region, type RegisteredFrame } from './sense/registration.ts';
import {
  completeness,
  noseMeasured,
  RELIEF_CELLS,
  reliefOf,
  type Paint,
  type Relief,
} from './shape/relief.ts';
import { settle, type Settled } from './shape/settle.ts';
import { reliefTensor, withoutColour } from './shape/tensor.ts';
import { withoutTilt } from './shape/tilt.ts';
import { Track } from './shape/track.ts';

/** The models that the path runs, and the mean face that reliefs settle on. */
export interface FaceModels {
  readonly detector: FaceDetector;
  readonly landmarks: LandmarkModel;
  readonly eyelids: EyelidModel;
  /** The real-face descriptor and how its input is normalised. */
  readonly descriptor: Embedder & { readonly normalisation: Normalisation };
  /** The embedder of the relief tensor. */
  readonly shape: Embedder;
  /** One person's own, of the same tensor; it sees the heights alone. */
  readonly personal?: Pick<Embedder, 'modelId' | 'embed'>;
  readonly mean: MeanFace;
}

/**
 * What one frame showed, in full: for the preview, diagnostics, evaluation and training; never leaves the pipeline. `registered`
 * holds until the next frame is judged.
 */
export interface Observation {
  readonly registered: RegisteredFrame;
  readonly spectrum: Spectrum;
  readonly box: FaceBox;
  readonly mesh: FaceMesh;
  /** 468 × 3 camera points of the landmarks, z = 0 where no depth was measured. */
  readonly lifted: Float32Array;
  /** From the landmarks alone. */
  readonly start: Rigid;
  /** After settling; undefined where the surface does not fit a face. */
  readonly settled: Settled | undefined;
  readonly relief: Relief;
  /** The latest frames of the track together. */
  readonly fused: Relief;
  readonly cues: LivenessCues;
}

/** The detector looks at every eighth frame, so that a newcomer is seen within 0.27 s; in between the mesh is followed. */
const DETECT_EVERY = 8;
/** Open eyes are looked at again after so many frames; others, and those of somebody new, at once. */
const LIDS_EVERY = 8;
/** Looks at the eyes whose median counts. */
const LIDS_LOOKS = 3;
/** Ears and hair lie this far behind a face that is just within reach. */
const BEHIND_MM = 200;
/** A face out of reach is looked for after a clue of so many frames, and again after so many. */
const BEYOND_EVERY = { new: 2, found: 8, missed: 8 } as const;
/** A thing that is no face stays none for so long, where it does not move. */
const DISMISSED_MS = 10_000;
/** A face partly outside the picture is found in some frames only: what is said of it stands for so long. */
const OUTSIDE_MS = 500;
/** A sensor's first frames may come without their picture; a recording without any has none. */
const PICTURELESS_FRAMES = 10;
const FOLLOW_GAP_MS = 100;
const FOLLOW_SCORE = 0.9;

export class Observer {
  private readonly track = new Track();
  private readonly registrar = new Registrar();
  private readonly freshness = new Freshness();
  private lastSequence: number | undefined;
  /** The mesh of the frame before, where it may be followed instead of looking for faces again. */
  private known: { mesh: FaceMesh; spectrum: Spectrum; at: Milliseconds } | undefined;
  private sinceDetection = 0;
  /** The latest looks at the eyes on one track, the newest last; `age` in frames. */
  private lids:
    { readonly track: number; readonly looks: readonly number[]; readonly age: number } | undefined;
  /** What may be out of reach, whether it is a face, and after how many frames one is looked for again. */
  private beyond:
    { readonly guidance: OutOfReach['guidance']; readonly found: boolean; readonly left: number } | undefined;
  /** Things that were found to be no faces. */
  private dismissed: { readonly clue: OutOfReach; readonly at: Milliseconds }[] = [];
  /** When a face was last seen partly outside the picture. */
  private outsideAt: Milliseconds | undefined;
  /** Frames in a row without any picture. */
  private pictureless = 0;
  /** What the latest frame showed, where a face was found and settled. */
  latest: Observation | undefined;

  constructor(
    private readonly models: FaceModels,
    private readonly clock: Clock,
  ) {}

  /**
   * Judges one frame. Frames are to come in the order of arrival, each once.
   * @param now on the clock that stamped the frame
   * @param busy how long the frame before kept the machine from looking; none where every frame is judged
   */
  async observe(
    frame: SensorFrame,
    purpose: Purpose,
    now: Milliseconds,
    busy: Milliseconds = ms(0),
  ): Promise<Evidence> {
    const watch = new StageWatch(this.clock);
    this.latest = undefined;
    const fresh = this.freshness.accepts(frame, now);
    const dropped = this.lastSequence === undefined ? 0 : Math.max(0, frame.sequence - this.lastSequence - 1);
    this.lastSequence = frame.sequence;
    const facts = () => ({
      sequence: frame.sequence,
      capturedAt: frame.capturedAt,
      stages: watch.stages,
      dropped,
    });
    const nobody = (): Evidence => {
      this.known = undefined;
      return { ...facts(), kind: 'nobody' };
    };
    const unclear = (guidance: GuidanceCode): Evidence => {
      this.track.break();
      this.known = undefined;
      return { ...facts(), kind: 'unclear', guidance };
    };
    if (!fresh) return unclear('looking');

    const presences = watch.time('presence', () => findPresence(frame.depth));
    const nobodyWithin = async (): Promise<Evidence> => {
      const outside = this.outsideAt !== undefined && frame.capturedAt - this.outsideAt <= OUTSIDE_MS;
      const guidance = outside ? 'centre' : await this.lookBeyond(frame, watch);
      return guidance ? unclear(guidance) : nobody();
    };
    if (presences.length === 0) return nobodyWithin();
    const region = widest(presences, frame);
    const registered = watch.time('register', () =>
      this.registrar.register(frame, region, FAR_MM + BEHIND_MM),
    );
    const sight = chooseSpectrum(registered);
    this.pictureless = frame.colour || frame.infrared ? 0 : this.pictureless + 1;
    if (this.pictureless > 0)
      return unclear(this.pictureless >= PICTURELESS_FRAMES ? 'no-picture' : 'looking');
    if (!sight) return unclear('light');
    const lift = sight.spectrum === 'colour' ? registered.liftColour : registered.liftDepth;

    let box = this.followed(sight.spectrum, frame.capturedAt);
    if (!box) {
      const found = await watch.timeAsync('detect', () =>
        this.models.detector.detect(sight.picture, sight.window),
      );
      const faces = found.filter((candidate) => inRange(candidate, lift));
      if (faces.length === 0 && found.length > 0)
        return unclear(seemsTooNear(found[0], sight.camera.intrinsics) ? 'back' : 'closer');
      if (faces.length === 0) return nobodyWithin();
      if (faces.length > 1) return unclear('two-faces');
      box = faces[0];
      this.sinceDetection = 0;
    }
    const mesh = await watch.timeAsync('mesh', () => this.models.landmarks.fit(sight.picture, box));
    this.sinceDetection++;
    this.known =
      mesh.score >= FOLLOW_SCORE ? { mesh, spectrum: sight.spectrum, at: frame.capturedAt } : undefined;
    const lifted = liftLandmarks(mesh, lift);
    const start = landmarkPose(lifted, this.models.mean);
    const away = start?.translation[2] ?? distanceBySize(box, sight.camera.intrinsics);
    if (isPartlyOutside(mesh, sight.camera, frame.depth.intrinsics, away)) {
      this.outsideAt = frame.capturedAt;
      return unclear('centre');
    }
    this.outsideAt = undefined;
    if (!start) return unclear(seemsTooNear(box, sight.camera.intrinsics) ? 'back' : 'uncover');

    const { sharpness } = watch.time('quality', () => brightness(sight.picture, box));
    const settled = watch.time('settle', () => settle(registered, start, this.models.mean));
    const headToCamera = settled?.headToCamera ?? start;
    const relief = watch.time('relief', () =>
      reliefOf(registered, headToCamera, this.models.mean, sight.paint),
    );
    const upright = poseFromRotation(withoutTilt(headToCamera, relief, this.models.mean).rotation);
    // Brow and nose say little of a roll, the landmarks of the whole face much.
    const pose = { ...upright, roll: poseFromRotation(start.rotation).roll };
    const distance = mm(headToCamera.translation[2]);
    const track = this.track.follow(headToCamera.translation, frame.capturedAt, sight.spectrum, busy);
    const problem = judgeQuality({
      distance,
      eyePixels: eyePixels(mesh),
      noseMeasured: noseMeasured(registered, headToCamera),
      pose,
      meshScore: mesh.score,
      sharpness,
    });
    if (problem) return { ...facts(), kind: 'unclear', guidance: problem, pose };

    const fused = this.track.fuse(relief);
    const cues = watch.time('liveness', () =>
      cuesOf(frame, sight, mesh, lifted, headToCamera, settled, fused, this.models.mean),
    );
    this.latest = {
      registered,
      spectrum: sight.spectrum,
      box,
      mesh,
      lifted,
      start,
      settled,
      relief,
      fused,
      cues,
    };
    const against = judgeLiveness(cues);
    const embeddings = new Map<EmbeddingKind, Float32Array>();
    let heights: Float32Array | undefined;
    let lids: number | undefined;
    // In infrared the lid model cannot tell open from shut (eyes.ts): the dark asks for no attention.
    if (against.length === 0 && sight.spectrum === 'colour')
      lids = await this.openness(track, sight.picture, mesh, watch);
    if (against.length === 0)
      await watch.timeAsync('embed', async () => {
        const { shape, personal, descriptor, mean } = this.models;
        const tensor = reliefTensor(fused, mean);
        if (purpose === 'retrain') heights = tensor.slice(3 * RELIEF_CELLS);
        const { spectrum } = sight;
        if (personal) embeddings.set(personal.modelId, (await personal.embed(tensor))[0]);
        if (spectrum === 'colour') embeddings.set(shape.modelId, (await shape.embed(tensor))[0]);
        // Infrared is no colour: what is compared in the dark is the shape without any. It also bounds adaptation.
        embeddings.set(kindIn('infrared', shape.modelId), (await shape.embed(withoutColour(tensor)))[0]);
        const describe = async (kind: string, picture: PixelSource, inPicture: FaceMesh) => {
          const chip = faceChip(picture, inPicture, descriptor.normalisation);
          embeddings.set(kind, (await descriptor.embed(chip))[0]);
        };
        await describe(kindIn(spectrum, descriptor.modelId), sight.picture, mesh);
        if (purpose !== 'unlock' && spectrum === 'colour' && frame.infrared)
          await describe(
            kindIn('infrared', descriptor.modelId),
            toneMapInfrared(frame.infrared, asBox(region)),
            meshOnDepthGrid(lifted, headToCamera, this.models.mean, frame),
          );
      });
    const evidence: FaceEvidence = {
      ...facts(),
      kind: 'face',
      spectrum: sight.spectrum,
      pose,
      distance,
      attentive: lids === undefined || lids >= SHUT_EYES,
      ...(lids !== undefined && { lids }),
      track,
      fusedFrames: fused.frames,
      against,
      embeddings,
      ...(heights && { relief: heights }),
    };
    return evidence;
  }

  /** How far the eyes are open, over the latest looks at them on the same track. */
  private async openness(
    track: number,
    picture: PixelSource,
    mesh: FaceMesh,
    watch: StageWatch,
  ): Promise<number> {
    const known = this.lids?.track === track ? this.lids : { looks: [], age: 0 };
    const open = known.looks.length > 0 && known.looks.slice(-2).every((look) => look >= OPEN_EYES);
    // A frame that ran the detector has done enough, unless nothing is known yet.
    const due = !open || (known.age >= LIDS_EVERY && watch.stages.detect === undefined);
    if (due) {
      const look = await watch.timeAsync('eyes', () => this.models.eyelids.openness(picture, mesh));
      this.lids = { track, looks: [...known.looks, meanOpenness(look)].slice(-LIDS_LOOKS), age: 1 };
    } else this.lids = { ...known, track, age: known.age + 1 };
    const looks = [...this.lids.looks].sort((a, b) => a - b);
    return looks[looks.length >> 1];
  }

  /** Whether a face is too near or too far away to be judged; the detector looks only now and then, and only where there is a clue. */
  private async lookBeyond(frame: SensorFrame, watch: StageWatch): Promise<GuidanceCode | undefined> {
    const at = frame.capturedAt;
    this.dismissed = this.dismissed.filter((each) => at - each.at <= DISMISSED_MS);
    const seen = outOfReach(frame);
    const clue = seen && this.dismissed.some((each) => isWhere(each.clue, seen)) ? undefined : seen;
    const { beyond } = this;
    const same = clue && beyond?.guidance === clue.guidance ? beyond : undefined;
    if (!clue) this.beyond = undefined;
    else if (!same) this.beyond = { guidance: clue.guidance, found: false, left: BEYOND_EVERY.new };
    else if (same.left > 0) this.beyond = { ...same, left: same.left - 1 };
    else {
      const { picture, window, camera } = pictureOf(frame, clue);
      const boxes = picture
        ? await watch.timeAsync('detect', () => this.models.detector.detect(picture, window))
        : [];
      const found = boxes.some((box) => confirms(clue, box, camera.intrinsics));
      if (!found) this.dismissed.push({ clue, at });
      this.beyond = {
        guidance: clue.guidance,
        found,
        left: BEYOND_EVERY[found ? 'found' : 'missed'],
      };
    }
    return this.beyond?.found ? clue?.guidance : undefined;
  }

  /** Where the face of the frame before is expected now; undefined where the detector has to look. */
  private followed(spectrum: Spectrum, at: Milliseconds): FaceBox | undefined {
    const { known } = this;
    const follows =
      known?.spectrum === spectrum && at - known.at <= FOLLOW_GAP_MS && this.sinceDetection < DETECT_EVERY;
    return follows ? boxOfMesh(known.mesh) : undefined;
  }
}

/** Times the stages of one frame on the injected clock. */
class StageWatch {
  readonly stages: Partial<Record<Stage, Milliseconds>> = {};
  constructor(private readonly clock: Clock) {}

  time<T>(stage: Stage, work: () => T): T {
    const begun = this.clock.now();
    const result = work();
    this.stages[stage] = ms(this.clock.now() - begun);
    return result;
  }

  async timeAsync<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
    const begun = this.clock.now();
    const result = await work();
    this.stages[stage] = ms(this.clock.now() - begun);
    return result;
  }
}

/** The region that holds every possible head. */
function widest(presences: readonly Presence[], frame: SensorFrame): Region {
  const { width, height } = frame.depth;
  const regions = presences.map((presence) => presence.region);
  return {
    left: Math.max(0, Math.min(...regions.map((r) => r.left))),
    top: Math.max(0, Math.min(...regions.map((r) => r.top))),
    right: Math.min(width, Math.max(...regions.map((r) => r.right))),
    bottom: Math.min(height, Math.max(...regions.map((r) => r.bottom))),
  };
}

const asBox = (region: Region): Box => ({
  x: region.left,
  y: region.top,
  width: region.right - region.left,
  height: region.bottom - region.top,
});

interface Sight {
  readonly spectrum: Spectrum;
  readonly picture: PixelSource;
  /** The part of the picture that shows the region. */
  readonly window: Box;
  readonly paint: Paint;
  readonly camera: PictureCamera;
}

/** Colour where it is bright enough, else infrared, else nothing can be seen. */
function chooseSpectrum(registered: RegisteredFrame): Sight | undefined {
  const { frame, region } = registered;
  const { colour, infrared, depth } = frame;
  if (colour) {
    const window = windowInColour(registered, colour);
    const bright = window ? brightness(colour, window).bright : 0;
    if (window && bright >= QUALITY_LIMITS.bright)
      return {
        spectrum: 'colour',
        picture: colour,
        window,
        paint: { picture: colour, grid: 'colour' },
        camera: { intrinsics: colour.intrinsics, fromDepth: frame.depthToColour },
      };
  }
  if (!infrared) return undefined;
  const picture = toneMapInfrared(infrared, asBox(region));
  return {
    spectrum: 'infrared',
    picture,
    window: asBox(region),
    paint: { picture, grid: 'depth' },
    camera: { intrinsics: depth.intrinsics },
  };
}

/** What a face out of reach is looked for in: colour where it is bright enough, else infrared. */
function pictureOf(
  { colour, infrared, depth, depthToColour }: SensorFrame,
  { region, distance }: OutOfReach,
): { readonly picture: PixelSource | undefined; readonly window: Box; readonly camera: PictureCamera } {
  if (colour) {
    const camera = { intrinsics: colour.intrinsics, fromDepth: depthToColour };
    const window = windowAt(region, distance, depth.intrinsics, camera);
    if (brightness(colour, window).bright >= QUALITY_LIMITS.bright)
      return { picture: colour, window, camera };
  }
  return {
    picture: infrared && toneMapInfrared(infrared, asBox(region)),
    window: asBox(region),
    camera: { intrinsics: depth.intrinsics },
  };
}

/** Bounding box, in the colour picture, of the region's points within reach. */
function windowInColour({ points, colourAt }: RegisteredFrame, colour: ColourImage): Box | undefined {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (let i = 0, p = 2; p < points.length; i += 2, p += 3) {
    if (points[p] < NEAR_MM || points[p] > FAR_MM || colourAt[i] < 0) continue;
    left = Math.min(left, colourAt[i]);
    right = Math.max(right, colourAt[i]);
    top = Math.min(top, colourAt[i + 1]);
    bottom = Math.max(bottom, colourAt[i + 1]);
  }
  if (!(right - left >= 16 && bottom - top >= 16)) return undefined;
  const margin = 0.08 * Math.max(right - left, bottom - top);
  const x = Math.max(0, Math.floor(left - margin));
  const y = Math.max(0, Math.floor(top - margin));
  return {
    x,
    y,
    width: Math.min(colour.width, Math.ceil(right + margin)) - x,
    height: Math.min(colour.height, Math.ceil(bottom + margin)) - y,
  };
}

/** Whether the eyes or the nose of a found face were measured within reach. */
function inRange(box: FaceBox, lift: Lift): boolean {
  for (const k of [2, 0, 1, 3]) {
    const point = lift(box.points[k * 2], box.points[k * 2 + 1]);
    if (point) return point[2] >= NEAR_MM && point[2] <= FAR_MM;
  }
  return false;
}

function liftLandmarks(mesh: FaceMesh, lift: Lift): Float32Array {
  const lifted = new Float32Array(LANDMARK_COUNT * 3);
  for (let i = 0; i < LANDMARK_COUNT; i++) {
    const point = lift(mesh.landmarks[i * 3], mesh.landmarks[i * 3 + 1]);
    if (point) lifted.set(point, i * 3);
  }
  return lifted;
}

/** Landmarks below this height of the mean face move with the jaw. */
const JAW_MM = -50;

/** Head → camera from the landmarks that neither the jaw nor the outline moves; twice, the second time without outliers. */
function landmarkPose(lifted: Float32Array, mean: MeanFace): Rigid | undefined {
  const { landmarks } = mean;
  const weights = new Float32Array(LANDMARK_COUNT);
  for (let i = 0; i < LANDMARK_COUNT; i++) {
    const steady = landmarks[i * 3 + 1] > JAW_MM && Math.abs(landmarks[i * 3]) < 58;
    if (steady && lifted[i * 3 + 2] > 0) weights[i] = 1;
  }
  if (weights.reduce((sum, weight) => sum + weight, 0) < 60) return undefined;
  let fitted = fitRigid(landmarks, lifted, weights);
  for (let round = 0; fitted && round < 2; round++) {
    for (let i = 0; i < LANDMARK_COUNT; i++) {
      if (weights[i] === 0) continue;
      const p = apply(fitted, [landmarks[i * 3], landmarks[i * 3 + 1], landmarks[i * 3 + 2]]);
      const error = Math.hypot(p[0] - lifted[i * 3], p[1] - lifted[i * 3 + 1], p[2] - lifted[i * 3 + 2]);
      weights[i] = 1 / (1 + (error / 8) ** 2);
    }
    fitted = fitRigid(landmarks, lifted, weights);
  }
  return fitted;
}

function cuesOf(
  frame: SensorFrame,
  { camera }: Sight,
  mesh: FaceMesh,
  lifted: Float32Array,
  headToCamera: Rigid,
  settled: Settled | undefined,
  fused: Relief,
  mean: MeanFace,
): LivenessCues {
  const millimetresPerPixel = headToCamera.translation[2] / camera.intrinsics.fx;
  const infrared = infraredAtOneMetre(frame, lifted);
  return {
    ...surfaceDeparture(fused, mean),
    ...depthAgreement(mesh, lifted, millimetresPerPixel),
    interocular: interocularInHead(mesh, headToCamera, camera, mean),
    residual: mm(settled?.residual ?? Infinity),
    completeness: completeness(fused, mean),
    ...(infrared === undefined ? {} : { infrared }),
  };
}

/** Median over the landmarks of raw brightness · z² (metres): what the face would show at one metre. */
function infraredAtOneMetre(frame: SensorFrame, lifted: Float32Array): number | undefined {
  const { infrared } = frame;
  if (!infrared) return undefined;
  const values: number[] = [];
  for (let i = 0; i < LANDMARK_COUNT; i++) {
    const z = lifted[i * 3 + 2];
    if (z === 0) continue;
    const [u, v] = project(infrared.intrinsics, [lifted[i * 3], lifted[i * 3 + 1], z]);
    const x = Math.round(u);
    const y = Math.round(v);
    if (x < 0 || y < 0 || x >= infrared.width || y >= infrared.height) continue;
    values.push(infrared.data[y * infrared.width + x] * (z / 1000) ** 2);
  }
  return values.length === 0 ? 0 : values.sort((a, b) => a - b)[values.length >> 1];
}

/** The landmarks where the depth and infrared picture shows them; where one has no depth, that of the mean face. */
function meshOnDepthGrid(
  lifted: Float32Array,
  headToCamera: Rigid,
  { landmarks: usual }: MeanFace,
  frame: SensorFrame,
): FaceMesh {
  const landmarks = new Float32Array(LANDMARK_COUNT * 3);
  for (let i = 0; i < LANDMARK_COUNT; i++) {
    const at: Vec3 =
      lifted[i * 3 + 2] > 0
        ? [lifted[i * 3], lifted[i * 3 + 1], lifted[i * 3 + 2]]
        : apply(headToCamera, [usual[i * 3], usual[i * 3 + 1], usual[i * 3 + 2]]);
    const [u, v] = project(frame.depth.intrinsics, at);
    landmarks[i * 3] = u;
    landmarks[i * 3 + 1] = v;
  }
  return { landmarks, score: 1 };
}
