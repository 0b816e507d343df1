/** The active infrared picture: a lamp beside the camera, so cosine × 1/z² × reflectance, with shot noise. */
import type { InfraredImage } from '../../../core/sense/frames.ts';
import type { Random } from '../../../core/random.ts';
import type { SensorGeometry } from './cameras.ts';
import { NOISE_MASK, NORMAL_ONE, NORMALS } from './noise-table.ts';
import type { DepthBuffer } from './raster-depth.ts';

/** Signal of a white surface squarely before the camera at one metre: skin (0.6) gives 14,000 at 0.7 m. */
const AT_ONE_METRE = 11_400;
/** σ² = read² + shot·signal. */
const READ = 14;
const SHOT = 1.4;
/** The dots of a Kinect v1's pattern, blurred: noise in proportion to the signal; and its ten bits. */
const SPECKLE = 0.12;
const V1_STEP = 64;

/** Linear 16-bit infrared of what the depth camera sees; saturates at 65,535. */
export function measureInfrared(
  { camera, inverse, cosine, albedo }: DepthBuffer,
  geometry: SensorGeometry,
  random: Random,
): InfraredImage {
  const { width, height } = camera;
  const structured = geometry.model === 'kinect-v1';
  const sigma = Float32Array.from({ length: 256 }, (_, i) => {
    const signal = (i + 0.5) * 256;
    const speckle = structured ? SPECKLE * signal : 0;
    return Math.sqrt(READ * READ + SHOT * signal + speckle * speckle) / NORMAL_ONE;
  });
  const data = new Uint16Array(width * height);
  const normals = NORMALS;
  const scale = AT_ONE_METRE * 1e6;
  for (let y = 0, i = 0; y < height; y++) {
    let n = random.uint32() & NOISE_MASK;
    for (const end = i + width; i < end; i++) {
      n++;
      const iz = inverse[i];
      const signal = Math.min(scale * albedo[i] * cosine[i] * iz * iz, 65535);
      const value = signal + sigma[signal >> 8] * normals[n];
      data[i] = value < 0 ? 0 : value > 65535 ? 65535 : value;
      if (structured) data[i] -= data[i] % V1_STEP;
    }
  }
  return { width, height, data, intrinsics: camera };
}
