/** What the depth sensors make of the true depth: the one place for the figures of their noise. */
import type { DepthImage } from '../../../core/sense/frames.ts';
import type { Random } from '../../../core/random.ts';
import type { SensorGeometry } from './cameras.ts';
import { root } from './exact.ts';
import { NOISE_MASK, NORMAL_ONE, NORMALS, UNIFORMS } from './noise-table.ts';
import type { DepthBuffer } from './raster-depth.ts';

/** A step in depth from which on pixels count as an edge, millimetres. */
const EDGE = 40;

/** Time of flight (Kinect v2). */
export const V2_NOISE = {
  /**
   * σ = (base + growth·z²) mm with z in metres, times max(cos, leastCosine)^−0.8: on the forehead and cheeks of real people at
   * 825 to 995 mm depth departs by 0.88 to 0.98 mm rms from a quadric over 7 × 7 pixels.
   */
  base: 0.45,
  growth: 0.42,
  leastCosine: 0.25,
  /** Standard deviation of the offset that a whole frame shares, mm. */
  frameBias: 1.5,
  /** Share of edge pixels that are missing, and that fly up to `flight` mm back. */
  missing: 0.4,
  flying: 0.35,
  flight: 200,
  /** Surfaces more grazing than this are missing. */
  grazing: 0.12,
} as const;

/** Structured light (Kinect v1). */
export const V1_NOISE = {
  /** Focal length in pixels × base line in millimetres: disparity = focalBase / z. */
  focalBase: 575 * 75,
  /** Standard deviation of the disparity, and its steps, in pixels. */
  jitter: 0.07,
  steps: 8,
  grazing: 0.2,
} as const;

/** max(cos, ¼)^−0.8 for cos = i / 255. */
const SLANT = Float32Array.from({ length: 256 }, (_, i) => {
  const c = Math.max(i / 255, V2_NOISE.leastCosine);
  return 1 / root(c * c * c * c, 5);
});

/** Standard deviation of one time-of-flight reading, mm; `z` in mm. */
export const sigmaV2 = (z: number, cosine: number): number =>
  (V2_NOISE.base + V2_NOISE.growth * z * z * 1e-6) * SLANT[(cosine * 255) | 0];

/** Depth as the sensor reports it: millimetres, 0 where nothing was measured. `field` is an error field in mm. */
export function measureDepth(
  buffer: DepthBuffer,
  geometry: SensorGeometry,
  random: Random,
  field?: Float32Array,
): DepthImage {
  const { width, height } = buffer.camera;
  const measured = geometry.model === 'kinect-v2' ? timeOfFlight : structuredLight;
  return { width, height, data: measured(buffer, geometry, random, field), intrinsics: buffer.camera };
}

/** True depth without noise, rounded to millimetres. */
export function trueDepth({ camera, inverse }: DepthBuffer): DepthImage {
  const data = Uint16Array.from(inverse, (iz) => (iz > 0 ? Math.min(1 / iz + 0.5, 65535) : 0));
  return { width: camera.width, height: camera.height, data, intrinsics: camera };
}

function depthsOf({ inverse, depths }: DepthBuffer): Float32Array {
  for (let i = 0; i < depths.length; i++) depths[i] = inverse[i] > 0 ? 1 / inverse[i] : 0;
  return depths;
}

function timeOfFlight(
  buffer: DepthBuffer,
  { nearest, farthest }: SensorGeometry,
  random: Random,
  field: Float32Array | undefined,
): Uint16Array {
  const { camera, cosine } = buffer;
  const { width, height } = camera;
  const { base, growth, grazing, frameBias, flight } = V2_NOISE;
  const missing = V2_NOISE.missing * 65536;
  const gone = missing + V2_NOISE.flying * 65536;
  // Locals, because an imported table costs a look-up for each sample.
  const normals = NORMALS;
  const uniforms = UNIFORMS;
  const one = NORMAL_ONE;
  const z = depthsOf(buffer);
  const out = new Uint16Array(z.length);
  const bias = frameBias * random.normal();
  for (let y = 0, i = 0; y < height; y++) {
    let n = random.uint32() & NOISE_MASK;
    let u = random.uint32() & NOISE_MASK;
    const above = y > 0 ? -width : 0;
    const below = y < height - 1 ? width : 0;
    for (let x = 0; x < width; x++, i++) {
      n++;
      u++;
      const here = z[i];
      const c = cosine[i];
      if (here === 0 || c < grazing) continue;
      let d = here + bias + ((base + growth * here * here * 1e-6) * SLANT[(c * 255) | 0] * normals[n]) / one;
      if (field) d += field[i];
      const left = x > 0 ? z[i - 1] : here;
      const right = x < width - 1 ? z[i + 1] : here;
      const up = z[i + above];
      const down = z[i + below];
      const near = here - EDGE;
      const far = here + EDGE;
      const beforeFar = left > far || right > far || up > far || down > far;
      if (beforeFar || left < near || right < near || up < near || down < near) {
        const chance = uniforms[u];
        if (chance < missing) continue;
        if (beforeFar && chance < gone) d += (uniforms[u + width] * flight) / 65536;
      }
      if (d >= nearest && d <= farthest) out[i] = d + 0.5;
    }
  }
  return out;
}

function structuredLight(
  buffer: DepthBuffer,
  { nearest, farthest }: SensorGeometry,
  random: Random,
  field: Float32Array | undefined,
): Uint16Array {
  const { camera, cosine, inverse } = buffer;
  const { width, height } = camera;
  const { focalBase, jitter, steps, grazing } = V1_NOISE;
  const normals = NORMALS;
  const z = depthsOf(buffer);
  const out = new Uint16Array(z.length);
  const lit = new Uint8Array(z.length);
  for (let y = 0; y < height; y++) {
    // The projector sits to the right: what it lights at column x leaves it at column x − disparity. Seen from
    // the right, each nearer thing hides all columns of the projector that were passed already.
    let passed = Infinity;
    for (let x = width - 1, i = y * width + x; x >= 0; x--, i--) {
      const column = x - focalBase * inverse[i];
      if (inverse[i] > 0 && column < passed + 0.5) lit[i] = 1;
      if (inverse[i] > 0 && column < passed) passed = column;
    }
  }
  const scale = jitter / NORMAL_ONE;
  for (let y = 1; y < height - 1; y++) {
    let n = random.uint32() & NOISE_MASK;
    for (let x = 1, i = y * width + 1; x < width - 1; x++, i++) {
      n++;
      if (lit[i] === 0 || cosine[i] < grazing) continue;
      // The correlation window sees a mean of its surface; what lies a step behind or before does not count.
      const here = z[i];
      let sum = 0;
      let count = 0;
      for (let row = i - width; row <= i + width; row += width) {
        for (let k = row - 1; k <= row + 1; k++) {
          const other = z[k];
          if (other < here - EDGE || other > here + EDGE) continue;
          sum += field ? 1 / (other + field[k]) : inverse[k];
          count++;
        }
      }
      const disparity = (focalBase * sum) / count + normals[n] * scale;
      const step = Math.floor(disparity * steps + 0.5);
      const d = (focalBase * steps) / step;
      if (d >= nearest && d <= farthest) out[i] = d + 0.5;
    }
  }
  return out;
}
