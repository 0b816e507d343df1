import type { Command } from 'commander';
import { describeAll } from '../../../adapters/evaluation/describe-pictures.ts';
import { readPairs, type PicturePair } from '../../../adapters/evaluation/pairs-file.ts';
import { curveOf, type EvaluationReport } from '../../../adapters/evaluation/report/report.ts';
import { FacetError } from '../../../contract/result.ts';
import {
  accuracyOverFolds,
  type FoldAccuracy,
  type JudgedPair,
} from '../../../core/evaluation/fold-accuracy.ts';
import { beginComparisons } from '../../../core/evaluation/tally.ts';
import { embeddingDistance } from '../../../core/face/embedding.ts';
import { EXIT } from '../exit-codes.ts';
import { outputOf } from '../options.ts';
import { finish, type Output } from '../output.ts';
import {
  BETWEEN_UNIT_VECTORS,
  descriptorLimit,
  listed,
  pictureKind,
  progressOf,
  reportOption,
  syntheticOption,
  tell,
  threadsOption,
  type PictureOptions,
} from './evaluate-output.ts';

interface PairsOptions extends PictureOptions {
  readonly images: string;
}

export function evaluatePairs(group: Command): void {
  const command = group
    .command('pairs <file>')
    .description('The descriptor on pairs of pictures, listed as Labeled Faces in the Wild lists them')
    .requiredOption('--images <folder>', 'a folder a person, pictures named PERSON/PERSON_0001.jpg or .png');
  syntheticOption(threadsOption(reportOption(command))).action(
    async (file: string, options: PairsOptions, self: Command) => {
      const output = outputOf(self);
      await finish(output, async () => {
        const limit = await descriptorLimit();
        const pairs = await readPairs(file, options.images);
        const { distances, noFace } = await comparePairs(pairs, options.threads, output);
        const comparisons = beginComparisons();
        for (const { same, distance } of distances)
          if (distance !== Infinity) comparisons[same ? 'genuine' : 'impostor'].add(distance);
        const lost = distances.filter(({ distance }) => distance === Infinity).length;
        const accuracy = accuracyOverFolds(distances);
        const report: EvaluationReport = {
          title: 'Pairs of pictures',
          data: `${pairs.length} pairs in ${accuracy.folds.length} ${accuracy.folds.length === 1 ? 'fold' : 'folds'} of ${file}, ${pictureKind(options)} in ${options.images}.`,
          command: `facet evaluate pairs ${file} --images ${options.images}`,
          curves: [curveOf('Descriptor', comparisons, BETWEEN_UNIT_VECTORS, limit)],
          tables: [accuracyTable(accuracy)],
          notes: [
            accuracy.crossValidated
              ? 'Each fold is decided at the threshold that suits the other folds best.'
              : 'With one fold the threshold is chosen on the very pairs that it decides: an upper bound.',
            ...(noFace.length > 0
              ? [
                  `No face was found in ${noFace.length} pictures (${listed(noFace)}): their ${lost} pairs count as wrong in the accuracy and are left out of the comparisons.`,
                ]
              : []),
          ],
        };
        await tell(
          output,
          report,
          { synthetic: options.synthetic ?? false, pairs: pairs.length, accuracy, noFace, lostPairs: lost },
          options.report,
        );
        return EXIT.ok;
      });
    },
  );
}

/** @throws FacetError `bad-input` for a picture that cannot be read, or where there is no face at all */
async function comparePairs(pairs: readonly PicturePair[], threads: number, output: Output) {
  const paths = [...new Set(pairs.flatMap(({ first, second }) => [first, second]))];
  const described = await describeAll(paths, threads, progressOf(output, paths.length, 'pictures'));
  const descriptors = new Map<string, Float32Array>();
  const noFace: string[] = [];
  for (const [i, picture] of described.entries()) {
    // Pairs with a picture left out would be another list than the one that others measured on.
    if (picture.kind === 'unreadable') throw new FacetError('bad-input', picture.message);
    if (picture.kind === 'face') descriptors.set(paths[i], picture.descriptor);
    else noFace.push(paths[i]);
  }
  if (descriptors.size === 0)
    throw new FacetError('bad-input', `No face was found in any of the ${paths.length} pictures.`);
  const distances = pairs.map(({ fold, same, first, second }): JudgedPair => {
    const [a, b] = [descriptors.get(first), descriptors.get(second)];
    return { fold, same, distance: a && b ? embeddingDistance(a, b) : Infinity };
  });
  return { distances, noFace };
}

const accuracyTable = ({ folds, mean, standardError }: FoldAccuracy) => ({
  caption: `Accuracy ${share(mean)}${standardError === undefined ? '' : ` ± ${share(standardError)} (standard error over ${folds.length} folds)`}`,
  head: ['fold', 'accuracy', 'pairs', 'threshold'],
  rows: folds.map(({ accuracy, pairs, threshold }, i) => [
    String(i + 1),
    share(accuracy),
    String(pairs),
    threshold.toFixed(4),
  ]),
});

const share = (value: number): string => `${(100 * value).toFixed(2)} %`;
