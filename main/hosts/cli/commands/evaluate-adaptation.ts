import { Option, type Command } from 'commander';
import {
  measureAdaptation,
  type AdaptationReport,
} from '../../../adapters/evaluation/adaptation/measure-adaptation.ts';
import { FILM_PARTS, type FilmPart } from '../../../adapters/evaluation/adaptation/film.ts';
import { CAMPAIGNS } from '../../../adapters/evaluation/adaptation/poison.ts';
import { modelsFolder } from '../../../adapters/program-files.ts';
import { describeRate } from '../../../core/evaluation/rates.ts';
import { EXIT } from '../exit-codes.ts';
import { outputOf } from '../options.ts';
import { finish } from '../output.ts';
import {
  identityOptions,
  progressOf,
  threadsOption,
  whoOf,
  type IdentityOptions,
} from './evaluate-output.ts';

interface AdaptationOptions extends IdentityOptions {
  readonly part: FilmPart;
  readonly films: string;
  readonly threads: number;
}

export function evaluateAdaptation(group: Command): void {
  const command = group
    .command('adaptation')
    .description(
      'Synthetic people who change: what remembering and following them is worth, and to whom else',
    )
    .addOption(
      new Option(
        '--part <part>',
        'something new in the face; two years; people who would like to be taken in',
      )
        .choices(FILM_PARTS)
        .default('sudden'),
    )
    .requiredOption('--films <folder>', 'where what was rendered is kept, for other networks to see');
  identityOptions(command, { from: 2400, count: 100 });
  threadsOption(command).action(async (options: AdaptationOptions, command: Command) => {
    const output = outputOf(command);
    await finish(output, async () => {
      const tell = progressOf(output, options.count, 'synthetic people');
      const report = await measureAdaptation(modelsFolder(), options, tell);
      const who = whoOf(options);
      output.result(
        { ok: true, synthetic: true, who, ...report },
        `Synthetic people, ${who}\n${describe(report)}`,
      );
      return EXIT.ok;
    });
  });
}

function describe(report: AdaptationReport): string {
  if (report.part === 'sudden')
    return [
      `${report.failedEnrolments} enrolments did not finish.`,
      ...report.rows.flatMap(({ change, refused, offered, recovered, later }) => [
        change,
        `  refused the first time  ${describeRate(refused)}`,
        `  of those, offered       ${describeRate(offered)}`,
        `  of those, recovered     ${describeRate(recovered)}`,
        `  refused later           ${describeRate(later.without)} without, ${describeRate(later.with)} with`,
      ]),
    ].join('\n');
  if (report.part === 'gradual')
    return report.rows
      .map(
        ({ steps: [from, to], missed }) =>
          `steps ${from} to ${to}: missed ${describeRate(missed.without)} without, ${describeRate(missed.with)} with`,
      )
      .join('\n');
  return report.rows
    .flatMap(({ campaign, stolenPin, openBefore, captured, sessions, owner, planted }) => [
      `${CAMPAIGNS[campaign]}${stolenPin ? ', who had the PIN once' : ''}`,
      `  galleries that open at once      ${describeRate(openBefore)}`,
      `  galleries captured               ${describeRate(captured)}`,
      `  sessions that open               ${describeRate(sessions.before)} before, ${describeRate(sessions.after)} after`,
      `  the person's own that are refused ${describeRate(owner.before)} before, ${describeRate(owner.after)} after; ${planted.toFixed(1)} templates planted`,
    ])
    .join('\n');
}
