/** From identity and look to the surfaces that the rasteriser draws. */
import type { Material, Person, Surface, Texture } from '../surface.ts';
import type { Identity } from './identity.ts';
import type { HeadPack } from './pack.ts';
import { EXPRESSIONS, expressedPoints, meshPositions, neutralShape } from './shape.ts';
import type { Expression, ExpressionName, HeadShape } from './shape.ts';

export interface Look {
  /** A named face, or weights of units. Neutral when absent. */
  readonly expression?: ExpressionName | Expression;
  /** Where the eyes look, degrees from straight ahead: right of the picture and up are positive. */
  readonly gaze?: { readonly right: number; readonly up: number };
}

const EYE_SHINE = 0.6;

/** Builds a person. The neutral shape is kept with the identity, so a change of look costs a few milliseconds. */
export function buildPerson(pack: HeadPack, identity: Identity, look: Look = {}): Person {
  const shape = shapeOf(pack, identity);
  const points = expressedPoints(pack, identity, shape, expressionOf(look));
  const surfaces = [
    skin(pack, identity, points),
    eyes(pack, identity, shape, points, look),
    ...mouth(pack, points),
    brows(pack, identity, points),
  ];
  if (pack.content.hair.includes(identity.hair)) surfaces.push(hair(pack, identity, points));
  return { surfaces, pivot: shape.pivot };
}

const expressionOf = ({ expression = 'neutral' }: Look): Expression =>
  typeof expression === 'string' ? EXPRESSIONS[expression] : expression;

const shapes = new WeakMap<HeadPack, WeakMap<Identity, HeadShape>>();

/** The identity's neutral shape, made once for each identity object. */
export function shapeOf(pack: HeadPack, identity: Identity): HeadShape {
  let kept = shapes.get(pack);
  if (!kept) shapes.set(pack, (kept = new WeakMap()));
  let shape = kept.get(identity);
  if (!shape) kept.set(identity, (shape = neutralShape(pack, identity)));
  return shape;
}

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
    uvs,
    triangles,
    follow,
    material,
    ...(texture && { texture }),
  };
}

const skin = (pack: HeadPack, identity: Identity, points: Float64Array): Surface =>
  surfaceOf(
    pack,
    'skin',
    points,
    { kind: 'opaque', colour: identity.skinTone, infrared: 0.6, infraredTexture: 0.3, gloss: 0.12 },
    pack.texture(`skin/${identity.skin}`),
  );

/** Lids and lashes shade the eyeball, which no rasteriser of this project does: the darker the skin, the more it shows. */
function eyes(
  pack: HeadPack,
  identity: Identity,
  shape: HeadShape,
  points: Float64Array,
  { gaze }: Look,
): Surface {
  const shade = identity.skin.includes('african') ? 0.42 : EYE_SHINE;
  const surface = surfaceOf(
    pack,
    'eyes',
    points,
    { kind: 'opaque', colour: [shade, shade, shade], infrared: 0.35, infraredTexture: 0.5, gloss: 0.5 },
    pack.texture(`eyes/${identity.eyes}`),
  );
  if (gaze) turnEyes(surface.positions, shape, gaze);
  return surface;
}

/** Turns each eyeball about its centre by the tangents of the angles, normalised: no trigonometric function needed. */
function turnEyes(
  positions: Float32Array,
  { eyeLeft, eyeRight }: HeadShape,
  gaze: { right: number; up: number },
): void {
  const tangent = (degrees: number): number => {
    const a = (degrees * 3.141592653589793) / 180;
    return a + (a * a * a) / 3 + (2 * a * a * a * a * a) / 15;
  };
  const [tx, ty] = [tangent(gaze.right), tangent(gaze.up)];
  const forward = normalised([tx, ty, 1]);
  const right = normalised([forward[2], 0, -forward[0]]);
  const up = [
    forward[1] * right[2],
    forward[2] * right[0] - forward[0] * right[2],
    -forward[1] * right[0],
  ] as const;
  for (let i = 0; i < positions.length; i += 3) {
    const c = positions[i]! > 0 ? eyeLeft : eyeRight;
    const [x, y, z] = [positions[i]! - c[0], positions[i + 1]! - c[1], positions[i + 2]! - c[2]];
    for (let k = 0; k < 3; k++) positions[i + k] = c[k]! + x * right[k]! + y * up[k]! + z * forward[k]!;
  }
}

function normalised([x, y, z]: readonly [number, number, number]): [number, number, number] {
  const length = Math.sqrt(x * x + y * y + z * z);
  return [x / length, y / length, z / length];
}

const mouth = (pack: HeadPack, points: Float64Array): Surface[] => [
  surfaceOf(pack, 'teeth', points, {
    kind: 'opaque',
    colour: [0.45, 0.41, 0.34],
    infrared: 0.5,
    infraredTexture: 0,
    gloss: 0.3,
  }),
  surfaceOf(pack, 'tongue', points, {
    kind: 'opaque',
    colour: [0.2, 0.06, 0.06],
    infrared: 0.4,
    infraredTexture: 0,
    gloss: 0.3,
  }),
];

const strands = (colour: readonly [number, number, number]): Material => ({
  kind: 'cutout',
  colour,
  infrared: 0.3,
  infraredTexture: 0.6,
  gloss: 0.1,
});

/** Textures of hair have a mean of 170: factors above 1 give back the chosen colour. */
const hairFactor = ([r, g, b]: Identity['hairColour']): [number, number, number] => [
  r * 2.4,
  g * 2.4,
  b * 2.4,
];

const brows = (pack: HeadPack, identity: Identity, points: Float64Array): Surface => {
  const [r, g, b] = hairFactor(identity.hairColour);
  return {
    ...surfaceOf(
      pack,
      `brows/${identity.brows}`,
      points,
      strands([r * 0.7, g * 0.7, b * 0.7]),
      pack.texture(`brows/${identity.brows}`),
    ),
    twoSided: true,
  };
};

const hair = (pack: HeadPack, identity: Identity, points: Float64Array): Surface => ({
  ...surfaceOf(
    pack,
    `hair/${identity.hair}`,
    points,
    strands(hairFactor(identity.hairColour)),
    pack.texture(`hair/${identity.hair}`),
  ),
  twoSided: true,
});
