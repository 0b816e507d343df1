/** Accuracy over folds, as for Labeled Faces in the Wild: each fold is decided at the threshold that suits the others best. */

export interface JudgedPair {
  readonly fold: number;
  readonly same: boolean;
  /** Infinity where a face was not found: such a pair is wrong whatever the threshold. */
  readonly distance: number;
}

export interface FoldAccuracy {
  readonly folds: readonly {
    readonly accuracy: number;
    readonly threshold: number;
    readonly pairs: number;
  }[];
  readonly mean: number;
  /** Of the mean over the folds; undefined with one fold. */
  readonly standardError: number | undefined;
  /** False with one fold, whose threshold is chosen on the very pairs it decides: an upper bound. */
  readonly crossValidated: boolean;
}

export function accuracyOverFolds(pairs: readonly JudgedPair[]): FoldAccuracy {
  const numbers = [...new Set(pairs.map(({ fold }) => fold))].sort((a, b) => a - b);
  const crossValidated = numbers.length > 1;
  const folds = numbers.map((number) => {
    const own = pairs.filter(({ fold }) => fold === number);
    const threshold = bestThreshold(crossValidated ? pairs.filter(({ fold }) => fold !== number) : own);
    return { accuracy: shareRight(own, threshold), threshold, pairs: own.length };
  });
  const mean = folds.reduce((sum, { accuracy }) => sum + accuracy, 0) / folds.length;
  const square = folds.reduce((sum, { accuracy }) => sum + (accuracy - mean) ** 2, 0);
  return {
    folds,
    mean,
    standardError: crossValidated ? Math.sqrt(square / (folds.length - 1) / folds.length) : undefined,
    crossValidated,
  };
}

const shareRight = (pairs: readonly JudgedPair[], threshold: number): number =>
  pairs.filter(({ same, distance }) => distance !== Infinity && same === distance <= threshold).length /
  pairs.length;

/** Midway between the two distances that most decisions lie rightly about. */
function bestThreshold(pairs: readonly JudgedPair[]): number {
  const sorted = pairs
    .filter(({ distance }) => distance !== Infinity)
    .sort((a, b) => a.distance - b.distance);
  // Rightly accepted less falsely accepted; what is refused rightly differs from it by a constant.
  let balance = 0;
  // With -1 nothing is accepted.
  let best = { balance: 0, threshold: -1 };
  for (const [i, { same, distance }] of sorted.entries()) {
    balance += same ? 1 : -1;
    const next = sorted[i + 1]?.distance ?? distance + 1;
    if (next > distance && balance > best.balance) best = { balance, threshold: (distance + next) / 2 };
  }
  return best.threshold;
}
