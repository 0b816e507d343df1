/** Smooth depth errors that a sensor keeps for a session: multipath, temperature, lens. */
import type { Intrinsics } from '../../../core/sense/frames.ts';
import { Random } from '../../../core/random.ts';
import { keeper } from '../people/keeper.ts';
import type { Region } from './cameras.ts';

/** Errors of `rms` mm that vary over about `width` pixels of the sensor's picture, drawn from `seed`. */
export interface ErrorFieldSpec {
  readonly rms: number;
  readonly width: number;
  readonly seed: string;
}

/** Mean of the squared weights of a cubic B-spline in one dimension: 151/315. */
export const SPLINE_POWER = 151 / 315;

/** Weights of the four nodes around a place `t` (0 … 1) of the way between the middle two. */
export function splineWeights(t: number): [number, number, number, number] {
  const s = 1 - t;
  return [
    (s * s * s) / 6,
    (3 * t * t * t - 6 * t * t + 4) / 6,
    (3 * s * s * s - 6 * s * s + 4) / 6,
    (t * t * t) / 6,
  ];
}

/** Values at the nodes, row by row, and how far they are shifted, so that nodes lie elsewhere in each session. */
interface Lattice {
  readonly nodes: Float32Array;
  readonly dx: number;
  readonly dy: number;
}

const keepLattice = keeper<ErrorFieldSpec, Lattice>();

function drawn({ rms, seed }: ErrorFieldSpec, columns: number, rows: number): Lattice {
  const random = new Random(`depth error field ${seed}`);
  const scale = rms / SPLINE_POWER;
  const nodes = Float32Array.from({ length: columns * rows }, () => random.normal() * scale);
  return { nodes, dx: random.uniform(), dy: random.uniform() };
}

/**
 * The field in millimetres for each pixel of the camera, or of a window of its picture: cubic B-splines over a lattice of
 * normal numbers.
 */
export function errorField(
  camera: Pick<Intrinsics, 'width' | 'height'>,
  spec: ErrorFieldSpec,
  { x: left, y: top, width, height }: Region = { x: 0, y: 0, ...camera },
): Float32Array {
  const columns = Math.ceil(camera.width / spec.width) + 4;
  const rows = Math.ceil(camera.height / spec.width) + 4;
  const {
    nodes: lattice,
    dx,
    dy,
  } = keepLattice(spec, `${columns} × ${rows}`, () => drawn(spec, columns, rows));
  const field = new Float32Array(width * height);
  const across = Array.from({ length: width }, (_, x) => {
    const u = (left + x) / spec.width + dx;
    return { cell: Math.floor(u), weights: splineWeights(u - Math.floor(u)) };
  });
  const line = new Float32Array(columns);
  for (let y = 0, i = 0; y < height; y++) {
    const v = (top + y) / spec.width + dy;
    const row = Math.floor(v);
    const down = splineWeights(v - row);
    for (let c = 0; c < columns; c++) {
      line[c] = 0;
      for (let k = 0; k < 4; k++) line[c] += down[k] * lattice[(row + k) * columns + c];
    }
    for (let x = 0; x < width; x++, i++) {
      const { cell, weights } = across[x];
      field[i] =
        weights[0] * line[cell] +
        weights[1] * line[cell + 1] +
        weights[2] * line[cell + 2] +
        weights[3] * line[cell + 3];
    }
  }
  return field;
}
