/** Paints previews into canvases. */
import type { Preview } from '../../main/contract/api.ts';

type Stop = readonly [at: number, red: number, green: number, blue: number];

/** Light from warm shadow to the amber of the accent and on to candle-white. */
const AMBER: readonly Stop[] = [
  [0, 30, 19, 12],
  [0.3, 92, 54, 24],
  [0.65, 206, 134, 56],
  [0.88, 246, 190, 112],
  [1, 255, 238, 210],
];
const GREY: readonly Stop[] = [
  [0, 0, 0, 0],
  [1, 255, 255, 255],
];

/** RGBA of each of the 256 brightnesses, as the little-endian words that a picture's memory holds. */
function ramp(stops: readonly Stop[], zeroIsClear: boolean): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, value) => {
    if (value === 0 && zeroIsClear) return 0;
    const t = value / 255;
    const above = Math.max(
      1,
      stops.findIndex(([at]) => at >= t),
    );
    const [from, to] = [stops[above - 1], stops[above]];
    const share = (t - from[0]) / (to[0] - from[0]);
    const [red, green, blue] = [1, 2, 3].map((i) => Math.round(from[i] + (to[i] - from[i]) * share));
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  });
}

const RAMPS = { amber: ramp(AMBER, true), grey: ramp(GREY, false) };

const pictures = new WeakMap<HTMLCanvasElement, ImageData>();

/** Paints a preview at its own size; the canvas is scaled by its style. One byte a pixel is brightness, four are RGBA. */
export function drawPicture(canvas: HTMLCanvasElement, { kind, width, height, data }: Preview): void {
  const context = canvas.getContext('2d');
  if (!context || width === 0 || height === 0) return;
  let picture = pictures.get(canvas);
  if (picture?.width !== width || picture.height !== height) {
    canvas.width = width;
    canvas.height = height;
    picture = context.createImageData(width, height);
    pictures.set(canvas, picture);
  }
  if (data.length === width * height) {
    const colours = RAMPS[kind === 'infrared' ? 'grey' : 'amber'];
    const pixels = new Uint32Array(picture.data.buffer);
    for (let i = 0; i < pixels.length; i++) pixels[i] = colours[data[i]];
  } else picture.data.set(data);
  context.putImageData(picture, 0, 0);
}
