/** Judges a head by what it did not learn from, and says whether it may take the old one's place. */
import type { Embeddings } from '../../contract/evidence.ts';
import type { DetPoint, Judgement, RetrainVerdict } from '../../contract/states/retrain.ts';
import { countedRate } from '../evaluation/rates.ts';
import { requiredDistance, type Requirement } from '../judge/match.ts';

/** What is held out, and the looks that it is compared with. */
export interface HeldOut {
  readonly own: readonly Embeddings[];
  readonly impostors: readonly Embeddings[];
  readonly views: readonly Embeddings[];
}

/** False-accept rates at which the curve is drawn. */
const DET = [0.3, 0.1, 0.03, 0.01, 0.003, 0.001] as const;

/**
 * Counts with the limit that is worst for each: the person has to reach the strictest one (many fused frames), a stranger the loosest.
 * @param levels the requirements of each sensitivity, which differ in their limits alone
 * @returns a judgement of each level
 */
export function judge(
  levels: readonly (readonly Requirement[])[],
  { own, impostors, views }: HeldOut,
): Judgement[] {
  const distances = (face: Embeddings) =>
    levels[0].map((requirement) => requiredDistance(face, views, requirement) ?? Infinity);
  const [mine, theirs] = [own.map(distances), impostors.map(distances)];
  return levels.map((requirements) => judgeAt(requirements, mine, theirs));
}

/** @param mine the distance in each requirement, of each face of the person */
function judgeAt(
  requirements: readonly Requirement[],
  mine: readonly (readonly number[])[],
  theirs: readonly (readonly number[])[],
): Judgement {
  const [strict, loose] = [Math.min, Math.max].map((pick) =>
    requirements.map(({ limits }) => pick(...limits.map(({ distance }) => distance))),
  );
  const within = (all: readonly number[], limits: readonly number[]) => all.every((d, i) => d <= limits[i]);
  // The last requirement is the fused one; a face that another refuses is as far as can be.
  const last = requirements.length - 1;
  const judged = (all: readonly number[]) =>
    within(all.slice(0, last), loose.slice(0, last)) ? all[last] : Infinity;
  return {
    falseAccepts: countedRate(theirs.filter((all) => within(all, loose)).length, theirs.length),
    falseRejects: countedRate(mine.filter((all) => !within(all, strict)).length, mine.length),
    det: curve(mine.map(judged), theirs.map(judged)),
  };
}

/** Never a higher false-accept rate, and a better or equal false-reject rate. */
export function verdictOf(before: Judgement, after: Judgement): RetrainVerdict {
  if (after.falseAccepts.errors > before.falseAccepts.errors) return 'more-false-accepts';
  if (after.falseRejects.errors > before.falseRejects.errors) return 'more-false-rejects';
  const fewer =
    after.falseAccepts.errors < before.falseAccepts.errors ||
    after.falseRejects.errors < before.falseRejects.errors;
  return fewer ? 'better' : 'as-good';
}

export const isPromoted = (verdict: RetrainVerdict): boolean => verdict === 'better' || verdict === 'as-good';

function curve(mine: readonly number[], theirs: readonly number[]): DetPoint[] {
  const sorted = [...theirs].sort((a, b) => a - b);
  return DET.filter((rate) => rate * sorted.length >= 1).map((rate) => {
    const limit = sorted[Math.floor(rate * sorted.length)];
    const missed = mine.filter((distance) => distance >= limit).length / mine.length;
    return { falseAccept: rate, falseReject: Math.round(1000 * missed) / 1000 };
  });
}
