/**
 * Networks as data, written once: the trainer builds them in TensorFlow (tf-network.ts), the exporter in ONNX
 * (export-network.ts), and both must agree.
 */

/** Every convolution and the first dense layers are followed by batch norm and ReLU; the last dense layer by batch norm alone. */
export type Layer =
  | { readonly kind: 'conv'; readonly filters: number; readonly size: number; readonly stride?: number }
  /** SqueezeNet's fire module (Iandola et al. 2016): 1×1 `squeeze`, then 1×1 and 3×3 `expand` side by side. */
  | { readonly kind: 'fire'; readonly squeeze: number; readonly expand: number }
  /** Largest of each size × size patch. */
  | { readonly kind: 'pool'; readonly size: number; readonly stride: number }
  /** Mean over the whole plane. */
  | { readonly kind: 'average' }
  /** Rows, columns, channels in this order, end to end. */
  | { readonly kind: 'flatten' }
  | { readonly kind: 'dropout'; readonly share: number }
  | { readonly kind: 'dense'; readonly units: number; readonly last?: boolean };

/** A part of the network that sees some planes of the input and gives a unit vector. */
export interface TowerSpec {
  readonly name: string;
  /** Planes of the input: from (inclusive) … to (exclusive). */
  readonly planes: readonly [number, number];
  /** Rows of the input that it sees: from (inclusive) … to (exclusive); all of them where left out. */
  readonly rows?: readonly [number, number];
  readonly layers: readonly Layer[];
  /** Share of the whole embedding's squared length. */
  readonly share: number;
  /** Silent where all of its planes are zero, as colour is in the dark; the others then make up the whole length. */
  readonly optional?: boolean;
}

export interface NetworkSpec {
  readonly id: string;
  /** Planes, rows, columns. */
  readonly input: readonly [number, number, number];
  readonly towers: readonly TowerSpec[];
}

/** Length of a tower's vector. */
export function unitsOf({ layers }: TowerSpec): number {
  const last = layers.at(-1);
  if (last?.kind !== 'dense') throw new RangeError('a tower ends with a dense layer');
  return last.units;
}

const fire = (squeeze: number, expand = squeeze): Layer => ({ kind: 'fire', squeeze, expand });
const conv = (filters: number, size: number, stride = 1): Layer => ({ kind: 'conv', filters, size, stride });
const pool = (size: number, stride = size): Layer => ({ kind: 'pool', size, stride });

/** The siamese SqueezeNet of the article that Facet started from: crops of 4 × 200 × 200, 128 dimensions. */
export const ARTICLE: NetworkSpec = {
  id: 'article',
  input: [4, 200, 200],
  towers: [
    {
      name: 'rgbd',
      planes: [0, 4],
      share: 1,
      layers: [
        conv(64, 5, 2),
        pool(3, 2),
        fire(16),
        fire(16),
        pool(3, 2),
        fire(32),
        fire(32),
        pool(3, 2),
        fire(48),
        fire(48),
        fire(64),
        fire(64),
        { kind: 'dropout', share: 0.2 },
        conv(512, 1),
        { kind: 'average' },
        { kind: 'dense', units: 128, last: true },
      ],
    },
  ],
};

/** Layers of one tower on the 60 × 52 relief. Where on the face something is matters: the end is flattened, not averaged. */
const reliefTower = (width: number, units: number): readonly Layer[] => [
  conv(width, 5, 2),
  fire(width / 2, width),
  pool(2),
  fire(width, 2 * width),
  fire(width, 2 * width),
  pool(2),
  conv(width, 1),
  { kind: 'flatten' },
  { kind: 'dropout', share: 0.3 },
  { kind: 'dense', units, last: true },
];

/**
 * Brow to the tip of the nose, y from 50 down to −45 mm: below it a smile or an open mouth moves a face by more than people
 * differ. What lies there decides whether it is a face, not whose.
 */
const STEADY_ROWS = [4, 42] as const;

const SHAPE_TOWER: TowerSpec = {
  name: 'shape',
  planes: [3, 4],
  rows: STEADY_ROWS,
  share: 0.9,
  layers: reliefTower(32, 128),
};

/** The siamese network on the fused head-frame relief: a tower for the shape, a smaller one for the frontal colour. */
export const FACET_RGBD: NetworkSpec = {
  id: 'facet-rgbd',
  input: [4, 60, 52],
  towers: [
    SHAPE_TOWER,
    { name: 'colour', planes: [0, 3], share: 0.1, optional: true, layers: reliefTower(16, 64) },
  ],
};

/** One person's own: the shape's tower alone, which needs no light. */
export const FACET_PERSONAL: NetworkSpec = {
  id: 'facet-personal',
  input: FACET_RGBD.input,
  towers: [{ ...SHAPE_TOWER, share: 1 }],
};
