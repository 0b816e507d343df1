/** What covers skin: shirt, cropped hair, fringe, beard, moustache, stubble, hat and scarf. All of this project's own making. */
import type { Material, Surface, Texture } from '../surface.ts';
import { keeper } from './keeper.ts';
import { restPoints } from './landmarks.ts';
import type { HeadPack } from './pack.ts';
import { meshPositions } from './shape.ts';
import { carve, growthTexture, raise, skinNormals } from './shell.ts';
import type { Field, Growth, Region } from './shell.ts';

/** A curve given by its corners (x ascending), linear between them and constant outside. */
const curve =
  (...corners: readonly (readonly [number, number])[]) =>
  (x: number): number => {
    const last = corners.length - 1;
    if (x <= corners[0][0]) return corners[0][1];
    for (let i = 1; i <= last; i++) {
      const [x0, y0] = corners[i - 1];
      const [x1, y1] = corners[i];
      if (x <= x1) return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
    }
    return corners[last][1];
  };

/** Negative on the ears, which stand out from the side of the rest head. */
const offEars: Field = (x, y, z) =>
  y > 32 || y < -66 || z > -58 || z < -112 ? 40 : (Math.abs(y + 15) > 40 ? 74 : 70) - Math.abs(x);

/** Positive outside the lips. */
const offLips: Field = (x, y, z) =>
  z < 5 ? 40 : (Math.sqrt((x / 28) * (x / 28) + ((y + 67) / 10.5) * ((y + 67) / 10.5)) - 1) * 10.5;

/** Height of the hairline by depth: forehead, temple, sideburn, over the ear, nape. */
const hairline = curve(
  [-140, -72],
  [-112, -46],
  [-104, 25],
  [-66, 25],
  [-62, -12],
  [-52, -8],
  [-44, 44],
  [-22, 50],
  [-8, 66],
  [20, 70],
);
/** Lower edge of a fringe, by the distance from the middle: a little above the brows in front, longer at the temples. */
const fringeEdge = curve([0, 19], [12, 22], [30, 17], [45, 12], [60, 2]);
/** Upper edge of a beard by depth: sideburn, cheek, corner of the mouth, under the nose. */
const beardLine = curve([-66, -4], [-52, -10], [-42, -42], [-14, -58], [14, -58], [22, -51]);
/** Upper edge of a scarf drawn over mouth and chin by depth: below the ear, cheek, under the nose. */
const mufflerLine = curve([-66, -26], [-40, -36], [0, -46], [22, -50]);
/** Positive below a collar that is low in front and high at the nape. */
const collar: Field = (_, y, z) => -(y + 136 + 0.62 * (z + 95));
/** Positive above the edge of a hat: low on the forehead in front, over the ears at the sides. */
const hatEdge: Field = (_, y, z) => y - 40 - 0.1 * z;

const FIELDS = {
  shirt: collar,
  cropped: (x, y, z) => Math.min(y - hairline(z), offEars(x, y, z)),
  beard: (x, y, z) => Math.min(beardLine(z) - y, offLips(x, y, z), y + 124, z + 70, offEars(x, y, z)),
  fringe: (x, y, z) => Math.min(y - fringeEdge(Math.abs(x)), 78 - y, z + 50, offEars(x, y, z)),
  moustache: (x, y, z) =>
    Math.min(
      -48 - 0.28 * Math.abs(x) - y,
      y + 70 - 0.1 * Math.abs(x),
      33 - Math.abs(x),
      z - 6,
      offLips(x, y, z) + 3.5,
    ),
  hat: hatEdge,
  scarf: (x, y, z) => Math.min(collar(x, y, z) + 52, 50 - collar(x, y, z)),
  muffler: (x, y, z) => Math.min(mufflerLine(z) - y, y + 128, z + 78, offEars(x, y, z)),
} as const satisfies Record<string, Field>;

type Covering = keyof typeof FIELDS;

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
/** Rises from 0 to 1 over `width`, steeply first, as the edge of cloth does. */
const round = (depth: number, width: number): number => Math.sqrt(clamp(depth / width, 0, 1));

