/** What the evaluations share: options, the limits of the app, and how figures are told. */
import { availableParallelism } from 'node:os';
import { Option, type Command } from 'commander';
import { DESCRIPTOR_MODEL } from '../../../adapters/onnx/load-face-models.ts';
import { openModelLibrary, type ModelLibrary } from '../../../adapters/onnx/model-library.ts';
import { modelsFolder } from '../../../adapters/program-files.ts';
import {
  curveOf,
  figuresOf,
  type Curve,
  ratesTable,
  type EvaluationReport,
  type Table,
} from '../../../adapters/evaluation/report/report.ts';
import { writeReport } from '../../../adapters/evaluation/report/write-report.ts';
import type { ComparisonReport } from '../../../core/evaluation/comparison-report.ts';
import { reportGroups, type GroupReport } from '../../../core/evaluation/groups.ts';
import type { PeopleReport } from '../../../core/evaluation/judge-trials.ts';
import {
  compareVisits,
  type RecordedPerson,
  type VisitComparisons,
} from '../../../core/evaluation/recorded-people.ts';
import { describeRate, describeShare } from '../../../core/evaluation/rates.ts';
import type { DistanceTally } from '../../../core/evaluation/tally.ts';
import type { MatchPolicy } from '../../../core/judge/policy.ts';
import type { Spectrum } from '../../../contract/evidence.ts';
import type { Requirement } from '../../../core/judge/match.ts';
import { countOf, indexOf } from '../options.ts';
import { loadPolicy } from '../../shared/policy.ts';
import { unwrap, type Output } from '../output.ts';

export interface ReportOptions {
  readonly threads: number;
  readonly report?: string;
}

export interface PictureOptions extends ReportOptions {
  readonly synthetic?: boolean;
}

export const pictureKind = ({ synthetic }: PictureOptions): string =>
  synthetic ? 'pictures of synthetic people' : 'pictures';

export const reportOption = (command: Command): Command =>
  command.option('--report <folder>', 'write report.html, report.json, det.svg and histogram.svg there');

/** Which synthetic people are evaluated. */
export interface IdentityOptions {
  readonly pool: 'test' | 'validation';
  readonly from: number;
  readonly count: number;
}

export const identityOptions = (
  command: Command,
  { from, count }: Pick<IdentityOptions, 'from' | 'count'>,
): Command =>
  command
    .addOption(
      new Option('--pool <pool>', 'test to report, validation to choose')
        .choices(['test', 'validation'])
        .default('test'),
    )
    .option('--from <index>', 'the first identity', indexOf, from)
    .option('--count <people>', 'how many identities', countOf, count);

export const whoOf = ({ pool, from, count }: IdentityOptions): string =>
  `${pool}/${from} to ${pool}/${from + count - 1}`;

export const threadsOption = (command: Command): Command =>
  command.option('--threads <count>', 'worker threads', countOf, availableParallelism());

export const groupsOption = (command: Command): Command =>
  command.option('--groups <file>', 'lines "name<TAB>group": false matches within each group too');

export const syntheticOption = (command: Command): Command =>
  command.option('--synthetic', 'the pictures are of synthetic people: the report is to say so');

export const BETWEEN_UNIT_VECTORS = 'distance between unit vectors';
/** Of shape and descriptor together (recorded-people.ts). */
const IN_LIMITS = 'distance in units of the limits, the larger counts';

/**
 * Reads every model that the threads will, so that a missing one is met before any of them starts.
 * @param embedders which of them are used
 * @throws FacetError `model-missing`, `model-altered`
 */
export async function checkModels(library: ModelLibrary, ...embedders: readonly string[]): Promise<void> {
  for (const { id, role } of library.models)
    if (role !== 'embedder' || embedders.includes(id)) await library.load(id);
}

/**
 * The largest distance of descriptors in colour that the app accepts at its default level; the models are checked.
 * @throws FacetError `model-missing`, `model-altered`
 */
export async function descriptorLimit(): Promise<number> {
  await checkModels(await openModelLibrary(modelsFolder()), DESCRIPTOR_MODEL);
  const { colour } = unwrap(await loadPolicy());
  return limitOf(colour.find(({ parts }) => parts.length === 1 && parts[0].kind === DESCRIPTOR_MODEL)!);
}

/** The largest distance that a requirement accepts once all frames are fused. */
const limitOf = ({ limits }: Requirement): number => limits[limits.length - 1].distance;

/** False matches by group, at each false-match rate that all comparisons together resolve. */
export const groupsAt = (
  { points }: ComparisonReport,
  groups: ReadonlyMap<string, DistanceTally>,
): (GroupReport & { readonly fmr: number })[] =>
  groups.size === 0
    ? []
    : points.flatMap((point) =>
        point.resolved ? [{ fmr: point.fmr, ...reportGroups(groups, point.threshold) }] : [],
      );

