/** The attacks: a print, a tablet and a cut-out mask with somebody's picture. */
import { sheet, box } from '../../synthetic/render/boxes.ts';
import { ellipsoid } from '../../synthetic/render/ellipsoid.ts';
import { portrait, type Framing } from '../../synthetic/render/portrait.ts';
import type { Material, Person, Surface, Texture } from '../../synthetic/surface.ts';

const PIVOT = [0, 0, 0] as const;
const PAPER: Material = {
  kind: 'opaque',
  colour: [1, 1, 1],
  infrared: 0.7,
  infraredTexture: 0.2,
  gloss: 0.08,
};
const WHITE: Material = { ...PAPER, colour: [0.85, 0.85, 0.83], infraredTexture: 0 };
const BLACK_GLASS: Material = {
  kind: 'opaque',
  colour: [0.012, 0.012, 0.014],
  infrared: 0.05,
  infraredTexture: 0,
  gloss: 0.5,
};
const SCREEN: Material = {
  kind: 'opaque',
  colour: [1, 1, 1],
  infrared: 0.04,
  infraredTexture: 0,
  gloss: 0.15,
  emissive: true,
};

const opaque = (texture: Texture): Texture => {
  const data = texture.data.slice();
  for (let i = 3; i < data.length; i += 4) data[i] = 255;
  return { ...texture, data };
};

const SLEEVE: Material = {
  kind: 'opaque',
  colour: [0.08, 0.1, 0.16],
  infrared: 0.5,
  infraredTexture: 0,
  gloss: 0,
};

/** Two thumbs and sleeves that hold a thing of this width whose lower edge is at `bottom`. */
const hands = (width: number, bottom: number): Surface[] =>
  [-1, 1].flatMap((side) => [
    ellipsoid('thumb', [side * (width / 2 - 3), bottom + 55, 5], [9, 24, 8], { rings: 10 }),
    ellipsoid('hand', [side * (width / 2 + 14), bottom + 15, -30], [26, 48, 24], { rings: 12 }),
    ellipsoid('sleeve', [side * (width / 2 + 30), bottom - 230, -70], [48, 220, 45], {
      rings: 14,
      material: SLEEVE,
    }),
  ]);

/** A print on A4 paper with the head at life size. The point between the pictured eyes is the origin. */
export function photoOf(person: Person): Person {
  const framing: Framing = { width: 196, height: 283, middle: -35, pixelsPerMm: 2.4 };
  const picture = opaque(portrait(person, framing));
  const at = (w: number, h: number, z: number): [number, number, number] => [
    -w / 2,
    framing.middle + h / 2,
    z,
  ];
  const options = { cells: [12, 16], follow: 1 } as const;
  return {
    surfaces: [
      sheet('paper', at(210, 297, 0), [210, 0, 0], [0, -297, 0], WHITE, { ...options, twoSided: true }),
      sheet('print', at(196, 283, 0.2), [196, 0, 0], [0, -283, 0], PAPER, { ...options, texture: picture }),
      ...hands(210, framing.middle - 297 / 2),
    ],
    pivot: PIVOT,
  };
}

/** A tablet of about ten inches that shows the head at 85 % of its size. */
export function tabletOf(person: Person): Person {
  const [w, h] = [162, 216];
  const scale = 0.85;
  const framing: Framing = { width: w / scale, height: h / scale, middle: -30, pixelsPerMm: 2.4 };
  const picture = opaque(portrait(person, framing));
  const middle = framing.middle * scale;
  const options = { cells: [8, 10], follow: 1 } as const;
  return {
    surfaces: [
      ...box(
        'tablet',
        [-w / 2 - 8, middle - h / 2 - 12, -8],
        [w / 2 + 8, middle + h / 2 + 12, -0.5],
        BLACK_GLASS,
        1,
      ),
      sheet('screen', [-w / 2, middle + h / 2, 0], [w, 0, 0], [0, -h, 0], SCREEN, {
        ...options,
        texture: picture,
      }),
      ...hands(w + 16, middle - h / 2 - 12),
    ],
    pivot: PIVOT,
  };
}

const MASK: Framing = { width: 176, height: 250, middle: -30, pixelsPerMm: 2.4 };
/** The outline along which the mask is cut: an oval around the face, head frame. */
const OVAL = { y: -32, across: 74, along: 108 };
const EYE_HOLE = { x: 32, across: 16, along: 8 };

/** The picture of a mask: cut along the face, with holes for the eyes if wanted. */
function maskPicture(person: Person, eyeHoles: boolean): Texture {
  const picture = portrait(person, MASK);
  const data = picture.data.slice();
  const inside = (x: number, y: number, a: number, b: number) => (x * x) / (a * a) + (y * y) / (b * b) <= 1;
  for (let row = 0, i = 3; row < picture.height; row++) {
    for (let column = 0; column < picture.width; column++, i += 4) {
      const x = (column + 0.5) / MASK.pixelsPerMm - MASK.width / 2;
      const y = MASK.middle + MASK.height / 2 - (row + 0.5) / MASK.pixelsPerMm;
      if (!inside(x, y - OVAL.y, OVAL.across, OVAL.along)) data[i] = 0;
      const eye = (side: number) => inside(x - side * EYE_HOLE.x, y, EYE_HOLE.across, EYE_HOLE.along);
      if (eyeHoles && (eye(-1) || eye(1))) data[i] = 0;
    }
  }
  return { ...picture, data };
}

/** The flat mask alone, just before the nose of the one who wears it. */
export function maskOf(pictured: Person, wearer: Person, eyeHoles: boolean): Surface {
  // In front of the nose, and of glasses where there are any; a brim above the eyes may stick out.
  let tip = 0;
  for (const { positions } of wearer.surfaces) {
    for (let i = 0; i < positions.length; i += 3) {
      const [x, y, z] = positions.subarray(i, i + 3);
      if (Math.abs(x) < 40 && y > -110 && y < 10) tip = Math.max(tip, z);
    }
  }
  const { width, height, middle } = MASK;
  return sheet(
    'mask',
    [-width / 2, middle + height / 2, tip + 3],
    [width, 0, 0],
    [0, -height, 0],
    { ...PAPER, kind: 'cutout' },
    {
      cells: [10, 14],
      texture: maskPicture(pictured, eyeHoles),
      twoSided: true,
      follow: 1,
    },
  );
}

/** A person who wears something before the face. */
export const wearing = (person: Person, mask: Surface): Person => ({
  ...person,
  surfaces: [...person.surfaces, mask],
});
