/** Glasses, sunglasses and the peak of a cap: solid things, fitted to one person's head. Our own making. */
import { Random } from '../../../core/random.ts';
import { cosine, sine } from '../render/exact.ts';
import type { Material, Surface } from '../surface.ts';
import { landmarksOf } from './landmarks.ts';
import type { HeadPack } from './pack.ts';
import type { HeadShape } from './shape.ts';

type Vec = readonly [number, number, number];
const TWO_PI = 6.283185307179586;
const mix = (a: number, b: number, t: number): number => a + (b - a) * t;

/** Collects triangles of one rigid thing that turns with the head. */
class Solid {
  private readonly positions: number[] = [];
  private readonly triangles: number[] = [];

  vertex([x, y, z]: Vec): number {
    return this.positions.push(x, y, z) / 3 - 1;
  }

  triangle(a: number, b: number, c: number): void {
    this.triangles.push(a, b, c);
  }

  quad(a: number, b: number, c: number, d: number): void {
    this.triangles.push(a, b, c, a, c, d);
  }

  /** A bar of rectangular section along a path; `up` and `out` are half the section's sides. */
  bar(path: readonly Vec[], up: Vec, out: Vec, closed = false): void {
    const rings = path.map((p) =>
      [
        [1, 1],
        [-1, 1],
        [-1, -1],
        [1, -1],
      ].map(([u, o]) =>
        this.vertex([
          p[0] + u * up[0] + o * out[0],
          p[1] + u * up[1] + o * out[1],
          p[2] + u * up[2] + o * out[2],
        ]),
      ),
    );
    const count = closed ? rings.length : rings.length - 1;
    for (let i = 0; i < count; i++) {
      const [from, to] = [rings[i], rings[(i + 1) % rings.length]];
      for (let k = 0; k < 4; k++) this.quad(from[k], from[(k + 1) % 4], to[(k + 1) % 4], to[k]);
    }
    if (closed) return;
    const [first, last] = [rings[0], rings[rings.length - 1]];
    this.quad(first[0], first[3], first[2], first[1]);
    this.quad(last[0], last[1], last[2], last[3]);
  }

  surface(name: string, material: Material): Surface {
    const count = this.positions.length / 3;
    return {
      name,
      positions: Float32Array.from(this.positions),
      uvs: new Float32Array(count * 2),
      triangles: Uint32Array.from(this.triangles),
      follow: new Float32Array(count).fill(1),
      material,
      twoSided: true,
    };
  }
}

/** The make of a pair of glasses, drawn from a seed. */
interface Make {
  readonly halfWidth: number;
  readonly halfHeight: number;
  /** 0 round … 1 rectangular. */
  readonly square: number;
  /** Half the width of the rim as seen from the front, millimetres. */
  readonly rim: number;
  readonly colour: Vec;
}

function makeOf(seed: string, sun: boolean): Make {
  const random = new Random(`glasses/${seed}`);
  const square = random.pick([0, 0.5, 0.8]);
  return {
    halfWidth: random.between(22, 25.5) + (sun ? 2.5 : 0),
    halfHeight: random.between(16, 19) + (sun ? 2.5 : 0) + (square === 0 ? 2 : 0),
    square,
    rim: random.between(0.8, 2.2),
    colour: random.pick([
      [0.015, 0.015, 0.018],
      [0.1, 0.045, 0.02],
      [0.3, 0.3, 0.32],
      [0.05, 0.06, 0.12],
    ] as const),
  };
}

const SEGMENTS = 24;
/** Radius of the lenses' base curve and the slope by which their lower edge lies closer to the face. */
const BASE_CURVE = 180;
const TILT = 0.1;

