/** Everybody's probes against everybody's enrolment, in the ways that the report asks for. */
import { reportComparisons } from '../../core/evaluation/comparison-report.ts';
import { tallyOf } from '../../core/evaluation/groups.ts';
import { wilsonRate, type Rate } from '../../core/evaluation/rates.ts';
import { beginComparisons, type Comparisons, type DistanceTally } from '../../core/evaluation/tally.ts';
import { EXPRESSIONS } from '../synthetic/people/expressions.ts';
import { embeddingDistance } from '../../core/face/embedding.ts';
import { PROBE_FRAMES, type ReliefPerson, type ReliefProbe } from './relief-people.ts';

/** `one-skin`: colour is taken away from everybody; `skins`: colour counts where both sides have it. */
const VIEWS = ['one-skin', 'skins'] as const;
type View = (typeof VIEWS)[number];

export interface ReliefComparison {
  readonly view: View;
  readonly fused: number;
  readonly comparisons: Comparisons;
  /** Different people of one ancestry, sex or age. */
  readonly groups: ReadonlyMap<string, DistanceTally>;
  /** Genuine distances and what their sessions were like. */
  readonly genuine: readonly { readonly distance: number; readonly probe: ReliefProbe }[];
}

function compareReliefs(people: readonly ReliefPerson[], view: View, fused: number): ReliefComparison {
  const comparisons = beginComparisons();
  const groups = new Map<string, DistanceTally>();
  const genuine: { distance: number; probe: ReliefProbe }[] = [];
  for (const visitor of people)
    for (const probe of visitor.probes) {
      if (probe.fused !== fused) continue;
      for (const owner of people) {
        const distance = distanceIn(view, probe, owner);
        if (owner === visitor) {
          comparisons.genuine.add(distance);
          genuine.push({ distance, probe });
          continue;
        }
        comparisons.impostor.add(distance);
        for (const kind of ['ancestry', 'sex', 'ageClass'] as const)
          if (owner.person[kind] === visitor.person[kind]) tallyOf(groups, owner.person[kind]).add(distance);
      }
    }
  return { view, fused, comparisons, groups, genuine };
}

const distanceIn = (view: View, probe: ReliefProbe, { enrolled }: ReliefPerson): number =>
  view === 'skins' && probe.colour && enrolled.colour
    ? embeddingDistance(probe.colour, enrolled.colour)
    : embeddingDistance(probe.shape, enrolled.shape);

const CONDITIONS: readonly (readonly [string, (session: ReliefProbe['session']) => boolean])[] = [
  ['nothing worn, neutral', (s) => s.accessories.length === 0 && s.expression === 'neutral'],
  ['glasses', (s) => s.accessories.includes('glasses')],
  ['hat over the brow', (s) => s.accessories.includes('hat')],
  ['hair over the brow', (s) => s.accessories.includes('fringe')],
  ['scarf', (s) => s.accessories.includes('scarf')],
  ['beard', (s) => s.accessories.includes('beard')],
  ...[...Object.keys(EXPRESSIONS), 'grimace'].map(
    (name) => [`expression: ${name}`, (s: ReliefProbe['session']) => s.expression === name] as const,
  ),
  ['depth error of 1 mm or more', (s) => (s.depthError ?? 0) >= 1],
  ['beyond a metre', (s) => (s.distance ?? 0) > 1000],
  ['Kinect v1', (s) => s.sensor === 'kinect-v1'],
  ['Kinect v2', (s) => s.sensor === 'kinect-v2'],
  ['dark', (s) => s.spectrum === 'infrared'],
];

/** False non-matches by what the sessions were like, at one threshold for all. */
export const byCondition = (
  { genuine }: ReliefComparison,
  threshold: number,
): readonly { readonly condition: string; readonly falseNonMatches: Rate }[] =>
  CONDITIONS.map(([condition, holds]) => {
    const these = genuine.filter(({ probe }) => holds(probe.session));
    const missed = these.filter(({ distance }) => distance > threshold).length;
    return { condition, falseNonMatches: wilsonRate(missed, these.length) };
  }).filter(({ falseNonMatches }) => falseNonMatches.of > 0);

/** The threshold at a false-match rate, or at the lowest that these comparisons resolve. */
export function thresholdAt(
  { comparisons }: ReliefComparison,
  fmr: number,
): { readonly fmr: number; readonly threshold: number } | undefined {
  const resolved = reportComparisons(comparisons).points.flatMap((point) => (point.resolved ? [point] : []));
  return resolved.find((point) => point.fmr === fmr) ?? resolved.at(-1);
}

/** Each view, of eight fused frames and of one alone. */
export const compareAll = (people: readonly ReliefPerson[]): readonly ReliefComparison[] =>
  [PROBE_FRAMES, 1].flatMap((fused) => VIEWS.map((view) => compareReliefs(people, view, fused)));
