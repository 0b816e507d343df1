/** Flat and box-shaped surfaces for rooms and props. */
import type { Material, Surface, Texture } from '../surface.ts';

type Vector = readonly [number, number, number];

export interface SheetOptions {
  /** Cells in each direction; more of them make light fall more smoothly. */
  readonly cells?: readonly [number, number];
  readonly texture?: Texture;
  readonly twoSided?: boolean;
  /** 1: turns with the head; 0: stays. */
  readonly follow?: number;
}

/**
 * A parallelogram from its top-left corner along `right` and `down`, seen from the side from which these
 * words are true. The texture covers it once.
 */
export function sheet(
  name: string,
  corner: Vector,
  right: Vector,
  down: Vector,
  material: Material,
  options: SheetOptions = {},
): Surface {
  const [columns, rows] = options.cells ?? [1, 1];
  const positions: number[] = [];
  const uvs: number[] = [];
  const triangles: number[] = [];
  for (let r = 0; r <= rows; r++) {
    for (let c = 0; c <= columns; c++) {
      const [u, v] = [c / columns, r / rows];
      for (let k = 0; k < 3; k++) positions.push(corner[k] + u * right[k] + v * down[k]);
      uvs.push(u, v);
      if (r === rows || c === columns) continue;
      const a = r * (columns + 1) + c;
      const b = a + columns + 1;
      triangles.push(a, b, a + 1, a + 1, b, b + 1);
    }
  }
  return {
    name,
    positions: Float32Array.from(positions),
    uvs: Float32Array.from(uvs),
    triangles: Uint32Array.from(triangles),
    follow: new Float32Array(positions.length / 3).fill(options.follow ?? 0),
    material,
    ...(options.texture && { texture: options.texture }),
    ...(options.twoSided && { twoSided: true }),
  };
}

/** The five sides of a box that a camera in front of it can see; axes as of a head (y up, z towards the camera). */
export function box(name: string, low: Vector, high: Vector, material: Material, follow = 0): Surface[] {
  const [x0, y0, z0] = low;
  const [x1, y1, z1] = high;
  const [w, h, d] = [x1 - x0, y1 - y0, z1 - z0];
  const cells = (a: number, b: number) =>
    [Math.min(8, Math.ceil(a / 150)), Math.min(8, Math.ceil(b / 150))] as const;
  const side = (corner: Vector, right: Vector, down: Vector, a: number, b: number) =>
    sheet(name, corner, right, down, material, { cells: cells(a, b), follow });
  return [
    side([x0, y1, z1], [w, 0, 0], [0, -h, 0], w, h),
    side([x0, y1, z0], [w, 0, 0], [0, 0, d], w, d),
    side([x0, y0, z1], [w, 0, 0], [0, 0, -d], w, d),
    side([x0, y1, z0], [0, 0, d], [0, -h, 0], d, h),
    side([x1, y1, z1], [0, 0, -d], [0, -h, 0], d, h),
  ];
}
