/** Faces that people make: weights of expression units (shape.ts), from a mild smile to a jaw that hangs. */
import type { Random } from '../../../core/random.ts';

/** Weights by name: of a unit, such as `mouth-open`, or of a whole target, such as `cheek/l-cheek-volume-inflate`. */
export type Expression = Readonly<Record<string, number>>;

/** Mild ones, as people make them while they wait for a screen. */
const MILD = {
  neutral: {},
  smile: { 'mouth-corner-puller': 0.8, 'eye-left-slit': 0.25, 'eye-right-slit': 0.25 },
  grin: {
    'mouth-corner-puller': 0.9,
    'mouth-part-later': 0.5,
    'eye-left-slit': 0.35,
    'eye-right-slit': 0.35,
  },
  'open-mouth': { 'mouth-open': 0.7 },
  frown: { 'eyebrows-left-down': 0.6, 'eyebrows-right-down': 0.6, 'mouth-depression': 0.5 },
  surprise: {
    'eyebrows-left-up': 0.8,
    'eyebrows-right-up': 0.8,
    'eye-left-opened-up': 0.6,
    'eye-right-opened-up': 0.6,
    'mouth-open': 0.35,
  },
  'eyes-closed': { 'eye-left-closure': 1, 'eye-right-closure': 1 },
} as const satisfies Record<string, Expression>;

/** Broad ones: about as strong as a face can make them. */
const BROAD = {
  'broad-smile': {
    'mouth-corner-puller': 1.2,
    'mouth-part-later': 0.9,
    'mouth-elevation': 0.4,
    'eye-left-slit': 0.6,
    'eye-right-slit': 0.6,
    'cheek/l-cheek-inner-inflate': 0.4,
    'cheek/r-cheek-inner-inflate': 0.4,
  },
  speech: { 'mouth-open': 0.3, 'mouth-protusion': 0.4, 'mouth-eversion': 0.4, 'mouth-part-later': 0.2 },
  'wide-open': { 'mouth-open': 1.15, 'eyebrows-left-up': 0.3, 'eyebrows-right-up': 0.3 },
  'puffed-cheeks': {
    'cheek/l-cheek-volume-inflate': 1,
    'cheek/r-cheek-volume-inflate': 1,
    'mouth-compression': 0.7,
    'mouth-protusion': 0.3,
  },
  'pursed-lips': { 'mouth-pursing': 0.9, 'mouth-protusion': 0.5 },
  'raised-brows': {
    'eyebrows-left-up': 1.2,
    'eyebrows-right-up': 1.2,
    'eye-left-opened-up': 0.5,
    'eye-right-opened-up': 0.5,
  },
  'knit-brows': {
    'eyebrows-left-down': 1.1,
    'eyebrows-right-down': 1.1,
    'eye-left-slit': 0.6,
    'eye-right-slit': 0.6,
    'nose-compression': 0.6,
  },
  squint: {
    'eye-left-slit': 1,
    'eye-right-slit': 1,
    'mouth-upward-retraction': 0.5,
    'nose-left-elevation': 0.5,
    'nose-right-elevation': 0.5,
  },
  sneer: {
    'nose-left-elevation': 0.9,
    'eye-left-slit': 0.7,
    'eyebrows-left-down': 0.7,
    'mouth-retraction': 0.4,
  },
  wink: { 'eye-right-closure': 1, 'eyebrows-right-down': 0.5, 'mouth-corner-puller': 0.6 },
} as const satisfies Record<string, Expression>;

export const EXPRESSIONS = { ...MILD, ...BROAD } as const;
export type ExpressionName = keyof typeof EXPRESSIONS;

const names = <T extends object>(table: T) => Object.keys(table) as (keyof T & string)[];
export const BROAD_EXPRESSIONS: readonly ExpressionName[] = names(BROAD);

/** How strong a drawn expression is beside its table, and the strongest weight that any unit gets. */
const STRENGTH = [0.5, 1.15] as const;
const STRONGEST = 1.3;

/** Units of which a drawn expression has some at random, so that no network learns the table by heart. */
const BESIDES = [
  'mouth-open',
  'mouth-corner-puller',
  'mouth-part-later',
  'mouth-depression',
  'mouth-elevation',
  'mouth-protusion',
  'mouth-compression',
  'mouth-retraction',
  'eyebrows-left-up',
  'eyebrows-right-up',
  'eyebrows-left-inner-up',
  'eyebrows-right-inner-up',
  'eyebrows-left-down',
  'eyebrows-right-down',
  'eye-left-slit',
  'eye-right-slit',
  'nose-left-dilatation',
  'nose-right-dilatation',
  'nose-depression',
] as const;

/** An expression like the named one, as somebody makes it once: its strength, its sides and what goes with it are drawn. */
export function varied(random: Random, name: ExpressionName): Expression {
  const weights: Record<string, number> = {};
  const add = (unit: string, weight: number) =>
    (weights[unit] = Math.min(STRONGEST, (weights[unit] ?? 0) + weight));
  const strength = random.between(...STRENGTH);
  const lean = 0.25 * random.normal();
  for (const [unit, weight] of Object.entries(EXPRESSIONS[name])) {
    const side = /left|\/l-/.test(unit) ? 1 + lean : /right|\/r-/.test(unit) ? 1 - lean : 1;
    add(unit, weight * strength * Math.max(0, side));
  }
  if (name === 'neutral') return weights;
  for (let i = random.below(4); i > 0; i--) add(random.pick(BESIDES), 0.35 * random.uniform());
  return weights;
}
