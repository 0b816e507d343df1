/** Active infrared, linear with 16 bits, as a grey picture that models of visible light can read. */
import type { InfraredImage } from '../sense/frames.ts';
import type { PixelSource } from './types.ts';

/** A part of the picture, in its pixels; may reach beyond the edge. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** 0 is no signal and full scale is saturated: neither says how bright the face is. */
const SATURATED = 65535;

/**
 * Tone-maps so that the wanted region is well exposed: its 1st percentile becomes black and its 99th white,
 * with a gamma between them because models expect display values and the sensor's are linear.
 * @param focus where the face is expected (from presence or the last frame); left out, the middle half.
 * @returns one channel, the size of the infrared picture; all black where the focus holds no signal.
 */
export function toneMapInfrared(infrared: InfraredImage, focus?: Region, gamma = 0.5): PixelSource {
  const { width, height, data } = infrared;
  const [black, white] = exposure(
    infrared,
    focus ?? { x: width / 4, y: height / 4, width: width / 2, height: height / 2 },
  );
  const STEPS = 1023;
  const curve = new Uint8Array(STEPS + 1);
  for (let i = 0; i <= STEPS; i++) curve[i] = Math.round(255 * (i / STEPS) ** gamma);
  const scale = STEPS / Math.max(1, white - black);
  const grey = new Uint8Array(width * height);
  if (white > 0)
    for (let i = 0; i < grey.length; i++) {
      const step = (data[i] - black) * scale;
      grey[i] = curve[step <= 0 ? 0 : step >= STEPS ? STEPS : step | 0]!;
    }
  return { width, height, channels: 1, data: grey };
}

/** 1st and 99th percentile of the signal in the region; [0, 0] where there is none. */
function exposure({ width, height, data }: InfraredImage, region: Region): [number, number] {
  const left = Math.max(0, Math.floor(region.x));
  const top = Math.max(0, Math.floor(region.y));
  const right = Math.min(width, Math.ceil(region.x + region.width));
  const bottom = Math.min(height, Math.ceil(region.y + region.height));
  const histogram = new Uint32Array(65536);
  let count = 0;
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const value = data[y * width + x];
      if (value === 0 || value === SATURATED) continue;
      histogram[value]++;
      count++;
    }
  const percentile = (share: number): number => {
    let left = share * count;
    for (let value = 0; value < histogram.length; value++) if ((left -= histogram[value]) < 0) return value;
    return 0;
  };
  return [percentile(0.01), percentile(0.99)];
}
