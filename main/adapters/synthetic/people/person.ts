/** From identity and look to the surfaces that the rasteriser draws. */
import type { Material, Person, Surface, Texture } from '../surface.ts';
import { covering, hairBelowHat, withStubble } from './coverings.ts';
import { pull, type Grimace } from './grimace.ts';
import { sampleIdentity } from './identity.ts';
import type { FacialHair, Identity } from './identity.ts';
import { keeper } from './keeper.ts';
import { restPoints } from './landmarks.ts';
import type { HeadPack } from './pack.ts';
import { EXPRESSIONS, type Expression, type ExpressionName } from './expressions.ts';
import { expressedPoints, meshPositions, neutralShape, type HeadShape } from './shape.ts';
import { skinNormals } from './shell.ts';
import { peak, spectacles } from './spectacles.ts';

/** What may be worn for a session; `fringe` is hair over the brow, on whoever has hair; a `muffler` is a scarf over mouth and chin. */
export const ACCESSORIES = [
  'glasses',
  'sunglasses',
  'hat',
  'cap',
  'scarf',
  'muffler',
  'beard',
  'moustache',
  'fringe',
] as const;
export type Accessory = (typeof ACCESSORIES)[number];

/** How a person appears at one moment. */
export interface Look {
  /** A named face, or weights of units. Neutral when absent. */
  readonly expression?: ExpressionName | Expression;
  /** Beside the expression. */
  readonly grimace?: Grimace;
  /** Where the eyes look, degrees from straight ahead: right of the picture and up are positive. */
  readonly gaze?: { readonly right: number; readonly up: number };
  readonly accessories?: readonly Accessory[];
  /** Another skin than the identity's own: for a model that must not learn the skin. */
  readonly skinOverride?: { readonly skin: string; readonly skinTone: Identity['skinTone'] };
}

type Rgb = readonly [number, number, number];

/**
 * Builds a person. What does not change with the expression is kept with the identity object, so a blink or a smile
 * costs a few milliseconds (and the `triangles` of a surface stay the same array while its mesh does).
 */
export function buildPerson(pack: HeadPack, identity: Identity, look: Look = {}): Person {
  const shape = shapeOf(pack, identity);
  const points = expressedPoints(pack, identity, shape, expressionOf(look));
  if (look.grimace) pull(points, look.grimace);
  const normals = skinNormals(pack, points);
  const worn = new Set(look.accessories);
  const hatted = worn.has('hat') || worn.has('cap');
  const facialHair: FacialHair = worn.has('beard')
    ? 'beard'
    : worn.has('moustache')
      ? 'moustache'
      : identity.facialHair;
  const cover = (name: Parameters<typeof covering>[1], material: Material) =>
    covering(pack, name, points, normals, material);

  const surfaces = [
    skin(pack, identity, facialHair === 'stubble', points, look),
    eyes(pack, identity, shape, points, look),
    ...mouth(pack, points),
    brows(pack, identity, points),
    cover('shirt', cloth(identity.shirt)),
  ];
  if (facialHair === 'beard') surfaces.push(cover('beard', growth(identity.hairColour)));
  if (facialHair === 'beard' || facialHair === 'moustache')
    surfaces.push(cover('moustache', growth(identity.hairColour)));
  if (identity.hair === 'cropped') surfaces.push(cover('cropped', growth(identity.hairColour)));
  else if (identity.hair !== 'none') surfaces.push(hair(pack, identity, points, hatted));
  if (worn.has('fringe') && identity.hair !== 'none' && !hatted)
    surfaces.push(cover('fringe', growth(identity.hairColour)));
  if (hatted) {
    const material = cloth(HAT_COLOURS[worn.has('cap') ? 'cap' : 'hat']);
    const hat = cover('hat', material);
    surfaces.push(hat);
    if (worn.has('cap')) surfaces.push(peak(hat, material));
  }
  if (worn.has('scarf')) surfaces.push(cover('scarf', cloth(SCARF_COLOUR)));
  if (worn.has('muffler')) surfaces.push(cover('muffler', cloth(SCARF_COLOUR)));
  if (worn.has('glasses')) surfaces.push(...fitted(pack, identity, shape, false));
  if (worn.has('sunglasses')) surfaces.push(...fitted(pack, identity, shape, true));
  return { surfaces, pivot: shape.pivot };
}

