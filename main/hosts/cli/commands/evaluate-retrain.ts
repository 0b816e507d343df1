import { Option, type Command } from 'commander';
import { filmPeople } from '../../../adapters/evaluation/retraining/film-people.ts';
import {
  measureRetraining,
  timeRetraining,
  type RetrainFigures,
} from '../../../adapters/evaluation/retraining/measure-retraining.ts';
import { OnnxEmbedder } from '../../../adapters/onnx/face-models.ts';
import { SHAPE_MODEL } from '../../../adapters/onnx/load-face-models.ts';
import { openModelLibrary } from '../../../adapters/onnx/model-library.ts';
import { modelsFolder } from '../../../adapters/program-files.ts';
import { fitHead, openBackend } from '../../../adapters/trainer/fit-head.ts';
import { loadImpostorPool } from '../../../adapters/trainer/impostor-pool.ts';
import { BACKENDS, type Backend } from '../../../contract/states/retrain.ts';
import { describeRate } from '../../../core/evaluation/rates.ts';
import type { FitProblem } from '../../../core/retrain/fit.ts';
import { DEFAULT_SENSITIVITY } from '../../../core/judge/policy.ts';
import { loadPolicies } from '../../../core/retrain/plan.ts';
import { loadPolicy } from '../../shared/policy.ts';
import { EXIT } from '../exit-codes.ts';
import { countOf, outputOf, untilInterrupted } from '../options.ts';
import { finish, unwrap } from '../output.ts';
import { identityOptions, threadsOption, whoOf, type IdentityOptions } from './evaluate-output.ts';

interface Options extends IdentityOptions {
  readonly visits: number;
  readonly films: string;
  readonly threads: number;
  readonly backend?: Backend;
}

export function evaluateRetrain(group: Command): void {
  const command = group
    .command('retrain')
    .description(
      'Synthetic people who retrain: what it is worth in new light, at new distances, with new noise',
    )
    .option('--visits <count>', 'visits of each, every fifth in the dark', countOf, 25)
    .option('--films <folder>', 'where what was rendered is kept', 'out/corpus/retraining')
    .addOption(new Option('--backend <name>', 'what computes').choices(BACKENDS));
  identityOptions(command, { from: 3400, count: 100 });
  threadsOption(command).action(async (options: Options, command: Command) => {
    const output = outputOf(command);
    await finish(output, async () => {
      const { pool, from, count, visits, films: folder, threads } = options;
      const signal = untilInterrupted();
      const models = modelsFolder();
      const shape = await OnnxEmbedder.open(await openModelLibrary(models), SHAPE_MODEL, { threads: 1 });
      const films = await filmPeople(shape, {
        folder,
        pool,
        from,
        people: count,
        enrols: true,
        visits,
        threads,
        signal,
        progress: (share) => output.progress(`Filming: ${Math.round(100 * share)} %`),
      });
      const policies = unwrap(await loadPolicies(loadPolicy));
      const resident = process.memoryUsage.rss();
      const { tf, backend } = await openBackend(options.backend);
      const impostors = await loadImpostorPool(models);
      output.progress('Retraining a large gallery');
      const fit = (problem: FitProblem, told: () => void = () => undefined) => fitHead(tf, problem, told);
      const cost = await timeRetraining(films, policies, impostors, fit, resident);
      const levels = await Promise.all(
        LEVELS.map(async (level) => ({ level, policy: unwrap(await loadPolicy(level)) })),
      );
      const measured = await measureRetraining(films, policies, levels, impostors, fit, (share) =>
        output.progress(`Retraining: ${Math.round(100 * share)} %`),
      );
      const who = whoOf(options);
      const report = { synthetic: true, who, visits, backend, cost, ...measured };
      output.result(
        { ok: true, ...report },
        `Synthetic people, ${who}\n${measured.levels.map(({ level, figures }) => `At the level ${level}\n${figures.map(describeFigures).join('\n')}`).join('\n')}\n${cost.views} views against ${cost.impostors} impostors: ${cost.seconds.toFixed(1)} s and ${Math.round(cost.megabytes)} MB (${backend})`,
      );
      return EXIT.ok;
    });
  });
}

/** That at which the goal is set, and that which the app has by default. */
const LEVELS = [1e-4, DEFAULT_SENSITIVITY] as const;

const LIGHT = { colour: 'In light', infrared: 'In the dark' } as const;

const rowsOf = ({ fixed, limits }: RetrainFigures) => [
  ...fixed.flatMap(
    (row) =>
      [
        [`false rejects where ${row.falseAcceptRate} of strangers are let in`, row],
        ['of these, where the descriptor lets the face through', row.passed],
      ] as const,
  ),
  ['false rejects at the limits of the level', limits.falseRejects] as const,
  ['false accepts at the limits of the level', limits.falseAccepts] as const,
];

/** The rates of one spectrum, before and after. */
export const describeFigures = (figures: RetrainFigures): string =>
  [
    LIGHT[figures.spectrum],
    ...rowsOf(figures).map(
      ([what, { before, after }]) =>
        `  ${what}: ${describeRate(before)} before, ${describeRate(after)} after`,
    ),
  ].join('\n');
