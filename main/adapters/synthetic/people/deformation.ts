/** Smooth random deformations of a head, beyond what the morph targets can show. */
import { Random } from '../../../core/random.ts';
import { SPLINE_POWER, splineWeights } from '../render/error-field.ts';

/** Plain data, as the identity that it is part of. */
export interface Deformation {
  readonly seed: string;
  /** Root mean square along each of the three axes, millimetres. */
  readonly rms: number;
  /** Over about so many millimetres it varies. */
  readonly width: number;
}

/** Moves points (p × 3, millimetres) in place: cubic B-splines over a lattice of normal vectors. */
export function deform(points: Float64Array, { seed, rms, width }: Deformation): void {
  const random = new Random(`deformation ${seed}`);
  const axes = [0, 1, 2].map((k) => {
    let low = Infinity;
    let high = -Infinity;
    for (let i = k; i < points.length; i += 3) {
      low = Math.min(low, points[i]);
      high = Math.max(high, points[i]);
    }
    return { origin: low - random.uniform() * width, nodes: Math.ceil((high - low) / width) + 5 };
  }) as [Axis, Axis, Axis];
  const [nx, ny, nz] = axes.map(({ nodes }) => nodes) as [number, number, number];
  const scale = rms / (SPLINE_POWER * Math.sqrt(SPLINE_POWER));
  const lattice = Float64Array.from({ length: nx * ny * nz * 3 }, () => scale * random.normal());
  const place = (value: number, { origin }: Axis) => {
    const cells = (value - origin) / width;
    return { cell: Math.floor(cells), weights: splineWeights(cells - Math.floor(cells)) };
  };
  for (let i = 0; i < points.length; i += 3) {
    const x = place(points[i], axes[0]);
    const y = place(points[i + 1], axes[1]);
    const z = place(points[i + 2], axes[2]);
    let [dx, dy, dz] = [points[i], points[i + 1], points[i + 2]];
    for (let c = 0; c < 4; c++)
      for (let b = 0; b < 4; b++) {
        const across = z.weights[c] * y.weights[b];
        const row = ((z.cell + c) * ny + y.cell + b) * nx + x.cell;
        for (let a = 0; a < 4; a++) {
          const weight = across * x.weights[a];
          const node = (row + a) * 3;
          dx += weight * lattice[node];
          dy += weight * lattice[node + 1];
          dz += weight * lattice[node + 2];
        }
      }
    points[i] = dx;
    points[i + 1] = dy;
    points[i + 2] = dz;
  }
}

interface Axis {
  readonly origin: number;
  readonly nodes: number;
}