export const groupTables = (reports: ReturnType<typeof groupsAt>): Table[] =>
  reports.map(({ fmr, groups, worstToBest, worstToMean }) => ({
    caption: `By group, where all together have an FMR of ${fmr.toExponential()}: worst to best ${ratio(worstToBest)}, worst to mean ${ratio(worstToMean)}`,
    head: ['group', 'FMR within the group'],
    rows: groups.map(({ group, falseMatches }) => [group, describeShare(falseMatches)]),
  }));

const ratio = (value: number | undefined): string => value?.toFixed(1) ?? 'unresolved';

/** Prints the figures, and writes the report where one is asked for. */
export async function tell(
  output: Output,
  report: EvaluationReport,
  figures: Readonly<Record<string, unknown>>,
  folder: string | undefined,
): Promise<void> {
  // The curve's points are for the report; a reader of the figures has no use for hundreds of them.
  const curves = report.curves.map(figuresOf).map(({ det: _, ...rest }) => rest);
  if (folder !== undefined) output.note(`The report is ${await writeReport(folder, report, figures)}.`);
  output.result({ ok: true, data: report.data, ...figures, curves }, inWords(report));
}

function inWords({ title, data, curves, tables, notes }: EvaluationReport): string {
  return [
    title,
    data,
    ...[...tables, ...curves.map(ratesTable)].flatMap(tableInWords),
    ...(notes.length > 0 ? ['', ...notes] : []),
  ].join('\n');
}

export function tableInWords({ caption, head, rows }: Table): string[] {
  const widths = head.map((cell, i) => Math.max(cell.length, ...rows.map((row) => row[i].length)));
  const inColumns = (cells: readonly string[]) =>
    `  ${cells.map((cell, i) => cell.padEnd(widths[i])).join('  ')}`.trimEnd();
  return ['', caption, ...[head, ...rows].map(inColumns)];
}

/** Names that a person reads; the rest of a long list is counted. */
export const listed = (names: readonly string[], most = 20): string =>
  names.length <= most
    ? names.join(', ')
    : `${names.slice(0, most).join(', ')} and ${names.length - most} more (all with --json)`;

/** Tells of work that takes long: how much is done, how fast it goes and how long it will take. */
export function progressOf(output: Output, total: number, what: string): (done: number) => void {
  const begun = performance.now();
  let toldAt = begun;
  return (done) => {
    const now = performance.now();
    if (now - toldAt < 1000 && done < total) return;
    toldAt = now;
    const rate = (1000 * done) / (now - begun);
    const left = done < total ? `, ${Math.ceil((total - done) / rate)} s left` : '';
    output.progress(`${done} of ${total} ${what}, ${rate.toFixed(1)}/s${left}`);
  };
}

/**
 * One probe of each visit against everybody: one curve, and of a model alone one a spectrum, since it reads another picture in
 * the dark.
 */
export function visitCurves(
  model: string,
  people: readonly RecordedPerson[],
  decides: MatchPolicy,
  groupOf?: (name: string) => string | undefined,
): (Omit<VisitComparisons, 'comparisons'> & { readonly curve: Curve })[] {
  const compared = (name: string, axis: string, limit: number, spectrum?: Spectrum) => {
    const { comparisons, ...rest } = compareVisits(people, decides, spectrum, groupOf);
    return { curve: curveOf(name, comparisons, axis, limit), ...rest };
  };
  if (decides.colour.length > 1) return [compared(model, IN_LIMITS, 1)];
  const [colour, infrared] = (['colour', 'infrared'] as const).map((spectrum) =>
    compared(`${model}, ${spectrum}`, BETWEEN_UNIT_VECTORS, limitOf(decides[spectrum][0]), spectrum),
  );
  const { genuine, impostor } = infrared.curve.report;
  return genuine + impostor + infrared.impossible > 0 ? [colour, infrared] : [colour];
}

/** What whole visits ended with. */
export const attemptsTable = (title: string, people: PeopleReport): Table => ({
  caption: `${title}; ${Number.isNaN(people.timeToUnlock.p50) ? 'nobody was let in' : `let in after ${Math.round(people.timeToUnlock.p50)} ms (median from the first frame)`}`,
  head: ['what', 'share'],
  rows: [
    ['false rejects', describeRate(people.falseRejects)],
    ['false accepts', describeRate(people.falseAccepts)],
    ['called not live', describeRate(people.notLive)],
    ...Object.entries(people.byLight).flatMap(([light, { falseRejects, falseAccepts }]) => [
      [`false rejects, ${light}`, describeRate(falseRejects)],
      [`false accepts, ${light}`, describeRate(falseAccepts)],
    ]),
    ...Object.entries(people.attacks).map(([species, rate]) => [`${species} accepted`, describeRate(rate)]),
  ],
});
