/**
 * Filming: the whole path of a frame sees a simulated scene, and evidence holds the relief tensor in place of what a network makes of
 * it, so that another network sees the same film.
 */
import type { Evidence } from '../../../contract/evidence.ts';
import type { Purpose } from '../../../contract/pipeline.ts';
import { deg, ms } from '../../../contract/units.ts';
import { kindIn } from '../../../core/judge/policy.ts';
import { Observer, type FaceModels } from '../../../core/observer.ts';
import type { Clock } from '../../../core/ports.ts';
import { ordinaryCast } from '../../sensors/simulated/cast.ts';
import type { PoseScript, Stance } from '../../sensors/simulated/motion.ts';
import type { SceneDescription } from '../../sensors/simulated/scene.ts';
import { FRAME_TIME, Stage } from '../../sensors/simulated/stage.ts';
import { cosine, radians, sine } from '../../synthetic/render/exact.ts';

/** Name under which evidence holds the relief tensor. */
export const TENSOR = 'tensor';

/** How many frames are judged, and every how many of the sensor one is. */
export interface Shots {
  readonly frames: number;
  readonly step: number;
}

export async function filmScene(
  models: FaceModels,
  clock: Clock,
  scene: SceneDescription,
  purpose: Purpose,
  { frames, step }: Shots,
): Promise<Evidence[]> {
  const observer = new Observer({ ...models, shape: tensorsOf(models) }, clock);
  const stage = new Stage(scene, ordinaryCast());
  const seen: Evidence[] = [];
  for (let n = 0; n < frames; n++) {
    const at = ms(n * step * FRAME_TIME);
    seen.push(withOneTensor(await observer.observe(stage.frame(n * step, at), purpose, at)));
  }
  return seen;
}

/** In place of the shape network: its input. */
const tensorsOf = ({ shape: { dimensions, inputShape } }: FaceModels): FaceModels['shape'] => ({
  modelId: TENSOR,
  dimensions,
  inputShape,
  embed: (tensor) => Promise.resolve([tensor.slice()]),
});

/** In light, the tensor without colour follows from the one with it. */
function withOneTensor(evidence: Evidence): Evidence {
  if (evidence.kind !== 'face' || !evidence.embeddings.has(TENSOR)) return evidence;
  const embeddings = new Map(evidence.embeddings);
  embeddings.delete(kindIn('infrared', TENSOR));
  return { ...evidence, embeddings };
}

/** Straight, then once round: for an enrolment faster than people turn, since every frame costs. */
const ROUND = { straight: 1.15, out: 0.4, seconds: 3.4, yaw: 19, pitch: 14 } as const;
const ROUND_STEP = 4;
const roundShots = (round: number): Shots => ({
  step: ROUND_STEP,
  frames: Math.ceil(((ROUND.straight + ROUND.out + round) * 1000) / (FRAME_TIME * ROUND_STEP)),
});
export const ROUND_SHOTS = roundShots(ROUND.seconds);
/** As people turn when a deeper retraining looks at them again. */
const SLOWLY = 8;
export const SLOW_ROUND_SHOTS = roundShots(SLOWLY);
/** @param circle seconds that it takes */
const roundIn =
  (circle: number) =>
  ({ distance, x = 0, y = 0, yaw = 0, pitch = 0, roll = 0 }: Stance): PoseScript =>
  (seconds) => {
    const out = Math.min(1, Math.max(0, (seconds - ROUND.straight) / ROUND.out));
    const angle = radians((360 * Math.max(0, seconds - ROUND.straight - ROUND.out)) / circle);
    return {
      pose: {
        yaw: deg(yaw + out * ROUND.yaw * cosine(angle)),
        pitch: deg(pitch + out * ROUND.pitch * sine(angle)),
        roll: deg(roll),
        at: [x, y, distance],
      },
      lids: 'open',
    };
  };

export const round = roundIn(ROUND.seconds);
export const slowRound = roundIn(SLOWLY);