/** A pair of glasses that rests in front of the eyes: frame and, made of glass, the lenses. */
export function spectacles(pack: HeadPack, shape: HeadShape, seed: string, sun: boolean): Surface[] {
  const make = makeOf(seed, sun);
  const marks = landmarksOf(pack);
  const at = (p: number): Vec => [shape.points[p * 3], shape.points[p * 3 + 1], shape.points[p * 3 + 2]];
  const half = (shape.eyeLeft[0] - shape.eyeRight[0]) / 2;
  const temple = widthBeside(pack, shape, 1, 0, -15);
  const centreX = Math.max(half, make.halfWidth + 7, temple - 3 - make.halfWidth);
  const centreY = -3;
  /** The lens surface, before it is pushed clear of the face. */
  const sheet = (x: number, y: number): number => -((x * x) / (2 * BASE_CURVE)) + TILT * (y - centreY);
  const clear = Math.max(
    at(marks.noseBridge)[2] - 1,
    ...clearance(pack, shape, centreX, centreY, make, sheet),
  );
  const place = (x: number, y: number, ahead = 0): Vec => [x, y, clear + ahead + sheet(x, y)];

  const frame = new Solid();
  const lenses = new Solid();
  for (const side of [-1, 1]) {
    const outline = Array.from({ length: SEGMENTS }, (_, i): Vec => {
      const angle = (TWO_PI * i) / SEGMENTS;
      const [c, s] = [cosine(angle), sine(angle)];
      // Between a circle and a square: the point is pushed out along its ray.
      const push = 1 + make.square * 0.3 * (1 / Math.max(Math.abs(c), Math.abs(s)) - 1);
      return place(side * centreX + make.halfWidth * push * c, centreY + make.halfHeight * push * s);
    });
    rim(frame, outline, place(side * centreX, centreY), make.rim);
    const middle = lenses.vertex(place(side * centreX, centreY));
    const edge = outline.map((p) => lenses.vertex(p));
    edge.forEach((v, i) => lenses.triangle(middle, v, edge[(i + 1) % SEGMENTS]));

    const hinge = place(side * (centreX + make.halfWidth * 0.94), centreY + make.halfHeight * 0.45);
    const ear = at(side > 0 ? marks.earTopLeft : marks.earTopRight);
    const beside = widthBeside(pack, shape, side, ear[1], ear[2] + 12) + 1.5;
    const path: Vec[] = [
      hinge,
      [hinge[0] + side * 2, hinge[1], hinge[2] - 4],
      [side * beside, mix(hinge[1], ear[1], 0.6), mix(hinge[2], ear[2], 0.6)],
      [side * beside, ear[1] + 2, ear[2] + 8],
      [side * (beside - 2), ear[1] - 4, ear[2] - 10],
      [side * (beside - 5), ear[1] - 26, ear[2] - 22],
    ];
    frame.bar(path, [0, 1 + make.rim, 0], [0.9, 0, 0]);
  }
  const inner = centreX - make.halfWidth;
  frame.bar(
    [-1, -0.4, 0.4, 1].map((s) =>
      place(s * inner, centreY + 5 + (Math.abs(s) < 1 ? 2 : 0), Math.abs(s) < 1 ? 1.5 : 0),
    ),
    [0, make.rim, 0],
    [0, 0, 1.2],
  );
  const tint: Vec = sun ? [0.07, 0.07, 0.08] : [0.93, 0.95, 0.95];
  return [
    frame.surface('glasses', {
      kind: 'opaque',
      colour: make.colour,
      infrared: 0.15,
      infraredTexture: 0,
      gloss: 0.6,
    }),
    lenses.surface('lenses', { kind: 'glass', colour: tint, infrared: 0.05, infraredTexture: 0, gloss: 0.8 }),
  ];
}

