/** Colour with half of the sensor's pixels each way, for recordings. */
import { halved } from '../../core/geometry/camera.ts';
import type { ColourImage } from '../../core/sense/frames.ts';

/** A Kinect v2's 1920 columns are more, a Kinect v1's 640 fewer. */
const HALVED_FROM = 1280;

/** Whether such a picture is halved. */
export const isHalved = ({ width, height }: Pick<ColourImage, 'width' | 'height'>): boolean =>
  width > HALVED_FROM && width % 2 === 0 && height % 2 === 0;

/** Each pixel the mean of four, alpha left out. Sharp's own resizing of RGBA takes three times as long. */
export function halfColour({ data, width, height, channels, intrinsics }: ColourImage): ColourImage {
  const out = new Uint8Array((width / 2) * (height / 2) * 3);
  const row = width * channels;
  for (let y = 0, o = 0; y < height; y += 2)
    for (let a = y * row, end = a + row; a < end; a += 2 * channels, o += 3) {
      const b = a + channels;
      const c = a + row;
      const d = c + channels;
      out[o] = (data[a] + data[b] + data[c] + data[d] + 2) >> 2;
      out[o + 1] = (data[a + 1] + data[b + 1] + data[c + 1] + data[d + 1] + 2) >> 2;
      out[o + 2] = (data[a + 2] + data[b + 2] + data[c + 2] + data[d + 2] + 2) >> 2;
    }
  return { width: width / 2, height: height / 2, channels: 3, data: out, intrinsics: halved(intrinsics) };
}
