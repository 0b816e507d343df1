/** From identity and expression to the points of a head, in the head's own frame. */
import { deform } from './deformation.ts';
import type { HeadPack, PackMesh } from './pack.ts';
import type { Expression } from './expressions.ts';
import { ANCESTRIES } from './identity.ts';
import type { Identity } from './identity.ts';

/** Adds `weight` times a target to points; a target moves 0.1 mm a unit. */
function apply(pack: HeadPack, into: Float64Array, name: string, weight: number): void {
  const target = pack.targets.get(name);
  if (!target || weight === 0) return;
  const { points, x, y, z } = target;
  const scale = weight * 0.1;
  for (let i = 0; i < points.length; i++) {
    const at = points[i] * 3;
    into[at] = into[at] + scale * x[i];
    into[at + 1] = into[at + 1] + scale * y[i];
    into[at + 2] = into[at + 2] + scale * z[i];
  }
}

/** The macro targets and their weights: products of ancestry, sex, age, muscle and weight, as MakeHuman mixes them. */
function* macroTargets({
  ancestry,
  male,
  age,
  weight,
  muscle,
}: Identity): Generator<readonly [string, number]> {
  // MakeHuman's `young` is 25 years, `old` 90.
  const old = Math.min(1, Math.max(0, (age - 25) / 65));
  const stages = [
    ['young', 1 - old],
    ['old', old],
  ] as const;
  const sexes = [
    ['female', 1 - male],
    ['male', male],
  ] as const;
  const levels = (value: number, name: string) =>
    [
      [`min${name}`, Math.max(0, 1 - 2 * value)],
      [`average${name}`, 1 - Math.abs(2 * value - 1)],
      [`max${name}`, Math.max(0, 2 * value - 1)],
    ] as const;
  for (const [sex, sexShare] of sexes)
    for (const [stage, stageShare] of stages) {
      const share = sexShare * stageShare;
      for (const name of ANCESTRIES) yield [`macrodetails/${name}-${sex}-${stage}`, share * ancestry[name]];
      for (const [muscleName, muscleShare] of levels(muscle, 'muscle'))
        for (const [weightName, weightShare] of levels(weight, 'weight'))
          yield [
            `macrodetails/universal-${sex}-${stage}-${muscleName}-${weightName}`,
            share * muscleShare * weightShare,
          ];
    }
}

const centre = (points: Float64Array, indices: readonly number[]): [number, number, number] => {
  const sum: [number, number, number] = [0, 0, 0];
  for (const p of indices) for (let k = 0; k < 3; k++) sum[k] = sum[k] + points[p * 3 + k];
  return [sum[0] / indices.length, sum[1] / indices.length, sum[2] / indices.length];
};

/** A head at rest: all points of the pack, p × 3 millimetres, origin midway between the centres of the eyeballs. */
export interface HeadShape {
  readonly points: Float64Array;
  readonly eyeLeft: readonly [number, number, number];
  readonly eyeRight: readonly [number, number, number];
  /** The joint between skull and neck, about which the head turns. */
  readonly pivot: readonly [number, number, number];
}

/** The base mesh at rest looks stern; people who wait for a screen do not. */
const RELAXED: Expression = {
  'eyebrows-left-inner-up': 0.35,
  'eyebrows-right-inner-up': 0.35,
  'mouth-corner-puller': 0.12,
};

/** The identity's neutral head. */
export function neutralShape(pack: HeadPack, identity: Identity): HeadShape {
  const points = Float64Array.from(pack.points);
  for (const [name, weight] of macroTargets(identity)) apply(pack, points, name, weight);
  for (const name of Object.keys(identity.details).sort()) apply(pack, points, name, identity.details[name]);
  express(pack, points, identity, RELAXED);
  if (identity.deformation) deform(points, identity.deformation);
  return centred(pack, points);
}

/** Moves points so that the origin lies midway between the eyes, in place. */
export function centred(pack: HeadPack, points: Float64Array): HeadShape {
  const { eyeLeft, eyeRight, skullBase } = pack.content;
  const left = centre(points, eyeLeft);
  const right = centre(points, eyeRight);
  const origin = left.map((v, k) => (v + right[k]) / 2);
  for (let i = 0; i < points.length; i++) points[i] -= origin[i % 3];
  return {
    points,
    eyeLeft: centre(points, eyeLeft),
    eyeRight: centre(points, eyeRight),
    pivot: centre(points, skullBase),
  };
}

/** The head with an expression; the frame stays that of the neutral head. Costs about a millisecond. */
export function expressedPoints(
  pack: HeadPack,
  identity: Identity,
  neutral: HeadShape,
  expression: Expression,
): Float64Array {
  const points = neutral.points.slice();
  express(pack, points, identity, expression);
  return points;
}

/** Expression units exist for each ancestry and mix as the ancestries do; a name with a slash is a target itself. */
function express(pack: HeadPack, into: Float64Array, { ancestry }: Identity, expression: Expression): void {
  for (const unit of Object.keys(expression).sort())
    if (unit.includes('/')) apply(pack, into, unit, expression[unit]);
    else
      for (const name of ANCESTRIES)
        apply(pack, into, `expression/units/${name}/${unit}`, expression[unit] * ancestry[name]);
}

/** Positions of a mesh's vertices, n × 3 millimetres, from the points it refers to. */
export function meshPositions(mesh: PackMesh, points: Float64Array): Float32Array {
  const { references, weights, offsets } = mesh;
  if (!weights || !offsets) {
    const positions = new Float32Array(references.length * 3);
    for (let i = 0; i < references.length; i++)
      for (let k = 0; k < 3; k++) positions[i * 3 + k] = points[references[i] * 3 + k]!;
    return positions;
  }
  const positions = new Float32Array(references.length);
  for (let i = 0; i < references.length; i += 3)
    for (let k = 0; k < 3; k++)
      positions[i + k] =
        weights[i] * points[references[i] * 3 + k] +
        weights[i + 1] * points[references[i + 1] * 3 + k] +
        weights[i + 2] * points[references[i + 2] * 3 + k] +
        offsets[i + k];
  return positions;
}
