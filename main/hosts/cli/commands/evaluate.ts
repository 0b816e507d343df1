import { availableParallelism } from 'node:os';
import { Option, type Command } from 'commander';
import { spread } from '../../../adapters/corpus/spread.ts';
import type { TrialOutcome } from '../../../adapters/evaluation/people-trial.ts';
import { DESCRIPTOR_MODEL, SHAPE_MODEL } from '../../../adapters/onnx/load-face-models.ts';
import { openModelLibrary } from '../../../adapters/onnx/model-library.ts';
import { modelsFolder } from '../../../adapters/program-files.ts';
import { judgePeople, type PeopleReport } from '../../../core/evaluation/judge-trials.ts';
import { describeRate } from '../../../core/evaluation/rates.ts';
import {
  DEFAULT_SENSITIVITY,
  matchPolicy,
  SENSITIVITIES,
  type MatchPolicy,
  type Sensitivity,
} from '../../../core/judge/policy.ts';
import { EXIT } from '../exit-codes.ts';
import { countOf, indexOf, outputOf } from '../options.ts';
import { finish } from '../output.ts';

interface PeopleOptions {
  readonly pool: 'test' | 'validation';
  readonly from: number;
  readonly count: number;
  readonly visits: number;
  readonly attacks: number;
  readonly threads: number;
}

/** Frames of a visit: 1.67 s, longer than the longest refusal. */
const FRAMES = 50;

export function evaluate(program: Command): void {
  const group = program.command('evaluate').description('Measure accuracy');
  group
    .command('people')
    .description(
      'Synthetic people: enrolments, visits, strangers and attacks through the whole path, at every sensitivity',
    )
    .addOption(
      new Option('--pool <pool>', 'test to report, validation to choose')
        .choices(['test', 'validation'])
        .default('test'),
    )
    .option('--from <index>', 'the first identity', indexOf, 0)
    .option('--count <people>', 'how many identities', countOf, 50)
    .option('--visits <count>', 'visits a person, in changing light, pose and distance', countOf, 4)
    .option('--attacks <count>', 'attacks of each species a person', countOf, 2)
    .option('--threads <count>', 'worker threads', countOf, availableParallelism())
    .action(async (options: PeopleOptions, command: Command) => {
      const output = outputOf(command);
      await finish(output, async () => {
        const trials: TrialOutcome[] = [];
        let done = 0;
        await spread<unknown, TrialOutcome>(
          Array.from({ length: options.count }, (_, i) => ({
            kind: 'trial',
            trial: {
              pool: options.pool,
              index: options.from + i,
              visits: options.visits,
              attacks: options.attacks,
              frames: FRAMES,
            },
          })),
          (outcome, i) => {
            trials[i] = outcome;
            output.progress(`${++done} of ${options.count} synthetic people`);
          },
          options.threads,
        );
        const library = await openModelLibrary(modelsFolder());
        const at = (level: Sensitivity) =>
          matchPolicy(library.entry(DESCRIPTOR_MODEL), library.entry(SHAPE_MODEL), level);
        const usual = at(DEFAULT_SENSITIVITY);
        const report: Report = {
          who: `${options.pool}/${options.from} to ${options.pool}/${options.from + options.count - 1}`,
          levels: SENSITIVITIES.map((level) => ({ level, together: judgePeople(trials, at(level)) })),
          shapeAlone: judgePeople(
            trials,
            only(usual, (kind) => kind === SHAPE_MODEL),
          ),
          descriptorAlone: judgePeople(
            trials,
            only(usual, (kind) => kind !== SHAPE_MODEL),
          ),
          enrolmentSeconds: trials
            .flatMap(({ enrolmentSeconds }) => enrolmentSeconds ?? [])
            .sort((a, b) => a - b),
        };
        output.result({ ok: true, synthetic: true, ...report }, describe(report));
        return EXIT.ok;
      });
    });
}

const only = (policy: MatchPolicy, keep: (kind: string) => boolean): MatchPolicy => ({
  colour: policy.colour.filter(({ kind }) => keep(kind)),
  infrared: policy.infrared.filter(({ kind }) => keep(kind)),
});

interface Report {
  readonly who: string;
  /** Shape and descriptor together, as the app decides. */
  readonly levels: readonly { readonly level: Sensitivity; readonly together: PeopleReport }[];
  /** At the default level. */
  readonly shapeAlone: PeopleReport;
  readonly descriptorAlone: PeopleReport;
  readonly enrolmentSeconds: readonly number[];
}

function describe({ who, levels, shapeAlone, descriptorAlone, enrolmentSeconds: seconds }: Report): string {
  const section = (title: string, { falseRejects, falseAccepts, byLight, attacks }: PeopleReport) => [
    '',
    title,
    `  false rejects   ${describeRate(falseRejects)}`,
    `  false accepts   ${describeRate(falseAccepts)}`,
    ...Object.entries(byLight).map(
      ([light, rates]) =>
        `    ${light.padEnd(12)}  rejects ${describeRate(rates.falseRejects)}, accepts ${describeRate(rates.falseAccepts)}`,
    ),
    ...Object.entries(attacks).map(
      ([species, rate]) => `  ${species.padEnd(14)}  accepted ${describeRate(rate)}`,
    ),
  ];
  const { together } = levels.find(({ level }) => level === DEFAULT_SENSITIVITY)!;
  return [
    `${together.people} synthetic people, ${who}; ${together.failedEnrolments} enrolments did not finish.`,
    `Enrolment: ${seconds[seconds.length >> 1]?.toFixed(1)} s median, ${seconds.at(-1)?.toFixed(1)} s longest.`,
    `Unlocking: ${Math.round(together.timeToUnlock.p50)} ms median from the first frame, ${Math.round(together.timeToUnlock.p95)} ms 95th percentile, plus the time to judge a frame.`,
    `Live visits called not live: ${describeRate(together.notLive)}.`,
    ...levels.flatMap((each) =>
      section(
        `Shape and descriptor together, as the app decides at ${each.level}${each.level === DEFAULT_SENSITIVITY ? ' (default)' : ''}`,
        each.together,
      ),
    ),
    ...section('Shape alone (default level)', shapeAlone),
    ...section('Descriptor alone (default level)', descriptorAlone),
  ].join('\n');
}