/** The bare shape: skin, eyes, teeth and tongue without textures, for corpora of shapes. */
export function buildBareShape(
  pack: HeadPack,
  identity: Identity,
  look: Pick<Look, 'expression'> = {},
): Surface[] {
  return bareSurfaces(pack, expressedPoints(pack, identity, shapeOf(pack, identity), expressionOf(look)));
}

/** Skin and eyes of the mean of `count` people of a pool, as a bare shape. */
export function meanHead(pack: HeadPack, count = 200, pool = 'mean'): Surface[] {
  const sum = new Float64Array(pack.points.length);
  for (let n = 0; n < count; n++) {
    const { points } = neutralShape(pack, sampleIdentity(pack, `${pool}/${n}`));
    for (let i = 0; i < sum.length; i++) sum[i] = sum[i] + points[i];
  }
  return bareSurfaces(
    pack,
    sum.map((s) => s / count),
  );
}

const expressionOf = ({ expression = 'neutral' }: Pick<Look, 'expression'>): Expression =>
  typeof expression === 'string' ? EXPRESSIONS[expression] : expression;

const shapes = new WeakMap<HeadPack, WeakMap<Identity, HeadShape>>();
const keepGlasses = keeper<HeadShape, Surface[]>();
/** With the identity, not the picture: a corpus draws thousands of people, and their textures must go with them. */
const keepStubble = keeper<Identity, Texture>();

/** The identity's neutral shape, made once for each identity object. */
export function shapeOf(pack: HeadPack, identity: Identity): HeadShape {
  let kept = shapes.get(pack);
  if (!kept) shapes.set(pack, (kept = new WeakMap()));
  let shape = kept.get(identity);
  if (!shape) kept.set(identity, (shape = neutralShape(pack, identity)));
  return shape;
}

const fitted = (pack: HeadPack, { seed }: Identity, shape: HeadShape, sun: boolean): Surface[] =>
  keepGlasses(shape, sun ? 'sun' : 'clear', () => spectacles(pack, shape, seed, sun));

function surfaceOf(
  pack: HeadPack,
  name: string,
  points: Float64Array,
  material: Material,
  texture?: Texture,
): Surface {
  const mesh = pack.mesh(name);
  const { uvs, triangles, follow } = mesh;
  return {
    name: name.replace(/\/.*/, ''),
    positions: meshPositions(mesh, points),
    atRest: () => meshPositions(mesh, restPoints(pack)),
    uvs,
    triangles,
    follow,
    material,
    ...(texture && { texture }),
  };
}

const SKIN: Material = {
  kind: 'opaque',
  colour: [1, 1, 1],
  infrared: 0.6,
  infraredTexture: 0.3,
  gloss: 0.12,
};
const EYES: Material = {
  kind: 'opaque',
  colour: [0.6, 0.6, 0.6],
  infrared: 0.35,
  infraredTexture: 0.5,
  gloss: 0.5,
};
/** Bright, since teeth and tongue lie in the shade of the mouth. */
const TEETH: Material = {
  kind: 'opaque',
  colour: [0.95, 0.88, 0.76],
  infrared: 0.5,
  infraredTexture: 0,
  gloss: 0.3,
};
const TONGUE: Material = {
  kind: 'opaque',
  colour: [0.4, 0.13, 0.12],
  infrared: 0.4,
  infraredTexture: 0,
  gloss: 0.3,
};

const bareSurfaces = (pack: HeadPack, points: Float64Array): Surface[] => [
  surfaceOf(pack, 'skin', points, SKIN),
  surfaceOf(pack, 'eyes', points, EYES),
  ...mouth(pack, points),
];

function skin(
  pack: HeadPack,
  identity: Identity,
  stubbled: boolean,
  points: Float64Array,
  { skinOverride }: Look,
): Surface {
  const { skin: name, skinTone } = skinOverride ?? identity;
  const picture = pack.texture(`skin/${name}`);
  const texture = stubbled
    ? keepStubble(identity, name, () => withStubble(pack, picture, identity.hairColour))
    : picture;
  return surfaceOf(pack, 'skin', points, { ...SKIN, colour: skinTone }, texture);
}

