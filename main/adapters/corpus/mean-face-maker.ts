/** Makes the mean face that reliefs settle on, from synthetic people of one pool. */
import { LANDMARK_COUNT } from '../../core/face/types.ts';
import { apply, invert } from '../../core/geometry/rigid.ts';
import { meanFaceFrom, type MeanFace } from '../../core/shape/mean-face.ts';
import type { FaceDetector, LandmarkModel } from '../../core/ports.ts';
import { Random } from '../../core/random.ts';
import { register } from '../../core/sense/registration.ts';
import { RELIEF, RELIEF_CELLS } from '../../core/shape/relief.ts';
import { SimulatedSensor } from '../sensors/simulated/simulated-sensor.ts';
import { standing } from '../sensors/simulated/motion.ts';
import { fitTilt } from './tilt-fit.ts';
import { sampleIdentity } from '../synthetic/people/identity.ts';
import type { HeadPack } from '../synthetic/people/pack.ts';
import { buildPerson } from '../synthetic/people/person.ts';
import type { Person } from '../synthetic/surface.ts';

export interface MeanFaceRecipe {
  /** Identities `${pool}/0` … */
  readonly pool: string;
  /** People whose shape is averaged. */
  readonly shapes: number;
  /** People whose pictures the landmark model reads. */
  readonly pictures: number;
  /** People whose settled poses are compared with the truth. */
  readonly tilts: number;
}

/** @param progress called with the share done, 0 … 1 */
export async function makeMeanFace(
  pack: HeadPack,
  models: { readonly detector: FaceDetector; readonly landmarks: LandmarkModel },
  recipe: MeanFaceRecipe,
  progress: (share: number) => void = () => undefined,
): Promise<MeanFace> {
  const sum = new Float64Array(RELIEF_CELLS);
  const count = new Uint32Array(RELIEF_CELLS);
  for (let i = 0; i < recipe.shapes; i++) {
    const height = frontHeights(buildPerson(pack, sampleIdentity(pack, `${recipe.pool}/${i}`)));
    height.forEach((z, cell) => {
      if (Number.isNaN(z)) return;
      sum[cell] += z;
      count[cell]++;
    });
    progress((0.5 * i) / recipe.shapes);
  }
  const height = Float32Array.from(sum, (total, cell) =>
    count[cell] >= recipe.shapes / 2 ? total / count[cell] : NaN,
  );
  fillOutward(height);
  const landmarks = await meanLandmarks(models, recipe, (share) => progress(0.5 + share / 4));
  const upright = meanFaceFrom(height, landmarks);
  const tilt = fitTilt(pack, upright, recipe.pool, recipe.tilts, (share) => progress(0.75 + share / 4));
  return { ...upright, tilt };
}

/** Seen straight on: the highest skin or eye surface in each cell's centre, NaN where there is none. */
function frontHeights(person: Person): Float32Array {
  const { columns, rows, cell, left, top } = RELIEF;
  const height = new Float32Array(RELIEF_CELLS).fill(NaN);
  for (const { name, positions: p, triangles } of person.surfaces) {
    if (name !== 'skin' && name !== 'eyes') continue;
    for (let t = 0; t < triangles.length; t += 3) {
      const [a, b, c] = [triangles[t] * 3, triangles[t + 1] * 3, triangles[t + 2] * 3];
      // Grid coordinates: a cell's centre is a whole number.
      const [ax, bx, cx] = [a, b, c].map((i) => (p[i] - left) / cell - 0.5);
      const [ay, by, cy] = [a, b, c].map((i) => (top - p[i + 1]) / cell - 0.5);
      const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
      if (area === 0) continue;
      for (
        let y = Math.max(0, Math.ceil(Math.min(ay, by, cy)));
        y <= Math.min(rows - 1, Math.max(ay, by, cy));
        y++
      )
        for (
          let x = Math.max(0, Math.ceil(Math.min(ax, bx, cx)));
          x <= Math.min(columns - 1, Math.max(ax, bx, cx));
          x++
        ) {
          const u = ((bx - x) * (cy - y) - (cx - x) * (by - y)) / area;
          const v = ((cx - x) * (ay - y) - (ax - x) * (cy - y)) / area;
          const w = 1 - u - v;
          if (u < 0 || v < 0 || w < 0) continue;
          const z = u * p[a + 2] + v * p[b + 2] + w * p[c + 2];
          const i = y * columns + x;
          if (!(height[i] >= z)) height[i] = z;
        }
    }
  }
  return height;
}

/** Continues the surface into cells beside the face, ring by ring, so that every cell has a height and a normal. */
function fillOutward(height: Float32Array): void {
  const { columns, rows } = RELIEF;
  for (let round = 0; round < columns + rows && height.some(Number.isNaN); round++) {
    const before = height.slice();
    for (let i = 0; i < height.length; i++) {
      if (!Number.isNaN(before[i])) continue;
      const x = i % columns;
      const y = Math.floor(i / columns);
      const near = [];
      for (let j = Math.max(0, y - 1); j <= Math.min(rows - 1, y + 1); j++)
        for (let k = Math.max(0, x - 1); k <= Math.min(columns - 1, x + 1); k++)
          if (!Number.isNaN(before[j * columns + k])) near.push(before[j * columns + k]);
      if (near.length > 0) height[i] = near.reduce((sum, z) => sum + z, 0) / near.length;
    }
  }
}

/** Where the landmark model puts its points on people who look straight at the sensor: the median of each coordinate. */
async function meanLandmarks(
  { detector, landmarks }: { readonly detector: FaceDetector; readonly landmarks: LandmarkModel },
  recipe: MeanFaceRecipe,
  progress: (share: number) => void,
): Promise<Float32Array> {
  const seen: number[][] = Array.from({ length: LANDMARK_COUNT * 3 }, () => []);
  for (let i = 0; i < recipe.pictures; i++) {
    const who = `${recipe.pool}/${i}`;
    const random = new Random(`mean landmarks ${who}`);
    const stance = {
      distance: random.between(550, 800),
      yaw: random.between(-8, 8),
      pitch: random.between(-8, 8),
    };
    const sensor = new SimulatedSensor({
      scene: {
        seed: who,
        model: 'kinect-v2',
        light: 'office',
        visitors: [{ shows: 'self', who, wear: {}, script: standing(stance, who) }],
      },
      pace: 'virtual',
    });
    let frames = 0;
    for await (const frame of sensor.open(new AbortController().signal)) {
      const box = (await detector.detect(frame.colour!)).at(0);
      if (box) {
        const mesh = await landmarks.fit(frame.colour!, box);
        const { liftColour } = register(frame);
        const toHead = invert(frame.truth.visitors[0].headToCamera);
        for (let k = 0; k < LANDMARK_COUNT; k++) {
          const point = liftColour(mesh.landmarks[k * 3], mesh.landmarks[k * 3 + 1]);
          if (!point) continue;
          const inHead = apply(toHead, point);
          // Points of the outline may lift to the wall behind.
          if (Math.abs(inHead[2]) < 130) inHead.forEach((value, axis) => seen[k * 3 + axis].push(value));
        }
      }
      if (++frames === 2) break;
    }
    progress(i / recipe.pictures);
  }
  return Float32Array.from(seen, (values) => values.sort((a, b) => a - b)[values.length >> 1] ?? 0);
}
