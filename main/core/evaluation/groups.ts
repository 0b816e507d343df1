/** False matches by group of people, at one threshold for all. */
import { wilsonRate, type Rate } from './rates.ts';
import { DistanceTally } from './tally.ts';

/** With fewer errors a group's rate is no number to divide by. */
const LEAST_ERRORS = 3;

export interface GroupReport {
  readonly threshold: number;
  readonly groups: readonly { readonly group: string; readonly falseMatches: Rate }[];
  /** The highest rate over the lowest; undefined where the lowest group has fewer than three errors. */
  readonly worstToBest: number | undefined;
  /** The highest rate over the mean of all groups; undefined where no group has three errors. */
  readonly worstToMean: number | undefined;
}

/** @param impostors comparisons of different people of the same group, by group */
export function reportGroups(impostors: ReadonlyMap<string, DistanceTally>, threshold: number): GroupReport {
  const groups = [...impostors]
    .filter(([, tally]) => tally.total > 0)
    .map(([group, tally]) => ({ group, falseMatches: wilsonRate(tally.within(threshold), tally.total) }))
    .sort((a, b) => (a.group < b.group ? -1 : 1));
  const rates = groups.map(({ falseMatches }) => falseMatches).sort((a, b) => a.rate - b.rate);
  const [best, worst] = [rates.at(0), rates.at(-1)];
  const mean = rates.reduce((sum, { rate }) => sum + rate, 0) / rates.length;
  return {
    threshold,
    groups,
    worstToBest: best && worst && best.errors >= LEAST_ERRORS ? worst.rate / best.rate : undefined,
    worstToMean: worst && worst.errors >= LEAST_ERRORS ? worst.rate / mean : undefined,
  };
}

/** The group's tally, begun where there is none. */
export function tallyOf(groups: Map<string, DistanceTally>, group: string, span?: number): DistanceTally {
  const tally = groups.get(group) ?? new DistanceTally(span);
  groups.set(group, tally);
  return tally;
}
