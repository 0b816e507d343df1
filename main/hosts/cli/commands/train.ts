import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { calibrate, type Calibration } from '../../../adapters/corpus/calibrate-models.ts';
import { trainLasting, type LastingReport } from '../../../adapters/corpus/train-lasting.ts';
import { trainLinear } from '../../../adapters/corpus/train-linear.ts';
import { checkStills, realPeople } from '../../../adapters/evaluation/real-folder.ts';
import type { RealPersonOutcome } from '../../../adapters/evaluation/real-trial.ts';
import { runRealParts } from '../../../adapters/evaluation/run-real.ts';
import { modelsFolder } from '../../../adapters/program-files.ts';
import type { CourseReport } from '../../../adapters/trainer/run-course.ts';
import { trainArticle, type TrainArticleReport } from '../../../adapters/trainer/train-article.ts';
import { trainReliefs, type TrainReliefsReport } from '../../../adapters/trainer/train-reliefs.ts';
import type { Separation } from '../../../adapters/trainer/validate-reliefs.ts';
import type { Threshold } from '../../../contract/manifest.ts';
import { FacetError } from '../../../contract/result.ts';
import { describeRate } from '../../../core/evaluation/rates.ts';
import { EXIT } from '../exit-codes.ts';
import { countOf, outputOf, untilInterrupted } from '../options.ts';
import { finish, type Output } from '../output.ts';
import { isDevelopment } from './evaluate-real.ts';

interface Options {
  readonly people: number;
  readonly threads: number;
}

interface CalibrateOptions extends Options {
  readonly real?: string;
}

interface TrainOptions extends Omit<Options, 'people'> {
  readonly people?: number;
  readonly network: 'facet-rgbd' | 'article' | 'linear' | 'lasting';
  readonly data?: string;
  readonly validation?: string;
  readonly work?: string;
}

/** Whom the linear models learn from unless it is said. */
const PEOPLE = { linear: 2000, lasting: 1000 } as const;

const progressOf = (output: Output) => (stage: string, share: number) =>
  output.progress(`${stage}: ${Math.round(share * 100)} %`);

export function train(program: Command): void {
  program
    .command('train')
    .description('Train a shape model on synthetic people; calibrate afterwards')
    .addOption(
      new Option(
        '--network <name>',
        'facet-rgbd: the siamese network on reliefs; article: the one on crops that Facet started from, for comparison; linear: the mean face and the linear model, from scratch; lasting: what lasts of a face with something new in it, for the facet-rgbd of models/',
      )
        .choices(['facet-rgbd', 'article', 'linear', 'lasting'])
        .default('facet-rgbd'),
    )
    .option('--data <folder>', 'facet-rgbd, article: dataset of the train pool (facet dataset)')
    .option('--validation <folder>', 'facet-rgbd, article: dataset of the validation pool')
    .option(
      '--work <folder>',
      'facet-rgbd, article: where checkpoint, curves and network go (default: beside the data)',
    )
    .option(
      '--people <count>',
      `linear, lasting: training people (default: ${PEOPLE.linear}, ${PEOPLE.lasting})`,
      countOf,
    )
    .option('--threads <count>', 'linear, lasting: worker threads', countOf, availableParallelism())
    .action(async (options: TrainOptions, command: Command) => {
      const output = outputOf(command);
      await finish(output, async () => {
        const given = { threads: options.threads, folder: modelsFolder(), progress: progressOf(output) };
        if (options.network === 'linear') {
          const report = await trainLinear({ ...given, people: options.people ?? PEOPLE.linear });
          output.result(
            { ok: true, ...report },
            `Trained on ${report.samples} reliefs of ${report.people} synthetic people; ${report.dimensions} dimensions.`,
          );
          return EXIT.ok;
        }
        if (options.network === 'lasting') {
          const report = await trainLasting({ ...given, people: options.people ?? PEOPLE.lasting });
          output.result({ ok: true, synthetic: true, ...report }, describeLasting(report));
          return EXIT.ok;
        }
        const { data, validation } = options;
        if (data === undefined || validation === undefined)
          throw new FacetError(
            'bad-argument',
            'The siamese network needs --data and --validation: two datasets. Make them with facet dataset.',
          );
        const course = {
          data,
          validation,
          work: options.work ?? join(data, '..', options.network),
          signal: untilInterrupted(),
          progress: (text: string) => output.progress(text),
        };
        if (options.network === 'article') {
          const report = await trainArticle(course);
          output.result({ ok: true, ...report }, describeArticle(report));
          return EXIT.ok;
        }
        const report = await trainReliefs(modelsFolder(), course);
        output.result({ ok: true, synthetic: true, ...report }, describe(report));
        return EXIT.ok;
      });
    });
  program
    .command('calibrate')
    .description('Measure the thresholds on synthetic people of the validation pool')
    .option('--people <count>', 'validation people, validation/0 …', countOf, 100)
    .option('--real <folder>', 'real development people too, as scripts/real-faces.mjs writes them')
    .option('--threads <count>', 'worker threads', countOf, availableParallelism())
    .action(async (options: CalibrateOptions, command: Command) => {
      const output = outputOf(command);
      await finish(output, async () => {
        const progress = progressOf(output);
        const real =
          options.real === undefined ? [] : await developmentPeople(options.real, options.threads, output);
        const calibrations = await calibrate(
          modelsFolder(),
          options.people,
          options.threads,
          (share) => progress('Visits', share),
          real,
        );
        output.result({ ok: true, synthetic: true, calibrations }, describeCalibrations(calibrations));
        return EXIT.ok;
      });
    });
}

