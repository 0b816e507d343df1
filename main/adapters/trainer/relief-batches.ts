/** Batches of fused reliefs from a dataset of kind `reliefs`. */
import type { Random } from '../../core/random.ts';
import { RELIEF, RELIEF_CELLS } from '../../core/shape/relief.ts';
import { withoutColour } from '../../core/shape/tensor.ts';
import { errorField } from '../synthetic/render/error-field.ts';
import type { Dataset, DatasetPerson, FrameRef } from '../corpus/dataset/open-dataset.ts';
import type { Alike, Batch, BatchSource } from './train-network.ts';

export interface ReliefBatchRecipe {
  readonly people: number;
  /** People of a batch who are alike, where it is known who is. */
  readonly alike: number;
  /** Samples a person: of two sessions at least, where there are two. */
  readonly samples: number;
  /** Most frames of a session that one sample fuses. */
  readonly fused: number;
  /** Shares of samples without colour, and with a patch that nothing saw. */
  readonly colourless: number;
  readonly patched: number;
  /** What fusing does not take away, drawn for each sample. */
  readonly strayed: Stray;
  /** Share of the people of a batch whose face is bent smoothly, and how: at most so many millimetres rms, over so many. */
  readonly bent: { readonly share: number; readonly rms: number; readonly width: readonly [number, number] };
}

/**
 * Errors that stay when frames add up, as measured on real people: there, single frames lie 1.0 mm rms from their owner's relief at a
 * scale of 5 mm, 0.7 mm at one of 10 mm, after a shift of 0.9 mm, a turn of 2° and a tilt of 0.7° that go with the pose. Smooth
 * fields from … to so many millimetres rms, over so many; standard deviations of how wrongly a face settled.
 */
interface Stray {
  readonly fields: readonly {
    readonly rms: readonly [number, number];
    readonly width: readonly [number, number];
  }[];
  /** Millimetres: to the side, up, forward. */
  readonly shift: readonly [number, number, number];
  /** Degrees, about the axes that point to the side, up and forward. */
  readonly turn: readonly [number, number, number];
}

const RELIEF_BATCHES: ReliefBatchRecipe = {
  people: 48,
  alike: 4,
  samples: 4,
  fused: 8,
  colourless: 0.15,
  patched: 0.3,
  strayed: {
    fields: [
      { rms: [0.3, 1], width: [5, 10] },
      { rms: [0.2, 0.8], width: [12, 35] },
    ],
    shift: [0.9, 0.7, 0.3],
    turn: [0.5, 0.6, 2],
  },
  bent: { share: 0.6, rms: 2, width: [20, 60] },
};

const SIZE = 4 * RELIEF_CELLS;

export class ReliefBatches implements BatchSource {
  private readonly usable: readonly DatasetPerson[];

  constructor(
    private readonly dataset: Dataset,
    private readonly recipe: ReliefBatchRecipe = RELIEF_BATCHES,
  ) {
    this.usable = dataset.people.filter(
      ({ sessions }) => sessions.filter(({ frames }) => frames.length > 0).length > 1,
    );
  }

  /** A face seen in a mirror is somebody else's: each person counts twice. */
  get people(): number {
    return 2 * this.usable.length;
  }

  batch(random: Random, alike?: Alike): Batch {
    const { people, samples } = this.recipe;
    const input = new Float32Array(people * samples * SIZE);
    const labels = new Int32Array(people * samples);
    const chosen = new Set<number>();
    while (chosen.size < Math.min(people, this.people)) {
      const one = random.below(this.people);
      const circle = Array.from({ length: alike ? this.recipe.alike - 1 : 0 }, () =>
        random.pick([...alike![one]]),
      );
      for (const label of [one, ...circle])
        // Not beside their own mirror image: hardly anything tells the two apart.
        if (!chosen.has(label ^ 1) && chosen.size < people) chosen.add(label);
    }
    let n = 0;
    for (const label of chosen) {
      const person = this.usable[label >> 1];
      const sessions = person.sessions.filter(({ frames }) => frames.length > 0);
      const first = random.below(sessions.length);
      const field = this.bend(random);
      for (let s = 0; s < samples; s++, n++) {
        labels[n] = label;
        const { frames, spectrum } = sessions[(first + s) % sessions.length];
        const sample = input.subarray(n * SIZE, (n + 1) * SIZE);
        this.dataset.tensor(this.some(frames, random), this.dataset.mean, sample);
        if (label % 2 === 1) mirror(sample);
        if (field) bendBy(sample, field);
        this.stray(sample, random);
        // Infrared is no colour.
        if (spectrum === 'infrared' || random.uniform() < this.recipe.colourless) withoutColour(sample);
        else tint(sample, random);
        if (random.uniform() < this.recipe.patched) patch(sample, random);
      }
    }
    return { input: input.subarray(0, n * SIZE), labels: labels.subarray(0, n) };
  }

  portrait(label: number): Float32Array {
    const { sessions } = this.usable[label >> 1];
    const lit = sessions.filter(({ frames, spectrum }) => frames.length > 0 && spectrum === 'colour');
    const [{ frames }] = lit.length > 0 ? lit : sessions.filter((session) => session.frames.length > 0);
    const sample = new Float32Array(SIZE);
    this.dataset.tensor(frames, this.dataset.mean, sample);
    if (label % 2 === 1) mirror(sample);
    return sample;
  }