/** A rim around a closed outline: its section lies along the ray from the lens' centre and along z. */
function rim(into: Solid, outline: readonly Vec[], middle: Vec, half: number): void {
  const rings = outline.map((p) => {
    const [dx, dy] = [p[0] - middle[0], p[1] - middle[1]];
    const length = Math.sqrt(dx * dx + dy * dy);
    const [ux, uy] = [(dx / length) * half, (dy / length) * half];
    return [
      into.vertex([p[0] + ux, p[1] + uy, p[2] + 1.4]),
      into.vertex([p[0] - ux, p[1] - uy, p[2] + 1.4]),
      into.vertex([p[0] - ux, p[1] - uy, p[2] - 1.4]),
      into.vertex([p[0] + ux, p[1] + uy, p[2] - 1.4]),
    ];
  });
  rings.forEach((from, i) => {
    const to = rings[(i + 1) % rings.length];
    for (let k = 0; k < 4; k++) into.quad(from[k], from[(k + 1) % 4], to[(k + 1) % 4], to[k]);
  });
}

/** How far forward the lens surface must lie to clear the face behind it by 3 mm, the nose left out. */
function* clearance(
  pack: HeadPack,
  { points }: HeadShape,
  centreX: number,
  centreY: number,
  make: Make,
  sheet: (x: number, y: number) => number,
): Generator<number> {
  for (const p of pack.mesh('skin').references) {
    const [x, y, z] = [points[p * 3], points[p * 3 + 1], points[p * 3 + 2]];
    if (
      z < 0 ||
      Math.abs(Math.abs(x) - centreX) > make.halfWidth ||
      Math.abs(x) < 14 ||
      Math.abs(y - centreY) > make.halfHeight
    )
      continue;
    yield z - sheet(x, y) + 3;
  }
}

/** Half the head's width at a height, between the temples and a depth. */
function widthBeside(pack: HeadPack, { points }: HeadShape, side: number, y: number, behind: number): number {
  let width = 0;
  for (const p of pack.mesh('skin').references)
    if (Math.abs(points[p * 3 + 1] - y) < 12 && points[p * 3 + 2] > behind && points[p * 3 + 2] < 10)
      width = Math.max(width, side * points[p * 3]);
  return width;
}

/** The peak of a cap: a curved plate that springs from the hat's front edge over the forehead. */
export function peak(hat: Surface, material: Material): Surface {
  const solid = new Solid();
  const [across, along, reach, halfWidth] = [19, 6, 70, 62];
  const edge = frontEdge(hat);
  const grid = Array.from({ length: along }, (_, j) =>
    Array.from({ length: across }, (_, i) => {
      const s = (2 * i) / (across - 1) - 1;
      const out = j / (along - 1);
      const from = edge(s * halfWidth);
      // From inside the hat's edge outwards, shorter and lower at the sides.
      return solid.vertex([
        from[0] * (1 - 0.1 * out),
        from[1] + 5 - 10 * out * out - 8 * s * s * out,
        from[2] - 5 + out * (reach * Math.sqrt(Math.max(0, 1 - s * s)) + 5),
      ]);
    }),
  );
  for (let j = 1; j < along; j++)
    for (let i = 1; i < across; i++)
      solid.quad(grid[j - 1][i - 1], grid[j][i - 1], grid[j][i], grid[j - 1][i]);
  return solid.surface('peak', material);
}

/** The hat's edge in front as a function of x: the lowest vertices, sorted and linearly interpolated. */
function frontEdge({ positions }: Surface): (x: number) => Vec {
  const bins = new Map<number, Vec>();
  for (let i = 0; i < positions.length; i += 3) {
    const [x, y, z] = [positions[i], positions[i + 1], positions[i + 2]];
    if (z < -60) continue;
    const bin = Math.round(x / 8);
    const known = bins.get(bin);
    if (!known || y < known[1]) bins.set(bin, [x, y, z]);
  }
  const edge = [...bins.values()].sort((a, b) => a[0] - b[0]);
  return (x) => {
    const next = Math.max(
      1,
      edge.findIndex((v) => v[0] >= x),
    );
    const [a, b] = [edge[next - 1], edge[next]];
    const t = Math.min(1, Math.max(0, (x - a[0]) / (b[0] - a[0] || 1)));
    return [x, mix(a[1], b[1], t), mix(a[2], b[2], t)];
  };
}