/** Millimetres above the skin by depth inside the region. */
const THICKNESS: Record<Covering, (depth: number) => number> = {
  shirt: (d) => 2 + 5 * round(d, 5) + (d < 16 ? 1.5 * round(16 - d, 4) : 0),
  cropped: (d) => 0.4 + 3.2 * clamp(d / 12, 0, 1),
  beard: (d) => 0.3 + 8 * clamp(d / 22, 0, 1),
  fringe: (d) => 4 + 5 * clamp(d / 25, 0, 1),
  moustache: (d) => 0.5 + 4.5 * clamp(d / 5, 0, 1),
  hat: (d) => 3 + 5 * round(d, 5) + (d < 34 ? 2.5 * round(34 - d, 4) : 0),
  scarf: (d) => 6 + 24 * round(d, 30),
  muffler: (d) => 2 + 9 * round(d, 16),
};

const GROWTH: Partial<Record<Covering, Growth>> = {
  cropped: { density: 1, fade: 7 },
  beard: { density: 1, fade: 9 },
  fringe: { density: 1, fade: 8 },
  moustache: { density: 1, fade: 1.5 },
};

interface Cut {
  readonly region: Region;
  readonly texture: Texture | undefined;
}

const keepCut = keeper<HeadPack, Cut>();

const cutOf = (pack: HeadPack, name: Covering): Cut =>
  keepCut(pack, name, () => {
    const growth = GROWTH[name];
    return {
      region: carve(pack, FIELDS[name]),
      texture: growth && growthTexture(pack, FIELDS[name], growth),
    };
  });

/** A covering as a surface over the given skin. */
export function covering(
  pack: HeadPack,
  name: Covering,
  points: Float64Array,
  normals: Float64Array,
  material: Material,
): Surface {
  const { region, texture } = cutOf(pack, name);
  const { uvs, triangles, follow } = region;
  return {
    name,
    positions: raise(region, points, normals, THICKNESS[name]),
    atRest: () => {
      const rest = restPoints(pack);
      return raise(region, rest, skinNormals(pack, rest), THICKNESS[name]);
    },
    uvs,
    triangles,
    follow,
    material,
    ...(texture && { texture }),
    twoSided: true,
  };
}

/** The skin's picture with a beard's shadow: dots of the hair's colour where a beard would grow. */
export function withStubble(
  pack: HeadPack,
  skin: Texture,
  colour: readonly [number, number, number],
): Texture {
  const { texture } = cutOf(pack, 'beard');
  const data = skin.data.slice();
  const tint = colour.map((c) => 255 * Math.sqrt(clamp(c, 0, 1)));
  for (let y = 0; y < skin.height; y++)
    for (let x = 0; x < skin.width; x++) {
      const m =
        Math.floor((y * texture!.height) / skin.height) * texture!.width +
        Math.floor((x * texture!.width) / skin.width);
      if (texture!.data[m * 4 + 3] === 0) continue;
      const share = 0.2 + (texture!.data[m * 4] - 140) / 240;
      for (let k = 0; k < 3; k++) {
        const i = (y * skin.width + x) * 3 + k;
        data[i] = Math.round(data[i] + share * (tint[k] - data[i]));
      }
    }
  return { ...skin, data };
}

const keepBelowHat = keeper<HeadPack, Uint32Array>();

/** The triangles of a hair style that show below a hat's edge; what the hat's brim hides may stay. */
export const hairBelowHat = (pack: HeadPack, style: string): Uint32Array =>
  keepBelowHat(pack, style, () => {
    const mesh = pack.mesh(style);
    const rest = meshPositions(mesh, restPoints(pack));
    const under = (v: number) => hatEdge(rest[v * 3], rest[v * 3 + 1], rest[v * 3 + 2]) < 12;
    const shown: number[] = [];
    for (let i = 0; i < mesh.triangles.length; i += 3) {
      const corners = mesh.triangles.subarray(i, i + 3);
      if (corners.every(under)) shown.push(...corners);
    }
    return Uint32Array.from(shown);
  });
