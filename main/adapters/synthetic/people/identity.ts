/**
 * Who a synthetic person is: plain data, drawn from a seed. Seeds are named by pool, `train/123`, `validation/4`,
 * `test/17`, so that pools cannot share a person: a seed is hashed whole, and different seeds give independent draws.
 */
import { Random } from '../../../core/random.ts';
import type { Deformation } from './deformation.ts';
import { keeper } from './keeper.ts';
import type { HeadPack } from './pack.ts';

export type Ancestry = 'african' | 'asian' | 'caucasian';
export const ANCESTRIES: readonly Ancestry[] = ['african', 'asian', 'caucasian'];
export type FacialHair = 'none' | 'stubble' | 'moustache' | 'beard';
type Rgb = readonly [number, number, number];

export interface Identity {
  readonly seed: string;
  /** Shares that add up to 1. */
  readonly ancestry: Readonly<Record<Ancestry, number>>;
  /** 0 female … 1 male. */
  readonly male: number;
  /** Years, 18 … 80. */
  readonly age: number;
  /** 0 thin … 1 heavy; ½ average. */
  readonly weight: number;
  /** 0 … 1; ½ average. */
  readonly muscle: number;
  /** Weights of detail targets by the target's name. */
  readonly details: Readonly<Record<string, number>>;
  readonly skin: string;
  /** Linear-light factors on the skin picture: one picture serves many complexions. */
  readonly skinTone: Rgb;
  readonly eyes: string;
  readonly brows: string;
  /** A style of the pack, or `none` (bald) or `cropped` (a few millimetres). */
  readonly hair: string;
  /** Linear-light colour. */
  readonly hairColour: Rgb;
  readonly facialHair: FacialHair;
  readonly shirt: Rgb;
  /** What makes this head unlike any that the pack's targets can make; nobody is drawn with one. */
  readonly deformation?: Deformation;
}

/**
 * How strong the detail targets are: the standard deviation of a target pair's weight. 0.27 gives a spread of 4.7 mm rms
 * in the face region, near that of real scans (4.3 mm); 0.6 gives caricatures.
 */
const DETAIL_AMPLITUDE = 0.27;

const OPPOSITES: readonly (readonly [string, string])[] = [
  ['less', 'more'],
  ['in', 'out'],
  ['down', 'up'],
  ['min', 'max'],
  ['decr', 'incr'],
  ['backward', 'forward'],
  ['deflate', 'inflate'],
  ['decrease', 'increase'],
  ['small', 'big'],
  ['compress', 'uncompress'],
  ['concave', 'convex'],
  ['lessgreek', 'moregreek'],
  ['lesshump', 'morehump'],
  ['point', 'potato'],
  ['pointed', 'triangle'],
  ['square', 'round'],
];

/** A direction in which a face can vary: one target against its opposite, or alone. */
interface Trait {
  readonly name: string;
  readonly less?: string;
  readonly more: string;
  /** Share of DETAIL_AMPLITUDE. */
  readonly strength: number;
}

/** Lateral shifts are asymmetries: real faces have a little. Brows that slant inwards make everyone look angry. */
function strengthOf(name: string): number {
  if (/^asym|-trans-in$|-trans-horiz-in$|-trans-out$/.test(name)) return 0.3;
  if (/^ears/.test(name)) return 0.8;
  if (/^neck|^head|eyebrows-angle/.test(name)) return 0.5;
  return 1;
}

