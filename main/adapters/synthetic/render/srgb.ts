/** The sRGB transfer function (IEC 61966-2-1) as tables. */
import { root } from './exact.ts';

/** 8-bit sRGB → linear light 0 … 1. */
export const LINEAR = Float32Array.from({ length: 256 }, (_, i) => {
  const v = i / 255;
  if (v <= 0.04045) return v / 12.92;
  const base = (v + 0.055) / 1.055;
  const fifth = root(base, 5);
  return base * base * fifth * fifth;
});

/** Linear light 0 … 1 → sRGB 0 … 1. */
export function encode(linear: number): number {
  if (linear <= 0.0031308) return Math.max(0, 12.92 * linear);
  if (linear >= 1) return 1;
  const r = root(linear, 12);
  const r2 = r * r;
  return 1.055 * r2 * r2 * r - 0.055;
}