  /** What makes somebody new of a person for one batch: the same in all of their samples. */
  private bend(random: Random): Float32Array | undefined {
    const { share, rms, width } = this.recipe.bent;
    return random.uniform() < share ? smoothField(random, [0, rms], width) : undefined;
  }

  /** Lets a sample stray, in place. */
  private stray(sample: Float32Array, random: Random): void {
    const { fields, shift, turn } = this.recipe.strayed;
    for (const { rms, width } of fields) bendBy(sample, smoothField(random, rms, width));
    const [right, up, forward] = shift.map((deviation) => deviation * random.normal());
    const [nod, sway, roll] = turn.map((deviation) => ((deviation * Math.PI) / 180) * random.normal());
    settleBeside(sample, this.dataset.mean.height, { right, up, forward, nod, sway, roll });
  }

  /** Frames of a session that are fused: as many as an attempt may have seen by then. */
  private some(frames: readonly FrameRef[], random: Random): readonly FrameRef[] {
    const count = 1 + random.below(Math.min(frames.length, this.recipe.fused));
    const from = random.below(frames.length);
    return Array.from({ length: count }, (_, i) => frames[(from + i) % frames.length]);
  }
}

/** Millimetres for each cell: from … to so many rms, over so many. */
const smoothField = (
  random: Random,
  rms: readonly [number, number],
  width: readonly [number, number],
): Float32Array =>
  errorField(
    { width: RELIEF.columns, height: RELIEF.rows },
    {
      rms: random.between(...rms),
      width: random.between(...width) / RELIEF.cell,
      seed: String(random.uniform()),
    },
  );

/** Adds millimetres to heights in centimetres, where something was seen. */
function bendBy(sample: Float32Array, field: Float32Array): void {
  const heights = sample.subarray(3 * RELIEF_CELLS);
  for (let i = 0; i < heights.length; i++) if (heights[i] !== 0) heights[i] += field[i] / 10;
}

/** Millimetres and radians. */
interface Misplacement {
  readonly right: number;
  readonly up: number;
  readonly forward: number;
  readonly nod: number;
  readonly sway: number;
  readonly roll: number;
}

/**
 * The relief as it would be had the face settled a little beside where it did, to first order, in place.
 * @param mean heights of the mean face, millimetres
 */
function settleBeside(
  sample: Float32Array,
  mean: Float32Array,
  { right, up, forward, nod, sway, roll }: Misplacement,
): void {
  const { columns, rows, cell, left, top } = RELIEF;
  const heights = sample.subarray(3 * RELIEF_CELLS);
  const before = heights.slice();
  const seen = (i: number) => before[i] !== 0;
  const slope = (from: number, to: number, cells: number) =>
    seen(from) && seen(to)
      ? (10 * (before[to] - before[from]) + mean[to] - mean[from]) / (cells * cell)
      : (mean[to] - mean[from]) / (cells * cell);
  for (let row = 1; row < rows - 1; row++)
    for (let i = row * columns + 1; i < (row + 1) * columns - 1; i++) {
      if (!seen(i)) continue;
      const x = left + ((i % columns) + 0.5) * cell;
      const y = top - (row + 0.5) * cell;
      const across = right - roll * y;
      const upwards = up + roll * x;
      const moved =
        forward +
        sway * x +
        nod * y +
        across * slope(i - 1, i + 1, 2) +
        upwards * slope(i + columns, i - columns, 2);
      heights[i] = before[i] + moved / 10;
    }
}

/** Left for right, in place. */
function mirror(sample: Float32Array): void {
  const { columns } = RELIEF;
  for (let row = 0; row < sample.length; row += columns) sample.subarray(row, row + columns).reverse();
}

/** Another lamp: each colour a little stronger or weaker, and all of them together. */
function tint(sample: Float32Array, random: Random): void {
  const all = random.between(0.75, 1.25);
  for (let c = 0; c < 3; c++) {
    const gain = all * random.between(0.9, 1.1);
    for (let i = c * RELIEF_CELLS; i < (c + 1) * RELIEF_CELLS; i++)
      if (sample[i] !== 0) sample[i] = Math.min(0.5, (sample[i] + 0.5) * gain - 0.5);
  }
}

/** A hand, a lock of hair, a reflection: a patch of 2 to 6 cm that no plane saw. */
function patch(sample: Float32Array, random: Random): void {
  const { columns, rows, cell } = RELIEF;
  const width = Math.round(random.between(20, 60) / cell);
  const height = Math.round(random.between(20, 60) / cell);
  const left = random.below(columns) - (width >> 1);
  const top = random.below(rows) - (height >> 1);
  for (let y = Math.max(0, top); y < Math.min(rows, top + height); y++)
    for (let x = Math.max(0, left); x < Math.min(columns, left + width); x++)
      for (let plane = 0; plane < 4; plane++) sample[plane * RELIEF_CELLS + y * columns + x] = 0;
}
