import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { spread } from '../../../adapters/corpus/spread.ts';
import type { TrialOutcome } from '../../../adapters/evaluation/people-trial.ts';
import { DESCRIPTOR_MODEL, SHAPE_MODEL } from '../../../adapters/onnx/load-face-models.ts';
import { openModelLibrary } from '../../../adapters/onnx/model-library.ts';
import { modelsFolder } from '../../../adapters/program-files.ts';
import { judgePeople, type PeopleReport } from '../../../core/evaluation/judge-trials.ts';
import { describeRate } from '../../../core/evaluation/rates.ts';
import { matchPolicy, type MatchPolicy } from '../../../core/judge/policy.ts';
import { EXIT } from '../exit-codes.ts';
import { countOf, outputOf } from '../options.ts';
import { finish } from '../output.ts';

interface PeopleOptions {
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
      'Synthetic people of the test pool: enrolments, visits, strangers and attacks through the whole path',
    )
    .option('--count <people>', 'identities test/0 …', countOf, 50)
    .option('--visits <count>', 'visits a person, in changing light, pose and distance', countOf, 4)
    .option('--attacks <count>', 'attacks of each species a person', countOf, 2)
    .option('--threads <count>', 'worker threads', countOf, availableParallelism())
    .action(async (options: PeopleOptions, command: Command) => {
      const output = outputOf(command);
      await finish(output, async () => {
        const trials: TrialOutcome[] = [];
        let done = 0;
        await spread<unknown, TrialOutcome>(
          Array.from({ length: options.count }, (_, index) => ({
            kind: 'trial',
            trial: { pool: 'test', index, visits: options.visits, attacks: options.attacks, frames: FRAMES },
          })),
          (outcome, i) => {
            trials[i] = outcome;
            output.progress(`${++done} of ${options.count} synthetic people`);
          },
          options.threads,
        );
        const library = await openModelLibrary(modelsFolder());
        const together = matchPolicy(library.entry(DESCRIPTOR_MODEL), library.entry(SHAPE_MODEL));
        const report = {
          together: judgePeople(trials, together),
          shapeAlone: judgePeople(
            trials,
            only(together, (kind) => kind === SHAPE_MODEL),
          ),
          descriptorAlone: judgePeople(
            trials,
            only(together, (kind) => kind !== SHAPE_MODEL),
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

function describe(report: {
  together: PeopleReport;
  shapeAlone: PeopleReport;
  descriptorAlone: PeopleReport;
  enrolmentSeconds: readonly number[];
}): string {
  const { together, enrolmentSeconds: seconds } = report;
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
  return [
    `${together.people} synthetic people of the test pool; ${together.failedEnrolments} enrolments did not finish.`,
    `Enrolment: ${seconds[seconds.length >> 1]?.toFixed(1)} s median, ${seconds.at(-1)?.toFixed(1)} s longest.`,
    `Unlocking: ${Math.round(together.timeToUnlock.p50)} ms median from the first frame, ${Math.round(together.timeToUnlock.p95)} ms 95th percentile, plus the time to judge a frame.`,
    `Live visits called not live: ${describeRate(together.notLive)}.`,
    ...section('Shape and descriptor together (as the app decides)', together),
    ...section('Shape alone', report.shapeAlone),
    ...section('Descriptor alone', report.descriptorAlone),
  ].join('\n');
}
