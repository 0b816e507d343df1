import type { Command } from 'commander';
import { spread } from '../../../adapters/corpus/spread.ts';
import { FUSED } from '../../../adapters/evaluation/evaluated-models.ts';
import type { TrialOutcome } from '../../../adapters/evaluation/people-trial.ts';
import type { EvaluationReport } from '../../../adapters/evaluation/report/report.ts';
import { writeReport } from '../../../adapters/evaluation/report/write-report.ts';
import { DESCRIPTOR_MODEL, matchModels, SHAPE_MODEL } from '../../../adapters/onnx/load-face-models.ts';
import { openModelLibrary } from '../../../adapters/onnx/model-library.ts';
import { modelsFolder } from '../../../adapters/program-files.ts';
import { judgePeople, type PeopleReport } from '../../../core/evaluation/judge-trials.ts';
import { describeRate } from '../../../core/evaluation/rates.ts';
import {
  alonePolicy,
  DEFAULT_SENSITIVITY,
  matchPolicy,
  POOLING,
  SENSITIVITIES,
  type MatchPolicy,
  type Sensitivity,
} from '../../../core/judge/policy.ts';
import { EXIT } from '../exit-codes.ts';
import { countOf, outputOf } from '../options.ts';
import { finish } from '../output.ts';
import {
  attemptsTable,
  identityOptions,
  reportOption,
  threadsOption,
  visitCurves,
  whoOf,
  type IdentityOptions,
  type ReportOptions,
} from './evaluate-output.ts';

interface PeopleOptions extends ReportOptions, IdentityOptions {
  readonly visits: number;
  readonly attacks: number;
  readonly straight?: boolean;
}

/** Frames of a visit: 1.67 s, longer than the longest refusal. */
const FRAMES = 50;

export function evaluatePeople(group: Command): void {
  const command = group
    .command('people')
    .description(
      'Synthetic people: enrolments, visits, strangers and attacks through the whole path, at every sensitivity',
    )
    .option('--visits <count>', 'visits a person, in changing light, pose and distance', countOf, 4)
    .option('--attacks <count>', 'attacks of each species a person', countOf, 2)
    .option(
      '--straight',
      'enrolments that look straight ahead; the app then decides at the next stricter level',
    );
  identityOptions(command, { from: 0, count: 50 });
  threadsOption(reportOption(command)).action(async (options: PeopleOptions, command: Command) => {
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
            faces: 'grimaces',
            ...(options.straight && { coverage: 'straight' as const }),
          },
        })),
        (outcome, i) => {
          trials[i] = outcome;
          output.progress(`${++done} of ${options.count} synthetic people`);
        },
        options.threads,
      );
      const library = await openModelLibrary(modelsFolder());
      const at = (level: Sensitivity) => matchPolicy(matchModels(library), level);
      const usual = at(DEFAULT_SENSITIVITY);
      const shape = alonePolicy(library.entry(SHAPE_MODEL), POOLING.shape);
      const descriptor = alonePolicy(library.entry(DESCRIPTOR_MODEL), POOLING.descriptor);
      const report: Report = {
        who: whoOf(options),
        levels: SENSITIVITIES.map((level) => ({ level, together: judgePeople(trials, at(level)) })),
        shapeAlone: judgePeople(trials, shape),
        descriptorAlone: judgePeople(trials, descriptor),
        enrolmentSeconds: trials
          .flatMap(({ enrolmentSeconds }) => enrolmentSeconds ?? [])
          .sort((a, b) => a - b),
      };
      if (options.report !== undefined) {
        const page = await writeReport(
          options.report,
          pageOf(report, trials, { usual, shape, descriptor }, options),
          {
            synthetic: true,
            ...report,
          },
        );
        output.note(`The report is ${page}.`);
      }
      output.result({ ok: true, synthetic: true, ...report }, describe(report));
      return EXIT.ok;
    });
  });
}

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

function pageOf(
  { who, levels, shapeAlone, descriptorAlone }: Report,
  trials: readonly TrialOutcome[],
  { usual, shape, descriptor }: Readonly<Record<'usual' | 'shape' | 'descriptor', MatchPolicy>>,
  { pool, from, count, visits, attacks, straight }: PeopleOptions,
): EvaluationReport {
  const people = trials.map((trial, i) => ({ name: `${pool}/${from + i}`, ...trial }));
  return {
    title: 'Synthetic people',
    data: `${count} synthetic people, ${who}: rendered as a Kinect v2 would see them and sent through the whole path, ${visits} visits and ${attacks} attacks of each species a person.`,
    command: `facet evaluate people --pool ${pool} --from ${from} --count ${count} --visits ${visits} --attacks ${attacks}${straight ? ' --straight' : ''}`,
    curves: [
      { model: FUSED, decides: usual },
      { model: SHAPE_MODEL, decides: shape },
      { model: DESCRIPTOR_MODEL, decides: descriptor },
    ].flatMap(({ model, decides }) => visitCurves(model, people, decides).map(({ curve }) => curve)),
    tables: [
      ...levels.map(({ level, together }) =>
        attemptsTable(`Shape and descriptor together, as the app decides at ${level}`, together),
      ),
      attemptsTable('Shape alone (default level)', shapeAlone),
      attemptsTable('Descriptor alone (default level)', descriptorAlone),
    ],
    notes: [
      'A comparison is of one frame of each visit: the first in which eight are fused, else the last one. An attempt is a whole visit, as the app decides.',
    ],
  };
}