/** Pairs the detail targets with their opposites; left and right stay separate traits of one name. */
function traitsOf(targets: readonly string[]): Trait[] {
  const known = new Set(targets);
  const traits: Trait[] = [];
  for (const more of targets) {
    if (/^(macrodetails|expression)\//.test(more)) continue;
    const cut = more.lastIndexOf('-');
    const [stem, ending] = [more.slice(0, cut), more.slice(cut + 1)];
    if (more.startsWith('asym/')) {
      if (ending === 'r') traits.push({ name: stem, less: `${stem}-l`, more, strength: strengthOf(more) });
      continue;
    }
    const opposite = OPPOSITES.find(([, b]) => b === ending)?.[0];
    if (opposite !== undefined && known.has(`${stem}-${opposite}`))
      traits.push({ name: stem, less: `${stem}-${opposite}`, more, strength: strengthOf(more) });
    else if (!OPPOSITES.some(([a, b]) => (a === ending && known.has(`${stem}-${b}`)) || b === ending))
      traits.push({ name: more, more, strength: 0.5 });
  }
  return traits;
}

const keepTraits = keeper<HeadPack, Trait[]>();

/** Linear-light hair colours with how common each is for hair that has not gone grey. */
const HAIR_COLOURS: readonly { readonly colour: Rgb; readonly dark: boolean }[] = [
  { colour: [0.022, 0.017, 0.015], dark: true },
  { colour: [0.035, 0.024, 0.018], dark: true },
  { colour: [0.07, 0.042, 0.027], dark: true },
  { colour: [0.13, 0.075, 0.042], dark: false },
  { colour: [0.24, 0.15, 0.08], dark: false },
  { colour: [0.48, 0.33, 0.17], dark: false },
  { colour: [0.22, 0.075, 0.03], dark: false },
];
const GREY: Rgb = [0.24, 0.24, 0.245];
/** Styles whose fringe hides an eye: in the pack for trials of occlusion, drawn for nobody. */
const HIDES_AN_EYE = /^(bob02|short03)$/;
const SHIRTS: readonly Rgb[] = [
  [0.03, 0.05, 0.12],
  [0.5, 0.5, 0.5],
  [0.02, 0.02, 0.022],
  [0.2, 0.03, 0.03],
  [0.05, 0.16, 0.09],
  [0.18, 0.26, 0.42],
  [0.36, 0.26, 0.14],
  [0.75, 0.74, 0.72],
];

const mix = (a: number, b: number, t: number): number => a + (b - a) * t;
const mixRgb = (a: Rgb, b: Rgb, t: number): Rgb => [
  mix(a[0], b[0], t),
  mix(a[1], b[1], t),
  mix(a[2], b[2], t),
];
const between = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Draws a person. Ancestry, sex and age come in equal parts. The same pack and seed give the same person. */
export function sampleIdentity(pack: HeadPack, seed: string): Identity {
  const random = new Random(`identity/${seed}`);
  const main = random.pick(ANCESTRIES);
  const share = random.between(0.6, 1);
  const split = random.uniform();
  const [second, third] = ANCESTRIES.filter((a) => a !== main) as [Ancestry, Ancestry];
  const ancestry = {
    african: 0,
    asian: 0,
    caucasian: 0,
    [main]: share,
    [second]: (1 - share) * split,
    [third]: (1 - share) * (1 - split),
  };
  const isMale = random.below(2) === 1;
  const male = isMale ? random.between(0.75, 1) : random.between(0, 0.25);
  const age = random.between(18, 80);
  const weight = between(0.5 + 0.16 * random.normal(), 0, 1);
  const muscle = between(0.5 + 0.2 * random.normal(), 0, 1);

  const traits = keepTraits(pack, 'traits', () => traitsOf(pack.content.targets));
  const details: Record<string, number> = {};
  const paired = new Map<string, number>();
  for (const { name, less, more, strength } of traits) {
    // Left and right of one trait share their draw but for a tenth.
    const shared = name.replace(/\/[lr]-/, '/');
    let value = paired.get(shared);
    if (value === undefined) paired.set(shared, (value = random.normal()));
    if (shared !== name) value = 0.98 * value + 0.15 * random.normal();
    value = between(value, -2.2, 2.2) * strength * DETAIL_AMPLITUDE;
    const target = value >= 0 ? more : less;
    if (target !== undefined) details[target] = Math.abs(value);
  }

  const stage = age < 38 ? 'young' : age < 60 ? 'middleage' : 'old';
  const skins = pack.content.skins.filter((s) =>
    s.startsWith(`${stage}_${main}_${isMale ? 'male' : 'female'}`),
  );
  const skin = random.pick(skins);
  const light = random.between(main === 'african' ? 0.65 : 0.8, 1.12);
  const warmth = random.between(-0.03, 0.03);
  const skinTone: Rgb = [light * (1 + warmth), light, light * (1 - warmth)];

  const eyes = main === 'caucasian' ? random.pick(pack.content.eyes) : 'brown';
  const brows = random.pick(pack.content.brows);
  const colours = HAIR_COLOURS.filter(({ dark }) => main === 'caucasian' || dark);
  const greyness = between((age - 45) / 30 + 0.2 * random.normal(), 0, 1);
  const hairColour = mixRgb(random.pick(colours).colour, GREY, greyness);
  const shown = pack.content.hair.filter((name) => !HIDES_AN_EYE.test(name));
  const short = shown.filter((name) => name.startsWith('short'));
  const long = shown.filter((name) => !name.startsWith('short') && name !== 'afro01');
  const styles = isMale
    ? [...short, ...short, 'cropped', 'cropped', 'none', age > 45 ? 'none' : 'cropped']
    : [...long, ...long, ...short, 'cropped'];
  if (main === 'african') styles.push('afro01', 'afro01', 'cropped', 'cropped');
  const hair = random.pick(styles);
  const facialHair: FacialHair = isMale
    ? random.pick(['none', 'none', 'stubble', 'moustache', 'beard'])
    : 'none';
  return {
    seed,
    ancestry,
    male,
    age,
    weight,
    muscle,
    details,
    skin,
    skinTone,
    eyes,
    brows,
    hair,
    hairColour,
    facialHair,
    shirt: random.pick(SHIRTS),
  };
}

/** How much of the shape a sibling shares, where people are judged by theirs. */
export const SIBLING = 0.7;

/**
 * A sibling: shape `share` of the way from a stranger (drawn from `seed`) back to `identity`, with the same skin, eyes,
 * brows and hair.
 * @param share 0 stranger's shape … 1 the identity's own.
 */
export function lookalike(pack: HeadPack, identity: Identity, seed: string, share: number): Identity {
  const other = sampleIdentity(pack, seed);
  const blend = (a: number, b: number): number => mix(b, a, share);
  const details: Record<string, number> = {};
  for (const name of [...new Set([...Object.keys(identity.details), ...Object.keys(other.details)])].sort())
    details[name] = blend(identity.details[name] ?? 0, other.details[name] ?? 0);
  return {
    ...identity,
    seed: `${identity.seed}~${seed}`,
    ancestry: {
      african: blend(identity.ancestry.african, other.ancestry.african),
      asian: blend(identity.ancestry.asian, other.ancestry.asian),
      caucasian: blend(identity.ancestry.caucasian, other.ancestry.caucasian),
    },
    male: blend(identity.male, other.male),
    age: blend(identity.age, other.age),
    weight: blend(identity.weight, other.weight),
    muscle: blend(identity.muscle, other.muscle),
    details,
  };
}
