/** A few anatomical points of the head, found once on the pack's rest mesh: the same points on every person. */
import { keeper } from './keeper.ts';
import type { HeadPack } from './pack.ts';
import { centred } from './shape.ts';

/** Indices of points (HeadPack.points, HeadShape.points) or of vertices of the skin surface. Left is the person's own left, x > 0. */
export interface Landmarks {
  readonly noseTip: number;
  /** The deepest point of the bridge of the nose, between the eyes. */
  readonly noseBridge: number;
  readonly chin: number;
  readonly mouthLeft: number;
  readonly mouthRight: number;
  readonly earTopLeft: number;
  readonly earTopRight: number;
  readonly crown: number;
}

const keepRest = keeper<HeadPack, Float64Array>();
const keepLandmarks = keeper<HeadPack, Landmarks>();

/** p × 3 millimetres: the pack's rest mesh with its origin midway between the eyes, as HeadShape has it. */
export const restPoints = (pack: HeadPack): Float64Array =>
  keepRest(pack, 'rest', () => centred(pack, Float64Array.from(pack.points)).points);

/** Finds the landmarks by where they lie on the rest mesh. */
export const landmarksOf = (pack: HeadPack): Landmarks =>
  keepLandmarks(pack, 'landmarks', () => findLandmarks(pack));

/** The same landmarks as vertices of a person's skin surface. */
export function landmarkVertices(pack: HeadPack): Landmarks {
  const { references } = pack.mesh('skin');
  const marks = landmarksOf(pack);
  const vertex = (name: keyof Landmarks) => references.indexOf(marks[name]);
  return {
    noseTip: vertex('noseTip'),
    noseBridge: vertex('noseBridge'),
    chin: vertex('chin'),
    mouthLeft: vertex('mouthLeft'),
    mouthRight: vertex('mouthRight'),
    earTopLeft: vertex('earTopLeft'),
    earTopRight: vertex('earTopRight'),
    crown: vertex('crown'),
  };
}

function findLandmarks(pack: HeadPack): Landmarks {
  const rest = restPoints(pack);
  const onSkin = new Set(pack.mesh('skin').references);
  const skin = [...onSkin];
  const [x, y, z] = [0, 1, 2].map((axis) => (p: number) => rest[p * 3 + axis]) as [
    (p: number) => number,
    (p: number) => number,
    (p: number) => number,
  ];
  const best = (points: readonly number[], score: (p: number) => number): number =>
    points.reduce((a, b) => (score(b) > score(a) ? b : a));
  const midline = skin.filter((p) => Math.abs(x(p)) < 0.5 && z(p) > -30);
  const moved = (target: string) => {
    const { points, x: dx } = pack.targets.get(target)!;
    return { points: [...points], shift: new Map([...points].map((p, i) => [p, dx[i]])) };
  };
  const wide = moved('mouth/mouth-scale-horiz-incr');
  const lips = wide.points.filter((p) => onSkin.has(p) && z(p) > 0 && y(p) > -80 && y(p) < -55);
  const ear = (side: 'l' | 'r') =>
    best(
      moved(`ears/${side}-ear-flap-out`).points.filter((p) => Math.abs(x(p)) > 62),
      y,
    );
  return {
    noseTip: best(midline, z),
    noseBridge: best(
      midline.filter((p) => y(p) > -12 && y(p) < 15),
      (p) => -z(p),
    ),
    chin: best(
      midline.filter((p) => y(p) > -108 && y(p) < -94),
      z,
    ),
    mouthLeft: best(lips, (p) => wide.shift.get(p)!),
    mouthRight: best(lips, (p) => -wide.shift.get(p)!),
    earTopLeft: ear('l'),
    earTopRight: ear('r'),
    crown: best(skin, y),
  };
}