/** On dark skin eyes shine as on light skin only in bad pictures: lids and lashes shade them, and the iris is dark. */
function eyes(
  pack: HeadPack,
  identity: Identity,
  shape: HeadShape,
  points: Float64Array,
  { gaze, skinOverride }: Look,
): Surface {
  const shade = (skinOverride ?? identity).skin.includes('african') ? 0.42 : 0.6;
  const surface = surfaceOf(
    pack,
    'eyes',
    points,
    { ...EYES, colour: [shade, shade, shade] },
    pack.texture(`eyes/${identity.eyes}`),
  );
  if (gaze) turnEyes(surface.positions, shape, gaze);
  return surface;
}

/** Turns each eyeball about its centre, along the tangents of the angles. */
function turnEyes(
  positions: Float32Array,
  { eyeLeft, eyeRight }: HeadShape,
  gaze: { right: number; up: number },
): void {
  const tangent = (degrees: number): number => {
    const a = (degrees * 3.141592653589793) / 180;
    return a + (a * a * a) / 3 + (2 * a * a * a * a * a) / 15;
  };
  const forward = normalised([tangent(gaze.right), tangent(gaze.up), 1]);
  const right = normalised([forward[2], 0, -forward[0]]);
  const up: Rgb = [
    forward[1] * right[2],
    forward[2] * right[0] - forward[0] * right[2],
    -forward[1] * right[0],
  ];
  for (let i = 0; i < positions.length; i += 3) {
    const c = positions[i] > 0 ? eyeLeft : eyeRight;
    const [x, y, z] = [positions[i] - c[0], positions[i + 1] - c[1], positions[i + 2] - c[2]];
    for (let k = 0; k < 3; k++) positions[i + k] = c[k] + x * right[k] + y * up[k] + z * forward[k];
  }
}

function normalised([x, y, z]: readonly [number, number, number]): [number, number, number] {
  const length = Math.sqrt(x * x + y * y + z * z);
  return [x / length, y / length, z / length];
}

const mouth = (pack: HeadPack, points: Float64Array): Surface[] => [
  surfaceOf(pack, 'teeth', points, TEETH),
  surfaceOf(pack, 'tongue', points, TONGUE),
];

const scaled = ([r, g, b]: Rgb, by: number): Rgb => [r * by, g * by, b * by];

/** Pictures of hair have a mean grey of 170 (0.4 in linear light), growth one of 170 too: the factor gives back the colour. */
const STRAND_GAIN = 2.4;
const strands = (colour: Rgb): Material => ({
  kind: 'cutout',
  colour: scaled(colour, STRAND_GAIN),
  infrared: 0.3,
  infraredTexture: 0.6,
  gloss: 0.1,
});
const growth = (colour: Rgb): Material => ({
  kind: 'cutout',
  colour: scaled(colour, STRAND_GAIN),
  infrared: 0.3,
  infraredTexture: 0.6,
  gloss: 0.03,
});
const cloth = (colour: Rgb): Material => ({
  kind: 'opaque',
  colour,
  infrared: 0.55,
  infraredTexture: 0,
  gloss: 0,
});
const HAT_COLOURS = { hat: [0.06, 0.07, 0.1], cap: [0.12, 0.03, 0.03] } as const;
const SCARF_COLOUR: Rgb = [0.16, 0.13, 0.22];

const brows = (pack: HeadPack, { brows: style, hairColour }: Identity, points: Float64Array): Surface => ({
  ...surfaceOf(
    pack,
    `brows/${style}`,
    points,
    strands(scaled(hairColour, 0.7)),
    pack.texture(`brows/${style}`),
  ),
  twoSided: true,
});

const hair = (
  pack: HeadPack,
  { hair: style, hairColour }: Identity,
  points: Float64Array,
  hatted: boolean,
): Surface => ({
  ...surfaceOf(pack, `hair/${style}`, points, strands(hairColour), pack.texture(`hair/${style}`)),
  ...(hatted && { triangles: hairBelowHat(pack, `hair/${style}`) }),
  twoSided: true,
});