/** Those for reporting are left alone. */
async function developmentPeople(
  folder: string,
  threads: number,
  output: Output,
): Promise<RealPersonOutcome[]> {
  const people = (await realPeople(folder)).filter(({ name }) => isDevelopment(name));
  await checkStills(people);
  return runRealParts<RealPersonOutcome>(
    people.map(({ name, path }) => ({ part: 'person', name, path })),
    'real people',
    threads,
    (text) => output.progress(text),
  );
}

const describeCalibrations = (calibrations: readonly Calibration[]): string =>
  calibrations
    .flatMap(({ spectrum, fusion, shape }) => [
      `In ${spectrum}: ${percent(fusion.weights.shape)} shape, ${percent(fusion.weights.descriptor)} descriptor`,
      ...[['fused', fusion.thresholds] as const, ['shape alone', shape] as const].flatMap(
        ([what, thresholds]) =>
          thresholds.map(
            (t) =>
              `  ${what.padEnd(12)} ${t.fusedFrames} frames at ${t.falseAcceptRate}: ${t.distance.toFixed(3)}, false rejects ${counts(t.falseRejects)}, false accepts ${counts(t.falseAccepts)}`,
          ),
      ),
    ])
    .join('\n');

const percent = (share: number): string => `${Math.round(100 * share)} %`;
const counts = (measured: Threshold['falseAccepts']): string =>
  measured ? `${measured.errors} of ${measured.of}` : 'not counted';

const describeLasting = ({ people, dimensions, limits }: LastingReport): string =>
  [
    `Learned ${dimensions} dimensions from ${people} synthetic people.`,
    ...limits.map(
      ({ fusedFrames, distance, falseRejects, falseAccepts }) =>
        `  ${fusedFrames} frames: ${distance.toFixed(3)}; the hardest change missed ${counts(falseRejects)}, strangers let in ${counts(falseAccepts.strangers)}, siblings ${counts(falseAccepts.siblings)}`,
    ),
  ].join('\n');

const ENDS = {
  finished: 'Finished',
  early: 'Stopped early',
  diverged: 'Stopped where the loss was not a number any more',
  interrupted: 'Interrupted',
} as const;

const describeCourse = ({ end, steps, people, minutes, parity }: CourseReport): string[] => [
  `${ENDS[end]} after ${steps} steps (${people} people, ${minutes.toFixed(0)} min).`,
  `The exported network departs from TensorFlow's by ${parity.toExponential(1)} at most.`,
];

function describe(report: TrainReliefsReport): string {
  const rates = ({ trueAccept, equalError }: Separation) =>
    `true accepts ${(100 * trueAccept).toFixed(2)} % at a false-match rate of 1e-4, equal error rate ${(100 * equalError).toFixed(2)} %`;
  return [
    ...describeCourse(report),
    'Shape alone, one frame a probe, validation people:',
    `  the network       ${rates(report.network)}`,
    `  the linear model  ${rates(report.linear)}`,
  ].join('\n');
}

function describeArticle(report: TrainArticleReport): string {
  const { people, meanSame, meanDifferent, threshold, falseAccepts, falseRejects } = report.table;
  return [
    ...describeCourse(report),
    `${people} validation people, single crops: mean distance ${meanSame.toFixed(2)} of the same person, ${meanDifferent.toFixed(2)} of different ones.`,
    `At the threshold ${threshold}: false accepts ${describeRate(falseAccepts)}, false rejects ${describeRate(falseRejects)}.`,
  ].join('\n');
}
