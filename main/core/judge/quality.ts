/** Whether one observation is good enough to be evidence, and what the person can do where it is not. */
import type { GuidanceCode } from '../../contract/codes.ts';
import { mm, type Degrees, type Millimetres } from '../../contract/units.ts';
import type { PixelSource } from '../face/types.ts';
import type { Pose } from '../geometry/pose.ts';
import { FAR_MM, NEAR_MM } from '../sense/presence.ts';

export const QUALITY_LIMITS = {
  /** Below this the sensor's depth breaks up; beyond FAR_MM the face has too few pixels. */
  nearest: mm(NEAR_MM + 20),
  furthest: FAR_MM,
  /** A face at less than this that shows less of its nose is too near for its sensor, whatever that one's limit is. */
  noseFrom: mm(650),
  noseMeasured: 0.6,
  /**
   * Pixels between the eyes in the picture that is described. Of 77,028 pairs of strangers in LFW, both shrunk, similarities above 0.44 are
   * 4 at 24 pixels, 6 at 18, 9 at 14, 11 at 11 and 37 at 8; the same person's fall too, by 0.01 at 18 and 0.07 at 11.
   */
  eyePixels: 16,
  yaw: 38,
  pitch: 30,
  roll: 30,
  meshScore: 0.5,
  /** Root mean square gradient of the face's brightness over its contrast; less is motion blur. */
  sharpness: 0.03,
  /** Colour darker than this (90th percentile of brightness, 0 … 255) is a dark room. */
  bright: 45,
} as const;

export interface QualityCues {
  readonly distance: Millimetres;
  /** Between the eyes, in the picture that is described (face/align.ts). */
  readonly eyePixels: number;
  /** Share of the nose that the sensor measured, 0 … 1 (relief.ts). */
  readonly noseMeasured: number;
  readonly pose: Pose;
  readonly meshScore: number;
  readonly sharpness: number;
}

/** @returns what the person should do first, or undefined where the observation is good */
export function judgeQuality(cues: QualityCues): GuidanceCode | undefined {
  const limits = QUALITY_LIMITS;
  if (cues.distance > limits.furthest) return 'closer';
  if (cues.distance < limits.nearest || cutByNearness(cues)) return 'back';
  if (cues.eyePixels < limits.eyePixels) return 'closer';
  const outside = (angle: Degrees, limit: number) => Math.abs(angle) > limit;
  if (
    outside(cues.pose.yaw, limits.yaw) ||
    outside(cues.pose.pitch, limits.pitch) ||
    outside(cues.pose.roll, limits.roll)
  )
    return 'look-here';
  if (cues.meshScore < limits.meshScore) return 'look-here';
  if (cues.sharpness < limits.sharpness) return 'hold';
  return undefined;
}

/** Whether a face is so near that its sensor loses the nose: no face is known by what is left. */
export const cutByNearness = ({
  distance,
  noseMeasured,
}: Pick<QualityCues, 'distance' | 'noseMeasured'>): boolean =>
  distance < QUALITY_LIMITS.noseFrom && noseMeasured < QUALITY_LIMITS.noseMeasured;

/** Brightness statistics of a rectangle of a picture, every `step`-th pixel. */
export function brightness(
  picture: PixelSource,
  box: { x: number; y: number; width: number; height: number },
): { bright: number; sharpness: number } {
  const { data, channels } = picture;
  const left = Math.max(0, Math.floor(box.x));
  const top = Math.max(0, Math.floor(box.y));
  const right = Math.min(picture.width - 1, Math.ceil(box.x + box.width));
  const bottom = Math.min(picture.height - 1, Math.ceil(box.y + box.height));
  const step = Math.max(1, Math.floor(Math.min(right - left, bottom - top) / 64));
  const histogram = new Uint32Array(256);
  let count = 0;
  let sum = 0;
  let squares = 0;
  let gradient = 0;
  const luma = (x: number, y: number) => {
    const at = (y * picture.width + x) * channels;
    return channels === 1 ? data[at] : (data[at] * 77 + data[at + 1] * 150 + data[at + 2] * 29) >> 8;
  };
  for (let y = top; y < bottom; y += step)
    for (let x = left; x < right; x += step) {
      const value = luma(x, y);
      const dx = luma(x + 1, y) - value;
      const dy = luma(x, y + 1) - value;
      histogram[value]++;
      count++;
      sum += value;
      squares += value * value;
      gradient += dx * dx + dy * dy;
    }
  if (count === 0) return { bright: 0, sharpness: 0 };
  let bright = 255;
  for (let above = 0; bright > 0 && (above += histogram[bright]) < count * 0.1;) bright--;
  const variance = squares / count - (sum / count) ** 2;
  return { bright, sharpness: Math.sqrt(gradient / count) / Math.sqrt(variance + 25) };
}
